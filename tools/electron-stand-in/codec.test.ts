import { runInThisContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { decodeValue, encodeValue } from './codec.ts';

const across = (value: unknown): unknown => decodeValue(encodeValue(value));

describe('codec', () => {
  it.each([
    ['text', 'käse "\u2028'],
    ['nothing', null],
    ['undefined', undefined],
    ['undefined inside', { a: undefined, list: [undefined, 1] }],
    ['numbers JSON cannot say', [Number.NaN, Number.POSITIVE_INFINITY, -0, 0, 1.5]],
    ['a bigint', 12345678901234567890n],
    ['dates', [new Date(0), new Date(Number.NaN)]],
    ['a map with object keys', new Map<unknown, unknown>([[{ id: 1 }, new Set(['a'])]])],
    ['a regular expression', /a\/b/giu],
    ['bytes', new Uint8Array([0, 127, 128, 255])],
    ['other views', [new Float64Array([1.5]), new Int16Array([-2]), new DataView(new ArrayBuffer(2))]],
    ['a buffer', new Uint8Array([1, 2, 3]).buffer],
    ['arrays that look like the wire form', [[0, 'x'], [1], [2], [4]]],
  ])('carries %s', (_what, value) => {
    expect(across(value)).toStrictEqual(value);
    // Whatever crosses must equal what the platform's own structured clone makes of it.
    expect(across(value)).toStrictEqual(structuredClone(value));
  });

  it('keeps holes, cycles and shared references', () => {
    const shared = { n: 1 };
    const holes = [1, 2, 3];
    delete holes[1];
    const value: Record<string, unknown> = { one: shared, two: shared, holes };
    value.self = value;
    const copy = across(value) as typeof value;
    expect(copy.self).toBe(copy);
    expect(copy.one).toBe(copy.two);
    expect(1 in (copy.holes as number[])).toBe(false);
  });

  it('carries a view of a part of its buffer, not the rest', () => {
    const whole = new Uint8Array([1, 2, 3, 4]);
    const copy = across(whole.subarray(1, 3)) as Uint8Array;
    expect([...copy]).toEqual([2, 3]);
    expect(copy.buffer.byteLength).toBe(2);
  });

  it('carries megabytes of bytes', () => {
    const bytes = Uint8Array.from({ length: 3_000_000 }, (_, at) => at % 251);
    expect(Buffer.compare(across(bytes) as Uint8Array, bytes)).toBe(0);
  });

  it('carries errors with their kind and cause', () => {
    const copy = across(new RangeError('too far', { cause: { at: 3 } })) as RangeError;
    expect(copy).toBeInstanceOf(RangeError);
    expect(copy).toMatchObject({ message: 'too far', cause: { at: 3 } });
  });

  it('keeps a key named __proto__ a plain key', () => {
    const copy = across(JSON.parse('{"__proto__": {"admin": true}}')) as object;
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect(Object.keys(copy)).toEqual(['__proto__']);
  });

  it.each([
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
    ['a promise', Promise.resolve()],
    ['a weak map', new WeakMap()],
    ['a function deep inside', { a: [new Map([['k', () => 1]])] }],
  ])('refuses %s, as structured clone does', (_what, value) => {
    expect(() => encodeValue(value)).toThrow('An object could not be cloned.');
    expect(() => structuredClone(value)).toThrow();
  });

  it('works from its source text alone, as it must in a page', () => {
    const source = `(() => { const e = ${encodeValue}; const d = ${decodeValue}; return (v) => d(e(v)); })()`;
    // Sees globals only, like a page script.
    const copy = runInThisContext(source) as (value: unknown) => unknown;
    expect(copy({ when: new Date(7), set: new Set([1]) })).toStrictEqual({ when: new Date(7), set: new Set([1]) });
  });
});
