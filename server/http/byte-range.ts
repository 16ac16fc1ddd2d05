/** First and last byte, both counted in. */
export type ByteRange = { readonly start: number; readonly end: number };

/**
 * The one range a `Range` header asks for. `whole` when there is none, or one we may ignore (RFC 9110 §14.2: several ranges,
 * other units, bad syntax); `unsatisfiable` when it lies beyond the end.
 */
export const readRange = (header: string | undefined, size: number): ByteRange | 'whole' | 'unsatisfiable' => {
  const match = header?.match(/^bytes=(\d*)-(\d*)$/);
  if (!match) return 'whole';
  const [, first = '', last = ''] = match;
  if (first === '' && last === '') return 'whole';
  if (first === '') {
    // The last so many bytes.
    const length = Math.min(Number(last), size);
    return length === 0 ? 'unsatisfiable' : { start: size - length, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (last !== '' && Number(last) < start) return 'whole';
  return start >= size ? 'unsatisfiable' : { start, end };
};
