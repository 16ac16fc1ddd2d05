import { describe, expect, it } from 'vitest';
import type { Row } from '../../../tools/samples/write-856.ts';
import { Warnings } from '../warnings.ts';
import { ShipmentReader } from './read-shipment.ts';

const segmentsOf = (rows: readonly Row[]) =>
  rows.map((row, at) => ({ number: at + 1, id: row[0] ?? '', elements: row }));
const read = (rows: readonly Row[], whole = true) => {
  const warnings = new Warnings(20);
  const reader = new ShipmentReader(warnings);
  reader.read(segmentsOf(rows), whole);
  return { ...reader.facts(), warnings: warnings.list().map(({ code, position }) => `${code} ${position}`) };
};

describe('ShipmentReader', () => {
  it('reads carrier, load, equipment and references', () => {
    expect(
      read([
        ['TD1', 'PLT94', '12', '', '', '', 'G', '8400.5', 'lb'],
        ['TD5', 'B', '2', 'demo', 'M', 'DEMO Freight Lines'],
        ['TD3', 'TL', 'DEMO', '53117', '', '', '', '', '', 'SL1'],
        ['REF', 'BM', 'B1'],
        ['REF', 'BM', 'a second one'],
        ['REF', 'CN', 'P1'],
      ]),
    ).toMatchObject({
      packages: '12',
      weight: { value: '8400.5', unit: 'LB' },
      carrier: { scac: 'DEMO', mode: 'M', name: 'DEMO Freight Lines' },
      trailer: 'DEMO53117',
      seal: 'SL1',
      billOfLading: 'B1',
      proNumber: 'P1',
      warnings: [],
    });
  });

  it('gathers them from several segments, and from references where TD3 is missing', () => {
    expect(
      read([
        ['TD1', 'PLT94', '3'],
        ['TD1', 'CTN25', '80', '', '', '', 'G', '90', 'KG'],
        ['TD5', '', '2', 'DEMO'],
        ['TD5', '', '', '', 'A', 'DEMO Air'],
        ['REF', 'EQ', 'T9'],
        ['REF', 'SN', 'S9'],
      ]),
    ).toMatchObject({
      packages: '3',
      weight: { value: '90', unit: 'KG' },
      carrier: { scac: 'DEMO', mode: 'A', name: 'DEMO Air' },
      trailer: 'T9',
      seal: 'S9',
    });
  });

  it.each([
    [[['SF', 'Farm', '92', 'F1']], { code: 'F1', name: 'Farm' }],
    [
      [
        ['SF', 'Dock 4', '92', 'F1'],
        ['SU', 'Farm Inc', '92', 'S1'],
      ],
      { code: 'S1', name: 'Farm Inc' },
    ],
    [
      [
        ['SH', 'Shipper'],
        ['SF', 'From'],
      ],
      { code: null, name: 'From' },
    ],
    [
      [
        ['SU', 'Only a name'],
        ['SF', 'Farm', '92', 'F1'],
      ],
      { code: 'F1', name: 'Farm' },
    ],
    [
      [
        ['SU', '', '92', 'S1'],
        ['SF', 'Named', '92', 'S1'],
      ],
      { code: 'S1', name: 'Named' },
    ],
    [
      [
        ['SU', '', '92', 'S1'],
        ['SF', 'Someone else', '92', 'F1'],
      ],
      { code: 'S1', name: null },
    ],
    [[['VN', 'Vendor', '92', 'V1']], { code: 'V1', name: 'Vendor' }],
    [[['BY', 'Buyer', '92', 'B1']], { code: null, name: null }],
    [
      [
        ['SU', '', '', ''],
        ['SF', 'Farm', '92', 'F1'],
      ],
      { code: 'F1', name: 'Farm' },
    ],
  ])('takes the supplier from %j', (parties, supplier) => {
    expect(read(parties.map((party) => ['N1', ...party])).supplier).toMatchObject(supplier);
  });

  it.each(['ST', 'BS', 'CN'])('takes the ship-to from N1*%s', (qualifier) => {
    expect(read([['N1', qualifier, 'Joliet', '92', 'JOL']]).shipTo).toEqual({
      code: 'JOL',
      name: 'Joliet',
      assumed: false,
    });
  });

  it('checks the digit of a GLN', () => {
    expect(read([['N1', 'ST', 'Joliet', 'UL', '9521234000006']]).warnings).toEqual([]);
    expect(read([['N1', 'ST', 'Joliet', 'UL', '9521234000007']])).toMatchObject({
      shipTo: { code: '9521234000007' },
      warnings: ['bad_check_digit segment 1 N104'],
    });
    expect(read([['N1', 'ST', 'Joliet', '92', '9521234000007']]).warnings).toEqual([]);
  });

  it('prefers the estimated delivery among the dates, and knows the shipped one', () => {
    const facts = read([
      ['DTM', '002', '20261120'],
      ['DTM', '067', '20261125'],
      ['DTM', '017', '20261124', '0800'],
      ['DTM', '011', '20261123'],
      ['DTM', '050', 'not ours to judge'],
    ]);
    expect(facts.expectedAt?.local).toBe('2026-11-24T08:00');
    expect(facts.shippedAt?.local).toBe('2026-11-23T00:00');
    expect(facts.warnings).toEqual([]);
    expect(read([['DTM', '067', '20261125']]).expectedAt?.local).toBe('2026-11-25T00:00');
    expect(read([['DTM', '371', '20261126']]).expectedAt?.local).toBe('2026-11-26T00:00');
    expect(read([['DTM', '002', '20261127']]).expectedAt?.local).toBe('2026-11-27T00:00');
  });

  it('takes the next date when the preferred one cannot be read', () => {
    const facts = read([
      ['DTM', '017', '20261131'],
      ['DTM', '067', '20261125'],
    ]);
    expect(facts.expectedAt?.local).toBe('2026-11-25T00:00');
    expect(facts.warnings).toEqual(['unreadable_date segment 1 DTM02']);
  });

  it('leaves load and carrier of an order level alone', () => {
    const facts = read(
      [
        ['TD1', 'CTN25', '4'],
        ['TD5', '', '2', 'DEMO'],
        ['N1', 'ST', 'Joliet', '92', 'JOL'],
      ],
      false,
    );
    expect(facts).toMatchObject({ packages: null, carrier: { scac: null }, shipTo: { code: 'JOL' } });
  });

  it('keeps what was said first and fills the rest from the header', () => {
    const warnings = new Warnings(5);
    const header = new ShipmentReader(warnings);
    header.read(
      segmentsOf([
        ['REF', 'BM', 'header'],
        ['REF', 'CN', 'header'],
        ['N1', 'ST', 'Header', '92', 'H'],
        ['TD5', '', '2', 'HEAD', 'M'],
      ]),
      true,
    );
    const reader = new ShipmentReader(warnings, header.facts());
    reader.read(
      segmentsOf([
        ['REF', 'BM', 'shipment'],
        ['TD5', '', '', '', '', 'Own name'],
      ]),
      true,
    );
    reader.read(
      segmentsOf([
        ['REF', 'BM', 'order'],
        ['N1', 'SF', 'Order', '92', 'O'],
      ]),
      false,
    );
    expect(reader.facts()).toMatchObject({
      billOfLading: 'shipment',
      proNumber: 'header',
      shipTo: { code: 'H' },
      supplier: { code: 'O' },
      carrier: { scac: 'HEAD', mode: 'M', name: 'Own name' },
    });
  });
});
