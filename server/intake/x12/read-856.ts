import type { NoticeLimits } from '../limits.ts';
import type { NoticePurpose, NoticeTime, ShipNotice } from '../ship-notice.ts';
import type { NoticeRefusal } from '../warning-codes.ts';
import { positionOf, quote, sentenceAt, type Warnings } from '../warnings.ts';
import { checkTotals } from './check-totals.ts';
import { buildHlTree, type HlNode, type HlTree, nearest } from './hl-tree.ts';
import { orderOf, readContents } from './read-contents.ts';
import type { TransactionSet } from './read-envelope.ts';
import { type ShipmentFacts, ShipmentReader } from './read-shipment.ts';
import { BSN_ELEMENTS, readTime } from './read-time.ts';
import { at, code, element, type Segment } from './segment.ts';

const PURPOSES: Readonly<Record<string, NoticePurpose>> = {
  '00': 'original',
  '01': 'cancel',
  '04': 'change',
  '05': 'replace',
};
const SHIPMENT = 'S';
const ORDER = 'O';

/** BSN, common to all shipments of one set. */
type Head = { readonly purpose: NoticePurpose; readonly number: string; readonly createdAt: NoticeTime | null };

/** One shipment level with all below it; `root` is `null` when the set has no shipment level. */
type Group = { readonly root: HlNode | null; readonly nodes: HlNode[] };

const readHead = (set: TransactionSet, tree: HlTree, warnings: Warnings): Head => {
  const bsn = tree.header.find((segment) => segment.id === 'BSN');
  const spot = bsn ?? set.segments[0];
  if (bsn === undefined || element(bsn, 2) === '') {
    const sentence = `the notice has no number (BSN02). It is numbered ${set.reference} after the interchange.`;
    if (spot !== undefined) warnings.add('missing_number', at(spot, bsn === undefined ? undefined : 2), sentence);
  }
  if (bsn === undefined) return { purpose: 'original', number: set.reference, createdAt: null };
  const purpose = PURPOSES[code(bsn, 1)];
  if (purpose === undefined)
    warnings.add(
      'unknown_purpose',
      at(bsn, 1),
      `${quote(code(bsn, 1))} is none of 00 (original), 01 (cancel), 04 (change), 05 (replace). Treated as original.`,
    );
  const createdAt = element(bsn, BSN_ELEMENTS.date) === '' ? null : readTime(bsn, BSN_ELEMENTS, warnings);
  return { purpose: purpose ?? 'original', number: element(bsn, 2) || set.reference, createdAt };
};

/** Shares the levels out among the shipments they stand under; those under none make one shipment of their own (warned). */
const groupByShipment = (tree: HlTree, warnings: Warnings): Group[] => {
  const groups = new Map<HlNode | null, Group>();
  for (const node of tree.nodes) {
    const root = nearest(node, (candidate) => candidate.level === SHIPMENT);
    const group = groups.get(root) ?? { root, nodes: [] };
    if (root === null && group.nodes.length === 0)
      warnings.add('missing_level', at(node.hl, 3), 'this level stands under no shipment level (S). One is supplied.');
    group.nodes.push(node);
    groups.set(root, group);
  }
  return groups.size === 0 ? [{ root: null, nodes: [] }] : [...groups.values()];
};

/** What stands before the first level and holds for every shipment of the set; read once, however many there are. */
type Common = { readonly set: TransactionSet; readonly facts: ShipmentFacts; readonly order: string | null };

const readOne = (group: Group, head: Head, { set, facts: header, order }: Common, warnings: Warnings): ShipNotice => {
  const reader = new ShipmentReader(warnings, header);
  if (group.root !== null) reader.read(group.root.segments, true);
  for (const node of group.nodes) if (node.level === ORDER) reader.read(node.segments, false);
  for (const node of group.nodes) reader.readParties(node.segments);
  const facts = reader.facts();
  const contents = readContents(group.nodes, order, warnings);
  const notice: ShipNotice = { ...head, ...facts, ...contents };
  return completeNotice(notice, group.root?.hl ?? set.segments[0], set, warnings);
};

/** Fills what a notice must have from the interchange, and warns about it; a cancellation needs nothing but its number. */
const completeNotice = (
  notice: ShipNotice,
  spot: Segment | undefined,
  set: TransactionSet,
  warnings: Warnings,
): ShipNotice => {
  const missing = (party: ShipNotice['supplier']): boolean => party.code === null && party.name === null;
  const quiet = notice.purpose === 'cancel' || spot === undefined;
  const { senderId, receiverId } = set;
  if (missing(notice.supplier) && !quiet)
    warnings.add(
      'missing_supplier',
      at(spot),
      `no supplier is named (N1*SU or N1*SF). The sender ${senderId} is taken.`,
    );
  if (missing(notice.shipTo) && !quiet)
    warnings.add('missing_ship_to', at(spot), `no ship-to is named (N1*ST). The receiver ${receiverId} is taken.`);
  if (notice.lines.length === 0 && !quiet) warnings.add('no_lines', at(spot), 'the notice announces no lines. Kept.');
  return {
    ...notice,
    supplier: missing(notice.supplier) ? { code: senderId || null, name: null, assumed: true } : notice.supplier,
    shipTo: missing(notice.shipTo) ? { code: receiverId || null, name: null, assumed: true } : notice.shipTo,
  };
};

const tooManyShipments = (spot: Segment | undefined): NoticeRefusal => {
  const sentence = 'the file describes more shipments than can be taken at once. Split it into several.';
  return spot === undefined
    ? { ok: false, code: 'too_many_shipments', message: sentence }
    : {
        ok: false,
        code: 'too_many_shipments',
        message: sentenceAt(at(spot), sentence),
        position: positionOf(at(spot)),
      };
};

/**
 * The ship notices of one 856: one per shipment level, the second and later numbered `<BSN02>-2`, `-3`… so that sending the
 * file again finds the same shipments. Refuses only nesting and shipments beyond the limits.
 */
export const read856 = (
  set: TransactionSet,
  limits: NoticeLimits,
  warnings: Warnings,
): { ok: true; notices: readonly ShipNotice[] } | NoticeRefusal => {
  const built = buildHlTree(set.segments, limits.maxDepth, warnings);
  if (!built.ok) return built;
  const { tree } = built;
  const head = readHead(set, tree, warnings);
  const groups = groupByShipment(tree, warnings);
  const excess = groups[Math.max(0, limits.maxShipments)];
  if (excess !== undefined) return tooManyShipments(excess.root?.hl ?? set.segments[0]);
  const second = groups[1]?.nodes[0];
  if (second !== undefined)
    warnings.add(
      'several_shipments',
      at(second.hl),
      `the notice describes ${groups.length} shipments. They are numbered ${head.number}, ${head.number}-2 and so on.`,
    );
  const headerReader = new ShipmentReader(warnings);
  headerReader.read(tree.header, true);
  const common: Common = { set, facts: headerReader.facts(), order: orderOf(tree.header) };
  const [firstGroup] = groups;
  // Lines before any level belong to the first shipment: the header is read as if it were one more level, and ST its HL.
  if (firstGroup !== undefined && set.segments[0] !== undefined)
    firstGroup.nodes.unshift({ hl: set.segments[0], level: '', parent: null, depth: 0, segments: tree.header });
  const notices = groups.map((group, index) => {
    const number = index === 0 ? head.number : `${head.number}-${index + 1}`;
    return readOne(group, { ...head, number }, common, warnings);
  });
  checkTotals(tree, set.segments, warnings);
  return { ok: true, notices };
};
