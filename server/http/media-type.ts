const ascii = (bytes: Uint8Array, from: number, to: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, Math.min(to, bytes.length));

const startsWith = (bytes: Uint8Array, ...signature: number[]): boolean =>
  signature.every((byte, at) => bytes[at] === byte);

const HEIC_BRANDS = new Set(['heic', 'heix', 'hevc', 'heim', 'heis', 'mif1', 'msf1']);

const OFFICE = 'application/vnd.openxmlformats-officedocument.';

/** An Office document is a zip whose first entries say so; any other zip could hold anything. */
const officeType = (bytes: Uint8Array): string | null => {
  const head = ascii(bytes, 0, bytes.length);
  if (!head.includes('[Content_Types].xml')) return null;
  if (head.includes('xl/')) return `${OFFICE}spreadsheetml.sheet`;
  return head.includes('word/') ? `${OFFICE}wordprocessingml.document` : null;
};

const binaryType = (bytes: Uint8Array): string | null => {
  if (ascii(bytes, 0, 5) === '%PDF-') return 'application/pdf';
  if (startsWith(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'image/png';
  if (startsWith(bytes, 0xff, 0xd8, 0xff)) return 'image/jpeg';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'image/webp';
  if (ascii(bytes, 4, 8) === 'ftyp' && HEIC_BRANDS.has(ascii(bytes, 8, 12))) return 'image/heic';
  if (startsWith(bytes, 0x49, 0x49, 0x2a, 0x00) || startsWith(bytes, 0x4d, 0x4d, 0x00, 0x2a)) return 'image/tiff';
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)) return officeType(bytes);
  return null;
};

/** Text that a program or a browser would run. */
const ACTIVE = /^(MZ|#!|<!doctype html|<\?php|<(html|head|body|script|svg|iframe|object|math)\b)/i;
// XML may carry its active root behind a declaration, comments and a doctype.
const ACTIVE_XML =
  /<(svg|html|script)\b|<!DOCTYPE\s+(svg|html)|xmlns(:[\w.-]+)?\s*=\s*["']http:\/\/www\.w3\.org\/(1999\/xhtml|2000\/svg)/i;

const isText = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x0c);

const TEXT_TYPES: Readonly<Record<string, string>> = {
  'text/csv': 'text/csv',
  'text/xml': 'application/xml',
  'application/xml': 'application/xml',
  'application/json': 'application/json',
};
const TEXT_ENDINGS: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  xml: 'application/xml',
  json: 'application/json',
};

/**
 * What a document is, judged by its first bytes; name and declared type only tell kinds of text apart. Null for what is not
 * taken: programs, pages and pictures with scripts, archives, and what cannot be recognised.
 */
export const mediaTypeOf = (head: Uint8Array, declared: string, fileName: string): string | null => {
  const binary = binaryType(head);
  if (binary !== null) return binary;
  const start = ascii(head, 0, head.length)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart();
  if (!isText(head) || ACTIVE.test(start) || ACTIVE_XML.test(start)) return null;
  const ending = fileName.split('.').at(-1)?.toLowerCase() ?? '';
  return TEXT_TYPES[declared.toLowerCase()] ?? TEXT_ENDINGS[ending] ?? 'text/plain';
};

/** Types that a browser may show in place; the rest is downloaded. */
export const isShownInline = (mediaType: string): boolean =>
  mediaType === 'application/pdf' || (mediaType.startsWith('image/') && mediaType !== 'image/svg+xml');
