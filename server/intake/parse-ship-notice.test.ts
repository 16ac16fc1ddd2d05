import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isValidGtin, isValidSscc } from '#contract/domain/gs1.ts';
import { SAMPLES } from '../../tools/samples/sample-notices.ts';
import { interchangeRows, writeBody, writeRows } from '../../tools/samples/write-856.ts';
import { decodeNoticeBytes } from './decode-notice-bytes.ts';
import { NOTICE_LIMITS } from './limits.ts';
import { parseShipNotice } from './parse-ship-notice.ts';

const FOLDER = join(import.meta.dirname, '../../resources/samples');
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.edi'))
  .sort();
const textOf = (prefix: string): string => {
  const file = files.find((each) => each.startsWith(prefix));
  if (file === undefined) throw new Error(`There is no sample ${prefix}`);
  return decodeNoticeBytes(readFileSync(join(FOLDER, file)));
};
const parse = (text: string) => {
  const parsed = parseShipNotice(text);
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed;
};
const only = (prefix: string) => {
  const { notices } = parse(textOf(prefix));
  expect(notices).toHaveLength(1);
  return notices[0]!;
};

/** purpose number supplier→ship-to, orders/lines/pallets+cartons, expected. */
const summary = (prefix: string): string[] =>
  parse(textOf(prefix)).notices.map((notice) => {
    const pallets = notice.handlingUnits.filter(({ kind }) => kind === 'pallet').length;
    const sizes = `${notice.poNumbers.length}/${notice.lines.length}/${pallets}+${notice.handlingUnits.length - pallets}`;
    const parties = `${notice.supplier.code}→${notice.shipTo.code}`;
    return `${notice.purpose} ${notice.number} ${parties} ${sizes} ${notice.expectedAt?.local ?? '-'}`;
  });

describe('the samples', () => {
  it.each([
    ['01', ['original BW-260481 BRIGHT→JOL 1/10/2+5 2026-11-24T08:00']],
    ['02', ['original NF88120 NORTHFORK→JOL 3/5/0+0 2026-11-24T10:30']],
    ['03', ['original KC-2611-0093 KESTREL→JOL 1/3/0+3 2026-11-24T13:45']],
    ['04', ['original SB-4471 SADDLE→JOL 1/2/1+0 2026-11-25T07:00']],
    ['05', ['change SB-4471 SADDLE→JOL 1/2/1+0 2026-11-25T11:30']],
    ['06', ['original CR-99812 COBALT→JOL 1/2/2+0 2026-11-25T15:00']],
    ['07', ['replace CR-99812 COBALT→JOL 1/2/2+0 2026-11-26T08:30']],
    ['08', ['original TT-5561 TUMBLE→JOL 1/2/1+2 2026-11-25T09:15']],
    ['09', ['original BH-70018 HERON→JOL 1/2/0+2 2026-11-25T12:45']],
    ['10', ['original BH-70025 HERON→JOL 1/2/0+2 2026-11-26T09:45']],
    ['11', ['cancel BH-70025 HERON→JOL 0/0/0+0 2026-11-26T09:45']],
    ['12', ['original JL/2026/1187 JASMIN→VEN 1/2/2+0 2026-11-25T06:00']],
    ['13', ['original GH-11840 GALIL→HFA 1/2/0+0 2026-11-26T07:30']],
    [
      '14',
      [
        'original TT-5570 TUMBLE→JOL 1/1/0+0 2026-11-26T11:15',
        'original CR-99840 COBALT→JOL 1/1/0+0 2026-11-26T11:15',
        'original KC-2611-0101 KESTREL→JOL 1/1/0+0 2026-11-26T11:15',
      ],
    ],
    ['15', ['original NF88131 NORTHFORK→JOL 1/3/0+0 -']],
    ['16', ['original BW-260502 BRIGHT→JOL 1/240/20+120 2026-11-26T14:00']],
  ])('%s says what it was made to say', (prefix, expected) => expect(summary(prefix)).toEqual(expected));

  it.each([
    [
      '08',
      ['bad_check_digit segment 18 MAN02', 'bad_check_digit segment 20 MAN02', 'bad_check_digit segment 22 LIN07'],
    ],
    [
      '09',
      [
        'count_mismatch segment 28 CTT01',
        'count_mismatch segment 28 CTT02',
        'count_mismatch segment 29 SE01',
        'count_mismatch segment 30 GE01',
        'count_mismatch segment 31 IEA01',
      ],
    ],
    [
      '15',
      [
        'unreadable_date segment 11 DTM02',
        'unreadable_quantity segment 18 SN102',
        'unreadable_date segment 24 DTM02',
        'unknown_unit segment 27 SN103',
      ],
    ],
  ])('%s is kept with warnings that name segment and element', (prefix, expected) => {
    const { warnings } = parse(textOf(prefix));
    expect(warnings.map(({ code, position }) => `${code} ${position}`)).toEqual(expected);
    for (const { message } of warnings) expect(message).toMatch(/^Segment \d+ \([A-Z0-9]+\): .*\.$/);
  });

  it('without a point to make, have no warnings and only right check digits', () => {
    for (const file of files.filter((each) => !/^(08|09|15)/.test(each))) {
      const { notices, warnings } = parse(textOf(file));
      expect(warnings).toEqual([]);
      for (const { lines, handlingUnits } of notices) {
        for (const { gtin } of lines) expect(isValidGtin(gtin ?? '')).toBe(true);
        for (const { sscc, checkDigitValid } of handlingUnits)
          expect([isValidSscc(sscc), checkDigitValid]).toEqual([true, true]);
      }
    }
  });

  it('go to Joliet in at least eight shipments, so that a receiver there has work', () => {
    const toJoliet = files
      .flatMap((file) => parse(textOf(file)).notices)
      .filter(({ shipTo, purpose }) => shipTo.code === 'JOL' && purpose === 'original');
    expect(new Set(toJoliet.map(({ number }) => number)).size).toBeGreaterThanOrEqual(8);
  });

  it('are read in full: the first, to the last field', () => {
    const notice = only('01');
    expect(notice).toMatchObject({
      createdAt: { local: '2026-11-23T09:15', zone: null },
      shippedAt: { local: '2026-11-23T16:00', zone: 'America/Chicago' },
      supplier: { code: 'BRIGHT', name: 'Brightwater Pantry Foods', assumed: false },
      shipTo: { code: 'JOL', name: 'Joliet Distribution Center', assumed: false },
      carrier: { scac: 'DEMO', name: 'DEMO Freight Lines', mode: 'M' },
      trailer: 'DEMO53117',
      seal: 'SL53117',
      billOfLading: 'BOL531177',
      proNumber: null,
      packages: '2',
      weight: { value: '1480', unit: 'LB' },
    });
    expect(notice.lines[1]).toEqual({
      lineNumber: 2,
      sentLineNumber: '2',
      poNumber: '4500118203',
      sku: 'CAN-2201',
      gtin: '19521234000119',
      supplierItem: 'BW-TOM-24',
      description: 'Chopped tomatoes 400 g, 24 per tray',
      quantity: '4',
      unit: 'CA',
      orderedQuantity: null,
      packSize: null,
      lot: 'TL6310A',
      expiresOn: '2028-06-30',
      handlingUnitSscc: '095212340000011002',
    });
    expect(notice.handlingUnits[1]?.parentSscc).toBe(notice.handlingUnits[0]?.sscc);
  });

  it('keep what is not English, and names of 40 characters', () => {
    expect(only('12').supplier.name).toBe('Zakłady Mleczarskie Jaśminowa Łąka');
    expect(only('12').weight?.unit).toBe('KG');
    expect(only('13').supplier.name).toBe('משק הגבעה הירוקה בע״מ');
    expect(only('09').supplier.name).toHaveLength(40);
  });

  it('keep catch weight exact, and ordered beside shipped', () => {
    expect(only('04').lines[1]).toMatchObject({ quantity: '412.75', unit: 'LB' });
    expect(only('02').lines[2]).toMatchObject({ quantity: '24', orderedQuantity: '30' });
  });
});

describe('parseShipNotice', () => {
  it('refuses by size in bytes, before reading', () => {
    const limits = { ...NOTICE_LIMITS, maxBytes: 1024 };
    expect(parseShipNotice('x'.repeat(1025), limits)).toMatchObject({ ok: false, code: 'too_large' });
    expect(parseShipNotice('ש'.repeat(513), limits)).toMatchObject({ ok: false, code: 'too_large' });
    expect(parseShipNotice('x'.repeat(1024), limits)).toMatchObject({ ok: false, code: 'not_x12' });
  });

  it('refuses an 850, naming it', () => {
    const rows = interchangeRows(SAMPLES[0]!.envelope).map((row) =>
      row[0] === 'ST' ? ['ST', '850', row[2] ?? ''] : row,
    );
    expect(parseShipNotice(writeRows(rows, SAMPLES[0]!.envelope.layout))).toMatchObject({
      code: 'not_a_ship_notice',
      message: expect.stringContaining('an 850 (a purchase order)'),
    });
  });

  it('warns of text behind the end, and reads on into a second interchange', () => {
    const { warnings } = parse(`${textOf('04')}-- end of transmission --`);
    expect(warnings.map(({ code }) => code)).toEqual(['text_after_end']);
    expect(parse(textOf('04') + textOf('02')).notices.map(({ number }) => number)).toEqual(['SB-4471', 'NF88120']);
  });

  it('refuses more shipments than the limit, in one notice or over the file', () => {
    const shipments = (count: number) => Array.from({ length: count }, (_, at) => ['HL', String(at + 1), '', 'S']);
    const text = writeBody([['BSN', '01', 'N1'], ...shipments(3)]);
    const refusal = { ok: false, code: 'too_many_shipments' };
    expect(parseShipNotice(text, { ...NOTICE_LIMITS, maxShipments: 3 }).ok).toBe(true);
    expect(parseShipNotice(text, { ...NOTICE_LIMITS, maxShipments: 2 })).toMatchObject({
      ...refusal,
      position: 'segment 7 HL',
    });
    expect(parseShipNotice(textOf('14'), { ...NOTICE_LIMITS, maxShipments: 3 }).ok).toBe(true);
    expect(parseShipNotice(textOf('14'), { ...NOTICE_LIMITS, maxShipments: 2 })).toMatchObject(refusal);
  });

  it('lists only so many warnings', () => {
    const bad = Array.from({ length: 900 }, (_, at) => ['DTM', '017', `2026113${1 + (at % 9)}`]);
    const { warnings } = parse(writeBody([['BSN', '01', 'N1', '20261123'], ...bad]));
    expect(warnings).toHaveLength(NOTICE_LIMITS.maxWarnings + 1);
    expect(warnings.at(-1)).toMatchObject({ code: 'more_warnings', message: expect.stringContaining('400 more') });
  });

  it('gives the same answer each time', () => {
    for (const file of files) expect(parse(textOf(file))).toEqual(parse(textOf(file)));
  });
});
