import { MOST_NEWS } from '../../src-main/core/news-since.ts';
import type { Laboratory } from './laboratory.ts';
import type { BookmarkRow, InboxRow, StationNode } from './station-node.ts';
import { require } from './violation.ts';

/** What was last seen of where the inbox of a station's person stood, and of what they were told is missing. */
export type Marks = {
  readonly who: string;
  readonly bookmarks: readonly BookmarkRow[];
  readonly missed: ReadonlySet<string>;
};

const nameOf = ({ seq, at }: InboxRow): string => `${seq} ${at}`;

/**
 * That messages may be missing is said only when it is so: the server's log reaches back to none of the positions that were kept, they
 * are of a history that it has lost, or more came since than is looked through. What came before is then excused.
 */
export const checkMissed = (laboratory: Laboratory, station: StationNode): void => {
  const { history, floor, marks, seen } = laboratory;
  // Of a station that has not opened its journal yet nobody can say anything.
  if (!station.hasJournal()) return;
  const who = station.person.sub;
  const before = marks.get(station.name);
  const rows = station.missed();
  const isSame = before?.who === who;
  const fresh = isSame ? rows.find((row) => !before.missed.has(nameOf(row))) : undefined;
  marks.set(station.name, { who, bookmarks: station.bookmarks(), missed: new Set(rows.map(nameOf)) });
  if (fresh === undefined || !isSame) return;
  const isGood = ({ seq, chain }: BookmarkRow): boolean =>
    seq >= floor && history.head - seq <= MOST_NEWS && seq <= history.head && history.chainAt(seq) === chain;
  const good = before.bookmarks.find(isGood);
  require(good === undefined, 'lost', 'inbox exactly once', () =>
    `${station.name} (${who}) says at ${fresh.seq} that messages may be missing, but could go on from ${good?.seq}`);
  const last = seen.get(station.name);
  if (last !== undefined) laboratory.seen.set(station.name, { ...last, since: { history, seq: fresh.seq } });
};
