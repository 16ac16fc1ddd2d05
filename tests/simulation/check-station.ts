import type { Cursor } from '#contract/wire/sync.ts';
import type { Group } from '../../server/core/scope.ts';
import { checkMissed } from './check-missed.ts';
import { type History, rowDigest, sumOf } from './history.ts';
import type { Laboratory } from './laboratory.ts';
import type { CacheState, StationNode } from './station-node.ts';
import { require } from './violation.ts';

/** How far a station had come when last looked at, and by which way it came there. */
export type Seen = {
  file: string;
  cursor: Cursor;
  history: History;
  /** Who looks, and what at. */
  view: string;
  /** Where this person began to look at this view here: what comes after it is news to them, however the rows came. */
  since: { readonly history: History; readonly seq: number };
};

/** The history in which a cursor lies, the present one first. */
export const historyOf = (laboratory: Laboratory, { epoch, seq, chain }: Cursor): History | undefined =>
  [laboratory.history, ...laboratory.lost.toReversed()].find(
    (history) => history.epoch === epoch && seq <= history.head && history.chainAt(seq) === chain,
  );

const same = (seen: Seen | undefined, state: CacheState, cursor: Cursor): boolean =>
  seen?.file === state.file && seen.cursor.seq === cursor.seq && seen.cursor.chain === cursor.chain;

/** Whatever a station has in its cache is what its group saw at one position, and that only moves forward. */
export const checkStation = (laboratory: Laboratory, station: StationNode): void => {
  checkMissed(laboratory, station);
  const state = station.cache();
  const position = state?.position ?? null;
  if (state === null || position === null) return;
  const { cursor } = position;
  const seen = laboratory.seen.get(station.name);
  if (same(seen, state, cursor)) return;
  // Who was not reached yet shows what they saw before their rights were changed.
  const group = laboratory.rights.viewsOf(station.token).get(position.group);
  if (group === undefined) {
    require(false, 'leaked', 'no leak', () => `${station.name} shows ${position.group} to ${station.person.sub}`);
    return;
  }
  const history = historyOf(laboratory, cursor);
  if (history === undefined) {
    require(false, 'diverged', 'prefix consistency', () =>
      `${station.name} is at ${JSON.stringify(cursor)}, which never was`);
    return;
  }
  const view = `${station.person.sub} ${group.id}`;
  const isSameView = seen?.view === view;
  if (seen !== undefined && isSameView && seen.history === history) {
    const text = (): string => `${station.name} went back from ${seen.cursor.seq} to ${cursor.seq}`;
    require(cursor.seq >= seen.cursor.seq, 'diverged', 'cursor monotone', text);
  }
  const rows = state.rows();
  const sum = sumOf(rows.map(({ entity, id, seq, body }) => rowDigest(entity, id, seq, body)));
  const expected = history.sumAt(group, cursor.seq);
  require(sum === expected, 'diverged', 'prefix consistency', () =>
    differences(station, group, history, rows, cursor.seq));
  const since = isSameView && seen !== undefined ? seen.since : { history, seq: cursor.seq };
  laboratory.seen.set(station.name, {
    file: state.file,
    cursor,
    history,
    view,
    since,
  });
};

const differences = (
  station: StationNode,
  group: Group,
  history: History,
  rows: readonly { entity: string; id: string; seq: number; body: string }[],
  seq: number,
): string => {
  const then = history.upTo(seq, history.epoch).rowsOf(group);
  const mine = new Map(rows.map((row) => [`${row.entity}:${row.id}`, row]));
  const found: string[] = [];
  for (const [key, row] of then) {
    const own = mine.get(key);
    if (own === undefined) found.push(`lacks ${key}@${row.seq}`);
    else if (own.seq !== row.seq || own.body !== row.text) found.push(`has ${key}@${own.seq}, not @${row.seq}`);
  }
  for (const [key, row] of mine) if (!then.has(key)) found.push(`still has ${key}@${row.seq}`);
  return `${station.name} (${station.person.sub}) at ${seq} of ${history.head}: ${found.slice(0, 6).join('; ')}`;
};
