import { beforeEach, describe, expect, it } from 'vitest';
import { type Change, snapshotLine } from '#contract/wire/sync.ts';
import { shipmentRow } from '../core/fake-server.ts';
import { mapInSlices } from './in-slices.ts';
import { DownDoor } from './parse-down.ts';

const AT = '2026-11-23T08:00:00.000Z';

let logged: string[];
let door: DownDoor;
beforeEach(() => {
  logged = [];
  door = new DownDoor((event, facts) => logged.push(`${event} ${JSON.stringify(facts)}`));
});

const change = (seq: number, more: Partial<Change> = {}): Change => ({
  seq,
  entity: 'shipment',
  id: 's1',
  op: 'put',
  row: shipmentRow('s1'),
  shipmentId: 's1',
  command: 'amendShipment',
  actor: { id: 'a', name: 'A', role: 'lead' },
  origin: null,
  occurredAt: AT,
  recordedAt: AT,
  ...more,
});
const frame = (...changes: Change[]) => ({ epoch: 'e', group: 'g', from: 0, to: 9, chain: 'c', head: 9, changes });
const BAD: [string, Change][] = [
  ['a row of another id', change(2, { id: 'other' })],
  ['a row without its fields', change(2, { row: { id: 's1' } })],
  ['a status nobody knows', change(2, { row: { ...shipmentRow('s1'), status: 'lost' } })],
  ['no row at all', change(2, { row: null })],
  ['a line that is a shipment', change(2, { entity: 'line' })],
];

describe('pushed frames', () => {
  it('pass whole, with evictions and deletions that carry no row', () => {
    const given = frame(change(1), change(2, { op: 'evict', row: null }), change(3, { op: 'del', row: null }));
    expect(door.pushedFrame(given)).toEqual(given);
    expect(door.dropped).toBe(0);
  });

  it.each(BAD)('with %s are dropped whole, counted and logged without their contents', (_name, bad) => {
    expect(door.pushedFrame(frame(change(1), bad))).toBeNull();
    expect([door.dropped, logged]).toEqual([1, ['down.dropped {"what":"frame","total":1}']]);
  });

  it.each([null, 'frame', {}, { ...frame(), to: -1 }, { ...frame(), changes: [{ ...change(1), op: 'steal' }] }])(
    'that are no frames are dropped: %j',
    (bad) => {
      expect(door.pushedFrame(bad)).toBeNull();
    },
  );
});

describe('pages', () => {
  it.each(BAD)('go on without %s', async (_name, bad) => {
    expect((await door.page(frame(change(1), bad, change(3)))).changes.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(door.dropped).toBe(1);
  });

  it('that cannot be read are a fault', async () => {
    await expect(door.page({ epoch: 'e' })).rejects.toThrow('could not be read');
    const stolen = { ...frame(change(1)), changes: [change(1), { ...change(2), op: 'steal' }, change(3)] };
    await expect(door.page(stolen)).rejects.toThrow('could not be read');
    await expect(door.page({ ...stolen, changes: [null] })).rejects.toThrow('could not be read');
    await expect(door.hello({ protocol: 1 })).rejects.toThrow('could not be read');
  });

  it('are read as what the schema makes of them', async () => {
    const more = { ...change(1), added: 'by a newer server' };
    expect((await door.page(frame(more))).changes).toEqual([change(1)]);
  });

  it('of a hello are treated as pages', async () => {
    const hello = {
      protocol: 1,
      epoch: 'e',
      head: 9,
      group: 'g',
      state: 'live',
      frame: frame(change(1), BAD[0]![1]),
      lastN: 0,
      serverTime: AT,
    };
    expect((await door.hello(hello)).frame?.changes).toHaveLength(1);
    expect(await door.hello({ ...hello, state: 'snapshot', reason: 'fork', frame: null })).toMatchObject({
      state: 'snapshot',
      reason: 'fork',
    });
    const ack = await door.ack('sync:hello', { ok: true, ...hello });
    expect(ack).toMatchObject({ ok: true, state: 'live', frame: { changes: [{ seq: 1 }] } });
  });
});

describe('lines of a snapshot', () => {
  const row = { kind: 'row', entity: 'shipment', id: 's1', seq: 3, shipmentId: 's1', row: shipmentRow('s1') };
  const head = { kind: 'head', protocol: 2, epoch: 'e', seq: 7, chain: 'c', group: 'g', snapshot: 'x', line: 0 };
  const end = { kind: 'end', rows: 1, seq: 9 };

  it.each([head, row, { ...row, row: { ...row.row, ofAnotherVersion: [1] } }, end])(
    'are what the contract reads of them: %j',
    (line) => {
      const given = { ...line, ofAnotherVersion: 1 };
      expect(door.snapshotLine(given)).toEqual(snapshotLine.parse(given));
      expect(door.dropped).toBe(0);
    },
  );

  it.each([
    ['has another id', { ...row, id: 'other' }],
    ['lacks fields', { ...row, row: { id: 's1' } }],
    ['is of another kind', { ...row, entity: 'line' }],
    ['brings a prototype', { ...row, row: JSON.parse(`{"__proto__":{},${JSON.stringify(row.row).slice(1)}`) }],
  ])('are left out when the row %s, and counted', (_name, line) => {
    expect(door.snapshotLine(line)).toBeNull();
    expect([door.dropped, logged]).toEqual([1, [`down.dropped {"what":"snapshot ${line.entity}","total":1}`]]);
  });

  it.each([
    null,
    [],
    { ...row, kind: 'rows' },
    { ...row, entity: 'pallet' },
    { ...row, seq: -1 },
    { ...row, shipmentId: 5 },
    { ...row, row: null },
    { ...row, row: [row.row] },
    { ...row, row: 'text' },
    { ...end, rows: -1 },
  ])('that cannot be told apart are a fault: %j', (line) => {
    expect(snapshotLine.safeParse(line).success).toBe(false);
    expect(() => door.snapshotLine(line)).toThrow('could not be read');
  });
});

describe('acknowledgements', () => {
  it('are what was agreed, or a refusal with its code', async () => {
    expect(await door.ack('ping', { ok: true, at: AT })).toEqual({ ok: true, at: AT });
    expect(await door.ack('ping', { ok: false, code: 'too_fast', message: 'slow down' })).toEqual({
      ok: false,
      code: 'too_fast',
      message: 'slow down',
    });
  });

  it.each([
    undefined,
    null,
    'ok',
    {},
    { ok: true },
    { ok: false, code: 'made_up', message: 'x' },
    { ok: true, at: 'noon' },
  ])('that are neither are a fault: %j', async (bad) => {
    await expect(door.ack('ping', bad)).rejects.toMatchObject({ code: null });
    expect(door.dropped).toBe(1);
  });
});

describe('the answer to a push', () => {
  it('counts although it has reasons this version has no name for', async () => {
    const refused = { n: 1, verdict: 'rejected', seq: 4, code: 'made_up_later', message: 'Because.' };
    const reply = { verdicts: [refused, { n: 2, verdict: 'applied', seq: 5 }], lastN: 2 };
    expect(door.pushReply(reply).verdicts).toMatchObject([
      { n: 1, verdict: 'rejected', message: 'Because.' },
      { n: 2, verdict: 'applied' },
    ]);
    expect(door.pushReply(reply).verdicts[0]?.code).toBeUndefined();
    const stoppedBy = { n: 3, code: 'made_up_later', message: 'Not now.' };
    expect(await door.ack('sync:push', { ok: true, ...reply, stoppedBy })).toMatchObject({
      ok: true,
      stoppedBy: { n: 3, code: 'internal', message: 'Not now.' },
    });
    expect(door.dropped).toBe(0);
    for (const bad of [null, 'x', { verdicts: 'none', lastN: 1 }, { ...reply, verdicts: [{ n: 0 }] }]) {
      expect(() => door.pushReply(bad)).toThrow();
    }
  });
});

describe('guide events', () => {
  it('pass when they are what they say', () => {
    const event = {
      type: 'warehouse:capacity_updated',
      warehouseId: 'W',
      capacity: { total: 4, available: 1, utilization: 75 },
      seq: 3,
      timestamp: AT,
    } as const;
    expect(door.guide('warehouse:capacity_updated', event)).toEqual(event);
    expect(door.guide('shipment:updated', event)).toBeNull();
    expect(logged).toEqual(['down.dropped {"what":"shipment:updated","total":1}']);
  });
});

describe('what a shipment waits for', () => {
  const one = { station: 'Dock 3', userName: 'Mara', state: 'unsent', since: AT };
  const event = { type: 'shipment:waiting', shipmentId: 's', waitingFor: [one], timestamp: AT };

  it('passes when it is what it says', () => {
    expect(door.waiting(event)).toEqual(event);
    expect(door.waiting({ ...event, waitingFor: [{ ...one, state: 'asleep' }] })).toBeNull();
    expect(logged).toEqual(['down.dropped {"what":"shipment:waiting","total":1}']);
  });

  it('is nothing where the server does not say it', async () => {
    const joined = { ok: true, shipmentId: 's', viewers: [], viewersCount: 1 };
    expect(await door.ack('join:shipment', joined)).toEqual({ ...joined, waitingFor: [] });
    expect(await door.ack('join:shipment', { ...joined, waitingFor: [one] })).toMatchObject({ waitingFor: [one] });
  });
});

it('looks at long lists in slices, and lets others have their turn', async () => {
  let turns = 0;
  const timer = setInterval(() => {
    turns += 1;
  }, 1);
  const slow = (item: number): number | null => {
    const until = performance.now() + 1;
    while (performance.now() < until);
    return item % 2 === 0 ? item : null;
  };
  const kept = await mapInSlices(
    Array.from({ length: 40 }, (_, index) => index),
    slow,
  );
  clearInterval(timer);
  expect(kept).toHaveLength(20);
  expect(turns).toBeGreaterThanOrEqual(3);
});
