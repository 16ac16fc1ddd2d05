import { describe, expect, it } from 'vitest';
import { isFarBehind } from './far-behind.ts';

describe('far behind', () => {
  it.each([
    [50_000, 0, false],
    [50_001, 0, true],
    [50_001, 166_000, true],
    [60_000, 200_000, false],
    [60_001, 200_000, true],
  ])('%i changes missing of %i rows: %s', async (missing, rows, far) => {
    expect(await isFarBehind(missing, async () => rows)).toBe(far);
  });

  it('counts nothing for what is caught up with anyway', async () => {
    const counting = isFarBehind(50_000, () => Promise.reject(new Error('counted')));
    expect(await counting).toBe(false);
  });
});
