import { type ProblemCode, ProblemError } from '#contract/wire/errors.ts';

// What anybody sends is parsed JSON before it is a message. Here it is made sure that walking it, hashing it and storing it can do
// no harm; schemas say the rest.

/** Levels of lists and objects. Messages of ours have seven at most; recursion dies at some thousands. */
const DEEPEST = 20;
/** Values of all kinds. A notice of 10 000 lines with every field filled has half of that. */
const MOST_VALUES = 250_000;
/** Characters of one text; the longest that any schema takes has 4000 after trimming. */
const LONGEST_TEXT = 10_000;

type Misfit = { readonly code: ProblemCode; readonly message: string; readonly path: readonly string[] };
type Count = { values: number };

const misfit = (code: ProblemCode, message: string): Misfit => ({ code, message, path: [] });
const DEEP = misfit('malformed', `is nested more than ${DEEPEST} levels deep`);
const MANY = misfit('too_large', `has more than ${MOST_VALUES} values in all; send it in parts`);
const LONG = misfit('too_large', `is a text of more than ${LONGEST_TEXT} characters`);
const BINARY = misfit('malformed', 'is binary data; send text and numbers only');

const keysOf = (value: object): Iterable<string | number> => (Array.isArray(value) ? value.keys() : Object.keys(value));

const at = (value: object, key: string | number): unknown => (value as Record<string | number, unknown>)[key];

/** Recursion is safe here: it ends at `DEEPEST`. */
const misfitIn = (value: unknown, depth: number, count: Count): Misfit | null => {
  count.values += 1;
  if (count.values > MOST_VALUES) return MANY;
  if (typeof value === 'string') return value.length > LONGEST_TEXT ? LONG : null;
  if (typeof value !== 'object' || value === null) return null;
  // Socket.IO brings attachments in place; as JSON each byte would become a number of its own.
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return BINARY;
  if (depth === DEEPEST) return DEEP;
  for (const key of keysOf(value)) {
    const found = misfitIn(at(value, key), depth + 1, count);
    if (found !== null) return { ...found, path: [String(key), ...found.path] };
  }
  return null;
};

/** Long paths and keys are of the sender's making too. */
const shown = (path: readonly string[]): string => path.slice(0, 5).join('.').slice(0, 100) || 'The message';

/** Throws `malformed` or `too_large` for what is too deep, too much or no JSON at all. Everything else in here relies on it. */
export const requireShape = (value: unknown): void => {
  const found = misfitIn(value, 0, { values: 0 });
  if (found !== null) throw new ProblemError(found.code, `${shown(found.path)} ${found.message}.`);
};

// No UTF-8 file, and so no database, holds half a surrogate pair; NUL ends a text for half the programs that read it.
const isPlain = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

/** Where the first text stands that cannot be stored as it is: `lines.3.sku`; null when all can. */
export const brokenTextIn = (value: unknown): string | null => {
  if (typeof value === 'string') return isPlain(value) ? null : '';
  if (typeof value !== 'object' || value === null) return null;
  for (const key of keysOf(value)) {
    const found = brokenTextIn(at(value, key));
    if (found !== null) return found === '' ? String(key) : `${key}.${found}`;
  }
  return null;
};

/** The same with U+FFFD for what cannot be stored, as a decoder does with broken bytes; the very same when there is nothing to do. */
export const mended = (value: unknown): unknown => {
  if (typeof value === 'string') return isPlain(value) ? value : value.toWellFormed().replaceAll('\0', '\ufffd');
  if (typeof value !== 'object' || value === null) return value;
  if (brokenTextIn(value) === null) return value;
  if (Array.isArray(value)) return value.map(mended);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mended(each)]));
};
