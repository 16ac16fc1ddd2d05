// The station's doors in a process of their own: everything that may come from the network, spoilt. Prints what came of it.
import assert from 'node:assert/strict';
import { GUIDE_EVENTS } from '#contract/wire/down.ts';
import type { SnapshotLine } from '#contract/wire/sync.ts';
import { UP_EVENTS } from '#contract/wire/up.ts';
import { FakeServer, shipmentRow } from '../../../src-main/core/fake-server.ts';
import { LinkFault } from '../../../src-main/core/link-fault.ts';
import { DownDoor } from '../../../src-main/link/parse-down.ts';
import { PollLink } from '../../../src-main/link/poll-link.ts';
import { below, oneOf, pickOf, seeded } from '../support/seeded.ts';
import { noise, odd, spoilt, spoiltBytes } from './hostile.ts';

const [doors = 0, polls = 0, seed = 1] = process.argv.slice(2).map(Number);
const random = seeded(seed);
process.on('unhandledRejection', (reason) => {
  console.error('unhandled', reason);
  process.exit(70);
});

const change = (seq: number) => ({
  seq,
  entity: 'shipment',
  id: `S${seq}`,
  op: 'put',
  row: shipmentRow(`S${seq}`),
  shipmentId: `S${seq}`,
  command: 'announceShipment',
  actor: { id: 'lena', name: 'Lena', role: 'lead' },
  origin: null,
  occurredAt: '2026-11-24T10:00:00.000Z',
  recordedAt: '2026-11-24T10:00:00.000Z',
});
const server = new FakeServer('e');
const frame = {
  epoch: server.epoch,
  group: 'staff:*',
  from: 0,
  to: 3,
  chain: 'c',
  head: 3,
  changes: [1, 2, 3].map(change),
};
const hello = {
  ok: true,
  protocol: 1,
  epoch: 'e',
  head: 3,
  group: 'staff:*',
  state: 'live',
  frame,
  lastN: 0,
  serverTime: '2026-11-24T10:00:00.000Z',
};
const push = { ok: true, verdicts: [{ n: 1, verdict: 'applied', seq: 3 }], lastN: 1 };
const row = { kind: 'row', entity: 'shipment', id: 'S1', seq: 1, shipmentId: 'S1', row: shipmentRow('S1') };
const lines = [
  { kind: 'head', protocol: 1, epoch: 'e', seq: 3, chain: 'c', group: 'staff:*' },
  row,
  { kind: 'end', rows: 1, seq: 3 },
];
const problem = { type: 'about:blank', title: 't', status: 409, detail: 'd', code: 'epoch_changed' };

const door = new DownDoor(() => undefined);
let taken = 0;
let refused = 0;

/** What a door throws is a `LinkFault`, nothing else. */
const through = async (what: string, run: () => unknown): Promise<void> => {
  try {
    if ((await run()) === null) refused += 1;
    else taken += 1;
  } catch (error) {
    assert.ok(error instanceof LinkFault, `${what} threw ${String(error)}`);
    refused += 1;
  }
};

const DOORS: readonly [() => Promise<void>, ...(() => Promise<void>)[]] = [
  () => through('frame', () => door.pushedFrame(spoilt(random, frame, 0.05))),
  () => through('page', () => door.page(spoilt(random, frame, 0.05))),
  () => through('hello', () => door.hello(spoilt(random, hello, 0.05))),
  () =>
    through('snapshot', () => door.snapshotLine(spoilt(random, pickOf(random, lines as [object, ...object[]]), 0.05))),
  () => through('push', () => door.pushReply(spoilt(random, push, 0.05))),
  () => through('history', () => door.history(spoilt(random, { history: [{ id: 'h' }] }, 0.1))),
  () =>
    through('guide', () =>
      door.guide(pickOf(random, GUIDE_EVENTS), spoilt(random, { type: 'x', shipmentId: 'S1' }, 0.1)),
    ),
  () =>
    through('ack', () =>
      door.ack(oneOf(random, UP_EVENTS), spoilt(random, pickOf(random, [hello, push] as [object, ...object[]]), 0.05)),
    ),
  () => through('problem', () => door.problem(spoilt(random, problem, 0.1))),
];

const body = (): Buffer => {
  const text = pickOf(random, [
    JSON.stringify(frame),
    JSON.stringify(push),
    JSON.stringify(problem),
    lines.map((line) => JSON.stringify(random() < 0.3 ? spoilt(random, line) : line)).join('\n'),
    '<html>Welcome</html>',
  ]);
  return random() < 0.1 ? noise(random, below(random, 500)) : spoiltBytes(random, Buffer.from(text));
};

/** An answer of any status, type and body, in pieces, and sometimes broken off. */
const hostileFetch = async (): Promise<Response> => {
  if (random() < 0.05) throw new TypeError('fetch failed');
  const bytes = new Uint8Array(body());
  const stream = new ReadableStream<Uint8Array>({
    start: (to) => {
      const half = below(random, bytes.length + 1);
      to.enqueue(bytes.subarray(0, half));
      if (random() < 0.1) to.error(new Error('broken off'));
      else {
        to.enqueue(bytes.subarray(half));
        to.close();
      }
    },
  });
  const type = pickOf(random, [
    'application/json',
    'application/x-ndjson',
    'application/problem+json',
    'text/html',
    '',
  ]);
  const status = pickOf(random, [200, 200, 200, 301, 400, 409, 500, 502]);
  return new Response(stream, { status, headers: type === '' ? {} : { 'content-type': type } });
};

const link = new PollLink({ url: 'http://dock', token: () => 't', door, fetch: hostileFetch as typeof fetch });
const all = async (): Promise<SnapshotLine[]> => {
  const read: SnapshotLine[] = [];
  for await (const line of link.snapshot()) read.push(line);
  return read;
};
const POLLS: readonly [() => Promise<unknown>, ...(() => Promise<unknown>)[]] = [
  () => link.changes({ epoch: 'e', seq: 0, chain: '' }, 0),
  () => link.push('client-0001', []),
  all,
  () => link.history('S1'),
  () => link.probe(),
  () => link.refusesToken(),
];

const settled = (): number => {
  for (let times = 0; times < 3; times += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const half = async (): Promise<void> => {
  for (let at = 0; at < doors / 2; at += 1) await pickOf(random, DOORS)();
  for (let at = 0; at < polls / 2; at += 1) await through('poll', () => pickOf(random, POLLS)());
};
// The first half makes all that is made once.
await half();
const before = settled();
await half();
const grewBy = settled() - before;
await through('odd', () => door.page(odd(random)));
assert.equal(Object.hasOwn(Object.prototype, 'admin'), false, 'no prototype was changed');
console.log(JSON.stringify({ inputs: doors + polls, taken, refused, grewBy }));
