import type { BoardShipment } from '#contract/bridge/view.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';

// Grouping of the board. With 10 000 rows and 50 pushes a second a sort per push would eat the frame, so the groups are
// kept sorted and only the rows that changed are moved.

/** Groups in the order the board shows them. */
export const GROUP_KEYS = ['dock', 'arriving', 'ended'] as const;
/** A group of the board. */
export type GroupKey = (typeof GROUP_KEYS)[number];
/** Sorted rows of every group; a group that did not change is the same array as before. */
export type BoardGroups = { readonly [K in GroupKey]: readonly BoardShipment[] };
type Rows = ReadonlyMap<string, BoardShipment>;

const GROUP_OF: { readonly [S in ShipmentStatus]: GroupKey } = {
  announced: 'arriving',
  in_transit: 'arriving',
  arrived: 'dock',
  at_door: 'dock',
  unloading: 'dock',
  counting: 'dock',
  received: 'ended',
  closed: 'ended',
  refused: 'ended',
  cancelled: 'ended',
};

/** Order within a group by status: what waits for somebody's decision comes first. */
const RANK: { readonly [S in ShipmentStatus]: number } = {
  announced: 0,
  in_transit: 0,
  arrived: 0,
  at_door: 1,
  unloading: 2,
  counting: 3,
  received: 0,
  closed: 1,
  refused: 1,
  cancelled: 1,
};

/** The group a shipment belongs to, by its status alone. */
export const groupOf = (row: BoardShipment): GroupKey => GROUP_OF[row.status];

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const LAST = '9999';

/** Total orders (ids break ties), so that a row can be found again by binary search. */
const ORDER: { readonly [K in GroupKey]: (a: BoardShipment, b: BoardShipment) => number } = {
  dock: (a, b) =>
    RANK[a.status] - RANK[b.status] ||
    byText(a.arrivedAt ?? a.statusChangedAt, b.arrivedAt ?? b.statusChangedAt) ||
    byText(a.id, b.id),
  arriving: (a, b) => byText(a.eta ?? LAST, b.eta ?? LAST) || byText(a.id, b.id),
  ended: (a, b) =>
    RANK[a.status] - RANK[b.status] || byText(b.statusChangedAt, a.statusChangedAt) || byText(a.id, b.id),
};

/** First index at which `row` is not after its place. */
const placeOf = (list: readonly BoardShipment[], row: BoardShipment, key: GroupKey): number => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const there = list[middle];
    if (there !== undefined && ORDER[key](there, row) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
};

const groupAll = (rows: Rows): BoardGroups => {
  const groups: { [K in GroupKey]: BoardShipment[] } = { dock: [], arriving: [], ended: [] };
  for (const row of rows.values()) groups[groupOf(row)].push(row);
  for (const key of GROUP_KEYS) groups[key].sort(ORDER[key]);
  return groups;
};

/** Above this many changed rows sorting anew is cheaper than moving them one by one. */
const MOVE_AT_MOST = 400;

const changedRows = (from: Rows, to: Rows): { removed: BoardShipment[]; added: BoardShipment[] } | null => {
  const removed: BoardShipment[] = [];
  const added: BoardShipment[] = [];
  for (const [id, row] of to) {
    const before = from.get(id);
    if (before === row) continue;
    if (before !== undefined) removed.push(before);
    added.push(row);
    if (added.length > MOVE_AT_MOST) return null;
  }
  // Only when the sizes disagree can a row have gone: saves a second walk on nearly every push.
  if (from.size + added.length - removed.length !== to.size) {
    for (const [id, row] of from) if (!to.has(id)) removed.push(row);
  }
  return { removed, added };
};

/** One board's grouping with its memory: give it the rows after every push; untouched groups keep their identity. */
export const createBoardGrouping = (): ((rows: Rows) => BoardGroups) => {
  let rows: Rows = new Map();
  let groups: BoardGroups = { dock: [], arriving: [], ended: [] };
  return (next) => {
    if (next === rows) return groups;
    const changed = changedRows(rows, next);
    rows = next;
    if (changed === null) {
      groups = groupAll(next);
      return groups;
    }
    const touched: { [K in GroupKey]?: BoardShipment[] } = {};
    const writable = (key: GroupKey): BoardShipment[] => {
      touched[key] ??= [...groups[key]];
      return touched[key];
    };
    for (const row of changed.removed) {
      const list = writable(groupOf(row));
      list.splice(placeOf(list, row, groupOf(row)), 1);
    }
    for (const row of changed.added) {
      const list = writable(groupOf(row));
      list.splice(placeOf(list, row, groupOf(row)), 0, row);
    }
    groups = { ...groups, ...touched };
    return groups;
  };
};
