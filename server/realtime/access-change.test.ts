import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Socket } from 'socket.io-client';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HelloReply, helloReply } from '#contract/wire/sync.ts';
import type { Storage } from '../core/storage.ts';
import { type Ask, announce, type Dock, furnish, heard, PEOPLE, startDock, tokenFor } from '../dock-for-tests.ts';

type Person = NonNullable<Ask['person']>;

let dock: Dock;
let count = 0;
let nora: Person & { sub: string };
let held: (() => void)[];
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());
beforeEach(() => {
  count += 1;
  nora = { sub: `nora-${count}`, name: 'Nora', role: 'lead', warehouses: ['JOL'], iat: Date.now() / 1000 - 60 };
  held = [];
});
afterEach(() => {
  for (const restore of held) restore();
});

const say = <T>(socket: Socket, event: string, payload: unknown): Promise<T> =>
  socket.timeout(5000).emitWithAck(event, payload);
const give = async (json: object): Promise<void> => {
  const { status, text } = await dock.ask(`PUT /api/users/${nora.sub}/access`, { person: PEOPLE.ada, json });
  if (status !== 200) throw new Error(text);
};
const DAL = { role: 'lead', warehouses: ['DAL'] };
const hello = (socket: Socket, seq = dock.server.storage.position().head) => {
  const { epoch, head, chain } = dock.server.storage.position();
  const cursor = seq === head ? { epoch, seq, chain } : null;
  return say<HelloReply>(socket, 'sync:hello', { protocol: 2, clientId: `station-of-${nora.sub}`, cursor });
};
/** Everything a socket hears from now on, as text. */
const listen = (socket: Socket): string[] => {
  const all: string[] = [];
  socket.onAny((event, payload) => all.push(`${event} ${JSON.stringify(payload)}`));
  return all;
};
const named = (all: readonly string[]) => all.map((each) => each.split(' ')[0]);
const moment = (ms = 150) => new Promise((resolve) => setTimeout(resolve, ms));

/** Lets the next call of a read that fits run, and holds back its result until released; says when it is there. */
const hold = <M extends 'readFrame' | 'findShipment' | 'push'>(method: M, fits: (...args: unknown[]) => boolean) => {
  const storage = dock.server.storage as { -readonly [K in M]: Storage[K] };
  const original = storage[method] as (...args: unknown[]) => Promise<unknown>;
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  let isHeld = false;
  storage[method] = (async (...args: unknown[]) => {
    const result = await original(...args);
    if (isHeld || !fits(...args)) return result;
    isHeld = true;
    reach();
    await released;
    return result;
  }) as never;
  held.push(() => {
    storage[method] = original as never;
    release();
  });
  return { release, reached };
};
const isOf = (group: string) => (asked: unknown) => (asked as { id: string }).id === group;

describe('a change of what somebody may see', () => {
  it('takes their sockets out of every room it does not open, tells them, and lets the others go on', async () => {
    const { id } = await announce(dock);
    const [one, two, ivo] = [await dock.connect(nora), await dock.connect(nora), await dock.connect(PEOPLE.ivo)];
    for (const socket of [one, two, ivo]) {
      await say(socket, 'join:shipment', { shipmentId: id });
      expect((await hello(socket)).state).toBe('live');
    }
    const [first, second, others] = [listen(one), listen(two), listen(ivo)];
    await give(DAL);
    await moment();
    expect(named(first)).toEqual(['sync:scope']);
    expect(second).toEqual([`sync:scope ${JSON.stringify({ group: 'staff:DAL', reason: 'access' })}`]);
    expect(named(others)).toEqual(['user:disconnected', 'user:disconnected']);
    expect(dock.server.sockets.getShipmentViewers(id).map(({ userId }) => userId)).toEqual(['ivo']);
    await dock.ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'arrived' } });
    await dock.ask('PUT /api/warehouses/JOL/capacity', { json: { total: count + 10, available: 1 } });
    await moment();
    expect([named(first), named(second)]).toEqual([['sync:scope'], ['sync:scope']]);
    expect(named(others)).toEqual(
      expect.arrayContaining(['sync:frame', 'shipment:updated', 'warehouse:capacity_updated']),
    );
    const refused = await say<{ code: string }>(one, 'join:shipment', { shipmentId: id });
    expect(refused.code).toBe('not_found');
  });

  it('lets nobody hear a frame before they say hello again, whatever they may see now', async () => {
    const socket = await dock.connect(nora);
    await hello(socket);
    const all = listen(socket);
    const warehouse = heard(socket, 'warehouse:capacity_updated');
    await give({ role: 'receiver', warehouses: ['JOL', 'DAL'] });
    await announce(dock);
    await dock.ask('PUT /api/warehouses/DAL/capacity', { json: { total: count + 10, available: 1 } });
    await warehouse;
    await moment();
    expect(named(all)).toEqual(['sync:scope', 'warehouse:capacity_updated']);
    const { state, group } = await hello(socket);
    expect([state, group]).toEqual(['live', 'staff:DAL,JOL']);
    const frame = heard(socket, 'sync:frame');
    await announce(dock, { warehouseId: 'DAL' });
    expect((await frame).group).toBe('staff:DAL,JOL');
  });

  it('leaves them with the shipments they may still see, also when these have moved', async () => {
    const { id } = await announce(dock);
    const { id: there } = await announce(dock, { supplierId: 'ZENITH' });
    const socket = await dock.connect(nora);
    for (const shipmentId of [id, there]) await say(socket, 'join:shipment', { shipmentId });
    await give({ role: 'receiver', warehouses: ['JOL'] });
    // What happened before is told before anybody listens, however busy the machine is.
    await expect.poll(() => dock.server.sockets.lag()).toBe(0);
    const all = listen(socket);
    await dock.ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'arrived' } });
    await expect.poll(() => named(all)).toEqual(['shipment:updated']);
    // As its supplier she sees it in another way: she looks anew.
    await give({ role: 'supplier', warehouses: ['*'], supplierId: 'ACME' });
    expect(dock.server.sockets.getShipmentViewers(id)).toEqual([]);
    expect(dock.server.sockets.getShipmentViewers(there)).toEqual([]);
  });

  it('does not reach them with a frame that was being read', async () => {
    const socket = await dock.connect(nora);
    await hello(socket);
    const all = listen(socket);
    const { release, reached } = hold('readFrame', isOf('staff:JOL'));
    await announce(dock, { poNumber: 'canary' });
    await reached;
    await give(DAL);
    release();
    await moment();
    expect(named(all)).toEqual(['sync:scope']);
  });

  it('makes a hello under way start over, and bring nobody into a room', async () => {
    await announce(dock, { poNumber: 'canary' });
    const socket = await dock.connect(nora);
    const all = listen(socket);
    const { release, reached } = hold('readFrame', isOf('staff:JOL'));
    const greeting = hello(socket);
    await reached;
    await give(DAL);
    release();
    const reply = await greeting;
    expect(helloReply.parse(reply)).toMatchObject({ state: 'snapshot', group: 'staff:DAL', frame: null });
    await announce(dock);
    await announce(dock, { warehouseId: 'DAL' });
    await moment();
    expect(named(all)).toEqual(['sync:scope']);
  });

  it('lets a join under way into no room that it closes', async () => {
    const { id } = await announce(dock);
    const socket = await dock.connect(nora);
    const { release, reached } = hold('findShipment', (_scope, asked) => asked === id);
    const joining = say<{ code: string }>(socket, 'join:shipment', { shipmentId: id });
    await reached;
    await give(DAL);
    release();
    expect((await joining).code).toBe('not_found');
    expect(dock.server.sockets.getShipmentViewers(id)).toEqual([]);
  });

  it('tells of work under way only what may be seen now, and does it once', async () => {
    const { id } = await announce(dock, { poNumber: 'canary' });
    const socket = await dock.connect(nora);
    const occurredAt = new Date().toISOString();
    const args = { shipmentId: id };
    const clientId = `station-of-${nora.sub}`;
    const work = { clientId, n: 1, type: 'cancelShipment', args, occurredAt, base: { id, version: 9 } };
    const { release, reached } = hold('push', () => true);
    const pushing = say<{ verdicts: object[]; lastN: number }>(socket, 'sync:push', { mutations: [work] });
    await reached;
    await give(DAL);
    release();
    const reply = await pushing;
    expect(reply).toMatchObject({ ok: true, verdicts: [{ n: 1, verdict: 'conflict' }], lastN: 1 });
    expect(JSON.stringify(reply)).not.toContain('canary');
  });

  it('counts for sockets that are just coming', async () => {
    const { id } = await announce(dock);
    const { server } = dock;
    const changed = new Promise<void>((resolve) => {
      const { accessChanged } = server.sockets;
      server.sockets.accessChanged = (userId) => {
        accessChanged.call(server.sockets, userId);
        server.sockets.accessChanged = accessChanged;
        resolve();
      };
    });
    const connecting = Array.from({ length: 8 }, () => dock.connect(nora));
    void give(DAL);
    const sockets = await Promise.all(connecting);
    await changed;
    for (const socket of sockets)
      expect((await say<{ code: string }>(socket, 'join:shipment', { shipmentId: id })).code).toBe('not_found');
  });

  it('decides what is left of a large push that is being written', async () => {
    const notices = Array.from({ length: 6 }, (_, at) => ({
      clientId: `station-of-${nora.sub}`,
      n: at + 1,
      type: 'announceShipment',
      args: { warehouseId: 'JOL', lines: Array.from({ length: 2_000 }, () => ({ quantity: '1' })) },
      occurredAt: new Date().toISOString(),
    }));
    const { head } = dock.server.storage.position();
    const pushing = dock.ask('POST /api/sync/mutations', { person: nora, json: { mutations: notices } });
    while (dock.server.storage.position().head === head) await moment(1);
    await give(DAL);
    await pushing;
    const again = await dock.ask('POST /api/sync/mutations', { person: nora, json: { mutations: notices } });
    expect(again.body).toMatchObject({ lastN: 6 });
    const { verdicts } = again.body as unknown as { verdicts: { verdict: string; code?: string }[] };
    expect(verdicts[0]).toMatchObject({ verdict: 'applied' });
    expect(verdicts.at(-1)).toMatchObject({ verdict: 'rejected', code: 'unknown_warehouse' });
  });

  it.each([
    ['in JSON', 'application/json', JSON.stringify({ warehouseId: 'JOL', number: 'late-json', lines: [] })],
    ['in X12', 'application/edi-x12', readFileSync('resources/samples/01-pallets-and-cartons.edi', 'utf8')],
  ])('counts for a ship notice %s whose end has not come in yet', async (_how, type, text) => {
    const authorization = `Bearer ${await tokenFor(nora)}`;
    const headers = { authorization, 'content-type': type, 'content-length': Buffer.byteLength(text) };
    const { head } = dock.server.storage.position();
    const sending = request(`${dock.url}/api/asns`, { method: 'POST', headers });
    const answered = new Promise<number | undefined>((resolve, reject) => {
      sending.on('response', (reply) => resolve(reply.resume().statusCode)).on('error', reject);
    });
    sending.write(text.slice(0, 10));
    await moment();
    await give({ role: 'receiver', warehouses: ['JOL'] });
    sending.end(text.slice(10));
    expect(await answered).toBe(403);
    expect(dock.server.storage.position().head).toBe(head);
  });
});
