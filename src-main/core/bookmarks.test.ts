import { expect, it } from 'vitest';
import { spareBookmarks } from './bookmarks.ts';

it('keeps the first, the latest, and in between the fewer the older', () => {
  let kept: number[] = [];
  for (let seq = 0; seq <= 100_000; seq += 10) {
    kept.push(seq);
    const spare = new Set(spareBookmarks(kept));
    kept = kept.filter((each) => !spare.has(each));
  }
  expect(kept.length).toBeLessThan(250);
  expect(kept.slice(0, 1)).toEqual([0]);
  expect(kept.slice(-64)).toEqual(Array.from({ length: 64 }, (_, at) => 100_000 - 630 + at * 10));
  // Whatever the position of a backup, the last bookmark before it is near, measured by how old it is.
  for (let backup = 500; backup < 99_000; backup += 500) {
    const before = kept.filter((seq) => seq <= backup).at(-1) ?? -1;
    expect(backup - before).toBeLessThan((100_000 - before) / 6);
  }
  expect(spareBookmarks([])).toEqual([]);
  expect(spareBookmarks([5])).toEqual([]);
});
