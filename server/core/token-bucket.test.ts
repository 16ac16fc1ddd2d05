import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

const taken = (bucket: TokenBucket, times: number, now: number): number =>
  Array.from({ length: times }, () => bucket.take(now)).filter(Boolean).length;

describe('TokenBucket', () => {
  it('lets through a burst and no more', () => {
    expect(taken(new TokenBucket({ perSecond: 5, burst: 8 }, 0), 20, 0)).toBe(8);
  });

  it('fills again at its rate, up to the burst', () => {
    const bucket = new TokenBucket({ perSecond: 5, burst: 8 }, 0);
    taken(bucket, 8, 0);
    expect(taken(bucket, 20, 1000)).toBe(5);
    expect(taken(bucket, 20, 60_000)).toBe(8);
  });

  it('survives a clock that was set back', () => {
    const bucket = new TokenBucket({ perSecond: 5, burst: 2 }, 10_000);
    expect(taken(bucket, 3, 0)).toBe(2);
    expect(taken(bucket, 3, 200)).toBe(1);
  });
});
