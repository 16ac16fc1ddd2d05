import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import Database from 'better-sqlite3';
import type { Verdict } from '#contract/wire/sync.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Log } from '../core/ports.ts';
import type { StoreFaultKind } from '../core/store-fault.ts';
import { StationJournal } from './journal.ts';
import { MUTATION_COLUMNS, type MutationRow } from './journal-rows.ts';
import { setAside, storeFault } from './open-database.ts';

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

const isWhole = (row: MutationRow): boolean => {
  const { type, args, base, occurred_at: occurredAt, hash } = row;
  const contents = { type, args: JSON.parse(args), base: base === null ? null : JSON.parse(base), occurredAt };
  return sha256(canonicalJson(contents)) === hash;
};

/** Rows of a damaged file that can be read and whose own hash still fits; what cannot is in the file that was kept. */
const rescue = (file: string): MutationRow[] => {
  const rows: MutationRow[] = [];
  try {
    const db = new Database(file, { readonly: true });
    try {
      const sql = `SELECT ${MUTATION_COLUMNS} FROM mutation WHERE state IN ('pending', 'needs_person')`;
      for (const row of db.prepare<[], MutationRow>(sql).iterate()) if (isWhole(row)) rows.push(row);
    } finally {
      db.close();
    }
  } catch {
    // Everything up to the damage has been read.
  }
  return rows;
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
    return { journal: new StationJournal(file, now), problem: null };
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
