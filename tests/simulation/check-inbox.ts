import type { Group } from '../../server/core/scope.ts';
import { inboxItems, type Reader } from '../../src-main/core/notify-policy.ts';
import type { History } from './history.ts';
import type { Laboratory } from './laboratory.ts';
import type { InboxRow, StationNode } from './station-node.ts';
import { require } from './violation.ts';

const nameOf = ({ seq, at }: { readonly seq: number; readonly at: string }): string => `${seq} ${at}`;

/** What of a history is news to whoever is signed in at this station, as far as a group sees it: by name, its position. */
const newsIn = (station: StationNode, history: History, group: Group): Map<string, number> => {
  const { sub: userId, role } = station.person;
  // What the same person did elsewhere is no news either, so that whose station it came from says nothing more.
  const reader: Reader = { userId, role, isOwn: () => false };
  const known = { row: () => null, shipment: () => null, seesMoves: false };
  return new Map(inboxItems(history.visible(group), reader, known).map((item) => [nameOf(item), item.seq]));
};

/** How many items the digests of this inbox stand for. */
const digested = (rows: readonly InboxRow[]): number =>
  rows.reduce((sum, { kind, title }) => sum + (kind === 'digest' ? Number.parseInt(title, 10) || 0 : 0), 0);

/** The inbox holds what was said since this person began here that concerns them, each once, and no toast was shown twice. */
export const checkInbox = (laboratory: Laboratory, station: StationNode): void => {
  for (const [what, times] of station.memory.toasts) {
    require(times === 1, 'duplicated', 'inbox exactly once', () => `${station.name} showed ${times} times: ${what}`);
  }
  const { history, lost } = laboratory;
  const rows = station.inbox().filter(({ owner }) => owner.endsWith(`:${station.person.sub}`));
  const items = rows.filter(({ kind }) => kind !== 'digest');
  const has = new Set(items.map(nameOf));
  require(has.size === items.length, 'duplicated', 'inbox exactly once', () => `${station.name} has an item twice`);
  checkTrue(laboratory, station, items);
  const since = laboratory.seen.get(station.name)?.since;
  if (since === undefined) return;
  // Where the history in which they began was lost from before that on, what came in its place is news.
  const from = Math.min(since.seq, history.commonWith(since.history));
  const due = [...newsIn(station, history, laboratory.rights.viewOf(station.token))].filter(([, seq]) => seq > from);
  const missing = due.filter(([name]) => !has.has(name));
  require(missing.length <= digested(rows), 'lost', 'inbox exactly once', () => {
    const which = missing
      .map(([name]) => name)
      .slice(0, 5)
      .join(', ');
    return `${station.name} (${station.person.sub}) lacks ${which} in its inbox since ${from}, after ${lost.length} restores`;
  });
};

/** What stands in an inbox is news, of this history or of one that was lost, in a view that the person had at some time. */
const checkTrue = ({ history, lost, rights }: Laboratory, station: StationNode, items: readonly InboxRow[]): void => {
  const views = rights.viewsOfPerson(station.person.sub);
  // Where messages are missing, what the rows still ask for stands by the change that wrote them last, moves among them.
  const isAsked = ({ seq, inspection_id: id }: InboxRow): boolean =>
    id !== null && [history, ...lost].some(({ log }) => log[seq - 1]?.raw.id === id);
  let odd = station.missed().length === 0 ? items : items.filter((item) => !isAsked(item));
  for (const each of [history, ...lost.toReversed()]) {
    for (const group of views) {
      if (odd.length === 0) return;
      const news = newsIn(station, each, group);
      odd = odd.filter((item) => !news.has(nameOf(item)));
    }
  }
  require(odd.length === 0, 'duplicated', 'inbox exactly once', () =>
    `${station.name} has ${odd[0]?.seq} in its inbox, which is no news: ${odd[0]?.title}`);
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
