import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Row } from '../../../tools/samples/write-856.ts';
import { Warnings } from '../warnings.ts';
import { buildHlTree, nearest } from './hl-tree.ts';
import { element } from './segment.ts';

const build = (rows: readonly Row[], maxDepth = 20) => {
  const warnings = new Warnings(100);
  const segments = rows.map((row, at) => ({ number: at + 1, id: row[0] ?? '', elements: row }));
  return { built: buildHlTree(segments, maxDepth, warnings), warnings: () => warnings.list() };
};

/** `1S 2O<1 3I<2`: each level with its parent, and the warnings. */
const shape = (rows: readonly Row[]) => {
  const { built, warnings } = build(rows);
  if (!built.ok) throw new Error(built.message);
  const nodes = built.tree.nodes.map((node) => {
    const parent = node.parent === null ? '' : `<${element(node.parent.hl, 1)}`;
    return `${element(node.hl, 1)}${node.level}${parent}`;
  });
  return { nodes: nodes.join(' '), warnings: warnings().map(({ code, position }) => `${code} ${position}`) };
};

const hl = (text: string): Row[] =>
  text.split(' ').map((each) => {
    const [, id = '', level = '', parent = ''] = /^(\d*)([A-Z])<?(.*)$/.exec(each) ?? [];
    return ['HL', id, parent, level];
  });

describe('buildHlTree', () => {
  it.each([
    '1S 2O<1 3I<2 4I<2',
    '1S 2O<1 3T<2 4P<3 5I<4 6P<3 7I<6',
    '1S 2T<1 3O<2 4I<3',
    '1S 2O<1 3I<2 4P<3',
    '1S 2I<1',
    '1S 2S 3O<2',
  ])('keeps the nesting of %s', (levels) => expect(shape(hl(levels))).toEqual({ nodes: levels, warnings: [] }));

  it('lets a level follow an earlier one than the last, as HL02 says', () => {
    expect(shape(hl('1S 2O<1 3I<2 4O<1 5I<4 6I<2')).nodes).toBe('1S 2O<1 3I<2 4O<1 5I<4 6I<2');
  });

  it('places a level without a parent by its kind, and warns', () => {
    expect(shape(hl('1S 2O 3P 4I 5I 6P 7I 8O'))).toEqual({
      nodes: '1S 2O<1 3P<2 4I<3 5I<3 6P<2 7I<6 8O<1',
      warnings: [2, 3, 4, 5, 6, 7, 8].map((at) => `broken_hierarchy segment ${at} HL02`),
    });
  });

  it('places a level with an unknown, later or own number as parent by its kind, and warns', () => {
    expect(shape(hl('1S 2O<9 3I<3 4I<5 5I<2'))).toEqual({
      nodes: '1S 2O<1 3I<2 4I<2 5I<2',
      warnings: [
        'broken_hierarchy segment 2 HL02',
        'broken_hierarchy segment 3 HL02',
        'broken_hierarchy segment 4 HL02',
      ],
    });
  });

  it('takes the later of two levels with the same number, and warns', () => {
    expect(shape(hl('1S 2O<1 2O<1 3I<2')).warnings).toEqual(['broken_hierarchy segment 3 HL01']);
    expect(
      shape([
        ['HL', '', '', 'S'],
        ['HL', '', '', 'S'],
      ]).warnings,
    ).toEqual([]);
  });

  it('gives each level its own segments, keeps the header and the totals apart', () => {
    const { built } = build([
      ['ST'],
      ['BSN'],
      ...hl('1S'),
      ['TD1'],
      ...hl('2O<1'),
      ['PRF'],
      ['REF'],
      ['CTT', '2'],
      ['SE'],
    ]);
    if (!built.ok) throw new Error(built.message);
    expect(built.tree.header.map(({ id }) => id)).toEqual(['ST', 'BSN']);
    expect(built.tree.nodes.map(({ segments }) => segments.map(({ id }) => id))).toEqual([['TD1'], ['PRF', 'REF']]);
    expect(built.tree.totals?.elements).toEqual(['CTT', '2']);
  });

  it('refuses nesting beyond the limit, and not one less', () => {
    const chain = (depth: number): Row[] =>
      Array.from({ length: depth }, (_, at) => [
        'HL',
        String(at + 1),
        at === 0 ? '' : String(at),
        at === 0 ? 'S' : 'T',
      ]);
    expect(build(chain(20)).built.ok).toBe(true);
    expect(build(chain(21)).built).toMatchObject({ ok: false, code: 'too_deep', position: 'segment 21 HL' });
  });

  it('makes a forest of whatever numbers are sent: every parent stands before its child', () => {
    const anyHl = fc.tuple(
      fc.constant('HL'),
      fc.stringMatching(/^[1-5]?$/),
      fc.stringMatching(/^[1-5]?$/),
      fc.constantFrom('S', 'O', 'T', 'P', 'I', 'X', ''),
    );
    fc.assert(
      fc.property(fc.array(anyHl, { maxLength: 40 }), (rows) => {
        const { built } = build(rows, 1000);
        if (!built.ok) return false;
        const seen = new Set();
        return built.tree.nodes.every((node) => {
          seen.add(node);
          return node.parent === null
            ? node.depth === 1
            : seen.has(node.parent) && node.depth === node.parent.depth + 1;
        });
      }),
    );
  });
});

describe('nearest', () => {
  it('finds the node itself, an ancestor or none', () => {
    const { built } = build(hl('1S 2O<1 3I<2'));
    if (!built.ok) throw new Error(built.message);
    const [shipment, , item] = built.tree.nodes;
    expect(nearest(item ?? null, ({ level }) => level === 'S')).toBe(shipment);
    expect(nearest(item ?? null, ({ level }) => level === 'I')).toBe(item);
    expect(nearest(item ?? null, ({ level }) => level === 'T')).toBeNull();
    expect(nearest(null, () => true)).toBeNull();
  });
});
