import { describe, expect, it } from 'vitest';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { ScanEffect } from './apply-command.ts';
import { overlayShipment } from './overlay.ts';
import { AT, counting, line, PLACES, SSCC, show, work } from './overlay-for-tests.ts';
import type { Work } from './ports.ts';

describe('counting', () => {
  it('adds scans to a line and says how many lines are counted', () => {
    const scan = (scanId: string, quantity: string) =>
      work('recordScan', { shipmentId: 's1', scanId, lineId: 'l1', quantity });
    const shown = show(counting(), scan('a', '1.5'), scan('b', '2'));
    expect(shown.lines.map(({ counted }) => counted)).toEqual(['3.5', null]);
    expect(shown.countedLines).toBe(1);
  });

  it('finds the line by what the scanner sent', () => {
    const lines = [line('l1', 1, { gtin: '04012345123456', expected: '2' }), line('l2', 2, { gtin: '4012345123456' })];
    const raw = (scanId: string) => work('recordScan', { shipmentId: 's1', scanId, raw: ']C10104012345123456' });
    const shown = show(counting({ lines }), raw('a'), raw('b'), raw('c'));
    expect(shown.lines.map(({ counted }) => counted)).toEqual(['2', '1']);
  });

  it('counts a pallet with everything on it, once', () => {
    const unit = (id: string, sscc: string, parentId: string | null) => ({
      id,
      shipmentId: 's1',
      sscc,
      kind: 'pallet' as const,
      parentId,
      countedAt: null,
    });
    const base = counting({
      handlingUnits: [unit('u1', SSCC, null), unit('u2', '106141412345678915', 'u1')],
      lines: [
        line('l1', 1, { handlingUnitId: 'u1', expected: '4' }),
        line('l2', 2, { handlingUnitId: 'u2', expected: '6' }),
      ],
    });
    const scan = (scanId: string) => work('recordScan', { shipmentId: 's1', scanId, raw: `(00)${SSCC}` });
    const shown = show(base, scan('a'), scan('b'));
    expect(shown.lines.map(({ counted }) => counted)).toEqual(['4', '6']);
    expect(shown.handlingUnits.map(({ countedAt }) => countedAt)).toEqual([AT, AT]);
    const undone = show(base, scan('a'), work('voidScan', { shipmentId: 's1', scanId: 'a' }));
    expect(undone.lines.map(({ counted }) => counted)).toEqual([null, null]);
    expect(undone.handlingUnits.map(({ countedAt }) => countedAt)).toEqual([null, null]);
  });

  it('keeps an unknown code as a problem, and takes it back with the scan', () => {
    const scan = work('recordScan', { shipmentId: 's1', scanId: 'a', raw: 'WHAT-IS-THIS' });
    expect(show(counting(), scan)).toMatchObject({
      discrepancyCount: 1,
      discrepancies: [{ kind: 'wrong_item', note: expect.stringContaining('WHAT-IS-THIS') }],
    });
    expect(show(counting(), scan, work('voidScan', { shipmentId: 's1', scanId: 'a' }))).toMatchObject({
      discrepancyCount: 0,
      discrepancies: [],
    });
  });

  it('undoes a scan the server has had by now', () => {
    const scans = new Map<string, ScanEffect>();
    const scan = work('recordScan', { shipmentId: 's1', scanId: 'a', lineId: 'l1', quantity: '3' });
    overlayShipment(counting(), [scan], PLACES, scans);
    const fromServer = counting({ lines: [line('l1', 1, { counted: '5' })], lineCount: 1, countedLines: 1 });
    const shown = overlayShipment(fromServer, [work('voidScan', { shipmentId: 's1', scanId: 'a' })], PLACES, scans);
    expect(shown?.lines[0]?.counted).toBe('2');
    const unknown = overlayShipment(
      fromServer,
      [work('voidScan', { shipmentId: 's1', scanId: 'other' })],
      PLACES,
      scans,
    );
    expect(unknown?.lines[0]?.counted).toBe('5');
  });

  describe('on rows that may have the work in them', () => {
    const answered = (work: Work, seq: number, verdict: 'applied' | 'noop' = 'applied'): Work => ({
      ...work,
      state: 'answered',
      verdict: { n: work.mutation.n, verdict, seq },
    });
    const scan = work('recordScan', { shipmentId: 's1', scanId: 'a', lineId: 'l1', quantity: '3' });
    const lines = [line('l1', 1, { counted: '5' }), line('l2', 2)];
    const countedOn = (base: ShipmentDetail, works: readonly Work[], seqs: Readonly<Record<string, number>>) =>
      overlayShipment(base, works, PLACES, new Map(), new Map(Object.entries(seqs)))?.lines.map((row) => row.counted);

    it.each([
      ['is in the row', answered(scan, 7), 7, '5'],
      ['is in it under what came later', answered(scan, 7), 9, '5'],
      ['is still to come', answered(scan, 7), 6, '8'],
      ['is not answered', scan, 7, '8'],
      ['wrote nothing', answered(scan, 7, 'noop'), 7, '8'],
    ])('adds a scan once that %s', (_what, each, seq, counted) => {
      expect(countedOn(counting({ lines }), [each], { 'line:l1': seq })).toEqual([counted, null]);
    });

    it('takes a scan back once, also one that is in the row', () => {
      const undo = work('voidScan', { shipmentId: 's1', scanId: 'a' });
      const base = counting({ lines });
      expect(countedOn(base, [answered(scan, 7), undo], { 'line:l1': 7 })).toEqual(['2', null]);
      expect(countedOn(base, [answered(scan, 7), answered(undo, 9)], { 'line:l1': 9 })).toEqual(['5', null]);
    });

    it('knows which lines of a pallet have it, whatever order they were read in', () => {
      const unit = { id: 'u1', shipmentId: 's1', sscc: SSCC, kind: 'pallet' as const, parentId: null, countedAt: null };
      const on = (counted: string | null) => [
        line('l1', 1, { handlingUnitId: 'u1', expected: '4', counted }),
        line('l2', 2, { handlingUnitId: 'u1', expected: '6' }),
      ];
      // The shipment is 5, the pallet 6, the lines 7 and 8.
      const pallet = answered(work('recordScan', { shipmentId: 's1', scanId: 'p', sscc: SSCC }), 8);
      const read = (counted: string | null, seq: number) =>
        countedOn(counting({ handlingUnits: [unit], lines: on(counted) }), [pallet], {
          'handlingUnit:u1': 2,
          'line:l1': seq,
          'line:l2': 3,
        });
      expect([read('4', 7), read(null, 3)]).toEqual([
        ['4', '6'],
        ['4', '6'],
      ]);
    });

    it('sets no count over what was counted later', () => {
      const set = answered(work('setCount', { shipmentId: 's1', lineId: 'l1', counted: '1' }), 7);
      expect(countedOn(counting({ lines }), [set], { 'line:l1': 8 })).toEqual(['5', null]);
    });

    it('flags no code twice, and none whose line may be still to come', () => {
      const unknown = work('recordScan', { shipmentId: 's1', scanId: 'a', raw: 'WHAT-IS-THIS' });
      const flag = show(counting(), unknown).discrepancies.map((each) => ({ ...each, id: 'from-the-server' }));
      const flags = (base: ShipmentDetail, seq: number) =>
        overlayShipment(
          base,
          [answered(unknown, 7)],
          PLACES,
          new Map(),
          new Map([['discrepancy:from-the-server', seq]]),
        )?.discrepancies.map(({ id }) => id);
      expect(flags(counting({ discrepancies: flag }), 7)).toEqual(['from-the-server']);
      expect(flags(counting({ discrepancies: flag }), 6)).toHaveLength(2);
      expect(flags(counting({ lines: [line('l1', 1)], lineCount: 2 }), 0)).toEqual([]);
    });

    it('counts the lines by what is known of those that are still to come', () => {
      const base = counting({ lines: [line('l1', 1)], lineCount: 9, countedLines: 4 });
      expect(show(base, scan)).toMatchObject({ lineCount: 9, countedLines: 5 });
    });
  });

  it('sets a count outright', () => {
    const shown = show(
      counting(),
      work('setCount', { shipmentId: 's1', lineId: 'l2', counted: '007.50', damaged: '1' }),
    );
    expect(shown.lines[1]).toMatchObject({ counted: '7.5', damaged: '1' });
    expect(show(counting(), work('setCount', { shipmentId: 's1', lineId: 'nope', counted: '1' })).countedLines).toBe(0);
  });
});
