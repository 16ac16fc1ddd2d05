import type { InspectionCheck } from '#contract/domain/inspection.ts';

// Limits of measurements may be below zero (frozen goods), so they are compared as numbers; quantities never are.

const NUMBER = /^-?\d{1,12}(\.\d{1,6})?$/;

/** True for a decimal that may be below zero; false while it is still being typed. */
export const isMeasure = (text: string): boolean => NUMBER.test(text);

/** Whether a measured value meets the check's limits; null when it is no number yet. Limits count as met. */
export const meetsLimits = (check: Pick<InspectionCheck, 'min' | 'max'>, value: string): boolean | null => {
  if (!isMeasure(value)) return null;
  const measured = Number(value);
  const above = check.min === undefined || measured >= Number(check.min);
  return above && (check.max === undefined || measured <= Number(check.max));
};
