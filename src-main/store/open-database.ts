import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { StoreFault, type StoreFaultKind } from '../core/store-fault.ts';

export type Db = Database.Database;
export type Synchronous = 'FULL' | 'NORMAL' | 'OFF';

/**
 * Milliseconds to wait for another program (backup, virus scanner) to let go of the file that is opened. The whole main process
 * waits, for both files one after the other, and the window has to be there within two seconds.
 */
const OPENING_MS = 600;
/** The same for a file that is open: no more than a slice. Whoever wants to wait longer does it by `insist`. */
const BUSY_MS = 4;
const LEVEL: Readonly<Record<Synchronous, number>> = { OFF: 0, NORMAL: 1, FULL: 2 };
const SIDE_FILES = ['', '-wal', '-shm'] as const;

const kindOf = (code: string): StoreFaultKind => {
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB') return 'corrupt';
  if (code.startsWith('SQLITE_READONLY') || code.startsWith('SQLITE_CANTOPEN') || code === 'SQLITE_PERM') {
    return 'read_only';
  }
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) return 'locked';
  return code === 'SQLITE_FULL' || code === 'ENOSPC' ? 'full' : 'other';
};

/** Any error of the database or the file system as what it means to us. */
export const storeFault = (error: unknown): StoreFault => {
  if (error instanceof StoreFault) return error;
  // What we wrote was JSON: a text that is none any more was altered on the disk, where SQLite does not see it.
  if (error instanceof SyntaxError) return new StoreFault('corrupt', 'A stored row cannot be read.', error);
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  const kind = code === 'EACCES' || code === 'EROFS' || code === 'EPERM' ? 'read_only' : kindOf(code);
  return new StoreFault(kind, error instanceof Error ? error.message : 'The database failed.', error);
};

/** True when waiting does not help, nor room: this file will not do any more. A mistake of ours (no code of SQLite) is not that. */
export const isBeyondUse = (error: unknown): boolean => {
  const { kind, cause } = storeFault(error);
  if (kind === 'corrupt' || kind === 'read_only') return true;
  return kind === 'other' && cause instanceof Error && 'code' in cause && String(cause.code).startsWith('SQLITE_');
};

/** Runs something on a database; what it throws is a `StoreFault`. */
export const guarded = <T>(run: () => T): T => {
  try {
    return run();
  } catch (error) {
    throw storeFault(error);
  }
};

/**
 * Opens a file with the settings every database of the station has. `FULL` means that a commit is on the disk when it
 * returns, `OFF` that a file cut short by power is worth nothing; better-sqlite3 is compiled with NORMAL for WAL, so the level is set and read back. `check` looks for damage
 * (about 40 ms for 25 MB). Throws a `StoreFault`.
 */
export const openDatabase = (file: string, synchronous: Synchronous, check: boolean): Db =>
  guarded(() => {
    mkdirSync(dirname(file), { recursive: true });
    const db = new Database(file, { timeout: OPENING_MS });
    try {
      db.pragma('journal_mode = WAL');
      db.pragma(`synchronous = ${synchronous}`);
      db.pragma('trusted_schema = OFF');
      db.pragma('cell_size_check = ON');
      db.pragma('journal_size_limit = 67108864');
      if (db.pragma('synchronous', { simple: true }) !== LEVEL[synchronous]) {
        throw new StoreFault('other', `The database does not keep synchronous=${synchronous}.`);
      }
      if (check && db.pragma('quick_check(1)', { simple: true }) !== 'ok') {
        throw new StoreFault('corrupt', 'The database is damaged.');
      }
      db.pragma(`busy_timeout = ${BUSY_MS}`);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });

export type Unusable = 'corrupt' | 'damaged';

/** The name under which a file is set aside at that time. Without colons it sorts and is legal on Windows. */
export const asideName = (file: string, why: Unusable, now: number): string =>
  `${file}.${why}-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;

/** Renames a database with its side files and returns the new name. */
export const setAside = (file: string, why: Unusable, now: number): string => {
  const aside = asideName(file, why, now);
  for (const side of SIDE_FILES) if (existsSync(file + side)) renameSync(file + side, aside + side);
  return aside;
};
