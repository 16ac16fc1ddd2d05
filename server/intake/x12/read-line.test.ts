import { describe, expect, it } from 'vitest';
import { gs1CheckDigit } from '#contract/domain/gs1.ts';
import { type Row, sampleGtin, spoil } from '../../../tools/samples/write-856.ts';
import { Warnings } from '../warnings.ts';
import { readLines } from './read-line.ts';

const read = (...rows: Row[]) => {
  const warnings = new Warnings(20);
  const segments = rows.map((row, at) => ({ number: at + 11, id: row[0] ?? '', elements: row }));
  const lines = readLines({ number: 10, id: 'HL', elements: ['HL'] }, segments, warnings);
  return { lines, line: lines[0], warnings: warnings.list().map(({ code, position }) => `${code} ${position}`) };
};
const SN1: Row = ['SN1', '', '5', 'CA'];
const lin = (...pairs: string[]) => read(['LIN', '1', ...pairs], SN1);

const EAN = sampleGtin(10);
const CASE = sampleGtin(10, 1);

describe('readLines', () => {
  it('reads everything an item level says', () => {
    const { lines, warnings } = read(
      ['LIN', '7', 'SK', 'DRY-1', 'VN', 'BW-1', 'UK', CASE, 'LT', 'L1'],
      ['SN1', '', '12.50', 'ca', '', '15', 'CA'],
      ['PO4', '6', '500', 'GR'],
      ['PID', 'F', '', '', '', 'Rolled oats'],
      ['PID', 'F', '', '', '', 'a second text'],
      ['DTM', '036', '20270930'],
      ['DTM', '999', 'nonsense nobody asked for'],
      ['REF', 'PO', '4711'],
    );
    expect(lines).toEqual([
      {
        sentLineNumber: '7',
        poNumber: '4711',
        sku: 'DRY-1',
        gtin: CASE,
        supplierItem: 'BW-1',
        description: 'Rolled oats',
        quantity: '12.5',
        unit: 'CA',
        orderedQuantity: '15',
        packSize: '6',
        lot: 'L1',
        expiresOn: '2027-09-30',
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it.each([
    [['IN', 'A'], { sku: 'A' }],
    [['BP', 'A'], { sku: 'A' }],
    [['CB', 'A'], { sku: 'A' }],
    [['BP', 'second', 'SK', 'first'], { sku: 'first' }],
    [['VP', 'A'], { supplierItem: 'A' }],
    [['MG', 'maker', 'VP', 'vendor'], { supplierItem: 'vendor' }],
    [['B8', 'A'], { lot: 'A' }],
    [['EN', EAN], { gtin: EAN }],
    [['EN', EAN, 'UK', CASE], { gtin: CASE }],
    [['UP', '036000291452'], { gtin: '036000291452' }],
    [['EO', '96385074'], { gtin: '96385074' }],
    [['UI', '03600029145'], { gtin: '036000291452' }],
    [['UI', '0 36000 29145'], { gtin: '036000291452' }],
    [['', 'plain', 'SK', 'A'], { sku: 'A' }],
    [['', 'plain', 'VP', 'V'], { sku: 'plain', supplierItem: 'V' }],
    [['SK', '', 'SK', 'A'], { sku: 'A' }],
  ])('reads the pairs %j', (pairs, expected) => {
    expect(lin(...pairs)).toMatchObject({ line: expected, warnings: [] });
  });

  it('reads pairs up to LIN31', () => {
    const before = Array.from({ length: 14 }, (_, at) => [`Z${at}`, 'x']).flat();
    expect(lin(...before, 'SK', 'LAST').line?.sku).toBe('LAST');
  });

  it('keeps a GTIN with a wrong check digit, and names the element', () => {
    expect(lin('SK', 'A', 'UK', spoil(CASE))).toMatchObject({
      line: { gtin: spoil(CASE) },
      warnings: ['bad_check_digit segment 11 LIN05'],
    });
  });

  it('leaves out a GTIN of impossible length, and takes the next good one', () => {
    expect(lin('UP', '12345')).toMatchObject({ line: { gtin: null }, warnings: ['unreadable_gtin segment 11 LIN03'] });
    expect(lin('UK', 'ABC', 'EN', EAN)).toMatchObject({
      line: { gtin: EAN },
      warnings: ['unreadable_gtin segment 11 LIN03'],
    });
  });

  it('takes lot from REF where LIN has none', () => {
    expect(read(['LIN', '', 'SK', 'A'], SN1, ['REF', 'BT', 'L9']).line?.lot).toBe('L9');
    expect(read(['LIN', '', 'SK', 'A', 'LT', 'L1'], SN1, ['REF', 'LT', 'L9']).line?.lot).toBe('L1');
  });

  it('reads an expiry without a day, and warns of one that does not exist', () => {
    expect(read(['LIN'], SN1, ['DTM', '036', '20280200']).line?.expiresOn).toBe('2028-02-29');
    expect(read(['LIN'], SN1, ['DTM', '036', '', '', '', 'D8', '20280215']).line?.expiresOn).toBe('2028-02-15');
    expect(read(['LIN'], SN1, ['DTM', '036', '20260230'])).toMatchObject({
      line: { expiresOn: null },
      warnings: ['unreadable_date segment 13 DTM02'],
    });
  });

  it.each(['1,500', '-4', '', 'many'])('keeps a line with quantity %j as 0, and warns', (shipped) => {
    expect(read(['LIN'], ['SN1', '', shipped, 'EA'])).toMatchObject({
      line: { quantity: '0', unit: 'EA' },
      warnings: ['unreadable_quantity segment 12 SN102'],
    });
  });

  it('keeps a line without SN1 as 0, and warns', () => {
    expect(read(['LIN', '', 'SK', 'A'])).toMatchObject({
      line: { sku: 'A', quantity: '0' },
      warnings: ['unreadable_quantity segment 10 HL'],
    });
  });

  it.each(['', '?', 'BOXES'])('counts unit %j as EA, and warns', (unit) => {
    expect(read(['LIN'], ['SN1', '', '5', unit])).toMatchObject({
      line: { quantity: '5', unit: 'EA' },
      warnings: ['unknown_unit segment 12 SN103'],
    });
  });

  it('reads several lines of one level, each with its own quantity', () => {
    const { lines } = read(
      ['LIN', '1', 'SK', 'A'],
      ['SN1', '', '1', 'EA'],
      ['LIN', '2', 'SK', 'B'],
      ['SN1', '', '2', 'EA'],
    );
    expect(lines.map(({ sku, quantity }) => [sku, quantity])).toEqual([
      ['A', '1'],
      ['B', '2'],
    ]);
  });

  it('reads a line that is only an SN1, and skips a level that is nothing', () => {
    expect(read(['SN1', '3', '8', 'EA']).line).toMatchObject({ sentLineNumber: '3', quantity: '8' });
    expect(read(['PID', 'F', '', '', '', 'x'])).toMatchObject({ lines: [], warnings: ['empty_item segment 10 HL'] });
  });

  it('computes the digit of UI as GS1 does', () => {
    expect(lin('UI', '95212340001').line?.gtin).toBe(`95212340001${gs1CheckDigit('95212340001')}`);
  });
});
