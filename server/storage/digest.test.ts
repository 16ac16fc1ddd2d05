import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, deriveId, genesis, nextChain, originTag, sha256 } from './digest.ts';

describe('canonicalJson', () => {
  it.each([
    [{ b: 1, a: { d: undefined, c: [1, 'x', null] } }, '{"a":{"c":[1,"x",null]},"b":1}'],
    ['"', '"\\""'],
    [null, 'null'],
    [undefined, 'null'],
    [[undefined, true], '[null,true]'],
    [{ 'ä"': 0 }, '{"ä\\"":0}'],
  ])('%j', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it('means the same as JSON, and does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.dictionary(fc.string(), fc.jsonValue()), (value, record) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
        const turned = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(record));
      }),
    );
  });
});

describe('digests', () => {
  it('are SHA-256', () => {
    expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(originTag('abc')).toBe('ba7816bf8f01');
    expect(genesis('abc')).toBe('ba7816bf8f01cfea414140de5dae2223');
  });

  it('derive UUIDs from names, set apart whatever is in them', () => {
    const id = deriveId('S', 'line', '1');
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(deriveId('S', 'line', '1')).toBe(id);
    for (const names of [['S', 'line1'], ['Sline', '1'], ['S', 'line', '1', ''], ['S,line,1'], ['S","line', '1']]) {
      expect(deriveId(...names)).not.toBe(id);
    }
  });

  it('chain depends on what was before, on every change and on their order', () => {
    const chain = nextChain(genesis('e'), ['a', 'b']);
    expect(chain).toMatch(/^[0-9a-f]{32}$/);
    expect(nextChain(genesis('e'), ['a', 'b'])).toBe(chain);
    const others = [
      nextChain(genesis('f'), ['a', 'b']),
      nextChain(genesis('e'), ['b', 'a']),
      nextChain(genesis('e'), ['a']),
    ];
    expect(new Set([chain, ...others]).size).toBe(4);
  });
});
