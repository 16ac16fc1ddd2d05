import { expect, test } from 'vitest';
import type { Pulled } from './crew.ts';
import { unexplained } from './unexplained.ts';

const pulled = (desk: number, at: number, event = 'sync.pull', why = 'gap'): Pulled => ({
  kind: 'pulled',
  desk,
  event,
  why,
  at,
});

test('a gap is explained by a cut of its own line only, and only for a while', () => {
  const cuts = [{ desk: 1, from: 10_000, to: 12_000 }];
  const [during, after] = [pulled(1, 11_000), pulled(1, 31_000)];
  const [before, later, other] = [pulled(1, 9_000), pulled(1, 33_000), pulled(2, 11_000)];
  expect(unexplained([during, after, before, later, other], cuts)).toEqual([before, later, other]);
});

test('the first snapshot of a station is expected, a second one is not', () => {
  const first = pulled(3, 1, 'sync.rebuild', 'no_cursor');
  const again = pulled(3, 2, 'sync.rebuild', 'no_cursor');
  const lost = pulled(4, 3, 'sync.rebuild', 'fork');
  expect(unexplained([first, again, lost], [])).toEqual([again, lost]);
});
