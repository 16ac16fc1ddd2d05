import type { BoardShipment } from '#contract/bridge/view.ts';
import { type BoardGroups, GROUP_KEYS, type GroupKey } from './selectors.ts';

/** What the virtual list shows, in order: a heading for every group that has rows, then its rows. */
export type BoardItem =
  | { readonly kind: 'heading'; readonly group: GroupKey | 'older'; readonly count: number }
  | { readonly kind: 'row'; readonly row: BoardShipment };

// Lowercased text of a row, once per row object: a search over 10 000 rows then only compares.
const haystacks = new WeakMap<BoardShipment, string>();

const haystack = (row: BoardShipment): string => {
  const known = haystacks.get(row);
  if (known !== undefined) return known;
  const text = [
    row.number,
    ...row.poNumbers,
    row.poNumber,
    row.supplierName,
    row.carrier,
    row.trailer,
    row.billOfLading,
  ]
    .filter((part) => part !== null)
    .join('\n')
    .toLowerCase();
  haystacks.set(row, text);
  return text;
};

/** Every word of the query must occur in number, PO, supplier, carrier, trailer or bill of lading. */
export const matches = (row: BoardShipment, words: readonly string[]): boolean => {
  const text = haystack(row);
  return words.every((word) => text.includes(word));
};

/** The words of a query, lowercased; none for blanks. */
export const wordsOf = (query: string): string[] =>
  query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');

/** Groups narrowed to a warehouse and a query; the very same object when nothing narrows them. */
export const narrowGroups = (groups: BoardGroups, warehouseId: string | null, query: string): BoardGroups => {
  const words = wordsOf(query);
  if (warehouseId === null && words.length === 0) return groups;
  const keep = (row: BoardShipment): boolean =>
    (warehouseId === null || row.warehouseId === warehouseId) && matches(row, words);
  return { dock: groups.dock.filter(keep), arriving: groups.arriving.filter(keep), ended: groups.ended.filter(keep) };
};

/** `older` are finds of the whole cache that the board does not hold. */
export const boardItems = (groups: BoardGroups, older: readonly BoardShipment[] = []): BoardItem[] => {
  const items: BoardItem[] = [];
  for (const group of [...GROUP_KEYS, 'older'] as const) {
    const rows = group === 'older' ? older : groups[group];
    if (rows.length === 0) continue;
    items.push({ kind: 'heading', group, count: rows.length });
    for (const row of rows) items.push({ kind: 'row', row });
  }
  return items;
};
