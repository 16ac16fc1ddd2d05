import { z } from 'zod';
import type { InspectionOutcome, InspectionQuantities, InspectionStatus } from './inspection.ts';
import { compareQuantity } from './quantity.ts';

export const qualityState = z.enum([
  'not_required',
  'awaiting',
  'in_progress',
  'passed',
  'partly_rejected',
  'rejected',
  'on_hold',
]);
export type QualityState = z.infer<typeof qualityState>;

/** Outcome of one completed inspection from its split of quantities. */
export const deriveOutcome = (split: InspectionQuantities): InspectionOutcome => {
  const some = (value: string): boolean => compareQuantity(value, '0') > 0;
  if (some(split.held)) return 'on_hold';
  if (!some(split.rejected)) return 'passed';
  return some(split.accepted) ? 'partly_rejected' : 'rejected';
};

type InspectionFacts = { readonly status: InspectionStatus; readonly outcome: InspectionOutcome | null };

/**
 * Quality of a shipment, always derived and never set. A hold in force outranks everything (hold beats accept, whatever
 * the order); then what is still being looked at; then the worst finding.
 */
export const deriveQuality = (
  inspections: readonly InspectionFacts[],
  activeHolds: number,
  rejections: number,
): QualityState => {
  if (activeHolds > 0) return 'on_hold';
  const live = inspections.filter((inspection) => inspection.status !== 'voided');
  if (live.some(({ status }) => status === 'in_progress' || status === 'claimed')) return 'in_progress';
  if (live.some(({ status }) => status === 'requested')) return 'awaiting';
  const outcomes = new Set(live.map(({ outcome }) => outcome));
  const accepted = outcomes.has('passed') || outcomes.has('partly_rejected');
  if (outcomes.has('rejected')) return accepted ? 'partly_rejected' : 'rejected';
  if (outcomes.has('partly_rejected') || rejections > 0) return 'partly_rejected';
  return live.length > 0 ? 'passed' : 'not_required';
};
