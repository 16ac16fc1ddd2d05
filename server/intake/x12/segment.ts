import type { Place } from '../warnings.ts';

/** One X12 segment. `elements[0]` is the identifier, so `elements[2]` of a MAN is MAN02. */
export type Segment = {
  /** Counted from 1 at the first ISA, over the whole file. */
  readonly number: number;
  readonly id: string;
  readonly elements: readonly string[];
};

// C0 and C1 controls break PostgreSQL (NUL) and terminals; the bidirectional overrides could make one name show as another.
const UNPRINTABLE = /[\p{Cc}\u202a-\u202e\u2066-\u2069\ufeff]/u;
const EVERY_UNPRINTABLE = new RegExp(UNPRINTABLE.source, 'gu');

/** Far beyond the standard's longest element; what follows would only be carried into messages and rows. */
const LONGEST = 1000;

/** Element `n` as printable text without surrounding space; empty when absent. */
export const element = (segment: Segment, n: number): string => {
  const raw = segment.elements[n];
  if (raw === undefined || raw === '') return '';
  const short = raw.length > LONGEST ? raw.slice(0, LONGEST) : raw;
  const printable = UNPRINTABLE.test(short) ? short.replace(EVERY_UNPRINTABLE, ' ') : short;
  return printable.toWellFormed().trim();
};

/** As `element`, with `null` for absent: what goes into a notice. */
export const elementOrNull = (segment: Segment, n: number): string | null => element(segment, n) || null;

/** Codes are compared in upper case; a few senders write them otherwise. */
export const code = (segment: Segment, n: number): string => element(segment, n).toUpperCase();

export const at = (segment: Segment, n?: number): Place =>
  n === undefined ? { number: segment.number, id: segment.id } : { number: segment.number, id: segment.id, element: n };
