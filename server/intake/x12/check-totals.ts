import { addQuantity, compareQuantity } from '#contract/domain/quantity.ts';
import type { Warnings } from '../warnings.ts';
import type { HlTree } from './hl-tree.ts';
import { readQuantity } from './read-quantity.ts';
import { at, element, type Segment } from './segment.ts';

/** Compares CTT with what is there: CTT01 with the levels, CTT02 with the sum of SN102. Warns; what is there counts. */
export const checkTotals = (tree: HlTree, segments: readonly Segment[], warnings: Warnings): void => {
  const { totals } = tree;
  if (totals === null) return;
  const lin = segments.filter((segment) => segment.id === 'LIN').length;
  const stated = Number(element(totals, 1) || Number.NaN);
  // The standard counts HL levels; enough senders count LIN that both are taken as right.
  if (stated !== tree.nodes.length && stated !== lin)
    warnings.add(
      'count_mismatch',
      at(totals, 1),
      `CTT states ${element(totals, 1) || 'nothing'}; the notice has ${tree.nodes.length} levels and ${lin} lines.`,
    );
  const hash = readQuantity(element(totals, 2));
  const shipped = segments.filter((segment) => segment.id === 'SN1').map((sn1) => readQuantity(element(sn1, 2)));
  // A quantity that could not be read was warned about; a second warning for its sum says nothing new.
  if (hash === null || shipped.includes(null)) return;
  const sum = shipped.reduce<string>((total, quantity) => addQuantity(total, quantity ?? '0'), '0');
  if (compareQuantity(hash, sum) !== 0)
    warnings.add(
      'count_mismatch',
      at(totals, 2),
      `CTT states a total quantity of ${hash}; the lines add up to ${sum}.`,
    );
};
