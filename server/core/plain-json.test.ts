import { describe, expect, it } from 'vitest';
import { ProblemError } from '#contract/wire/errors.ts';
import { brokenTextIn, mended, requireShape } from './plain-json.ts';

const refusal = (value: unknown): string | null => {
  try {
    requireShape(value);
    return null;
  } catch (error) {
    return error instanceof ProblemError ? `${error.code}: ${error.message}` : String(error);
  }
};
const nested = (levels: number, inside: unknown = 1): unknown => {
  let value = inside;
  for (let level = 0; level < levels; level += 1) value = level % 2 === 0 ? [value] : { in: value };
  return value;
};

describe('requireShape', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['scalars', [1, -0, true, null, 'text', Number.POSITIVE_INFINITY]],
    ['twenty levels', nested(20)],
    ['a notice of ten thousand lines', { lines: Array(10_000).fill({ sku: 'A', quantity: '1', unit: 'EA' }) }],
    ['a text of ten thousand characters', { note: 'x'.repeat(10_000) }],
  ])('takes %s', (_what, value) => {
    expect(refusal(value)).toBeNull();
  });

  it.each([
    ['one level more', nested(21), /^malformed: .*20 levels/],
    ['a hundred thousand levels', nested(100_000), /^malformed: .*20 levels/],
    ['a million values', Array(1_000_000).fill(0), /^too_large: .*250000 values/],
    ['many small lists', Array(1000).fill(Array(1000).fill(0)), /^too_large: .*250000 values/],
    ['a novel', { lines: [{}, { sku: 'x'.repeat(10_001) }] }, /^too_large: lines\.1\.sku /],
    ['bytes', { mutations: [{ args: Buffer.alloc(3) }] }, /^malformed: mutations\.0\.args is binary/],
    ['a buffer', new ArrayBuffer(8), /^malformed: The message is binary/],
  ])('refuses %s and says where', (_what, value, why) => {
    expect(refusal(value)).toMatch(why);
  });

  it('repeats little of what was sent', () => {
    expect(refusal({ ['k'.repeat(5000)]: 'x'.repeat(10_001) })?.length).toBeLessThan(200);
  });
});

describe('texts that cannot be stored', () => {
  it('are found where they stand', () => {
    expect(brokenTextIn({ lines: [{ sku: 'A' }, { sku: 'half \ud800' }] })).toBe('lines.1.sku');
    expect(brokenTextIn(['a\0b'])).toBe('0');
    expect(brokenTextIn({ a: 'whole \ud83d\ude9a', b: '\u001d\u202e', c: 0, d: null })).toBeNull();
  });

  it('become what a decoder makes of broken bytes', () => {
    expect(mended({ list: ['\ud800a', 'b\0', { c: '\udfffd' }], n: 1 })).toEqual({
      list: ['\ufffda', 'b\ufffd', { c: '\ufffdd' }],
      n: 1,
    });
  });

  it('leave everything else as it is', () => {
    const value = { list: ['a', { b: 'c' }], n: null };
    expect(mended(value)).toBe(value);
  });

  it('mend no prototype', () => {
    const sent = JSON.parse('{"__proto__":{"admin":true},"text":"\\u0000"}');
    const value = mended(sent) as { admin?: boolean; text: string };
    expect(value.admin).toBeUndefined();
    expect(value.text).toBe('\ufffd');
  });
});
