import type { Change, Cursor, Frame } from '#contract/wire/sync.ts';
import { type Bookmark, NOTHING_COMMON, type Parting } from './bookmarks.ts';
import { isLostPosition, isOtherHistory, unreachable } from './link-fault.ts';
import type { Position } from './ports.ts';

/**
 * Changes that are looked at for news' sake, at the most. Frames wait meanwhile, and of so many hardly anything but one digest comes.
 */
export const MOST_NEWS = 2_000;

export type NewsSincePorts = {
  /** The page after a cursor. Rejects with a `LinkFault`. */
  readonly changes: (cursor: Cursor) => Promise<Frame>;
};

/** What is to be looked at next, and how far the inbox has come by that; `changes` null: too much, or no longer to be had. */
export type Step = {
  readonly changes: readonly Change[] | null;
  readonly upTo: Bookmark;
  readonly parting: Parting | null;
};

type Found = { readonly from: Bookmark; readonly frame: Frame; readonly lost: Bookmark | null };

const pageAfter = async ({ changes }: NewsSincePorts, cursor: Cursor, to: Position): Promise<Frame> => {
  const frame = await changes(cursor);
  const isFit = frame.epoch === cursor.epoch && frame.group === to.group && frame.from === cursor.seq;
  const isOther = frame.to === to.cursor.seq && frame.chain !== to.cursor.chain;
  if (!isFit || isOther) throw unreachable('A page did not fit where the inbox stands.');
  return frame;
};

/** Numbers and hashes are the same up to where two histories part, whatever the epochs are called. */
const ask = async (
  ports: NewsSincePorts,
  { seq, chain }: Bookmark,
  to: Position,
): Promise<Frame | 'too_old' | 'other'> => {
  // From before hashes were noted: nobody can say of which history it is.
  if (chain === '') return 'other';
  try {
    return await pageAfter(ports, { epoch: to.cursor.epoch, seq, chain }, to);
  } catch (error) {
    if (!isLostPosition(error)) throw error;
    return isOtherHistory(error) ? 'other' : 'too_old';
  }
};

/** The last bookmark that is of the server's history. Those before it are as well, but may be too old; none after it is. */
const findCommon = async (ports: NewsSincePorts, marks: readonly Bookmark[], to: Position): Promise<Found | null> => {
  let [low, high] = [0, marks.length];
  let found: Omit<Found, 'lost'> | null = null;
  // Nearly always it is the very last.
  for (let at = high - 1; low < high; at = (low + high) >> 1) {
    const from = marks[at] as Bookmark;
    const answer = await ask(ports, from, to);
    if (answer === 'other') high = at;
    else low = at + 1;
    if (typeof answer === 'object') found = { from, frame: answer };
  }
  if (found !== null) return { ...found, lost: marks[low] ?? null };
  // Nothing is common with a server that was restored in this very moment, either; then the rows will be fetched once more.
  await pageAfter(ports, to.cursor, to);
  return null;
};

/** Of a view that shows few of the numbers there are, the first page says how few. */
const isTooMuch = ({ from, frame }: Found, to: Position): boolean => {
  const missing = Math.max(0, to.cursor.seq - from.seq);
  if (missing <= MOST_NEWS) return false;
  return (missing * frame.changes.length) / Math.max(1, frame.to - frame.from) > MOST_NEWS;
};

/** What was looked at in the lost history is common to both when it is not younger than what came next there. */
const wasLookedAt = ({ seq, recordedAt }: Change, lost: Bookmark | null): boolean =>
  lost !== null && seq <= lost.seq && recordedAt <= lost.at;

/**
 * The changes from where an inbox stands to where the rows are, page by page. Where the server has another history by now, from where
 * the two part. Rejects with a `LinkFault`: then what was taken up to there stands.
 */
export async function* newsSince(
  ports: NewsSincePorts,
  marks: readonly Bookmark[],
  to: Position,
): AsyncGenerator<Step> {
  const found = await findCommon(ports, marks, to);
  if (found === null || isTooMuch(found, to)) {
    const upTo = { ...to.cursor, view: to.group, at: marks.at(-1)?.at ?? '' };
    yield { changes: null, upTo, parting: { ...NOTHING_COMMON, ...(found !== null && { after: found.from.seq }) } };
    return;
  }
  const { from, lost } = found;
  let { frame } = found;
  let at = from.at;
  let keep = from.seq;
  let waiting: Change[] = [];
  for (let isFirst = true; ; ) {
    for (const change of frame.changes) {
      if (wasLookedAt(change, lost)) keep = change.seq;
      else waiting.push(change);
    }
    at = frame.changes.at(-1)?.recordedAt ?? at;
    // What is common is told from what is new only while the bookmark of the lost history is there.
    const isLevel = frame.to >= to.cursor.seq;
    if (lost === null || frame.to >= lost.seq || (isLevel && frame.to >= frame.head)) {
      const upTo = { epoch: frame.epoch, seq: frame.to, chain: frame.chain, view: frame.group, at };
      yield { changes: waiting, upTo, parting: isFirst && lost !== null ? { after: from.seq, keep } : null };
      waiting = [];
      isFirst = false;
      if (isLevel) return;
    }
    const next = await pageAfter(ports, { epoch: frame.epoch, seq: frame.to, chain: frame.chain }, to);
    if (next.to <= frame.to) throw unreachable('The server sent a page that leads nowhere.');
    frame = next;
  }
}
