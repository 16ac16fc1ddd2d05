import { expect, it } from 'vitest';
import { clockError, minutesOf } from './clock-error.ts';

const MINUTE = 60_000;

it.each([
  [null, null],
  [0, null],
  [2 * MINUTE, null],
  [-2 * MINUTE, null],
  [2 * MINUTE + 1, 'ahead'],
  [-2 * MINUTE - 1, 'behind'],
  [190 * MINUTE, 'ahead'],
] as const)('an offset of %s ms is told as %s', (offset, told) => {
  expect(clockError(offset)).toBe(told);
});

it('rounds to whole minutes either way', () => {
  expect([29_999, -30_000, 190.4 * MINUTE, -190.6 * MINUTE].map(minutesOf)).toEqual([0, 1, 190, 191]);
});
