import { describe, expect, it } from 'vitest';
import { type Level, levelRows, type Row, sampleSscc, writeBody } from '../../../tools/samples/write-856.ts';
import { NOTICE_LIMITS } from '../limits.ts';
import { parseShipNotice } from '../parse-ship-notice.ts';

const BSN: Row = ['BSN', '00', 'N1', '20261123', '0915'];
const PARTIES: Row[] = [
  ['N1', 'SF', 'Farm', '92', 'F1'],
  ['N1', 'ST', 'Joliet', '92', 'JOL'],
];

const read = (body: readonly Row[]) => {
  const parsed = parseShipNotice(writeBody(body));
  if (!parsed.ok) throw new Error(parsed.message);
  return {
    notices: parsed.notices,
    notice: parsed.notices[0]!,
    warnings: parsed.warnings.map(({ code, position }) => `${code} ${position}`),
  };
};
const tree = (levels: readonly Level[], bsn = BSN) => read([bsn, ...levelRows(levels)]);

const item = (sku: string, quantity = '1', below: Level[] = []): Level => ({
  level: 'I',
  rows: [
    ['LIN', '', 'SK', sku],
    ['SN1', '', quantity, 'EA'],
  ],
  below,
});
const order = (po: string, ...below: Level[]): Level => ({ level: 'O', rows: [['PRF', po]], below });
const pack = (level: 'T' | 'P', serial: number, ...below: Level[]): Level => ({
  level,
  rows: [['MAN', 'GM', `00${sampleSscc(serial)}`]],
  below,
});
const shipment = (...below: Level[]): Level => ({ level: 'S', rows: PARTIES, below });

/** `sku:order:unit` of each line, the unit by its serial. */
const linesOf = ({ notice }: { notice: ReturnType<typeof read>['notice'] }) =>
  notice.lines.map(({ sku, poNumber, handlingUnitSscc }) => {
    const serial = [1, 2, 3, 4].find((each) => sampleSscc(each) === handlingUnitSscc) ?? '-';
    return `${sku}:${poNumber}:${serial}`;
  });

describe('the levels of an 856', () => {
  it.each<[string, Level, string[]]>([
    ['S-O-I', shipment(order('1', item('A'), item('B'))), ['A:1:-', 'B:1:-']],
    ['S-O-P-I', shipment(order('1', pack('P', 1, item('A')), pack('P', 2, item('B')))), ['A:1:1', 'B:1:2']],
    [
      'S-O-T-P-I',
      shipment(order('1', pack('T', 1, pack('P', 2, item('A')), pack('P', 3, item('B'))))),
      ['A:1:2', 'B:1:3'],
    ],
    ['S-O-T-I', shipment(order('1', pack('T', 1, item('A'), item('B')))), ['A:1:1', 'B:1:1']],
    ['S-T-O-I', shipment(pack('T', 1, order('1', item('A')), order('2', item('B')))), ['A:1:1', 'B:2:1']],
    ['S-T-P-O-I', shipment(pack('T', 1, pack('P', 2, order('1', item('A'))))), ['A:1:2']],
    [
      'S-P-I with the order on the line',
      shipment(pack('P', 1, { ...item('A'), rows: [...item('A').rows, ['PRF', '9']] })),
      ['A:9:1'],
    ],
    ['S-O-I-P, one carton', shipment(order('1', item('A', '1', [pack('P', 1)]))), ['A:1:1']],
    ['S-O-I-P, two cartons', shipment(order('1', item('A', '2', [pack('P', 1), pack('P', 2)]))), ['A:1:-']],
    ['an unknown level between', shipment({ level: 'F', rows: [], below: [order('1', item('A'))] }), ['A:1:-']],
  ])('reads %s', (_, level, lines) => {
    const result = tree([level]);
    expect(linesOf(result)).toEqual(lines);
    expect(result.warnings).toEqual([]);
  });

  it('reads several orders in one shipment, each once', () => {
    const { notice } = tree([shipment(order('2', item('A')), order('1', item('B')), order('2', item('C')))]);
    expect(notice.poNumbers).toEqual(['2', '1']);
    expect(notice.lines.map(({ lineNumber, poNumber }) => [lineNumber, poNumber])).toEqual([
      [1, '2'],
      [2, '1'],
      [3, '2'],
    ]);
  });

  it('takes REF*PO where PRF is missing, and the order of the header for lines under none', () => {
    const byRef: Level = { level: 'O', rows: [['REF', 'PO', '77']], below: [item('A')] };
    expect(linesOf(tree([shipment(byRef)]))).toEqual(['A:77:-']);
    const header = read([BSN, ['PRF', '88'], ...levelRows([shipment(item('A'))])]);
    expect(header.notice.poNumbers).toEqual(['88']);
    expect(linesOf(header)).toEqual(['A:88:-']);
  });

  it('warns of a line that belongs to no order', () => {
    const { notice, warnings } = tree([shipment(item('A'))]);
    expect(notice.lines[0]?.poNumber).toBeNull();
    expect(warnings).toEqual(['missing_po segment 8 HL']);
  });

  it.each<[string, Row[], string[], string]>([
    [
      'the order',
      [
        ['HL', '1', '', 'S'],
        ...PARTIES,
        ['HL', '2', '1', 'O'],
        ['PRF', '1'],
        ['LIN', '', 'SK', 'A'],
        ['SN1', '', '1', 'EA'],
      ],
      ['A:1:-'],
      'segment 10 LIN',
    ],
    [
      'a level of another kind',
      [['HL', '1', '', 'S'], ...PARTIES, ['PRF', '1'], ['HL', '2', '1', 'ZZ'], ['SN1', '', '1', 'EA']],
      ['null:1:-'],
      'segment 10 SN1',
    ],
    [
      'no level at all',
      [
        ...PARTIES,
        ['PRF', '1'],
        ['LIN', '', 'SK', 'A'],
        ['SN1', '', '1', 'EA'],
        ['LIN', '', 'SK', 'B'],
        ['SN1', '', '2', 'EA'],
      ],
      ['A:1:-', 'B:1:-'],
      'segment 8 LIN',
    ],
  ])('keeps lines that stand in %s, and warns', (_, rows, lines, position) => {
    const result = read([BSN, ...rows]);
    expect(linesOf(result)).toEqual(lines);
    expect(result.warnings).toEqual([`missing_level ${position}`]);
  });

  it('finds parties named below the order', () => {
    const below: Level = { level: 'I', rows: [...item('A').rows, ...PARTIES] };
    const { notice, warnings } = tree([{ level: 'S', rows: [], below: [order('1', below)] }]);
    expect(notice).toMatchObject({ supplier: { code: 'F1' }, shipTo: { code: 'JOL' } });
    expect(warnings).toEqual([]);
  });

  it('supplies a missing shipment level, and warns once', () => {
    const { notices, notice, warnings } = read([
      BSN,
      ...PARTIES,
      ...levelRows([order('1', item('A')), order('2', item('B'))]),
    ]);
    expect(notices).toHaveLength(1);
    expect(notice).toMatchObject({ number: 'N1', supplier: { code: 'F1' }, poNumbers: ['1', '2'] });
    expect(warnings).toEqual(['missing_level segment 7 HL03']);
  });

  it('makes a notice of each shipment level and numbers them', () => {
    const { notices, warnings } = tree([shipment(order('1', item('A'))), shipment(order('2', item('B')))]);
    expect(notices.map(({ number, poNumbers }) => [number, ...poNumbers])).toEqual([
      ['N1', '1'],
      ['N1-2', '2'],
    ]);
    expect(warnings).toEqual(['several_shipments segment 13 HL']);
  });

  it('refuses levels nested deeper than the limit', () => {
    const nest = (depth: number): Level => ({ level: 'T', rows: [], below: depth === 0 ? [] : [nest(depth - 1)] });
    const text = writeBody([BSN, ...levelRows([{ level: 'S', rows: [], below: [nest(25)] }])]);
    expect(parseShipNotice(text)).toMatchObject({ ok: false, code: 'too_deep', position: 'segment 25 HL' });
    expect(parseShipNotice(text, { ...NOTICE_LIMITS, maxDepth: 30 }).ok).toBe(true);
  });
});

describe('the head of an 856', () => {
  it.each([
    ['00', 'original'],
    ['01', 'cancel'],
    ['04', 'change'],
    ['05', 'replace'],
  ])('reads purpose %s as %s', (purpose, expected) => {
    const { notice, warnings } = tree([shipment(order('1', item('A')))], ['BSN', purpose, 'N1', '20261123', '0915']);
    expect(notice.purpose).toBe(expected);
    expect(notice.createdAt).toEqual({ local: '2026-11-23T09:15', zone: null, dateOnly: false });
    expect(warnings).toEqual([]);
  });

  it.each(['14', '06', ''])('treats purpose %j as original, and warns', (purpose) => {
    const { notice, warnings } = tree([shipment(order('1', item('A')))], ['BSN', purpose, 'N1', '20261123']);
    expect(notice.purpose).toBe('original');
    expect(warnings).toEqual(['unknown_purpose segment 4 BSN01']);
  });

  it('numbers a notice without a number after its interchange, the same each time', () => {
    const withoutNumber = tree([shipment(order('1', item('A')))], ['BSN', '00', '', '20261123']);
    expect(withoutNumber.notice.number).toBe('000000042-0001');
    expect(withoutNumber.warnings).toEqual(['missing_number segment 4 BSN02']);
    const withoutBsn = read(levelRows([shipment(order('1', item('A')))]));
    expect(withoutBsn.notice).toMatchObject({ number: '000000042-0001', purpose: 'original', createdAt: null });
    expect(withoutBsn.warnings).toEqual(['missing_number segment 3 ST']);
  });

  it('takes sender and receiver where parties are missing, and warns', () => {
    const { notice, warnings } = tree([{ level: 'S', rows: [], below: [order('1', item('A'))] }]);
    expect(notice.supplier).toEqual({ code: 'SENDER', name: null, assumed: true });
    expect(notice.shipTo).toEqual({ code: 'RECEIVER', name: null, assumed: true });
    expect(warnings).toEqual(['missing_supplier segment 5 HL', 'missing_ship_to segment 5 HL']);
  });

  it('keeps a notice without lines, and warns', () => {
    expect(tree([shipment()])).toMatchObject({ notice: { lines: [] }, warnings: ['no_lines segment 5 HL'] });
    expect(read([BSN]).warnings).toEqual([
      'missing_supplier segment 3 ST',
      'missing_ship_to segment 3 ST',
      'no_lines segment 3 ST',
    ]);
  });

  it('wants nothing but a number from a cancellation', () => {
    const { notice, warnings } = read([['BSN', '01', 'N1', '20261123', '0915']]);
    expect(notice).toMatchObject({ purpose: 'cancel', number: 'N1', lines: [] });
    expect(warnings).toEqual([]);
  });
});

describe('the totals of an 856', () => {
  const levels = levelRows([shipment(order('1', item('A', '2.5'), item('B', '3.25')))]);
  const totals = (...ctt: string[]) => read([BSN, ...levels, ['CTT', ...ctt]]).warnings;

  it('agree when CTT counts levels or lines, and sums quantities exactly', () => {
    expect(totals('4', '5.75')).toEqual([]);
    expect(totals('2', '5.750')).toEqual([]);
    expect(totals('4')).toEqual([]);
  });

  it('are warned about when they do not agree', () => {
    expect(totals('3', '5.75')).toEqual(['count_mismatch segment 16 CTT01']);
    expect(totals('4', '5.7')).toEqual(['count_mismatch segment 16 CTT02']);
    expect(totals('four', '6')).toEqual(['count_mismatch segment 16 CTT01', 'count_mismatch segment 16 CTT02']);
  });

  it('are not summed over a quantity that was already warned about', () => {
    const { warnings } = read([BSN, ...levelRows([shipment(order('1', item('A', '1,5')))]), ['CTT', '3', '1.5']]);
    expect(warnings).toEqual(['unreadable_quantity segment 12 SN102']);
  });
});
