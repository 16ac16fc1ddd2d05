import { expectedCheckDigit } from '#contract/domain/gs1.ts';
import type { Warnings } from '../warnings.ts';
import { at, type Segment } from './segment.ts';

/** Warns when a GS1 key of digits does not end in its check digit; the key is kept, since labels repeat the error. */
export const checkKey = (key: string, name: string, segment: Segment, n: number, warnings: Warnings): boolean => {
  const expected = expectedCheckDigit(key);
  if (expected === null || key.endsWith(expected)) return expected !== null;
  const sentence = `the ${name} ${key} ends in ${key.at(-1)}, but its check digit should be ${expected}. Kept as sent.`;
  warnings.add('bad_check_digit', at(segment, n), sentence);
  return false;
};
