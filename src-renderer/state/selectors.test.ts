import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BoardShipment } from '#contract/bridge/view.ts';
import { SHIPMENT_STATUSES } from '#contract/domain/status.ts';
import { at, shipment } from '../testing/sample.ts';
import { boardItems, matches, narrowGroups, wordsOf } from './board-search.ts';
import { type BoardGroups, createBoardGrouping, GROUP_KEYS, groupOf } from './selectors.ts';

const mapOf = (rows: readonly BoardShipment[]) => new Map(rows.map((row) => [row.id, row]));
const idsOf = (groups: BoardGroups) => GROUP_KEYS.map((key) => groups[key].map(({ id }) => id));

const anyRow = fc.record({
  id: fc.integer({ min: 0, max: 60 }).map((n) => `s-${n}`),
  status: fc.constantFrom(...SHIPMENT_STATUSES),
  eta: fc.option(
    fc.integer({ min: -500, max: 500 }).map((minutes) => at(minutes)),
    { nil: null },
  ),
  statusChangedAt: fc.integer({ min: -500, max: 0 }).map((minutes) => at(minutes)),
});

describe('grouping of the board', () => {
  it('sorts what waits for a door first, then the next expected, then the latest ended', () => {
    const group = createBoardGrouping();
    const groups = group(
      mapOf([
        shipment({ id: 'counting', status: 'counting', arrivedAt: at(-200) }),
        shipment({ id: 'waits-long', status: 'arrived', arrivedAt: at(-90) }),
        shipment({ id: 'waits', status: 'arrived', arrivedAt: at(-10) }),
        shipment({ id: 'later', status: 'in_transit', eta: at(90) }),
        shipment({ id: 'sooner', status: 'announced', eta: at(5) }),
        shipment({ id: 'no-time', status: 'announced', eta: null }),
        shipment({ id: 'closed', status: 'closed', statusChangedAt: at(-1) }),
        shipment({ id: 'received-early', status: 'received', statusChangedAt: at(-50) }),
        shipment({ id: 'received', status: 'received', statusChangedAt: at(-5) }),
      ]),
    );
    expect(idsOf(groups)).toEqual([
      ['waits-long', 'waits', 'counting'],
      ['sooner', 'later', 'no-time'],
      ['received', 'received-early', 'closed'],
    ]);
  });

  it('moves a row between groups and keeps the identity of a group it does not touch', () => {
    const group = createBoardGrouping();
    const rows = [
      shipment({ id: 'a' }),
      shipment({ id: 'b', status: 'counting' }),
      shipment({ id: 'c', status: 'closed' }),
    ];
    const before = group(mapOf(rows));
    const after = group(mapOf([{ ...rows[0]!, status: 'arrived' as const }, rows[1]!, rows[2]!]));
    expect(idsOf(after)).toEqual([['a', 'b'], [], ['c']]);
    expect(after.ended).toBe(before.ended);
    expect(group(mapOf([{ ...rows[0]!, status: 'arrived' as const }, rows[1]!])).ended).toEqual([]);
  });

  it('answers the same object for the same rows', () => {
    const group = createBoardGrouping();
    const rows = mapOf([shipment()]);
    expect(group(rows)).toBe(group(rows));
  });

  it('is, after any pushes, what sorting everything anew would be', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(anyRow, { maxLength: 30 }), { maxLength: 8 }),
        fc.array(fc.nat(60)),
        (pushes, gone) => {
          const group = createBoardGrouping();
          let rows = new Map<string, BoardShipment>();
          for (const push of pushes) {
            rows = new Map(rows);
            for (const part of push) rows.set(part.id, shipment(part));
            group(rows);
          }
          rows = new Map(rows);
          for (const n of gone) rows.delete(`s-${n}`);
          const moved = idsOf(group(rows));
          expect(moved).toEqual(idsOf(createBoardGrouping()(rows)));
          expect(moved.flat()).toHaveLength(rows.size);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('takes 50 pushes on 10 000 rows without sorting anew', () => {
    const group = createBoardGrouping();
    let rows = mapOf(
      Array.from({ length: 10_000 }, (_, n) =>
        shipment({ id: `s-${n}`, status: SHIPMENT_STATUSES[n % 10]!, eta: at(n), statusChangedAt: at(-n) }),
      ),
    );
    group(rows);
    let sorts = 0;
    const sort = Array.prototype.sort;
    Array.prototype.sort = function (...args) {
      sorts++;
      return sort.apply(this, args);
    };
    try {
      for (let n = 0; n < 50; n++) {
        rows = new Map(rows).set(`s-${n * 7}`, shipment({ id: `s-${n * 7}`, status: 'counting', arrivedAt: at(-n) }));
        group(rows);
      }
    } finally {
      Array.prototype.sort = sort;
    }
    expect(sorts).toBe(0);
    expect(group(rows).dock.filter(({ status }) => status === 'counting').length).toBeGreaterThanOrEqual(1000);
  });

  it('gives every status a group', () => {
    for (const status of SHIPMENT_STATUSES) expect(GROUP_KEYS).toContain(groupOf(shipment({ status })));
  });
});

describe('search and filter', () => {
  const groups = createBoardGrouping()(
    mapOf([
      shipment({ id: 'a', number: 'SH-1', trailer: 'TR-9', carrier: 'Alder', warehouseId: 'w-1' }),
      shipment({ id: 'b', number: 'SH-2', supplierName: 'Żabka', poNumbers: ['PO-1', 'PO-2'], warehouseId: 'w-2' }),
      shipment({ id: 'c', number: 'SH-3', status: 'counting', billOfLading: 'BL-77', supplierName: null }),
    ]),
  );

  it.each([
    ['sh-2', 'b'],
    ['tr-9 alder', 'a'],
    ['ALDER  tr', 'a'],
    ['żab', 'b'],
    ['po-2', 'b'],
    ['bl-77', 'c'],
  ])('finds %j', (query, id) => {
    expect(idsOf(narrowGroups(groups, null, query)).flat()).toEqual(expect.arrayContaining([id]));
    expect(matches(shipment({ number: 'nothing', trailer: null, carrier: null }), wordsOf(query))).toBe(false);
  });

  it('wants every word', () => {
    expect(idsOf(narrowGroups(groups, null, 'sh-1 żab')).flat()).toEqual([]);
  });

  it('narrows to a warehouse, and is the same object when nothing narrows', () => {
    expect(idsOf(narrowGroups(groups, 'w-2', '')).flat()).toEqual(['b']);
    expect(narrowGroups(groups, null, '  ')).toBe(groups);
  });

  it('lists groups that have rows, each under its heading, older finds last', () => {
    const older = shipment({ id: 'old' });
    expect(
      boardItems(narrowGroups(groups, 'w-2', ''), [older]).map((item) =>
        item.kind === 'row' ? item.row.id : `${item.group} ${item.count}`,
      ),
    ).toEqual(['arriving 1', 'b', 'older 1', 'old']);
  });
});
