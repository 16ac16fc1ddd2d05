import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import Database from 'better-sqlite3';
import type { Verdict } from '#contract/wire/sync.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Log } from '../core/ports.ts';
import { StoreFault, type StoreFaultKind } from '../core/store-fault.ts';
import { StationJournal } from './journal.ts';
import { MUTATION_COLUMNS, type MutationRow, toWork } from './journal-rows.ts';
import { guarded, setAside, storeFault } from './open-database.ts';

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

/**
 * Whether a row says what was saved. Its hash was taken with a lead's PIN in it, which goes once the server has answered: of
 * such a row only that it can be read is known.
 */
const isWhole = (row: MutationRow): boolean => {
  try {
    const { type, args, base = null, occurredAt, hash } = toWork(row).mutation;
    const isWithoutPin = type === 'refuseShipment' && !('leadPin' in args);
    return isWithoutPin || sha256(canonicalJson({ type, args, base, occurredAt })) === hash;
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

/** Rescued work is not sent by itself: nobody knows which of it the server has had. A person looks at each. */
const takeIn = (journal: StationJournal, rows: readonly MutationRow[]): void => {
  const message =
    'Found in a damaged file. Check whether this was done; if not, enter it again. Then mark it as dealt with.';
  const insert = journal.db.prepare(
    `INSERT OR IGNORE INTO mutation (client_id, n, owner, server, user_id, user_name, role, type, args, base, occurred_at,
       hash, shipment_id, shipment_number, state, verdict)
     VALUES (@client_id, @n, @owner, @server, @user_id, @user_name, @role, @type, @args, @base, @occurred_at,
       @hash, @shipment_id, @shipment_number, 'needs_person', @verdict)`,
  );
  journal.db.transaction(() => {
    for (const { clock_offset_ms, verdict_epoch, state, ...row } of rows) {
      const verdict: Verdict = { n: row.n, verdict: 'rejected', seq: 0, message };
      insert.run({ ...row, verdict: JSON.stringify(verdict) });
    }
  })();
};

/**
 * Opens the journal, come what may. A damaged one is kept under another name, what can be read of its unsent work goes to
 * a person, and a new journal begins. When the file cannot be written at all, the station still runs, and says on every
 * save why it cannot; it never keeps work in memory and calls it saved.
 */
export const openJournal = (file: string, now: () => number, log: Log): OpenedJournal => {
  try {
    return { journal: openChecked(file, now), problem: null };
  } catch (error) {
    const { kind } = storeFault(error);
    log('journal.not_opened', { kind });
    if (kind === 'corrupt') return afterDamage(file, now, log);
    const sentence = SENTENCES[kind] ?? 'The file with the unsent work cannot be opened, so nothing can be saved here.';
    return { journal: new StationJournal(':memory:', now), problem: { kind, sentence } };
  }
};

const afterDamage = (file: string, now: () => number, log: Log): OpenedJournal => {
  const kept = setAside(file, 'damaged', now());
  const rows = rescue(kept);
  const journal = new StationJournal(file, now);
  takeIn(journal, rows);
  log('journal.damaged', { keptAs: basename(kept), rescued: rows.length });
  return { journal, problem: null };
};
