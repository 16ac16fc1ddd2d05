import { describe, expect, it } from 'vitest';
import type { CommandInput } from '#contract/domain/command-args.ts';
import type { Decision } from '../decision.ts';
import { CREW, ModelDock } from '../model-dock.ts';

const PALLET = '106141412345678908';
const CARTON = '106141412345678915';
const GTIN = '4006381333931';

/** `S` being counted: line a (10, GTIN) loose, b (6) and c (2) in a carton on a pallet, d (3) on the pallet itself. */
const counting = (): ModelDock => {
  const dock = new ModelDock();
  dock.bring('S', 'announced', {
    lines: [
      { id: 'a', quantity: '10', gtin: GTIN },
      { id: 'b', quantity: '6', sscc: CARTON },
      { id: 'c', quantity: '2.5', sscc: CARTON },
      { id: 'd', quantity: '3', sscc: PALLET },
    ],
    handlingUnits: [
      { sscc: PALLET, kind: 'pallet' },
      { sscc: CARTON, kind: 'carton', parentSscc: PALLET },
    ],
  });
  dock.bringOn('S', 'counting');
  return dock;
};

let scans = 0;
const scan = (dock: ModelDock, args: Partial<CommandInput['recordScan']>): Decision => {
  scans += 1;
  return dock.do('recordScan', { shipmentId: 'S', scanId: `scan-${scans}`, ...args }, CREW.rob);
};
const counts = (dock: ModelDock): (string | null)[] =>
  ['a', 'b', 'c', 'd'].map((id) => dock.state.row('line', id)?.counted ?? null);

describe('recordScan', () => {
  it('adds to the line that is named, exactly', () => {
    const dock = counting();
    scan(dock, { lineId: 'a', quantity: '0.1' });
    scan(dock, { lineId: 'a', quantity: '0.2' });
    expect(counts(dock)).toEqual(['0.3', null, null, null]);
    expect(dock.shipment('S').countedLines).toBe(1);
  });

  it('counts a scan once', () => {
    const dock = counting();
    scan(dock, { scanId: 'once', lineId: 'a' });
    expect(scan(dock, { scanId: 'once', lineId: 'a', quantity: '5' })).toMatchObject({ verdict: 'noop', writes: [] });
    expect(counts(dock)[0]).toBe('1');
  });

  it('writes what it changed on the shipment last: stations tell by that whether a row has it', () => {
    const dock = counting();
    const wrote = (decision: Decision) => decision.writes.map(({ entity }) => entity);
    expect(wrote(scan(dock, { lineId: 'a' }))).toEqual(['shipment', 'line']);
    expect(wrote(scan(dock, { lineId: 'a' }))).toEqual(['line']);
    const parts = ['handlingUnit', 'handlingUnit', 'line', 'line', 'line'];
    expect(wrote(scan(dock, { scanId: 'all', sscc: PALLET }))).toEqual(['shipment', ...parts]);
    const back = wrote(dock.do('voidScan', { shipmentId: 'S', scanId: 'all' }, CREW.rob));
    expect([back[0], back.slice(1).sort()]).toEqual(['shipment', parts]);
    expect(wrote(scan(dock, { raw: 'unknown' }))).toEqual(['shipment', 'discrepancy']);
  });

  it('counts a carton with all it holds, once', () => {
    const dock = counting();
    expect(scan(dock, { sscc: CARTON }).verdict).toBe('applied');
    expect(counts(dock)).toEqual([null, '6', '2.5', null]);
    expect(scan(dock, { sscc: `00${CARTON}` }).verdict).toBe('noop');
    expect(dock.shipment('S').countedLines).toBe(2);
  });

  it('counts a pallet with what stands on it, without what was counted before', () => {
    const dock = counting();
    scan(dock, { sscc: CARTON });
    scan(dock, { sscc: PALLET });
    expect(counts(dock)).toEqual([null, '6', '2.5', '3']);
    const other = counting();
    scan(other, { sscc: PALLET });
    expect(counts(other)).toEqual([null, '6', '2.5', '3']);
    expect(scan(other, { sscc: CARTON }).verdict).toBe('noop');
  });

  it('fills the first line that is not complete, to the last decimal', () => {
    const dock = new ModelDock();
    dock.bring('S', 'announced', {
      lines: [
        { id: 'a', quantity: '123456789012.000002', gtin: GTIN },
        { id: 'b', quantity: '1', gtin: GTIN },
      ],
    });
    dock.bringOn('S', 'counting');
    scan(dock, { lineId: 'a', quantity: '123456789012.000001' });
    scan(dock, { raw: GTIN, quantity: '0.000001' });
    scan(dock, { raw: GTIN });
    expect(['a', 'b'].map((id) => dock.state.row('line', id)?.counted)).toEqual(['123456789012.000002', '1']);
  });

  it('counts the named line of a unit by quantity', () => {
    const dock = counting();
    scan(dock, { sscc: CARTON, lineId: 'b', quantity: '2' });
    expect(counts(dock)).toEqual([null, '2', null, null]);
  });

  it.each([GTIN, `0${GTIN}`, `(01)0${GTIN}`, `]C1010${GTIN}10LOT7`])(
    'finds a line by what the scanner sent: %s',
    (raw) => {
      const dock = counting();
      scan(dock, { raw });
      expect(counts(dock)).toEqual(['1', null, null, null]);
      expect(dock.state.all('discrepancy')).toEqual([]);
    },
  );

  it('finds a unit by what the scanner sent', () => {
    const dock = counting();
    scan(dock, { raw: `00${CARTON}` });
    expect(counts(dock)).toEqual([null, '6', '2.5', null]);
  });

  it.each([{ raw: '4006381333932' }, { raw: 'X' }, { sscc: '1' }, { lineId: 'gone' }, {}])(
    'keeps and flags a code nobody announced: %j',
    (args) => {
      const dock = counting();
      expect(scan(dock, args).verdict).toBe('applied');
      expect(counts(dock)).toEqual([null, null, null, null]);
      expect(dock.state.parts('discrepancy', 'S')).toMatchObject([{ kind: 'wrong_item', quantity: '1' }]);
      expect(dock.shipment('S').discrepancyCount).toBe(1);
    },
  );

  it('fills lines of one article in the order of the notice', () => {
    const dock = new ModelDock();
    const lines = [
      { id: 'x', quantity: '1', gtin: GTIN },
      { id: 'y', quantity: '1', gtin: GTIN },
    ];
    dock.bring('S', 'announced', { lines });
    dock.bringOn('S', 'counting');
    for (let n = 0; n < 3; n += 1) scan(dock, { raw: GTIN });
    expect([dock.state.row('line', 'x')?.counted, dock.state.row('line', 'y')?.counted]).toEqual(['2', '1']);
  });

  it('refuses a count beyond what a quantity can be, and changes nothing', () => {
    const dock = counting();
    scan(dock, { lineId: 'a', quantity: '999999999999' });
    expect(scan(dock, { lineId: 'a', quantity: '999999999999' })).toMatchObject({
      verdict: 'rejected',
      code: 'invalid',
    });
    expect(counts(dock)[0]).toBe('999999999999');
  });

  it('does not follow units that stand on each other for ever', () => {
    const dock = new ModelDock();
    dock.bring('S', 'announced', {
      lines: [{ id: 'a', quantity: '2', sscc: '1' }],
      handlingUnits: [
        { sscc: '1', kind: 'carton', parentSscc: '2' },
        { sscc: '2', kind: 'pallet', parentSscc: '1' },
      ],
    });
    dock.bringOn('S', 'counting');
    scan(dock, { sscc: '2' });
    expect(dock.state.row('line', 'a')?.counted).toBe('2');
  });
});

describe('voidScan', () => {
  const take = (dock: ModelDock, scanId: string): Decision =>
    dock.do('voidScan', { shipmentId: 'S', scanId }, CREW.rob);

  it('takes back exactly what the scan added', () => {
    const dock = counting();
    scan(dock, { scanId: 'one', lineId: 'a', quantity: '4' });
    scan(dock, { scanId: 'two', lineId: 'a', quantity: '3' });
    expect(take(dock, 'one').verdict).toBe('applied');
    expect(counts(dock)[0]).toBe('3');
    expect(take(dock, 'one').verdict).toBe('noop');
    take(dock, 'two');
    expect(counts(dock)[0]).toBeNull();
    expect(dock.shipment('S').countedLines).toBe(0);
  });

  it('lets a unit be counted again, and leaves alone what was counted on its own', () => {
    const dock = counting();
    scan(dock, { sscc: CARTON });
    scan(dock, { scanId: 'pallet', sscc: PALLET });
    take(dock, 'pallet');
    expect(counts(dock)).toEqual([null, '6', '2.5', null]);
    expect(scan(dock, { sscc: CARTON }).verdict).toBe('noop');
    scan(dock, { sscc: PALLET });
    expect(counts(dock)).toEqual([null, '6', '2.5', '3']);
  });

  it('takes back the flag of an unknown code', () => {
    const dock = counting();
    scan(dock, { scanId: 'what', raw: '?' });
    take(dock, 'what');
    expect(dock.state.all('discrepancy')).toEqual([]);
    expect(dock.shipment('S').discrepancyCount).toBe(0);
  });

  it('flags the unknown codes of two shipments apart, whatever their scans are called', () => {
    const dock = counting();
    dock.bring('T', 'counting', { supplierId: 'ZEN' });
    scan(dock, { scanId: 'scan 1', raw: 'of S' });
    dock.do('recordScan', { shipmentId: 'T', scanId: 'scan 1', raw: 'of T' }, CREW.rob);
    expect(dock.state.all('discrepancy').map(({ shipmentId }) => shipmentId)).toEqual(['S', 'T']);
    take(dock, 'scan 1');
    expect(dock.state.all('discrepancy').map(({ shipmentId }) => shipmentId)).toEqual(['T']);
    expect([dock.shipment('S').discrepancyCount, dock.shipment('T').discrepancyCount]).toEqual([0, 1]);
  });

  it('is late when the scan it takes back was', () => {
    const dock = counting();
    dock.bringOn('S', 'received');
    expect(scan(dock, { scanId: 'late', lineId: 'a' }).verdict).toBe('superseded');
    expect(take(dock, 'late')).toMatchObject({ verdict: 'superseded', history: { command: 'voidScan' } });
  });

  it('knows no scan that was never made', () => {
    expect(take(counting(), 'never')).toMatchObject({ verdict: 'rejected', code: 'not_found' });
  });
});

describe('setCount', () => {
  const set = (dock: ModelDock, counted: string, damaged?: string): Decision =>
    dock.do(
      'setCount',
      { shipmentId: 'S', lineId: 'a', counted, ...(damaged === undefined ? {} : { damaged }) },
      CREW.rob,
    );

  it('sets, and says noop when it already is so', () => {
    const dock = counting();
    expect(set(dock, '08.0', '1').verdict).toBe('applied');
    expect(dock.state.row('line', 'a')).toMatchObject({ counted: '8', damaged: '1' });
    expect(set(dock, '8').verdict).toBe('noop');
    expect(dock.shipment('S').countedLines).toBe(1);
  });

  it('swallows the scans before it, not those after', () => {
    const dock = counting();
    scan(dock, { scanId: 'before', lineId: 'a', quantity: '4' });
    set(dock, '9');
    scan(dock, { scanId: 'after', lineId: 'a', quantity: '1' });
    dock.do('voidScan', { shipmentId: 'S', scanId: 'before' }, CREW.rob);
    expect(counts(dock)[0]).toBe('10');
    dock.do('voidScan', { shipmentId: 'S', scanId: 'after' }, CREW.rob);
    expect(counts(dock)[0]).toBe('9');
  });

  it('is late after the count, also for a line that is no longer there', () => {
    const dock = counting();
    dock.bringOn('S', 'received');
    const gone = { shipmentId: 'S', lineId: 'gone', counted: '1' };
    expect(dock.do('setCount', gone, CREW.rob).verdict).toBe('superseded');
  });

  it('knows no line of another shipment', () => {
    const dock = counting();
    dock.bring('T');
    expect(dock.do('setCount', { shipmentId: 'S', lineId: 'T-1', counted: '1' }, CREW.rob).code).toBe('not_found');
  });
});
