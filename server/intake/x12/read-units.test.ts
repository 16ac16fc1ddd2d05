import { describe, expect, it } from 'vitest';
import { type Row, sampleSscc, spoil } from '../../../tools/samples/write-856.ts';
import { Warnings } from '../warnings.ts';
import { buildHlTree, type HlNode } from './hl-tree.ts';
import { UnitList } from './read-units.ts';

const A = sampleSscc(1);
const B = sampleSscc(2);
const C = sampleSscc(3);

const read = (rows: readonly Row[]) => {
  const warnings = new Warnings(20);
  const segments = rows.map((row, at) => ({ number: at + 1, id: row[0] ?? '', elements: row }));
  const built = buildHlTree(segments, 20, warnings);
  if (!built.ok) throw new Error(built.message);
  const list = new UnitList(warnings);
  for (const node of built.tree.nodes) list.read(node);
  return {
    units: list.units,
    around: (node: number) => list.enclosing(built.tree.nodes[node] as HlNode),
    warnings: warnings.list().map(({ code, position }) => `${code} ${position}`),
  };
};
const hl = (id: number, parent: number | '', level: string): Row => ['HL', String(id), String(parent), level];
const man = (value: string, qualifier = 'GM'): Row => ['MAN', qualifier, value];

describe('UnitList', () => {
  it('reads pallets with their cartons, with and without the identifier in front', () => {
    const { units, around, warnings } = read([
      hl(1, '', 'T'),
      man(`00${A}`),
      hl(2, 1, 'P'),
      man(B, 'AA'),
      hl(3, 2, 'I'),
    ]);
    expect(units).toEqual([
      { sscc: A, raw: `00${A}`, kind: 'pallet', parentSscc: null, checkDigitValid: true },
      { sscc: B, raw: B, kind: 'carton', parentSscc: A, checkDigitValid: true },
    ]);
    expect(around(2)).toBe(B);
    expect(warnings).toEqual([]);
  });

  it('reads an SSCC from REF*0J and from the second group of a MAN', () => {
    expect(read([hl(1, '', 'P'), ['REF', '0J', A]]).units[0]?.sscc).toBe(A);
    expect(read([hl(1, '', 'P'), ['MAN', 'CP', '1Z999', '', 'GM', A]]).units[0]?.sscc).toBe(A);
    expect(read([hl(1, '', 'P'), man('1Z999', 'CP')]).units).toEqual([]);
    expect(read([hl(1, '', 'P'), man(A), ['REF', '0J', A]]).around(0)).toBe(A);
  });

  it('keeps one with a wrong check digit, and names the element', () => {
    const { units, warnings } = read([hl(1, '', 'T'), man(`00${spoil(A)}`)]);
    expect(units[0]).toMatchObject({ sscc: spoil(A), checkDigitValid: false });
    expect(warnings).toEqual(['bad_check_digit segment 2 MAN02']);
  });

  it('keeps what is no SSCC under the text sent, cut to what can be stored', () => {
    const { units, warnings } = read([hl(1, '', 'T'), man('PALLET-SEVEN-OF-TWENTY-TWO')]);
    expect(units[0]).toMatchObject({
      sscc: 'PALLET-SEVEN-OF-TWEN',
      raw: 'PALLET-SEVEN-OF-TWENTY-TWO',
      checkDigitValid: false,
    });
    expect(warnings).toEqual(['unreadable_sscc segment 2 MAN02']);
  });

  it('keeps one of two units with the same SSCC, and warns', () => {
    const { units, around, warnings } = read([hl(1, '', 'P'), man(A), hl(2, '', 'P'), man(A), hl(3, 2, 'I')]);
    expect(units).toHaveLength(1);
    expect(around(2)).toBe(A);
    expect(warnings).toEqual(['duplicate_sscc segment 4 MAN02']);
  });

  it('warns of a range and keeps its first', () => {
    const { units, warnings } = read([hl(1, '', 'P'), ['MAN', 'GM', A, C]]);
    expect(units.map(({ sscc }) => sscc)).toEqual([A]);
    expect(warnings).toEqual(['sscc_range segment 2 MAN03']);
  });

  it('does not guess which of several units of a level holds a line', () => {
    const { units, around } = read([hl(1, '', 'T'), man(A), hl(2, 1, 'P'), man(B), man(C), hl(3, 2, 'I')]);
    expect(units.map(({ parentSscc }) => parentSscc)).toEqual([null, A, A]);
    expect(around(2)).toBeNull();
  });

  it('calls a pack level a pallet where it says so', () => {
    expect(read([hl(1, '', 'P'), ['PAL', '4'], man(A)]).units[0]?.kind).toBe('pallet');
    expect(read([hl(1, '', 'P'), ['TD1', 'PLT94'], man(A)]).units[0]?.kind).toBe('pallet');
    expect(read([hl(1, '', 'P'), ['TD1', 'CTN25'], man(A)]).units[0]?.kind).toBe('carton');
  });

  it('passes over marks that are empty', () => expect(read([hl(1, '', 'P'), man('')]).units).toEqual([]));
});
