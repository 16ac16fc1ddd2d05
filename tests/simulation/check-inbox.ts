import type { Group } from '../../server/core/scope.ts';
import { inboxItems, type Reader } from '../../src-main/core/notify-policy.ts';
import type { History } from './history.ts';
import type { Laboratory } from './laboratory.ts';
import type { StationNode } from './station-node.ts';
import { require } from './violation.ts';

/** Positions of a history that are news to whoever is signed in at this station, as far as a group sees it. */
const newsIn = (station: StationNode, history: History, group: Group): Set<number> => {
  const { sub: userId, role } = station.person;
  // What the same person did elsewhere is no news either, so that whose station it came from says nothing more.
  const reader: Reader = { userId, role, isOwn: () => false };
  const visible = history.visible(group);
  const items = inboxItems(visible, reader, { row: () => null, shipment: () => null });
  return new Set(items.map(({ seq }) => seq));
};

/** The inbox holds what went by that concerns this person, each once, and no toast was shown twice. */
export const checkInbox = (laboratory: Laboratory, station: StationNode): void => {
  for (const [what, times] of station.memory.toasts) {
    if (laboratory.forked.has(what.split(' ')[1] ?? '')) continue;
    require(times === 1, 'duplicated', 'inbox exactly once', () => `${station.name} showed ${times} times: ${what}`);
  }
  const { history } = laboratory;
  const ranges = (laboratory.seen.get(station.name)?.ranges ?? []).filter((range) => range.history === history);
  const news = newsIn(station, history, laboratory.rights.viewOf(station.token));
  // What was news before one's rights were changed still stands there.
  const views = laboratory.rights.viewsOfPerson(station.person.sub);
  const ever = (each: History): Set<number>[] => views.map((group) => newsIn(station, each, group));
  const rows = station
    .inbox()
    .filter(({ owner, epoch }) => owner.endsWith(`:${station.person.sub}`) && epoch === history.epoch);
  const has = new Set(rows.filter(({ kind }) => kind !== 'digest').map(({ seq }) => seq));
  // Where numbers came again under the same name, what was news before still stands there, and new news may not: see docs/reliability.md.
  const isForked = laboratory.forked.has(history.epoch);
  const before = isForked ? laboratory.lost.filter(({ epoch }) => epoch === history.epoch) : [];
  const gone = [history, ...before].flatMap(ever);
  for (const seq of has) {
    require(gone.some((each) => each.has(seq)), 'duplicated', 'inbox exactly once', () =>
      `${station.name} has ${seq} in its inbox, which is no news`);
  }
  if (isForked || rows.some(({ kind }) => kind === 'digest')) return;
  for (const { from, to, isSure } of ranges) {
    if (!isSure) continue;
    for (let seq = from + 1; seq <= to; seq += 1) {
      const isMissing = news.has(seq) && !has.has(seq);
      require(!isMissing, 'lost', 'inbox exactly once', () =>
        `${station.name} (${station.person.sub}) lacks ${seq} in its inbox`);
    }
  }
};

/** Nobody is asked for an inspection that somebody has taken, or that they do not see; to be called when all is level. */
export const checkWithdrawn = ({ history, rights }: Laboratory, station: StationNode): void => {
  const rows = history.rowsOf(rights.viewOf(station.token));
  const own = station.inbox().filter(({ owner }) => owner.endsWith(`:${station.person.sub}`));
  for (const { inspection_id: id, taken_by: takenBy, title } of own) {
    const row = rows.get(`inspection:${id}`);
    if (id === null || takenBy !== null) continue;
    const { status } = row === undefined ? { status: 'gone' } : (JSON.parse(row.text) as { status: string });
    require(status === 'requested', 'diverged', 'inbox exactly once', () =>
      `${station.name} still asks for what is ${status}: ${title}`);
  }
};
