import type { NoticeRefusal } from '../warning-codes.ts';
import { positionOf, sentenceAt, type Warnings } from '../warnings.ts';
import { at, code, element, type Segment } from './segment.ts';

export type HlNode = {
  readonly hl: Segment;
  /** HL03: S shipment, O order, T tare, P pack, I item; others are passed through. */
  readonly level: string;
  readonly parent: HlNode | null;
  readonly depth: number;
  /** The segments of this level itself, without HL. */
  readonly segments: readonly Segment[];
};

export type HlTree = {
  /** What stands before the first HL, from ST on. */
  readonly header: readonly Segment[];
  /** In file order: every parent before its children. */
  readonly nodes: readonly HlNode[];
  readonly totals: Segment | null;
};

type OpenNode = HlNode & { segments: Segment[] };

/** How far out a level usually stands. Only used where the parent has to be guessed. */
const RANK: Readonly<Record<string, number>> = { S: 0, O: 1, T: 2, P: 3, I: 4 };
const rankOf = (level: string): number => RANK[level] ?? 3.5;

/** The nearest enclosing level of the node before: where a reader would put an HL that does not say, or says nonsense. */
const guessParent = (previous: HlNode | undefined, level: string): HlNode | null => {
  let candidate: HlNode | null = previous ?? null;
  while (candidate !== null && rankOf(candidate.level) >= rankOf(level)) candidate = candidate.parent;
  return candidate;
};

const findParent = (
  hl: Segment,
  byId: ReadonlyMap<string, HlNode>,
  previous: HlNode | undefined,
  warnings: Warnings,
) => {
  const parentId = element(hl, 2);
  const level = code(hl, 3);
  const named = parentId === '' ? undefined : byId.get(parentId);
  if (named !== undefined) return named;
  const guessed = guessParent(previous, level);
  if (parentId !== '')
    warnings.add(
      'broken_hierarchy',
      at(hl, 2),
      `there is no HL "${parentId}" before this one. Placed by its level ${level}.`,
    );
  else if (guessed !== null)
    warnings.add(
      'broken_hierarchy',
      at(hl, 2),
      `level ${level} names no parent. Placed under HL ${element(guessed.hl, 1)}.`,
    );
  return guessed;
};

const tooDeep = (hl: Segment, maxDepth: number): NoticeRefusal => ({
  ok: false,
  code: 'too_deep',
  message: sentenceAt(at(hl), `levels are nested more than ${maxDepth} deep; a ship notice needs five.`),
  position: positionOf(at(hl)),
});

/**
 * The levels of one transaction set. A parent must stand before its child, so loops cannot occur; a missing or unknown parent
 * is guessed from the level and warned about. Refuses nesting deeper than `maxDepth`.
 */
export const buildHlTree = (
  segments: readonly Segment[],
  maxDepth: number,
  warnings: Warnings,
): { ok: true; tree: HlTree } | NoticeRefusal => {
  const header: Segment[] = [];
  const nodes: OpenNode[] = [];
  const byId = new Map<string, HlNode>();
  let totals: Segment | null = null;
  for (const segment of segments) {
    if (segment.id === 'HL') {
      const parent = findParent(segment, byId, nodes.at(-1), warnings);
      const depth = (parent?.depth ?? 0) + 1;
      if (depth > maxDepth) return tooDeep(segment, maxDepth);
      const node: OpenNode = { hl: segment, level: code(segment, 3), parent, depth, segments: [] };
      nodes.push(node);
      const id = element(segment, 1);
      if (id === '') continue;
      if (byId.has(id))
        warnings.add('broken_hierarchy', at(segment, 1), `HL "${id}" was used before. The later one counts.`);
      byId.set(id, node);
    } else if (segment.id === 'CTT') totals = segment;
    else if (segment.id !== 'SE') (nodes.at(-1)?.segments ?? header).push(segment);
  }
  return { ok: true, tree: { header, nodes, totals } };
};

/** `node` itself or its nearest ancestor for which `matches` holds. */
export const nearest = (node: HlNode | null, matches: (candidate: HlNode) => boolean): HlNode | null => {
  let candidate = node;
  while (candidate !== null && !matches(candidate)) candidate = candidate.parent;
  return candidate;
};
