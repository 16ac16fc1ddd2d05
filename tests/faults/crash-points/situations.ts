import { existsSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { initial } from '../../../src-main/store/journal-migrations/0001-initial.ts';
import { ADA, IVO } from '../../../tools/dock/people.ts';
import { cacheFileOf } from '../support/audit.ts';
import { DeskSocket } from '../support/desk-socket.ts';
import { FaultDock } from '../support/dock.ts';

/** What a place comes by in: how the files are found, and what happens on top of the work at both desks. */
type Situation = {
  /** A station without files, at a server that has some. */
  readonly isFresh?: true;
  /** The station fetches everything anew: what is done before it has is no news to it. */
  readonly untilLive?: true;
  /** The server begins a new history. */
  readonly isOtherHistory?: true;
  /** What matters is passed early: one round of work shows whether things go on. */
  readonly isShort?: true;
  /** On a dock of its own, once in a lane; both sides are stopped before and after. */
  readonly prepare?: (dock: FaultDock) => Promise<void> | void;
  readonly meanwhile?: (dock: FaultDock, revive: () => Promise<void>) => Promise<void>;
};

const database = (dock: FaultDock): string => join(dock.dataDir, 'dockline.db');
const journal = (dock: FaultDock): string => join(dock.stationDir, 'journal.db');

const change = (file: string, run: (db: Database.Database) => void): void => {
  const db = new Database(file);
  run(db);
  db.close();
};

const removeDatabase = (file: string): void => {
  for (const side of ['', '-wal', '-shm']) rmSync(file + side, { force: true });
};

const nothingUnsent = (dock: FaultDock) =>
  dock.untilView('nothing unsent', ({ connection, unsent }) => connection.kind === 'live' && unsent === 0);

/** Some work, and a station that is killed right after: its journal's log has not been folded back. */
const workThenDie = async (dock: FaultDock): Promise<void> => {
  await dock.startServer();
  await dock.startStation();
  for (const text of ['first', 'second', 'third']) await dock.saveNote(text);
  await nothingUnsent(dock);
  await dock.kill();
};

const damage = async (dock: FaultDock): Promise<void> => {
  await workThenDie(dock);
  const cache = cacheFileOf(dock.stationDir);
  truncateSync(journal(dock), 0);
  removeDatabase(cache);
  writeFileSync(cache, 'not a cache at all');
  writeFileSync(join(dock.stationDir, 'settings.json'), '{ "version": 1, "set');
  dock.damages = 1;
  dock.saved.splice(0);
};

/** As it was before the journal's first migration, with the same contents. */
const makeJournalOlder = (file: string): void => {
  const older = `${file}.older`;
  change(older, (db) => {
    db.exec(initial.up);
    db.pragma(`user_version = ${initial.version}`);
    db.prepare('ATTACH ? AS newer').run(file);
    const tables = db.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'").pluck().all() as string[];
    // What took its place has more columns than it had.
    db.exec('INSERT INTO main.notified SELECT owner, epoch, max(seq) FROM newer.bookmark GROUP BY owner');
    for (const table of tables.filter((name) => name !== 'notified')) {
      const columns = (db.pragma(`main.table_info(${table})`) as { name: string }[]).map(({ name }) => name).join(', ');
      db.exec(`INSERT INTO main.${table} (${columns}) SELECT ${columns} FROM newer.${table}`);
    }
  });
  removeDatabase(file);
  renameSync(older, file);
};

const makeDatabaseOlder = (file: string): void =>
  change(file, (db) => {
    db.exec(`DROP TABLE station_report; DROP TABLE changed_access;
      ALTER TABLE kept_answer DROP COLUMN sight; ALTER TABLE kept_answer DROP COLUMN about;
      DELETE FROM kysely_migration WHERE name <> '0001-initial'`);
  });

/** All that was kept is years old, with an answer and verdicts among it. */
const age = (dock: FaultDock): void => {
  dock.isForgetful = true;
  change(database(dock), (db) => {
    const then = '2020-01-01T00:00:00.000Z';
    db.exec(`UPDATE change SET recorded_at = '${then}'; UPDATE ledger SET recorded_at = '${then}';
      INSERT INTO client (client_id, last_n, user_id, seen_at) VALUES ('long-gone', 3, 'mara', '${then}')`);
    const ledger = db.prepare(
      `INSERT INTO ledger (client_id, n, payload_hash, verdict, recorded_at) VALUES (?, ?, '', ?, ?)`,
    );
    for (const n of [1, 2, 3]) ledger.run('long-gone', n, JSON.stringify({ n, verdict: 'applied', seq: n }), then);
  });
};

/** The server's database of before the work, without what it noted of its generation. */
const restore = async (dock: FaultDock): Promise<void> => {
  const file = database(dock);
  const backup = join(dock.stationDir, 'backup.db');
  change(file, (db) => db.prepare('VACUUM INTO ?').run(backup));
  await dock.startServer();
  await dock.startStation();
  for (const text of ['first', 'second', 'third']) await dock.saveNote(text);
  await nothingUnsent(dock);
  await dock.stop();
  removeDatabase(file);
  renameSync(backup, file);
};

/** Of what the server has lost, the station has not kept the first piece either: nothing fits its numbers any more. */
const restoreLong = async (dock: FaultDock): Promise<void> => {
  await restore(dock);
  change(journal(dock), (db) => db.exec('DELETE FROM mutation WHERE rowid = (SELECT min(rowid) FROM mutation)'));
  dock.effects.shift();
  dock.saved.splice(0);
};

/** Others look at the shipment, type, and leave; one has a program from long ago; and an inspection is asked for and taken. */
const watch = async (dock: FaultDock, revive: () => Promise<void>): Promise<void> => {
  const { shipmentId } = dock;
  const inspectionId = `inspection-of-${dock.dataDir.slice(-6)}`;
  const [lena, ivo, ada] = await Promise.all(
    [undefined, IVO, ADA].map(async (person) => new DeskSocket(dock.url, await dock.token(person))),
  );
  try {
    const ask = async (socket: DeskSocket | undefined, event: string, payload: object): Promise<void> => {
      await socket?.ask(event, payload);
      await revive();
    };
    for (const socket of [lena, ivo]) await ask(socket, 'join:shipment', { shipmentId });
    const client = { clientId: 'a-station-of-ivo', unsentOn: [shipmentId], workedOn: [] };
    await ask(ivo, 'sync:report', { station: 'Yard', clients: [client], leaving: false });
    // What closing waits for is told a moment later, for many at once.
    await new Promise((resolve) => setTimeout(resolve, 400));
    await revive();
    for (const event of ['typing:start', 'typing:stop']) await ask(ivo, event, { shipmentId });
    await ask(ada, 'sync:hello', { protocol: 0, clientId: 'a-program-from-long-ago', cursor: null, app: 'old' });
    await dock.changeAccess(revive);
    ivo?.close();
    await dock.push('requestInspection', { shipmentId, inspectionId }, null, revive);
    await dock.push('claimInspection', { shipmentId, inspectionId }, null, revive);
    await dock.saveNote('while others look on');
    await nothingUnsentOrDead(dock, revive);
  } finally {
    for (const socket of [lena, ivo, ada]) socket?.close();
  }
};

const nothingUnsentOrDead = async (dock: FaultDock, revive: () => Promise<void>): Promise<void> => {
  await nothingUnsent(dock).catch(() => undefined);
  await revive();
};

/** Somebody puts another file in the place of the journal that is open. */
const replaceJournal = async (dock: FaultDock): Promise<void> => {
  const file = journal(dock);
  if (!existsSync(file)) return;
  writeFileSync(`${file}.theirs`, 'not a journal at all');
  renameSync(`${file}.theirs`, file);
};

const SITUATIONS = {
  working: {},
  fresh: { isFresh: true, untilLive: true },
  starting: {},
  watched: { isShort: true, meanwhile: watch },
  /** Files that cannot be read: journal, cache and settings of the station. */
  damaged: { isShort: true, prepare: damage, untilLive: true },
  /** Died between the two renames of a damaged journal. */
  unfinished: { isShort: true, prepare: (dock) => renameSync(journal(dock), `${journal(dock)}.new`) },
  /** Died before the journal that had been written anew took its place, where somebody else's file is. */
  copied: {
    isShort: true,
    prepare: (dock) => {
      renameSync(journal(dock), `${journal(dock)}.whole`);
      writeFileSync(journal(dock), 'not a journal at all');
    },
  },
  replaced: { isShort: true, meanwhile: replaceJournal },
  /** Both sides come from the first version. */
  older: {
    isShort: true,
    prepare: (dock) => {
      makeJournalOlder(journal(dock));
      makeDatabaseOlder(database(dock));
    },
  },
  aged: { isShort: true, prepare: age },
  restored: { isShort: true, prepare: restore, untilLive: true, isOtherHistory: true },
  pruned: { isShort: true, prepare: restoreLong, untilLive: true, isOtherHistory: true },
} as const satisfies Record<string, Situation>;

export type When = keyof typeof SITUATIONS;

export const situationOf = (when: When): Situation => SITUATIONS[when];

const prepared = new Map<string, Promise<FaultDock>>();

const makeReady = async (when: When, lane: number): Promise<FaultDock> => {
  const dock = await FaultDock.copy(when, false, lane);
  await situationOf(when).prepare?.(dock);
  return dock;
};

/** A dock as it is found in this situation, not started; `lane` as for `FaultDock.copy`. */
export const dockIn = async (when: When, lane: number): Promise<FaultDock> => {
  const { isFresh = false, prepare } = situationOf(when);
  if (prepare === undefined) return FaultDock.copy('crash', isFresh, lane);
  const ready = prepared.get(`${lane} ${when}`) ?? makeReady(when, lane);
  prepared.set(`${lane} ${when}`, ready);
  return (await ready).again('crash');
};

/** To be called together with `removeFolders`, which takes their files. */
export const forgetSituations = (): void => prepared.clear();
