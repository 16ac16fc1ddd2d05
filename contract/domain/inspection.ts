import { z } from 'zod';
import { id, instant, longText, quantity, shortText } from './fields.ts';
import { actor } from './roles.ts';

export const checkKind = z.enum(['pass_fail', 'measurement', 'count', 'choice', 'text', 'photo', 'temperature']);
export type CheckKind = z.infer<typeof checkKind>;

/** One thing to look at. `min`/`max` are decimal strings in `unit` and apply to measurement, count and temperature. */
export const inspectionCheck = z.object({
  id,
  kind: checkKind,
  label: shortText.min(1),
  unit: z.string().max(10).optional(),
  min: z.string().max(20).optional(),
  max: z.string().max(20).optional(),
  choices: z.array(shortText).max(50).optional(),
  required: z.boolean().default(true),
});
export type InspectionCheck = z.infer<typeof inspectionCheck>;

export const checkResult = z.object({
  checkId: id,
  /** Whether the check was met; `null` when it only records something. */
  passed: z.boolean().nullable().default(null),
  /** What was measured, chosen or written; a decimal string for numbers. */
  value: longText.optional(),
  documentIds: z.array(id).max(20).optional(),
  recordedBy: actor.optional(),
  recordedAt: instant.optional(),
});
export type CheckResult = z.infer<typeof checkResult>;

export const inspectionStatus = z.enum(['requested', 'claimed', 'in_progress', 'completed', 'voided']);
export type InspectionStatus = z.infer<typeof inspectionStatus>;

/** accepted + rejected + held = inspected, or the inspection cannot be completed. */
export const inspectionQuantities = z.object({
  inspected: quantity,
  accepted: quantity,
  rejected: quantity,
  held: quantity,
});
export type InspectionQuantities = z.infer<typeof inspectionQuantities>;

export const inspectionOutcome = z.enum(['passed', 'partly_rejected', 'rejected', 'on_hold']);
export type InspectionOutcome = z.infer<typeof inspectionOutcome>;

/** Required checks that have no result yet: an inspection is not completed over them. */
export const missingChecks = (inspection: {
  readonly checks: readonly InspectionCheck[];
  readonly results: readonly Pick<CheckResult, 'checkId'>[];
}): InspectionCheck[] => {
  const done = new Set(inspection.results.map(({ checkId }) => checkId));
  return inspection.checks.filter(({ id, required }) => required && !done.has(id));
};

/** What inspectors look at when nobody said otherwise. */
export const DEFAULT_CHECKS: readonly InspectionCheck[] = [
  { id: 'condition', kind: 'pass_fail', label: 'Goods and packaging undamaged', required: true },
  { id: 'labels', kind: 'pass_fail', label: 'Labels match the ship notice', required: true },
  { id: 'quantity', kind: 'count', label: 'Units checked', unit: 'EA', min: '0', required: true },
];
