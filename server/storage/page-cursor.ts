import { ProblemError } from '#contract/wire/errors.ts';

/** An opaque cursor over a page's last key. */
export const encodeCursor = (key: readonly (string | number)[]): string =>
  Buffer.from(JSON.stringify(key)).toString('base64url');

/** The key in a cursor that `fits`; throws `invalid` for anything that did not come from `encodeCursor`. */
export const decodeCursor = <K extends readonly (string | number)[]>(
  cursor: string,
  fits: (key: readonly unknown[]) => key is K,
): K => {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (Array.isArray(key) && fits(key)) return key;
  } catch {
    // Not JSON: as foreign as a key of the wrong shape.
  }
  throw new ProblemError('invalid', 'This cursor did not come from here. Start again without one.');
};
