import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exceedsBytes } from './limits.ts';

describe('exceedsBytes', () => {
  it('counts UTF-8, not characters', () => {
    expect(exceedsBytes('שלום', 7)).toBe(true);
    expect(exceedsBytes('שלום', 8)).toBe(false);
    expect(exceedsBytes('€', 2)).toBe(true);
    expect(exceedsBytes('🚚', 4)).toBe(false);
    expect(exceedsBytes('🚚', 3)).toBe(true);
  });

  it('agrees with the encoder for every well-formed text and limit', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat({ max: 120 }), (text, limit) => {
        expect(exceedsBytes(text, limit)).toBe(new TextEncoder().encode(text).length > limit);
      }),
    );
  });
});
