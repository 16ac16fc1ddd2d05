import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { ADMIN, type Ask, announce, asking, type Body, entering, hear, LEAD, say } from './outside-client.ts';

// A station of the first wire, as it was shipped: it sends what it always sent and reads what it always read. The shapes stand here
// as they were, apart from the contract of today.

const changeOne = z.object({ seq: z.int(), entity: z.string(), id: z.string(), op: z.enum(['put', 'evict', 'del']) });
const frameOne = z.object({
  epoch: z.string(),
  group: z.string(),
  from: z.int(),
  to: z.int(),
  chain: z.string(),
  head: z.int(),
  changes: z.array(changeOne),
});
const helloOne = z.object({
  ok: z.literal(true),
  protocol: z.int(),
  epoch: z.string(),
  head: z.int(),
  group: z.string(),
  state: z.enum(['live', 'catchup', 'snapshot']),
  reason: z.enum(['no_cursor', 'epoch_changed', 'fork', 'cursor_too_old', 'too_far_behind']).optional(),
  frame: frameOne.nullable(),
  lastN: z.int(),
});
/** No `snapshot` and no `line`: transfers began anew when they broke off. */
const headOne = z.object({
  kind: z.literal('head'),
  protocol: z.int(),
  epoch: z.string(),
  seq: z.int(),
  chain: z.string(),
  group: z.string(),
});
const rowOne = z.object({
  kind: z.literal('row'),
  entity: z.string(),
  id: z.string(),
  seq: z.int(),
  row: z.looseObject({}),
});
const endOne = z.object({ kind: z.literal('end'), rows: z.int(), seq: z.int() });
const lineOne = z.discriminatedUnion('kind', [headOne, rowOne, endOne]);
/** It said no more than which group it is now. */
const scopeOne = z.object({ group: z.string() });

let server: ServerProcess;
let ask: Ask;
beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
});
afterAll(() => server?.stop());

const CLIENT = 'station-of-the-first-wire';
const enter = entering(() => server);
const hello = async (socket: Socket, cursor: object | null) =>
  helloOne.parse(await say(socket, 'sync:hello', { protocol: 1, clientId: CLIENT, cursor }));
const snapshot = async () => {
  const { text } = await ask('GET /api/sync/snapshot');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => lineOne.parse(JSON.parse(line)));
};

describe('a station of wire 1', () => {
  it('gets from nothing to live, and hears what happens', async () => {
    await announce(ask);
    const socket = await enter();
    expect(await hello(socket, null)).toMatchObject({ state: 'snapshot', reason: 'no_cursor', frame: null });
    const [head, ...rest] = await snapshot();
    if (head?.kind !== 'head') throw new Error('a snapshot begins with its head');
    expect(rest.at(-1)).toMatchObject({ kind: 'end', rows: rest.length - 1 });
    const { epoch, seq, chain } = head;
    expect(await hello(socket, { epoch, seq, chain })).toMatchObject({ state: 'live', group: head.group });
    const coming = hear(socket, 'sync:frame');
    const { id } = await announce(ask);
    const frame = frameOne.parse(await coming);
    expect(frame.from).toBe(seq);
    expect(frame.changes.map((each) => each.id)).toContain(id);
  });

  it('polls, and sends its work once', async () => {
    const { id } = await announce(ask);
    const at = frameOne.parse((await ask('GET /api/sync/changes?from=0')).body);
    expect(at.changes.map((each) => each.id)).toContain(id);
    const args = { shipmentId: id, noteId: `${id}-note`, text: 'seen' };
    const work = { clientId: CLIENT, n: 1, type: 'addNote', args, occurredAt: new Date().toISOString() };
    const socket = await enter();
    const over = await say(socket, 'sync:push', { mutations: [work] });
    expect(over).toMatchObject({ ok: true, verdicts: [{ n: 1, verdict: 'applied' }], lastN: 1 });
    const again = await ask('POST /api/sync/mutations', { json: { mutations: [work] } });
    expect(again.body.verdicts).toEqual(over.verdicts);
  });

  it('is told in its own words when what it may see changes', async () => {
    const person = { ...LEAD, sub: 'nora', name: 'Nora' };
    const socket = await enter(person);
    const told = hear(socket, 'sync:scope');
    const changed = await ask('PUT /api/users/nora/access', {
      as: ADMIN,
      json: { role: 'lead', warehouses: ['WH-1'] },
    });
    expect(changed.status, changed.text).toBe(200);
    expect(scopeOne.parse(await told)).toEqual({ group: 'staff:WH-1' });
    expect((await hello(socket, null)).group).toBe('staff:WH-1');
    const again: Body = (await ask('GET /api/sync/changes?from=0', { as: person })).body;
    expect(again.group).toBe('staff:WH-1');
  });
});
