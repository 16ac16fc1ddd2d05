import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import {
  type Answer,
  type Ask,
  announce,
  asking,
  type Body,
  type Claims,
  entering,
  expectProblem,
  expectUtc,
  hear,
  type Json,
  LEAD,
  RECEIVER,
  SUPPLIER,
  say,
} from './outside-client.ts';

let server: ServerProcess;
let ask: Ask;

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
  await announce(ask);
});
afterAll(async () => {
  await server?.stop();
});

const enter = entering(() => server);

const changes = (query: string, as: Claims = LEAD): Promise<Answer> => ask(`GET /api/sync/changes?${query}`, { as });
const snapshot = async (as: Claims = LEAD): Promise<Body[]> => {
  const { text, status, headers } = await ask('GET /api/sync/snapshot', { as });
  expect(status).toBe(200);
  expect(headers.get('content-type')).toMatch(/^application\/x-ndjson/);
  expect(text.endsWith('\n')).toBe(true);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Body);
};
/** Pages from `from` to the head, each starting where the one before ended. */
const pull = async (from: number, as: Claims = LEAD, limit = 1000): Promise<Body[]> => {
  const frames: Body[] = [];
  for (let at = from, head = from + 1; at < head; ) {
    const { body, status, text } = await changes(`from=${at}&limit=${limit}`, as);
    expect(status, text).toBe(200);
    expect(Number(body.from)).toBe(at);
    expect(Number(body.to)).toBeGreaterThanOrEqual(at);
    frames.push(body);
    at = Number(body.to);
    head = Number(body.head);
    if (frames.length > 500) throw new Error('there is no end to it');
  }
  return frames;
};
const headNow = async (): Promise<Body> => (await pull(0)).at(-1) ?? ({} as Body);
const changesOf = (frames: Body[]): Body[] => frames.flatMap((frame) => frame.changes ?? []);

describe('GET /api/sync/snapshot', () => {
  it('is one head, rows of the shipments in sight, and one end', async () => {
    const { id } = await announce(ask);
    const lines = await snapshot();
    const [head, ...rest] = lines;
    expect(head).toMatchObject({
      kind: 'head',
      epoch: expect.any(String),
      seq: expect.any(Number),
      chain: expect.any(String),
    });
    const end = rest.pop();
    expect(end).toMatchObject({ kind: 'end', rows: rest.length });
    expect(rest.every(({ kind, seq }) => String(kind) === 'row' && Number(seq) <= Number(end?.seq))).toBe(true);
    expect(rest.filter((row) => row.id === id)).toMatchObject([
      { entity: 'shipment', row: { id, status: 'announced' } },
    ]);
    expectUtc(lines);
    expect((await changes(`from=${head?.seq}&epoch=${head?.epoch}`)).body.changes).toEqual([]);
  });

  it('and the changes after it are the same as reading on from the beginning', async () => {
    const before = await snapshot();
    const { id } = await announce(ask);
    await ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'arrived' } });
    const rows = new Map(before.filter(({ row }) => row).map(({ entity, id: key, row }) => [`${entity} ${key}`, row]));
    for (const { entity, id: key, row, op } of changesOf(await pull(Number(before[0]?.seq)))) {
      if (String(op) === 'put') rows.set(`${entity} ${key}`, row);
      else rows.delete(`${entity} ${key}`);
    }
    const after = (await snapshot()).filter(({ row }) => row);
    expect(new Map(after.map(({ entity, id: key, row }) => [`${entity} ${key}`, row]))).toEqual(rows);
  });
});

describe('GET /api/sync/changes', () => {
  it('pages without a gap and without a double', async () => {
    const whole = changesOf(await pull(0));
    const paged = await pull(0, LEAD, 3);
    expect(paged.length).toBeGreaterThan(1);
    expect(changesOf(paged)).toEqual(whole);
    const seqs = whole.map(({ seq }) => Number(seq));
    expect(seqs).toEqual(seqs.map((_, at) => at + 1));
    for (const frame of paged)
      for (const { seq } of frame.changes ?? []) {
        expect(Number(seq)).toBeGreaterThan(Number(frame.from));
        expect(Number(seq)).toBeLessThanOrEqual(Number(frame.to));
      }
    expectUtc(whole);
  });

  it('refuses a position that cannot be continued', async () => {
    const { epoch, head, chain } = await headNow();
    expect((await changes(`from=${head}&epoch=${epoch}&chain=${chain}`)).status).toBe(200);
    expectProblem(await changes('from=0&epoch=another'), 409, 'epoch_changed');
    expectProblem(await changes(`from=${Number(head) + 1}&epoch=${epoch}`), 409, 'cursor_ahead');
    expectProblem(await changes(`from=${head}&epoch=${epoch}&chain=00`), 409, 'epoch_changed');
    for (const query of ['from=-1', 'from=x', 'from=1.5', 'wait=31', 'wait=-1', 'limit=0', 'from=1e309'])
      expectProblem(await changes(query), 422, 'invalid');
  });

  it('waits for a change no longer than asked, and answers at once when there is one', async () => {
    const { head } = await headNow();
    const idle = Date.now();
    const nothing = await changes(`from=${head}&wait=1`);
    expect(nothing.body).toMatchObject({ from: head, to: head, changes: [] });
    expect(Date.now() - idle).toBeGreaterThanOrEqual(900);
    const waiting = changes(`from=${head}&wait=15`);
    const { id } = await announce(ask);
    const asked = Date.now();
    const { body } = await waiting;
    expect(Date.now() - asked).toBeLessThan(5_000);
    expect(body.changes?.length).toBeGreaterThan(0);
    expect(changesOf(await pull(Number(head))).some((change) => change.id === id)).toBe(true);
  });

  it('shows nobody what is not theirs, and moves their position all the same', async () => {
    const { id } = await announce(ask, { warehouseId: 'WH-2', supplierId: 'ZENITH' });
    const near: Claims = { ...LEAD, sub: 'nea', warehouses: ['WH-1'] };
    const { head } = await headNow();
    for (const as of [near, SUPPLIER]) {
      const frames = await pull(0, as);
      expect(JSON.stringify(frames)).not.toContain(String(id));
      expect(frames.at(-1)?.to).toBe(head);
      expect(JSON.stringify(await snapshot(as))).not.toContain(String(id));
    }
    expect(JSON.stringify(await pull(0, { ...SUPPLIER, supplierId: 'ZENITH' }))).toContain(String(id));
  });
});

describe('on the socket', () => {
  const hello = (socket: Socket, more: Json = {}): Promise<Body> =>
    say(socket, 'sync:hello', { protocol: 1, clientId: randomUUID(), cursor: null, ...more });
  const cursorNow = async () => {
    const { epoch, to: seq, chain } = await headNow();
    return { epoch, seq, chain };
  };

  it('hello says where to begin', async () => {
    const socket = await enter();
    const { epoch, seq, chain } = await cursorNow();
    expect(await hello(socket)).toMatchObject({ ok: true, epoch, head: seq, state: 'snapshot', frame: null, lastN: 0 });
    const other = { epoch: 'another', seq, chain };
    expect(await hello(socket, { cursor: other })).toMatchObject({ state: 'snapshot', reason: 'epoch_changed' });
    const restored = { epoch, seq, chain: 'f'.repeat(32) };
    expect(await hello(socket, { cursor: restored })).toMatchObject({ state: 'snapshot', reason: 'fork' });
    const live = await hello(socket, { cursor: { epoch, seq, chain } });
    expect(live).toMatchObject({ ok: true, state: 'live', frame: { from: seq, to: seq, changes: [] } });
    expectUtc(live);
  });

  it.each(['websocket', 'polling'] as const)(
    'over %s brings contiguous frames, the same as pulled',
    async (transport) => {
      const socket = await enter(LEAD, transport);
      const frames: Body[] = [];
      socket.on('sync:frame', (frame: Body) => frames.push(frame));
      const cursor = await cursorNow();
      expect(await hello(socket, { cursor })).toMatchObject({ state: 'live' });
      const { id } = await announce(ask);
      for (const status of ['in_transit', 'arrived', 'at_door'])
        await ask(`PATCH /api/shipments/${id}/status`, { json: { status } });
      const { head } = await headNow();
      await expect.poll(() => Number(frames.at(-1)?.to ?? 0), { timeout: 8_000 }).toBeGreaterThanOrEqual(Number(head));
      frames.reduce((to, frame) => {
        expect(Number(frame.from)).toBeLessThanOrEqual(to);
        return Number(frame.to);
      }, Number(cursor.seq));
      const pushed = changesOf(frames).filter(({ seq }) => Number(seq) > Number(cursor.seq));
      expect(pushed).toEqual(changesOf(await pull(Number(cursor.seq))));
      expect(pushed.map(({ id: changed }) => changed)).toContain(id);
      const last = frames.at(-1);
      const asked = await changes(`from=${last?.from}&epoch=${last?.epoch}&chain=`.replace('&chain=', ''));
      expect({ ...last, head: 0 }).toEqual({ ...asked.body, head: 0 });
    },
  );

  it('sends nothing before hello, and to nobody what they may not see', async () => {
    const shy = await enter();
    // Two stations whose lists of warehouses read the same when run together.
    const [comma, two]: Claims[] = [
      { ...LEAD, sub: 'com', warehouses: ['X,Y'] },
      { ...LEAD, sub: 'two', warehouses: ['X', 'Y'] },
    ];
    const sockets = [await enter(comma), await enter(two)];
    const heard: string[][] = [[], []];
    shy.on('sync:frame', () => heard[0]?.push('a frame before hello'));
    for (const [at, socket] of sockets.entries()) {
      const { epoch, seq, chain } = await cursorNow();
      socket.on('sync:frame', (frame) => heard[at]?.push(JSON.stringify(frame)));
      expect(await hello(socket, { cursor: { epoch, seq, chain } })).toMatchObject({ state: 'live' });
    }
    const inX = await announce(ask, { warehouseId: 'X' });
    const inComma = await announce(ask, { warehouseId: 'X,Y' });
    await expect.poll(() => heard[1]?.join('')).toContain(String(inX.id));
    await expect.poll(() => heard[0]?.join('')).toContain(String(inComma.id));
    await Promise.all([...sockets, shy].map((socket) => say(socket, 'ping')));
    expect(heard[0]?.join('')).not.toContain(String(inX.id));
    expect(heard[1]?.join('')).not.toContain(String(inComma.id));
    expect(heard[0]?.join('')).not.toContain('before hello');
  });

  it('tells a station of an older wire to upgrade', async () => {
    const socket = await enter();
    const told = hear(socket, 'sync:upgrade');
    expect(await hello(socket, { protocol: 0 })).toMatchObject({ ok: false, code: 'upgrade_required' });
    expect(await told).toMatchObject({ oldest: expect.any(Number) });
  });
});

type Push = (mutations: unknown[], as?: Claims) => Promise<Body>;
const overHttp: Push = async (mutations, as = LEAD) => {
  const { status, body, text } = await ask('POST /api/sync/mutations', { as, json: { mutations } });
  expect(status, text).toBe(200);
  return body;
};
const overSocket: Push = async (mutations, as = LEAD) => {
  const { ok, ...reply } = await say(await enter(as), 'sync:push', { mutations });
  expect(ok).toBe(true);
  return reply as unknown as Body;
};

describe.each([
  ['HTTP', overHttp],
  ['the socket', overSocket],
])('mutations over %s', (_link, push) => {
  const station = () => {
    const clientId = randomUUID();
    const occurredAt = new Date().toISOString();
    return (n: number, type: string, args: Json, more: Json = {}) => ({ clientId, n, type, args, occurredAt, ...more });
  };
  const words = ({ verdicts }: Body) => verdicts?.map(({ verdict }) => String(verdict));

  it('are answered with every word of the guide, and a refusal does not stop what follows', async () => {
    const { id, version } = await announce(ask);
    const done = station();
    const onIt = { shipmentId: id };
    const reply = await push([
      done(1, 'recordArrival', onIt),
      done(2, 'recordArrival', onIt),
      done(3, 'assignDoor', onIt, { base: { id, version } }),
      done(4, 'recordArrival', { shipmentId: 'no-such' }),
      done(5, 'startUnloading', {}),
      done(6, 'assignDoor', onIt),
      done(7, 'recordDeparture', onIt),
    ]);
    expect(words(reply)).toEqual(['applied', 'noop', 'conflict', 'rejected', 'rejected', 'applied', 'superseded']);
    expect(reply).toMatchObject({ lastN: 7 });
    expect(reply.verdicts?.[2]?.current).toMatchObject({ id, status: 'arrived' });
    expect(reply.verdicts?.[3]).toMatchObject({ code: 'not_found', message: expect.any(String) });
    const seqs = (reply.verdicts ?? []).map(({ seq }) => Number(seq));
    expect((await headNow()).head).toBeGreaterThanOrEqual(Math.max(...seqs));
  });

  it('have their effect once, and the same verdict on every replay', async () => {
    const { id, lines } = await announce(ask);
    await ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'arrived' } });
    const done = station();
    const work = [
      done(1, 'addNote', { shipmentId: id, noteId: randomUUID(), text: 'one' }),
      done(2, 'startCounting', { shipmentId: id }),
    ];
    expect(lines).toHaveLength(2);
    const first = await push(work);
    expect(await push(work)).toEqual(first);
    expect(await overHttp([work[1]])).toMatchObject({ verdicts: [first.verdicts?.[1]], lastN: 2 });
    expect((await ask(`GET /api/shipments/${id}`)).body.notes).toHaveLength(1);
  });

  it('refuse other work under a known number, and a gap', async () => {
    const { id } = await announce(ask);
    const done = station();
    const note = (n: number, text: string) => done(n, 'addNote', { shipmentId: id, noteId: `${id}-${n}`, text });
    expect(words(await push([note(1, 'one')]))).toEqual(['applied']);
    const clash = await push([note(1, 'other')]);
    expect(clash).toMatchObject({ verdicts: [], lastN: 1, stoppedBy: { n: 1, code: 'identity_conflict' } });
    const gap = await push([note(3, 'three')]);
    expect(gap).toMatchObject({ verdicts: [], lastN: 1, stoppedBy: { n: 3, code: 'out_of_order', expected: 2 } });
    const partly = await push([note(2, 'two'), note(4, 'four')]);
    expect(partly).toMatchObject({ verdicts: [{ n: 2, verdict: 'applied' }], lastN: 2, stoppedBy: { n: 4 } });
    const unread = await push([note(3, 'three'), { ...note(4, 'x'), type: 'dropTable' }, note(5, 'five')]);
    expect(unread).toMatchObject({ verdicts: [{ n: 3 }], lastN: 3, stoppedBy: { n: 4, code: 'malformed' } });
    expect((await ask(`GET /api/shipments/${id}`)).body.notes).toHaveLength(3);
  });

  it('count a rejected piece as done', async () => {
    const { id } = await announce(ask);
    const done = station();
    const capacity = done(1, 'setCapacity', { warehouseId: 'WH-1', total: 1, available: 1 });
    const refused = await push([capacity], RECEIVER);
    expect(refused).toMatchObject({ verdicts: [{ n: 1, verdict: 'rejected', code: 'forbidden' }], lastN: 1 });
    expect(words(await push([done(2, 'recordArrival', { shipmentId: id })], RECEIVER))).toEqual(['applied']);
    expect(await push([capacity], RECEIVER)).toMatchObject({ verdicts: [refused.verdicts?.[0]] });
  });
});

it('refuses a push that cannot be read, and one of more than fifty', async () => {
  for (const json of [
    {},
    { mutations: [] },
    { mutations: 'x' },
    { mutations: Array(51).fill({}) },
    { mutations: [{}] },
  ])
    expect([400, 422], JSON.stringify(json).slice(0, 40)).toContain(
      (await ask('POST /api/sync/mutations', { json })).status,
    );
});
