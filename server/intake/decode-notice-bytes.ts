const UTF16_MARKS: readonly (readonly [number, number, string])[] = [
  [0xff, 0xfe, 'utf-16le'],
  [0xfe, 0xff, 'utf-16be'],
];

/**
 * The text of a notice file. X12 does not say how its bytes are encoded: valid UTF-8 is taken as such, a byte-order mark is
 * obeyed, and everything else is Windows-1252, in which no byte is invalid. Never throws.
 */
export const decodeNoticeBytes = (bytes: Uint8Array): string => {
  const marked = UTF16_MARKS.find(([first, second]) => bytes[0] === first && bytes[1] === second);
  if (marked !== undefined) return new TextDecoder(marked[2]).decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
};
