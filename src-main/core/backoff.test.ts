import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Backoff } from './backoff.ts';

const ceilings = (backoff: Backoff, tries: number): number[] => Array.from({ length: tries }, () => backoff.next());

describe('Backoff', () => {
  it('tries within the first second, doubles and stays at 6 s', () => {
    expect(ceilings(new Backoff(() => 0.999_999), 7)).toEqual([999, 1999, 3999, 5999, 5999, 5999, 5999]);
  });

  it('spreads over the whole range, from nothing on', () => {
    expect(ceilings(new Backoff(() => 0), 5)).toEqual([0, 0, 0, 0, 0]);
    expect(ceilings(new Backoff(() => 0.5), 3)).toEqual([500, 1000, 2000]);
  });

  it('never waits longer than 6 s, whatever the dice and however often', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 0.999_999, noNaN: true }), { minLength: 1, maxLength: 200 }),
        (dice) => {
          const backoff = new Backoff(() => dice.shift() ?? 0);
          return ceilings(backoff, dice.length).every((delay) => delay >= 0 && delay < 6_000);
        },
      ),
    );
  });

  it('starts over only after a link that lasted 10 s', () => {
    const backoff = new Backoff(() => 0.999_999);
    ceilings(backoff, 4);
    backoff.ended(9_999);
    expect(backoff.next()).toBe(5_999);
    backoff.ended(10_000);
    expect(backoff.next()).toBe(999);
  });

  it('starts over when somebody asks', () => {
    const backoff = new Backoff(() => 0.999_999);
    ceilings(backoff, 4);
    backoff.reset();
    expect(backoff.next()).toBe(999);
  });
});
