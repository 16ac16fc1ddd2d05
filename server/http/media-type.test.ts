import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isShownInline, mediaTypeOf } from './media-type.ts';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part))));
const zip = bytes([0x50, 0x4b, 0x03, 0x04], deflateRawSync('x').toString('latin1'));

describe('mediaTypeOf', () => {
  it.each([
    ['application/pdf', bytes('%PDF-1.7\n'), 'bol.pdf'],
    ['image/png', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a]), 'a.png'],
    ['image/jpeg', bytes([0xff, 0xd8, 0xff, 0xe0]), 'a.jpg'],
    ['image/webp', bytes('RIFF', [0, 0, 0, 0], 'WEBPVP8 '), 'a.webp'],
    ['image/heic', bytes([0, 0, 0, 0x18], 'ftypheic'), 'IMG_1.HEIC'],
    ['image/tiff', bytes('II', [0x2a, 0]), 'fax.tif'],
    [
      'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
      bytes([0x50, 0x4b, 3, 4], '[Content_Types].xml…xl/workbook.xml'),
      'list.xlsx',
    ],
    ['text/plain', bytes('temperature 4.2\n'), 'log.txt'],
    ['text/csv', bytes('sku,qty\n'), 'list.csv'],
    ['application/xml', bytes('<?xml version="1.0"?><asn/>'), 'asn.xml'],
    ['application/json', bytes('{"a":1}'), 'a.json'],
  ])('knows %s by its bytes', (type, head, name) => {
    expect(mediaTypeOf(head, 'application/octet-stream', name)).toBe(type);
  });

  it('believes the bytes, not the name or the declared type', () => {
    expect(mediaTypeOf(bytes('%PDF-1.4'), 'image/png', 'photo.png')).toBe('application/pdf');
    expect(mediaTypeOf(bytes('hello'), 'application/pdf', 'bol.pdf')).toBe('text/plain');
  });

  it.each([
    ['a Windows program called .pdf', bytes('MZ', [0x90, 0, 3])],
    ['a program without a control character in sight', bytes('MZ this is not a pdf')],
    ['an ELF program', bytes([0x7f], 'ELF', [2, 1])],
    ['a script', bytes('#!/bin/sh\nrm -rf /')],
    ['a page', bytes('\n <!DOCTYPE html><script>')],
    ['a page behind a byte-order mark', bytes([0xef, 0xbb, 0xbf], '<html>')],
    ['a picture with scripts', bytes('<svg onload="x()">')],
    ['a picture with scripts behind a declaration', bytes('<?xml version="1.0"?><!-- --><svg>')],
    ['XML that says it is a page', bytes('<?xml version="1.0"?><x:b xmlns:x="http://www.w3.org/1999/xhtml">')],
    ['an archive', zip],
    ['bytes of no known kind', bytes([1, 2, 3, 4, 5])],
  ])('takes no %s', (_what, head) => {
    expect(mediaTypeOf(head, 'application/pdf', 'bol.pdf')).toBeNull();
  });

  it('shows pictures and PDF in place, and nothing else', () => {
    expect(['application/pdf', 'image/png', 'image/heic'].every(isShownInline)).toBe(true);
    expect(['text/plain', 'application/xml', 'image/svg+xml'].some(isShownInline)).toBe(false);
  });
});
