import { ServerResponse } from 'node:http';
import fc from 'fast-check';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { scopeOf } from './access.ts';
import { groupOf } from './core/scope.ts';
import type { ChangedAccess } from './core/storage.ts';
import { type Ask, announce, type Dock, furnish, PEOPLE, startDock } from './dock-for-tests.ts';

// One person whose access changes all the time, while everybody works, everything reads slowly, and the person asks by every way
// there is. Every byte that leaves the server for them is looked at in the moment it does.

type Person = NonNullable<Ask['person']>;
type Access = Pick<Person, 'role' | 'warehouses' | 'supplierId'>;

/** Marks of what a shipment of JOL (Acme's) and of DAL (Zenith's) holds, and of what the house says about them. */
const MARKS = { JOL: 'canary-of-jol', DAL: 'canary-of-dal', JOL_TALK: 'talk-about-jol', DAL_TALK: 'talk-about-dal' };
const ACCESSES: readonly (Access & { readonly may: readonly string[] })[] = [
  { role: 'lead', warehouses: ['JOL'], may: [MARKS.JOL, MARKS.JOL_TALK] },
  { role: 'receiver', warehouses: ['DAL'], may: [MARKS.DAL, MARKS.DAL_TALK] },
  { role: 'inspector', warehouses: ['JOL', 'DAL'], may: Object.values(MARKS) },
  { role: 'receiver', warehouses: [], may: [] },
  { role: 'supplier', warehouses: ['*'], supplierId: 'ACME', may: [MARKS.JOL] },
];
const ACTS = ['give', 'commit', 'commit', 'hello', 'hello', 'join', 'push', 'look', 'poll', 'snapshot'] as const;
type Step = { readonly act: (typeof ACTS)[number]; readonly which: number; readonly pause: number };

let dock: Dock;
const shipments: Record<'JOL' | 'DAL', string> = { JOL: '', DAL: '' };
let speed = 1;
let runs = 0;
let works = 0;

const ticks = async (most: number): Promise<void> => {
  speed = (speed * 1_103_515_245 + 12_345) % 2_147_483_648;
  for (let left = speed % (most + 1); left > 0; left -= 1) await new Promise((resolve) => setImmediate(resolve));
};

const scopeIn = ({ role, warehouses, supplierId }: ChangedAccess) => scopeOf(role, warehouses, supplierId);

/** Reads and commits take their time, before and after. */
const slowDown = (): void => {
  const storage = dock.server.storage as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const slow = ['readFrame', 'readChanges', 'findShipment', 'shipmentDetail', 'listShipments', 'snapshotPage'];
  for (const name of [...slow, 'lastN', 'history', 'push', 'keptAnswer', 'keepAnswer', 'setAccess', 'chainAt']) {
    const original = storage[name];
    if (original === undefined) throw new Error(name);
    storage[name] = async (...args) => {
      await ticks(4);
      const result = await original(...args);
      // Storage answers in the order in which it commits.
      if (name !== 'setAccess') await ticks(4);
      if (name === 'setAccess') committed.push(groupOf(scopeIn(result as ChangedAccess)).id);
      return result;
    };
  }
};

const subOf = (authorization: string | undefined): string | undefined =>
  (JSON.parse(Buffer.from(authorization?.split('.')[1] ?? 'e30', 'base64url').toString()) as { sub?: string }).sub;

/** What left the server for whom over HTTP, in the moment it was handed to the connection. */
let onSent: (sub: string | undefined, text: string) => void = () => undefined;
const { write, end } = ServerResponse.prototype;
const watched = (original: (...args: never[]) => unknown) =>
  function (this: ServerResponse, ...args: never[]): unknown {
    const [chunk] = args as unknown[];
    if (typeof chunk === 'string' || chunk instanceof Uint8Array)
      onSent(subOf(this.req.headers.authorization), Buffer.from(chunk as string).toString());
    return original.apply(this, args);
  };

beforeAll(async () => {
  dock = await startDock({
    limits: {
      requestsPerSecond: 100_000,
      events: { perSecond: 10_000, burst: 10_000 },
      handshakes: { perSecond: 1000, burst: 1000 },
      handshakesOfOne: { perSecond: 1000, burst: 1000 },
    },
  });
  await furnish(dock);
  shipments.JOL = (await announce(dock, { poNumber: MARKS.JOL })).id;
  shipments.DAL = (await announce(dock, { poNumber: MARKS.DAL, warehouseId: 'DAL', supplierId: 'ZENITH' })).id;
  slowDown();
  ServerResponse.prototype.write = watched(write as never) as never;
  ServerResponse.prototype.end = watched(end as never) as never;
});
afterAll(async () => {
  ServerResponse.prototype.write = write;
  ServerResponse.prototype.end = end;
  await dock.close();
});

/** Somebody of the house works on a shipment, and looks at it under a telling name. */
const commit = async (place: 'JOL' | 'DAL'): Promise<void> => {
  works += 1;
  const shipmentId = shipments[place];
  const work = (n: number, type: string, args: object) => ({
    clientId: `station-of-the-house-${works}`,
    n,
    type,
    args,
    occurredAt: new Date().toISOString(),
  });
  const mutations = [
    work(1, 'addNote', { shipmentId, noteId: `n${works}`, text: MARKS[`${place}_TALK`] }),
    work(2, 'amendShipment', { shipmentId, carrier: `${MARKS[place]} ${works}` }),
  ];
  const { text } = await dock.ask('POST /api/sync/mutations', { person: PEOPLE.lena, json: { mutations } });
  if (text.split('"applied"').length !== 3) throw new Error(`the house could not work: ${text}`);
};

type Scene = {
  readonly person: Person & { readonly sub: string };
  readonly socket: Socket;
  /** By what the socket was told last. */
  may: readonly string[];
  /** Whether a hello was answered as live since it was told that its access changed. */
  isLive: boolean;
  group: string;
  readonly leaks: string[];
};

const look = (scene: Scene, may: readonly string[], text: string, by: string): void => {
  for (const mark of Object.values(MARKS)) {
    if (text.includes(mark) && !may.includes(mark)) scene.leaks.push(`${by}: ${mark} in ${text.slice(0, 200)}`);
  }
};

/** Only one of these has this group. */
const mayOf = (group: string): readonly string[] => {
  const groups = ['staff:JOL', 'staff:DAL', 'staff:DAL,JOL', 'staff:', 'supplier:ACME'];
  return ACCESSES[groups.indexOf(group)]?.may ?? [];
};

const act = async (scene: Scene, { act: what, which }: Step): Promise<unknown> => {
  const { person, socket } = scene;
  const place = which % 2 === 0 ? 'JOL' : 'DAL';
  const shipmentId = shipments[place];
  const say = (event: string, payload: unknown) =>
    new Promise<void>((resolve) => {
      // Checked as it comes in: acknowledgements and events are in one order.
      socket.emit(event, payload, (answer: { state?: string }) => {
        if (answer.state === 'live') scene.isLive = true;
        look(scene, scene.may, JSON.stringify(answer), event);
        resolve();
      });
    });
  if (what === 'commit') return commit(place);
  if (what === 'join') return say('join:shipment', { shipmentId });
  if (what === 'give') {
    const { may: _, ...json } = ACCESSES[which % ACCESSES.length] ?? { may: [] };
    return dock.ask(`PUT /api/users/${person.sub}/access`, { person: PEOPLE.ada, json });
  }
  if (what === 'hello') {
    const { epoch, head, chain } = dock.server.storage.position();
    const cursor =
      which % 3 === 0
        ? { epoch, seq: 0, chain: (await dock.server.storage.chainAt(0)) ?? '' }
        : { epoch, seq: head, chain };
    return say('sync:hello', { protocol: 2, clientId: `station-of-${person.sub}`, cursor });
  }
  if (what === 'push') {
    const occurredAt = new Date().toISOString();
    const clientId = `push-${++works}-of-${person.sub}`;
    const work = {
      clientId,
      n: 1,
      type: 'cancelShipment',
      args: { shipmentId },
      occurredAt,
      base: { id: shipmentId, version: 999 },
    };
    return say('sync:push', { mutations: [work] });
  }
  const { head } = dock.server.storage.position();
  const paths = {
    poll: `/api/sync/changes?from=${which % 2 === 0 ? head : 0}&wait=0.3`,
    snapshot: '/api/sync/snapshot',
  };
  const looks = ['/api/shipments', `/api/shipments/${shipmentId}`, `/api/shipments/${shipmentId}/history`];
  const path = what === 'look' ? (looks[which % looks.length] ?? '') : paths[what];
  // What is cut off has no end; that is how it should be.
  return dock.ask(path, { person, headers: { 'accept-encoding': 'identity' } }).catch(() => undefined);
};

/** Groups of the changes that are on disk and not in effect yet. */
const committed: string[] = [];

const play = async (steps: readonly Step[], seed: number): Promise<string[]> => {
  speed = seed;
  const [first] = ACCESSES;
  if (first === undefined) throw new Error('no access');
  const sub = `nora-${++runs}`;
  const { may, ...access } = first;
  const person = { sub, name: 'Nora', ...access, iat: Date.now() / 1000 - 60 };
  const socket = await dock.connect(person);
  const scene: Scene = { person, socket, may, isLive: false, group: 'staff:JOL', leaks: [] };
  socket.onAny((event: string, payload: { group: string }) => {
    if (event === 'sync:scope') {
      scene.may = mayOf(payload.group);
      scene.group = payload.group;
      scene.isLive = false;
    } else if (event === 'sync:frame' && !(scene.isLive && payload.group === scene.group))
      scene.leaks.push(`a frame of ${payload.group} before the next hello`);
    look(scene, scene.may, JSON.stringify(payload), event);
  });
  // The tick in which a change takes effect.
  let now = may;
  const { sockets } = dock.server;
  const { accessChanged } = sockets;
  sockets.accessChanged = (userId) => {
    now = mayOf(committed.shift() ?? '');
    accessChanged.call(sockets, userId);
  };
  onSent = (to, text) => to === sub && look(scene, now, text, 'HTTP');
  await act(scene, { act: 'hello', which: 1, pause: 0 });
  if (!scene.isLive) throw new Error('not live to begin with');
  const under: Promise<unknown>[] = [];
  for (const step of steps) {
    under.push(act(scene, step));
    await ticks(step.pause);
  }
  await Promise.all(under);
  // Whoever stayed in a room they should have left hears of this.
  await Promise.all([commit('JOL'), commit('DAL')]);
  await new Promise((resolve) => setTimeout(resolve, 60));
  sockets.accessChanged = accessChanged;
  onSent = () => undefined;
  socket.disconnect();
  return scene.leaks;
};

const steps = fc.array(fc.record({ act: fc.constantFrom(...ACTS), which: fc.nat(29), pause: fc.nat(12) }), {
  minLength: 10,
  maxLength: 40,
});

it('lets nothing of what they saw before reach somebody whose access was changed', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 1_000_000 }), async (given, seed) => {
      for (const { act: what } of given) seen.set(what, (seen.get(what) ?? 0) + 1);
      expect(await play(given, seed)).toEqual([]);
    }),
    { numRuns: 40 },
  );
  expect([...seen.keys()].sort()).toEqual([...new Set(ACTS)].sort());
}, 120_000);
