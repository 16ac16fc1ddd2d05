import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { expectRefused, expectSurvived, type Vitals, vitals } from './hostile-client.ts';
import { type Ask, announce, asking, type Body, entering, STRANGER, say } from './outside-client.ts';

// The attack on what a station says on the socket: its work and where it says it stands.

let server: ServerProcess;
let ask: Ask;
let before: Vitals;
let id: string;

const enter = entering(() => server);

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
  before = await vitals(ask);
  id = String((await announce(ask, { carrier: 'CANARY' })).id);
});
afterAll(async () => {
  await server?.stop();
});

const work = (n: number, args: unknown, more: object = {}) => ({
  clientId: 'station-of-malice',
  n,
  type: 'addNote',
  args,
  occurredAt: '2026-11-24T08:00:00Z',
  ...more,
});
const note = (n: number, text: string, clientId: string) =>
  work(n, { shipmentId: id, noteId: `${clientId}-${n}`, text }, { clientId });

describe('work', () => {
  it('is taken in order only, once, and as it was first said', async () => {
    const socket = await enter();
    const clientId = randomUUID();
    const push = (...mutations: unknown[]) => say(socket, 'sync:push', { mutations });
    expect(await push(note(2, 'a gap', clientId))).toMatchObject({
      lastN: 0,
      stoppedBy: { code: 'out_of_order', expected: 1 },
    });
    const first = await push(note(1, 'one', clientId));
    expect(first).toMatchObject({ ok: true, verdicts: [{ n: 1, verdict: 'applied' }] });
    expect(await push(note(1, 'one', clientId))).toEqual(first);
    expect(await push(note(1, 'two', clientId))).toMatchObject({
      verdicts: [],
      stoppedBy: { code: 'identity_conflict' },
    });
    const all = [note(2, 'two', clientId), note(2, 'again', clientId), note(3, 'three', clientId)];
    expect(await push(...all)).toMatchObject({
      verdicts: [{ n: 2 }],
      lastN: 2,
      stoppedBy: { code: 'identity_conflict' },
    });
    const back = [note(3, 'three', clientId), note(2, 'two', clientId), note(1, 'one', clientId)];
    expect(await push(...back)).toMatchObject({ verdicts: [{ n: 3 }, { n: 2 }, { n: 1 }], lastN: 3 });
    expect((await ask(`GET /api/shipments/${id}`)).body.notes?.map(({ text }) => text)).toEqual([
      'one',
      'two',
      'three',
    ]);
  });

  it('under another station’s name changes and shows nothing of its work', async () => {
    const clientId = randomUUID();
    const mutations = [note(1, 'CANARY of a note', clientId)];
    expect(await say(await enter(), 'sync:push', { mutations })).toMatchObject({ lastN: 1 });
    const thief = await enter(STRANGER);
    const other = await say(thief, 'sync:push', { mutations: [note(1, 'mine now', clientId)] });
    expect(other).toMatchObject({ verdicts: [], stoppedBy: { code: 'identity_conflict' } });
    const next = await say(thief, 'sync:push', { mutations: [note(2, 'mine too', clientId)] });
    expect(next).toMatchObject({ verdicts: [{ verdict: 'rejected', code: 'not_found' }] });
    const replay = await say(thief, 'sync:push', { mutations });
    const greeting = await say(thief, 'sync:hello', { protocol: 1, clientId, cursor: null });
    expect(JSON.stringify([other, next, replay, greeting])).not.toContain('CANARY');
    const detail = await ask(`GET /api/shipments/${id}`);
    expect(detail.text).toContain('CANARY of a note');
    expect(detail.text).not.toMatch(/mine (now|too)/);
  });

  it.each<[string, (clientId: string) => unknown, object]>([
    [
      'fifty-one pieces',
      (clientId) => Array.from({ length: 51 }, (_, at) => note(at + 1, 'x', clientId)),
      { ok: false, code: 'malformed' },
    ],
    [
      'two stations',
      (clientId) => [note(1, 'x', clientId), note(2, 'x', randomUUID())],
      { lastN: 1, stoppedBy: { code: 'malformed' } },
    ],
    [
      'an unknown type',
      (clientId) => [work(1, {}, { clientId, type: 'dropTable' })],
      { lastN: 0, stoppedBy: { code: 'malformed' } },
    ],
    [
      'a type of the prototype',
      (clientId) => [work(1, {}, { clientId, type: '__proto__' })],
      { stoppedBy: { code: 'malformed' } },
    ],
    [
      'the server’s own work',
      (clientId) => [work(1, { warehouseId: 'W', name: 'W' }, { clientId, type: 'defineWarehouse' })],
      { verdicts: [{ code: 'forbidden' }] },
    ],
    [
      'a text that is too long',
      (clientId) => [note(1, 'x'.repeat(4001), clientId)],
      { verdicts: [{ verdict: 'rejected', code: 'invalid' }], lastN: 1 },
    ],
    [
      'a text that is far too long',
      (clientId) => [note(1, 'x'.repeat(10_001), clientId)],
      { ok: false, code: 'too_large' },
    ],
    [
      'nothing to note',
      (clientId) => [note(1, '  ', clientId)],
      { verdicts: [{ verdict: 'rejected', code: 'invalid' }] },
    ],
    ['half a character', (clientId) => [note(1, 'half \ud800', clientId)], { verdicts: [{ verdict: 'applied' }] }],
    [
      'bytes of a document nobody sent',
      (clientId) => [
        work(
          1,
          {
            shipmentId: id,
            documentId: randomUUID(),
            fileName: '../x',
            documentType: 'photo',
            mediaType: 'text/html',
            fileSize: 1,
            contentHash: 'a'.repeat(64),
          },
          { clientId, type: 'attachDocument' },
        ),
      ],
      { verdicts: [{ verdict: 'rejected' }] },
    ],
    [
      'a hash that is a path',
      (clientId) => [
        work(
          1,
          {
            shipmentId: id,
            documentId: randomUUID(),
            fileName: 'x',
            documentType: 'photo',
            mediaType: 'text/html',
            fileSize: 1,
            contentHash: '../../etc/passwd',
          },
          { clientId, type: 'attachDocument' },
        ),
      ],
      { verdicts: [{ verdict: 'rejected', code: 'invalid' }] },
    ],
  ])('of %s is answered as it deserves', async (_what, made, answer) => {
    const clientId = randomUUID();
    expect(await say(await enter(), 'sync:push', { mutations: made(clientId) })).toMatchObject(answer);
  });
});

describe('a notice', () => {
  const lines = (count: number) => Array.from({ length: count }, () => ({ quantity: '1' }));
  const warehouse = async (): Promise<unknown> => (await ask(`GET /api/shipments/${id}`)).body.warehouseId;

  it('of more than ten thousand lines is refused by either way', async () => {
    const args = { warehouseId: await warehouse(), lines: lines(10_001) };
    const clientId = randomUUID();
    const said = await say(await enter(), 'sync:push', {
      mutations: [work(1, args, { clientId, type: 'announceShipment' })],
    });
    expect(said).toMatchObject({ verdicts: [{ n: 1, verdict: 'rejected', code: 'invalid' }], lastN: 1 });
    const asked = await ask('POST /api/shipments', { json: args });
    expectRefused(asked, 'invalid', 'malformed', 'too_large');
  });

  it('after notice, a megabyte in one push, holds up nobody else', { timeout: 60_000 }, async () => {
    const [sender, bystander] = [await enter(), await enter()];
    const warehouseId = await warehouse();
    const clientId = randomUUID();
    const notice = (n: number) => work(n, { warehouseId, lines: lines(1_200) }, { clientId, type: 'announceShipment' });
    let isDone = false;
    const mutations = Array.from({ length: 50 }, (_, at) => notice(at + 1));
    // How long it takes is the machine's business; how long the other waits is not.
    const pushed = sender.timeout(50_000).emitWithAck('sync:push', { mutations });
    const end = (): void => {
      isDone = true;
    };
    pushed.then(end, end);
    let answered = 0;
    while (!isDone) {
      expect(await say(bystander, 'ping')).toMatchObject({ ok: true });
      answered += 1;
      // Slower than what one connection may ask for.
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    expect(await pushed).toMatchObject({ ok: true, lastN: 50 });
    expect(answered).toBeGreaterThan(8);
  });
});

describe('hello', () => {
  const hello = async (more: object): Promise<Body> =>
    say(await enter(), 'sync:hello', { protocol: 1, clientId: randomUUID(), cursor: null, ...more });
  const here = async () => {
    const { body } = await ask('GET /api/sync/changes');
    return { epoch: body.epoch, seq: Number(body.to), chain: body.chain };
  };

  it.each([0])('of wire %i is sent to upgrade', async (protocol) => {
    expect(await hello({ protocol })).toMatchObject({ ok: false, code: 'upgrade_required' });
  });

  it('of a wire that does not exist yet is told which one is spoken here', async () => {
    const answer = await hello({ protocol: 999 });
    if (answer.ok) expect(answer).toMatchObject({ protocol: expect.any(Number), state: 'snapshot' });
    else expect(answer.code).toBe('upgrade_required');
  });

  it.each([
    { protocol: -1 },
    { protocol: 1.5 },
    { protocol: '1' },
    { protocol: null },
    { protocol: 2 ** 53 },
    { clientId: 'short' },
    { clientId: 7 },
    { clientId: 'x'.repeat(65) },
    { app: 'x'.repeat(51) },
    { lastN: -1 },
    { cursor: 7 },
    { cursor: 'abc' },
    { cursor: [] },
    { cursor: {} },
    { cursor: { epoch: 7, seq: 0, chain: '' } },
    { cursor: { epoch: '', seq: 0, chain: '' } },
    { cursor: { epoch: 'e', seq: -1, chain: '' } },
    { cursor: { epoch: 'e', seq: 1.5, chain: '' } },
    { cursor: { epoch: 'e', seq: '1', chain: '' } },
    { cursor: { epoch: 'e', seq: 2 ** 53, chain: '' } },
    { cursor: { epoch: 'e', seq: 0, chain: 'x'.repeat(65) } },
    { cursor: { epoch: 'e', seq: 0 } },
  ])('with %j is malformed', async (more) => {
    expect(await hello(more)).toMatchObject({ ok: false, code: 'malformed' });
  });

  it('from a position of another history begins anew, and is not put into the live stream', async () => {
    const { epoch, seq, chain } = await here();
    for (const [cursor, reason] of [
      [{ epoch: 'f'.repeat(32), seq, chain }, 'epoch_changed'],
      [{ epoch: '__proto__', seq, chain }, 'epoch_changed'],
      [{ epoch, seq: seq + 1, chain }, 'fork'],
      [{ epoch, seq: Number.MAX_SAFE_INTEGER, chain }, 'fork'],
      [{ epoch, seq, chain: '' }, 'fork'],
      [{ epoch, seq, chain: 'f'.repeat(32) }, 'fork'],
      [{ epoch, seq: 0, chain }, 'fork'],
    ] as const)
      expect(await hello({ cursor })).toMatchObject({ ok: true, state: 'snapshot', reason, frame: null });
  });
});

it('is still the same server, at ease, and does its work', async () => {
  await expectSurvived(server, ask, before);
});
