import type { NoticeLimits } from '../limits.ts';
import type { NoticeRefusal, RefusalCode } from '../warning-codes.ts';
import { sentenceAt } from '../warnings.ts';
import { type Delimiters, readDelimiters } from './read-delimiters.ts';
import type { Segment } from './segment.ts';

export type Interchange = { readonly delimiters: Delimiters; readonly segments: readonly Segment[] };
/** `after` is the number of the segment behind the last IEA when text follows it, else `null`. */
export type Tokens = {
  readonly ok: true;
  readonly interchanges: readonly Interchange[];
  readonly after: number | null;
};

/** Byte-order marks, Ctrl-Z of old systems, NUL padding: nothing of it is content. */
const PADDING = /[\s\p{Cc}\ufeff]*/uy;
/** No segment of the 856 has more elements; the rest of a hostile one is not worth its memory. */
const MAX_ELEMENTS = 60;
/** An identifier has two or three characters; text that is no segment must not fill the message about it. */
const LONGEST_ID = 10;

const skipPadding = (text: string, from: number): number => {
  PADDING.lastIndex = from;
  PADDING.test(text);
  return PADDING.lastIndex;
};

/** Everything counted over the whole file, however many interchanges it holds. */
type Tally = { segments: number; lin: number; sn1: number };

const refuse = (code: RefusalCode, last: Segment | undefined, sentence: string): NoticeRefusal =>
  last === undefined
    ? { ok: false, code, message: sentence }
    : { ok: false, code, message: sentenceAt(last, sentence), position: `segment ${last.number} ${last.id}` };

/** Line breaks are never content in X12: beside a terminator they are layout, inside a segment somebody wrapped the file. */
const splitSegment = (raw: string, delimiters: Delimiters, number: number): Segment | null => {
  const joined = raw.includes('\n') || raw.includes('\r') ? raw.replace(/[\r\n]/g, '') : raw;
  const body = joined.trim();
  if (body === '') return null;
  const elements = body.split(delimiters.element, MAX_ELEMENTS);
  return { number, id: (elements[0] ?? '').slice(0, LONGEST_ID).trim().toUpperCase(), elements };
};

const overLimit = (segment: Segment, tally: Tally, limits: NoticeLimits): NoticeRefusal | null => {
  tally.segments += 1;
  if (segment.id === 'LIN') tally.lin += 1;
  if (segment.id === 'SN1') tally.sn1 += 1;
  if (tally.segments > limits.maxSegments)
    return refuse(
      'too_large',
      segment,
      `The file has more than ${limits.maxSegments} segments. Split it into several.`,
    );
  if (Math.max(tally.lin, tally.sn1) > limits.maxLines)
    return refuse('too_many_lines', segment, `The file has more than ${limits.maxLines} lines. Split it into several.`);
  return null;
};

/** A last IEA without its terminator is whole when it repeats the interchange's control number. */
const closesWithoutTerminator = (tail: Segment | null, isa: Segment | undefined): boolean =>
  tail?.id === 'IEA' && tail.elements[2] !== undefined && tail.elements[2].trim() === isa?.elements[13]?.trim();

const cutShort = (tail: Segment | null, last: Segment | undefined): NoticeRefusal =>
  refuse(
    'truncated',
    tail ?? last,
    tail === null
      ? 'The file ends here, before the IEA segment that closes it. Send the whole file again.'
      : 'The file ends in the middle of this segment. Send the whole file again.',
  );

type OneInterchange = { ok: true; interchange: Interchange; next: number };

const readInterchange = (
  text: string,
  start: number,
  tally: Tally,
  limits: NoticeLimits,
): OneInterchange | NoticeRefusal => {
  const read = readDelimiters(text, start);
  if (!read.ok) return read;
  const { delimiters } = read;
  const segments: Segment[] = [];
  let from = start;
  for (;;) {
    const end = text.indexOf(delimiters.terminator, from);
    const segment = splitSegment(text.slice(from, end < 0 ? text.length : end), delimiters, tally.segments + 1);
    if (end < 0 && !closesWithoutTerminator(segment, segments[0])) return cutShort(segment, segments.at(-1));
    from = end < 0 ? text.length : end + 1;
    if (segment === null) continue;
    const refusal = overLimit(segment, tally, limits);
    if (refusal !== null) return refusal;
    if (segment.id === 'ISA' && segments.length > 0)
      return refuse('truncated', segment, 'A new interchange begins before the one before it is closed by IEA.');
    segments.push(segment);
    if (segment.id === 'IEA') return { ok: true, interchange: { delimiters, segments }, next: from };
  }
};

/** Splits `text` into interchanges of segments; every character is looked at a bounded number of times. */
export const tokenize = (text: string, limits: NoticeLimits): Tokens | NoticeRefusal => {
  const interchanges: Interchange[] = [];
  const tally: Tally = { segments: 0, lin: 0, sn1: 0 };
  let from = skipPadding(text, 0);
  if (from === text.length) return { ok: false, code: 'empty', message: 'The file is empty.' };
  while (from < text.length) {
    if (interchanges.length > 0 && !text.startsWith('ISA', from))
      return { ok: true, interchanges, after: tally.segments + 1 };
    const read = readInterchange(text, from, tally, limits);
    if (!read.ok) return read;
    interchanges.push(read.interchange);
    from = skipPadding(text, read.next);
  }
  return { ok: true, interchanges, after: null };
};
