import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import Database from 'better-sqlite3';
import type { Verdict } from '#contract/wire/sync.ts';
import type { Log } from '../core/ports.ts';
import { StoreFault, type StoreFaultKind } from '../core/store-fault.ts';
import { workHash } from '../core/work-hash.ts';
import { StationJournal } from './journal.ts';
import { copyBeside } from './journal-file.ts';
import { MUTATION_COLUMNS, type MutationRow, toWork } from './journal-rows.ts';
import { asideName, guarded, setAside, storeFault } from './open-database.ts';
import { syncFolder } from './sync-to-disk.ts';

export type OpenedJournal = {
  readonly journal: StationJournal;
  /** Why work cannot be saved, as a sentence; null when all is well. */
  readonly problem: { readonly kind: StoreFaultKind; readonly sentence: string } | null;
};

const SENTENCES: Readonly<Partial<Record<StoreFaultKind, string>>> = {
  read_only: 'This station may not write to its own folder, so nothing can be saved here. Ask IT to check the folder.',
  locked:
    'Another program holds the file with the unsent work, so nothing can be saved here. Close it and start again.',
  full: 'The disk of this station is full, so nothing can be saved here. Ask IT to make room.',
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Whether a row says what was saved. */
const isWhole = (row: MutationRow): boolean => {
  try {
    const { mutation } = toWork(row);
    return workHash(sha256, mutation) === mutation.hash;
  } catch {
    return false;
  }
};

type Found = MutationRow & { readonly rowid: number };

/** Rows up to the first that the damage keeps from being read. */
const readTowardsDamage = (db: Database.Database, order: 'ASC' | 'DESC'): Found[] => {
  const rows: Found[] = [];
  try {
    // The table itself, not an index of it, which may be what is damaged.
    const sql = `SELECT rowid, ${MUTATION_COLUMNS} FROM mutation NOT INDEXED ORDER BY rowid ${order}`;
    for (const row of db.prepare<[], Found>(sql).iterate()) {
      if ((row.state === 'pending' || row.state === 'needs_person') && isWhole(row)) rows.push(row);
    }
  } catch {
    // Everything up to the damage has been read.
  }
  return rows;
};

/**
 * Rows of a damaged file that can be read, from its beginning and from its end, and whose own hash still fits; what cannot is
 * in the file that was kept.
 */
const rescue = (file: string): MutationRow[] => {
  try {
    const db = new Database(file, { readonly: true });
    try {
      const found = [...readTowardsDamage(db, 'ASC'), ...readTowardsDamage(db, 'DESC')];
      const rows = new Map(found.map(({ rowid, ...row }) => [rowid, row]));
      return [...rows].sort(([a], [b]) => a - b).map(([, row]) => row);
    } finally {
      db.close();
    }
  } catch {
    return [];
  }
};

/**
 * SQLite's own check does not look into what it stores: a flipped bit there would be sent as something nobody entered, or
 * keep the station from starting. Throws `corrupt`.
 */
const checkContents = ({ db }: StationJournal): void =>
  guarded(() => {
    const sql = `SELECT ${MUTATION_COLUMNS} FROM mutation WHERE state <> 'done'`;
    for (const row of db.prepare<[], MutationRow>(sql).iterate()) {
      const isReadable = row.state === 'pending' ? isWhole(row) : canBeRead(row);
      if (!isReadable) throw new StoreFault('corrupt', 'Work in the journal is not as it was saved.');
    }
  });

const canBeRead = (row: MutationRow): boolean => {
  try {
    toWork(row);
    return true;
  } catch {
    return false;
  }
};

const openChecked = (file: string, now: () => number): StationJournal => {
  const journal = new StationJournal(file, now);
  try {
    checkContents(journal);
    return journal;
  } catch (error) {
    journal.close();
    throw error;
  }
};

/** What everybody at this station has to know, where they look for what needs a person. It stands there as a note of nobody's. */
const noticeRow = (now: number): MutationRow => ({
  client_id: `station-notice-${now}`,
  n: 1,
  owner: '',
  server: '',
  user_id: '',
  user_name: 'This station',
  role: '',
  type: 'addNote',
  args: '{}',
  base: null,
  occurred_at: new Date(now).toISOString(),
  clock_offset_ms: null,
  hash: '',
  shipment_id: null,
  shipment_number: null,
  state: 'needs_person',
  verdict: null,
  verdict_epoch: null,
});

/** Rescued work is not sent by itself: nobody knows which of it the server has had. A person looks at each. */
const FOUND =
  'Found in a damaged file. Check whether this was done; if not, enter it again. Then mark it as dealt with.';

const takeIn = (journal: StationJournal, rows: readonly MutationRow[], now: number, notice: string): void => {
  const insert = journal.db.prepare(
    `INSERT OR IGNORE INTO mutation (client_id, n, owner, server, user_id, user_name, role, type, args, base, occurred_at,
       hash, shipment_id, shipment_number, state, verdict)
     VALUES (@client_id, @n, @owner, @server, @user_id, @user_name, @role, @type, @args, @base, @occurred_at,
       @hash, @shipment_id, @shipment_number, 'needs_person', @verdict)`,
  );
  journal.db.transaction(() => {
    const put = ({ clock_offset_ms, verdict_epoch, state, ...row }: MutationRow, message: string): void => {
      const verdict: Verdict = { n: row.n, verdict: 'rejected', seq: 0, message };
      insert.run({ ...row, verdict: JSON.stringify(verdict) });
    };
    for (const row of rows) put(row, FOUND);
    put(noticeRow(now), notice);
  })();
};

/** A file of no length, or none beside its own log, is what was left of a journal: SQLite would take it for a new one. */
const isEmptied = (file: string): boolean => {
  const sizeOf = (path: string): number | null => statSync(path, { throwIfNoEntry: false })?.size ?? null;
  const size = sizeOf(file);
  return size === 0 || (size === null && (sizeOf(`${file}-wal`) ?? 0) > 0);
};

const isMissing = (file: string): boolean => !existsSync(file) && !existsSync(`${file}-wal`);

const removeAll = (file: string): void => {
  for (const side of ['', '-wal', '-shm']) rmSync(file + side, { force: true });
};

/** A new journal gets its name when it is whole and on the disk: what power cuts short before that is none yet, and no damaged one. */
const begin = (file: string, now: () => number): void => {
  const unnamed = `${file}.unnamed`;
  removeAll(unnamed);
  new StationJournal(unnamed, now).close();
  renameSync(unnamed, file);
  syncFolder(dirname(file));
};

/**
 * Opens the journal, come what may. A damaged one is kept under another name, what can be read of its unsent work goes to
 * a person, and a new journal begins. When the file cannot be written at all, the station still runs, and says on every
 * save why it cannot; it never keeps work in memory and calls it saved.
 */
export const openJournal = (file: string, now: () => number, log: Log): OpenedJournal => {
  try {
    finishWritingAnew(file, now, log);
    finishTakingIn(file, now);
    try {
      if (isMissing(file)) begin(file, now);
      if (isEmptied(file)) throw new StoreFault('corrupt', 'The journal was emptied.');
      return { journal: openChecked(file, now), problem: null };
    } catch (error) {
      log('journal.not_opened', { kind: storeFault(error).kind });
      if (storeFault(error).kind !== 'corrupt') throw error;
      return { journal: afterDamage(file, now, log), problem: null };
    }
  } catch (error) {
    // Also when the damaged one cannot be renamed, or a new one not be written.
    const { kind } = storeFault(error);
    const sentence = SENTENCES[kind] ?? 'The file with the unsent work cannot be opened, so nothing can be saved here.';
    const journal = new StationJournal(':memory:', now);
    takeIn(journal, [], now(), sentence);
    return { journal, problem: { kind, sentence } };
  }
};

/** SQLite would make a new journal of a file that is none yet. Throws `corrupt`, and leaves such a file as it is. */
const checkBegun = (file: string): void => {
  if (isEmptied(file)) throw new StoreFault('corrupt', 'The file has no contents.');
  guarded(() => {
    const db = new Database(file, { readonly: true });
    try {
      if (db.pragma('user_version', { simple: true }) !== 0) return;
    } finally {
      db.close();
    }
    throw new StoreFault('corrupt', 'The file is no journal.');
  });
};

/**
 * Whether a journal that waits is to take its place; its log is folded into it by that. One that is not whole is kept as a damaged
 * one, unless it is all there is: then it is opened as a damaged journal is.
 */
const isToTake = (waiting: string, file: string, now: () => number): boolean => {
  try {
    checkBegun(waiting);
    openChecked(waiting, now).close();
    return true;
  } catch (error) {
    if (storeFault(error).kind !== 'corrupt') throw error;
    if (isMissing(file)) return true;
    setAside(waiting, 'damaged', now());
    return false;
  }
};

/** Where a journal with what was rescued waits to take its place: what has this name is whole. */
const newBeside = (file: string): string => `${file}.new`;

/** Switched off between the renames of `afterDamage`: a log that stayed behind belongs to the damaged one, not to the new. */
const finishTakingIn = (file: string, now: () => number): void => {
  if (existsSync(file) || !existsSync(newBeside(file)) || !isToTake(newBeside(file), file, now)) return;
  setAside(file, 'damaged', now());
  renameSync(newBeside(file), file);
};

/**
 * Switched off while a journal that had gone was written anew (`JournalFile`): the copy has all that was saved, and what stands in
 * its place, if anything, is somebody else's.
 */
const finishWritingAnew = (file: string, now: () => number, log: Log): void => {
  const copy = copyBeside(file);
  if (!existsSync(copy) || !isToTake(copy, file, now)) return;
  setAside(file, 'damaged', now());
  renameSync(copy, file);
  syncFolder(dirname(file));
  log('journal.copy_taken');
};

/** The new journal has everything before the damaged one makes room for it, so that being switched off loses nothing. */
const afterDamage = (file: string, now: () => number, log: Log): StationJournal => {
  // SQLite would throw away the log of a file without contents.
  const rows = isEmptied(file) ? [] : rescue(file);
  const next = newBeside(file);
  const part = `${next}.part`;
  for (const left of [part, next]) removeAll(left);
  const journal = new StationJournal(part, now);
  const at = now();
  const keptAs = basename(asideName(file, 'damaged', at));
  const pieces =
    rows.length === 1
      ? '1 piece of work could be read and stands'
      : `${rows.length} pieces of work could be read and stand`;
  const sentence = `The file with the unsent work was damaged. ${pieces} here; others may be missing. Compare with what was done here lately, and tell IT: the damaged file was kept as ${keptAs}.`;
  takeIn(journal, rows, at, sentence);
  journal.close();
  renameSync(part, next);
  syncFolder(dirname(file));
  setAside(file, 'damaged', at);
  renameSync(next, file);
  syncFolder(dirname(file));
  log('journal.damaged', { keptAs, rescued: rows.length });
  return new StationJournal(file, now);
};
