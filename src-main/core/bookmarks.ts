import type { Cursor } from '#contract/wire/sync.ts';

/** How far an inbox has looked at the changes of a history. */
export type Bookmark = Cursor & {
  /** The group whose view of the changes was looked at; empty when an older version did not note it, as is `chain`. */
  readonly view: string;
  /** Server time (ISO) of the last change looked at; empty when there was none yet. */
  readonly at: string;
};

/**
 * Where histories part. Bookmarks after `after` are of the one that the server has lost, and so are items after `keep`: these stay,
 * but under another name, so that they do not stand in the way of what has their numbers now.
 */
export type Parting = { readonly after: number; readonly keep: number };

/** All that is known is of another history. */
export const NOTHING_COMMON: Parting = { after: -1, keep: -1 };

/** Latest bookmarks that are all kept. */
const KEPT_DENSE = 64;
/** Of those before, two are no closer together than this share of their age. */
const SPACING = 1 / 16;

/**
 * Which of these positions (ascending) need not be kept: the older, the fewer. The first stays, as all histories have most in common
 * with it; among those that stay the one from before a backup is never much further back than the backup was old.
 */
export const spareBookmarks = (seqs: readonly number[]): number[] => {
  const newest = seqs.at(-1) ?? 0;
  const old = seqs.slice(0, -KEPT_DENSE);
  const spare: number[] = [];
  let kept = old[0] ?? 0;
  for (const seq of old.slice(1)) {
    if (seq - kept < (newest - seq) * SPACING) spare.push(seq);
    else kept = seq;
  }
  return spare;
};
