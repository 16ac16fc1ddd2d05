import { expect, test } from 'vitest';
import { chance, median, mostInASecond, percentile, slope, spread, table } from './stats.ts';

test('percentiles are taken by nearest rank', () => {
  const sorted = Float64Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  expect(percentile(sorted, 0.5)).toBe(5);
  expect(percentile(sorted, 0.99)).toBe(10);
  expect(percentile(sorted, 0)).toBe(1);
  expect(percentile(new Float64Array(), 0.5)).toBeNaN();
  expect(median([9, 1, 5])).toBe(5);
  expect(spread([3, 1, 2])).toEqual({ p50: 2, p99: 3, max: 3 });
});

test('a slope is what least squares says', () => {
  const line = [0, 1, 2, 5].map((x) => ({ x, y: 7 - 3 * x }));
  expect(slope(line)).toBeCloseTo(-3, 12);
  // By hand: x̄ = 2, ȳ = 4, Σ(x−x̄)(y−ȳ) = 7, Σ(x−x̄)² = 10.
  const noisy = [2, 4, 4, 6, 4].map((y, x) => ({ x, y }));
  expect(slope(noisy)).toBeCloseTo(0.6, 12);
  expect(slope([{ x: 1, y: 1 }])).toBeNaN();
  expect(slope([])).toBeNaN();
});

test('the chance of a difference is exact', () => {
  // All five before all five: 2 of the 252 ways to deal ten ranks.
  expect(chance([1, 2, 3, 4, 5], [6, 7, 8, 9, 10])).toBeCloseTo(2 / 252, 12);
  expect(chance([6, 7, 8, 9, 10], [1, 2, 3, 4, 5])).toBeCloseTo(2 / 252, 12);
  // One swap: U = 1, so 1 + 1 of 20 ways on either side.
  expect(chance([1, 2, 4], [3, 5, 6])).toBeCloseTo(4 / 20, 12);
  expect(chance([1, 4], [2, 3])).toBe(1);
  expect(chance([1, 1], [1, 1])).toBe(1);
});

test('the busiest second may begin anywhere', () => {
  expect(mostInASecond([0, 900, 950, 1000, 1050, 1899, 1900, 5000])).toBe(5);
  expect(mostInASecond([0, 1000])).toBe(1);
  expect(mostInASecond([])).toBe(0);
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
