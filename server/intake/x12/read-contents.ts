import type { NoticeLine, ShipNotice } from '../ship-notice.ts';
import type { Warnings } from '../warnings.ts';
import { type HlNode, nearest } from './hl-tree.ts';
import { readLines } from './read-line.ts';
import { UnitList } from './read-units.ts';
import { at, code, element, type Segment } from './segment.ts';

const ITEM = 'I';

/** PO number of a level: PRF01, else REF*PO. */
export const orderOf = (segments: readonly Segment[]): string | null => {
  const prf = segments.find((segment) => segment.id === 'PRF' && element(segment, 1) !== '');
  if (prf !== undefined) return element(prf, 1);
  const ref = segments.find(
    (segment) => segment.id === 'REF' && code(segment, 1) === 'PO' && element(segment, 2) !== '',
  );
  return ref === undefined ? null : element(ref, 2);
};

/** Orders by level: looked up once per line, so each level is read once. */
class OrderList {
  readonly #own = new Map<HlNode, string | null>();

  read(node: HlNode): void {
    this.#own.set(node, orderOf(node.segments));
  }

  around(node: HlNode): string | null {
    const holder = nearest(node, (candidate) => typeof this.#own.get(candidate) === 'string');
    return holder === null ? null : (this.#own.get(holder) ?? null);
  }
}

/** Some senders leave the item level out and put their lines into the order, the carton, or before any level (warned). */
const holdsLines = (node: HlNode, warnings: Warnings): boolean => {
  if (node.level === ITEM) return true;
  const stray = node.segments.find(({ id }) => id === 'LIN' || id === 'SN1');
  if (stray === undefined) return false;
  const where = node.level === '' ? 'under no level' : `in level ${node.level}`;
  warnings.add('missing_level', at(stray), `a line stands ${where}, where an item level (I) should hold it. Kept.`);
  return true;
};

type Contents = Pick<ShipNotice, 'lines' | 'handlingUnits' | 'poNumbers'>;

/**
 * Lines, handling units and orders of one shipment's levels. `headerOrder` is the PO named before the first level, which
 * holds for lines under no order of their own.
 */
export const readContents = (nodes: readonly HlNode[], headerOrder: string | null, warnings: Warnings): Contents => {
  const units = new UnitList(warnings);
  const orders = new OrderList();
  const poNumbers = new Set<string>(headerOrder === null ? [] : [headerOrder]);
  const items: { node: HlNode; line: NoticeLine }[] = [];
  for (const node of nodes) {
    units.read(node);
    orders.read(node);
    const order = orders.around(node) ?? headerOrder;
    if (order !== null) poNumbers.add(order);
    if (!holdsLines(node, warnings)) continue;
    for (const facts of readLines(node.hl, node.segments, warnings)) {
      const poNumber = facts.poNumber ?? order;
      if (poNumber === null)
        warnings.add('missing_po', at(node.hl), 'the line belongs to no purchase order. Kept without.');
      else poNumbers.add(poNumber);
      items.push({ node, line: { ...facts, poNumber, lineNumber: items.length + 1, handlingUnitSscc: null } });
    }
  }
  // Cartons may also hang below their item (S-O-I-P), so a line's unit is only known when all levels were read.
  const packs = packsBelow(nodes, units);
  const lines = items.map(({ node, line }) => ({
    ...line,
    handlingUnitSscc: units.enclosing(node) ?? packs.get(node) ?? null,
  }));
  return { lines, handlingUnits: units.units, poNumbers: [...poNumbers] };
};

/** For item levels with exactly one unit below them: its SSCC. */
const packsBelow = (nodes: readonly HlNode[], units: UnitList): ReadonlyMap<HlNode, string | null> => {
  const packs = new Map<HlNode, string | null>();
  for (const node of nodes) {
    if (node.parent?.level !== ITEM) continue;
    packs.set(node.parent, packs.has(node.parent) ? null : units.enclosing(node));
  }
  return packs;
};
