import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Verdict } from '#contract/wire/sync.ts';
import { checkHeldUp } from './check-closing.ts';
import { checkDecisions } from './check-decisions.ts';
import { checkCarriers, checkEffects } from './check-effects.ts';
import { checkHistory, type HistoryRow } from './check-history.ts';
import { checkInbox, checkWithdrawn } from './check-inbox.ts';
import { decidedWork, type LedgerRow, piecesOf } from './decided-work.ts';
import type { Laboratory } from './laboratory.ts';
import { forbiddenMarks } from './people.ts';
import type { JournalRow, StationNode } from './station-node.ts';
import { require, Violation } from './violation.ts';

/** Simulated time within which everything has to be well once nothing more goes wrong. */
const PATIENCE_MS = 60_000;

/** No byte of what this station's person may not see is in any cache file, its log included. */
export const scanFiles = (laboratory: Laboratory, station: StationNode): void => {
  const marks = forbiddenMarks(laboratory.rights.holderOf(station.token));
  if (marks.length === 0) return;
  for (const name of readdirSync(station.dir).filter((each) => each.startsWith('cache-'))) {
    const bytes = readFileSync(join(station.dir, name));
    for (const mark of marks) {
      if (!bytes.includes(mark)) continue;
      const text = laboratory.unlabelled(bytes.toString('latin1'));
      const at = text.indexOf(mark);
      if (at < 0) continue;
      const where = text.slice(Math.max(0, at - 60), at + 40).replaceAll(/[^ -~]/g, '.');
      const whose = `${name} of ${station.name} (${station.person.sub})`;
      throw new Violation('leaked', 'no leak', `${mark} is in ${whose}: ${where}`);
    }
  }
};

/** What keeps a station from being level with the server, or null. */
const missing = (laboratory: Laboratory, station: StationNode): string | null => {
  const { view } = station;
  const kind = view?.connection.kind;
  if (kind !== 'live' && kind !== 'polling') return `is ${kind ?? 'not started'}`;
  const position = station.cache()?.position ?? null;
  const { history, rights } = laboratory;
  if (position === null) return 'has no rows';
  const { cursor, group } = position;
  if (group !== rights.viewOf(station.token).id) return `shows ${group}`;
  if (cursor.seq !== history.head || cursor.chain !== history.chainAt(history.head))
    return `is at ${cursor.seq} of ${history.head}`;
  if (!station.isFollowed()) return `has not fetched its news since ${station.bookmarks().at(-1)?.seq}`;
  const pending = station.journal().filter(({ state }) => state === 'pending');
  const unsent = pending.filter(({ user_id }) => user_id === station.person.sub);
  if (unsent.length > 0) return `has not sent ${unsent.length}: ${unsent[0]?.type}`;
  return view?.unsent === pending.length ? null : `shows ${view?.unsent} unsent of ${pending.length}`;
};

/** The faults stop; then everything has to come right by itself, and soon. */
export const settle = async (laboratory: Laboratory): Promise<void> => {
  for (const { cable, machine } of laboratory.stations) {
    Object.assign(cable, { isOnline: true, offlineSince: null, blocksSockets: false, latencyMs: 2, stalledUntil: 0 });
    Object.assign(cable, { losesAnswers: 0, repeatsRequests: 0, stalePages: 0, breaksSnapshots: 0 });
    machine.fuse = null;
  }
  if (laboratory.server !== null) Object.assign(laboratory.server.machine, { fuse: null, roomFor: null });
  await laboratory.tend(true);
  const end = laboratory.world.elapsed + PATIENCE_MS;
  for (;;) {
    await laboratory.pass(500);
    await laboratory.tend(true);
    const late = laboratory.stations.flatMap((station) => {
      const what = missing(laboratory, station);
      return what === null ? [] : [{ station, what }];
    });
    const [first] = late;
    if (first === undefined) break;
    if (laboratory.world.elapsed < end) continue;
    const { station, what } = first;
    const said = `${station.name} (${station.person.sub}) ${what}\n${station.logged.slice(-12).join('\n')}`;
    throw new Violation('diverged', 'liveness', `${said}\nserver: ${laboratory.server?.faults.slice(-3).join('; ')}`);
  }
  await laboratory.pass(3_000);
};

/** What the server's tables hold is what its log adds up to, for every group somebody belongs to. */
const checkTables = async (laboratory: Laboratory): Promise<void> => {
  const { server, history, world } = laboratory;
  if (server === null) return;
  const { rights } = laboratory;
  for (const group of laboratory.stations.map(({ token }) => rights.viewOf(token))) {
    const found: string[] = [];
    const read = async (): Promise<void> => {
      for (let after: string | null = null; ; ) {
        const page: Awaited<ReturnType<typeof server.storage.snapshotPage>> = await server.storage.snapshotPage(
          group,
          after,
          1000,
        );
        for (const { entity, id, seq, text } of page.rows) found.push(`${entity}:${id}@${seq} ${text}`);
        after = page.next;
        if (after === null) return;
      }
    };
    let isDone = false;
    await world.as(server.machine, () => void read().then(() => (isDone = true)));
    for (let turns = 0; !isDone && turns < 500; turns += 1) await laboratory.pass(10);
    const expected = [...history.rowsOf(group)].map(([key, { seq, text }]) => `${key}@${seq} ${text}`);
    const given = new Set(found);
    const odd = expected.find((row) => !given.has(row)) ?? found.find((row) => !expected.includes(row));
    require(odd === undefined && isDone, 'diverged', 'convergence', () =>
      `tables and log of ${group.id} differ: ${odd?.slice(0, 300)}`);
  }
};

const RECORDS: Readonly<Record<string, string>> = {
  addNote: 'noteId',
  placeHold: 'holdId',
  reportDiscrepancy: 'discrepancyId',
  reportRejection: 'rejectionId',
  requestInspection: 'inspectionId',
  attachDocument: 'documentId',
};

/** What the server holds of everybody's work, looked at once for all. */
type Decided = {
  /** Verdicts by client and number. */
  readonly ledger: ReadonlyMap<string, string>;
  /** How many stations have each of them in their journals. */
  readonly holders: ReadonlyMap<string, number>;
  /** Ids of all rows that were ever written. */
  readonly put: ReadonlySet<string>;
};

/** What was said to be saved is in the journal; what has a verdict there has the same one at the server, and its effect. */
const checkWork = (
  laboratory: Laboratory,
  station: StationNode,
  rows: readonly JournalRow[],
  decided: Decided,
): void => {
  const { saved, unknown } = station.memory;
  const text = rows.map(({ args }) => args).join('\n');
  for (const { type, marker } of saved) {
    if (marker === '') continue;
    require(text.includes(`"${marker}"`), 'lost', 'no acknowledged work is lost', () =>
      `${station.name}: ${type} ${marker}`);
  }
  const counted = `${station.name} was told ${saved.length} saved (${unknown} unknown), its journal has ${rows.length}`;
  require(rows.length >= saved.length, 'lost', 'verdict accounting closes', () => counted);
  require(rows.length <= saved.length + unknown, 'duplicated', 'verdict accounting closes', () => counted);
  for (const row of rows) checkVerdict(laboratory, station, row, decided);
};

const checkVerdict = (
  laboratory: Laboratory,
  station: StationNode,
  row: JournalRow,
  { ledger, holders, put }: Decided,
): void => {
  const { client_id, n, type, state } = row;
  const name = `${station.name}: ${type} ${client_id}/${n} (${state})`;
  if (row.verdict === null) {
    const waits = state === 'pending' && row.user_id !== station.person.sub;
    require(waits, 'lost', 'verdict accounting closes', () => `${name} has no verdict`);
    return;
  }
  const verdict = JSON.parse(row.verdict) as Verdict;
  const isOwn = verdict.seq === 0 && (verdict.verdict === 'rejected' || verdict.verdict === 'noop');
  if (isOwn) return;
  const kept = ledger.get(`${client_id}/${n}`);
  // Only who did it may hand it in again; and what a restored server decided anew they hear when they are back.
  const isAway = row.user_id !== station.person.sub;
  if (laboratory.restores > 0 && isAway) return;
  require(kept !== undefined, 'lost', 'no acknowledged work is lost', () =>
    `${name} ${verdict.verdict}, unknown to the server`);
  // Of two devices with one number, the one that gives it back to a restored server hears anew how it was decided.
  if (laboratory.restores > 0 && (holders.get(`${client_id}/${n}`) ?? 0) > 1) return;
  const theirs = JSON.parse(kept ?? '{}') as Verdict;
  require(theirs.verdict === verdict.verdict, 'lost', 'no acknowledged work is lost', () =>
    `${name} ${verdict.verdict}, but ${theirs.verdict}`);
  const field = RECORDS[type];
  if (verdict.verdict !== 'applied' || field === undefined) return;
  const id = String((JSON.parse(row.args) as Record<string, unknown>)[field]);
  require(put.has(id), 'lost', 'no acknowledged work is lost', () => `${name}: there is no ${id}`);
};

const checkLedger = (laboratory: Laboratory): void => {
  const { server, stations, history } = laboratory;
  if (server === null) return;
  const ledger = server.looker.prepare('SELECT client_id, n, verdict FROM ledger').all() as LedgerRow[];
  const told = server.looker.prepare('SELECT shipment_id, position, row FROM history').all() as HistoryRow[];
  const pieces = piecesOf(history);
  const works = decidedWork(
    ledger,
    stations.flatMap((station) => station.journal()),
  );
  const verdicts = new Map(ledger.map(({ client_id, n, verdict }) => [`${client_id}/${n}`, verdict]));
  const journals = stations.map((station) => ({ station, rows: station.journal() }));
  const holders = new Map<string, number>();
  for (const { client_id, n } of journals.flatMap(({ rows }) => rows)) {
    holders.set(`${client_id}/${n}`, (holders.get(`${client_id}/${n}`) ?? 0) + 1);
  }
  const put = new Set(laboratory.history.log.flatMap(({ raw }) => (raw.op === 'put' ? [raw.id] : [])));
  for (const { station, rows } of journals) checkWork(laboratory, station, rows, { ledger: verdicts, holders, put });
  for (const key of verdicts.keys()) {
    require(holders.has(key), 'lost', 'verdict accounting closes', () =>
      `the ledger has ${key}, which no station knows`);
  }
  checkEffects(history, pieces, works);
  checkCarriers(history);
  checkHistory(told, pieces, works);
  checkDecisions(pieces, works);
};

/** The screen shows what the cache holds, but for what others who work here have not sent yet. */
const checkView = ({ forked }: Laboratory, station: StationNode): void => {
  const rows = new Map(
    station
      .cache()
      ?.rows()
      .map(({ entity, id, body }) => [`${entity}:${id}`, body]),
  );
  const waiting = new Set<unknown>();
  for (const { state, args, user_id } of station.journal()) {
    // What a history has lost that nobody noticed waits for the one who did it.
    const isLost = state === 'answered' && forked.size > 0 && user_id !== station.person.sub;
    if (state === 'pending' || isLost) waiting.add((JSON.parse(args) as Record<string, unknown>).shipmentId);
  }
  for (const { pending, ...shipment } of station.view?.shipments ?? []) {
    const row = JSON.parse(rows.get(`shipment:${shipment.id}`) ?? '{}') as Record<string, unknown>;
    const odd = Object.entries(shipment).find(([field, value]) => JSON.stringify(value) !== JSON.stringify(row[field]));
    const shown = (): string =>
      `${station.name} shows ${shipment.id} with ${JSON.stringify(odd)}, not ${JSON.stringify(row[odd?.[0] ?? ''])}`;
    const isRight = pending ? waiting.has(shipment.id) : odd === undefined;
    require(isRight, 'diverged', 'the screen shows the cache', shown);
  }
};

/** Everything that has to hold once all is quiet. */
export const checkEnd = async (laboratory: Laboratory): Promise<void> => {
  await checkTables(laboratory);
  checkLedger(laboratory);
  checkHeldUp(laboratory);
  for (const station of laboratory.stations) {
    checkView(laboratory, station);
    scanFiles(laboratory, station);
    checkInbox(laboratory, station);
    checkWithdrawn(laboratory, station);
  }
};
