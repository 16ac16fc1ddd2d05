import { expect, test } from 'vitest';
import { median, percentile, table } from './stats.ts';

test('percentiles are taken by nearest rank', () => {
  const sorted = Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(percentile(sorted, 0.5)).toBe(5);
  expect(percentile(sorted, 0.99)).toBe(10);
  expect(percentile(sorted, 0)).toBe(1);
  expect(percentile(new Float64Array(), 0.5)).toBeNaN();
  expect(median([9, 1, 5])).toBe(5);
});

test('columns line up', () => {
  expect(
    table([
      ['name', 'ms'],
      ['a', '10.5'],
      ['long name', '2'],
    ]),
  ).toBe('name         ms\na          10.5\nlong name     2');
});
