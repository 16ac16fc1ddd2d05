import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeNoticeBytes } from './decode-notice-bytes.ts';

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('decodeNoticeBytes', () => {
  it('reads UTF-8, with and without its mark', () => {
    expect(decodeNoticeBytes(utf8('N1*SF*Łąka~'))).toBe('N1*SF*Łąka~');
    expect(decodeNoticeBytes(utf8('\ufeffISA*00~'))).toBe('ISA*00~');
  });

  it('reads bytes that are not UTF-8 as Windows-1252', () => {
    expect(decodeNoticeBytes(Uint8Array.of(0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72))).toBe('Müller');
    expect(decodeNoticeBytes(Uint8Array.of(0x80))).toBe('€');
  });

  it('obeys a UTF-16 mark', () => {
    expect(decodeNoticeBytes(Uint8Array.of(0xff, 0xfe, 0x49, 0, 0x53, 0, 0x41, 0))).toBe('ISA');
    expect(decodeNoticeBytes(Uint8Array.of(0xfe, 0xff, 0, 0x49, 0, 0x53, 0, 0x41))).toBe('ISA');
  });

  it('never throws, and gives back every text that was UTF-8', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => typeof decodeNoticeBytes(bytes) === 'string'));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!text.startsWith('\ufeff'));
        return decodeNoticeBytes(utf8(text)) === text;
      }),
    );
  });
});
