import { describe, expect, it } from 'vitest';
import { namesEtag } from './if-none-match.ts';

describe('If-None-Match', () => {
  it.each(['"a"', '*', ' * ', 'W/"a"', '"b", "a"', '"b",W/"a" , "c"'])('%s names it', (header) => {
    expect(namesEtag(header, '"a"')).toBe(true);
  });

  it.each([undefined, '', '"b"', 'a', 'w/"a"', '"b", "aa"', '"*"'])('%s does not', (header) => {
    expect(namesEtag(header, '"a"')).toBe(false);
  });
});
