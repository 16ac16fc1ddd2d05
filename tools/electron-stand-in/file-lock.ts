import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';

export interface FileLock {
  release(): void;
}

/**
 * An operating-system lock on a file, taken synchronously and given back by the system when the process dies, however it
 * dies. Node has no flock; SQLite's exclusive transaction is one.
 * @param waitMs how long to wait for another holder, in milliseconds.
 * @returns undefined when another process still holds it.
 */
export const lockFile = (file: string, waitMs = 0): FileLock | undefined => {
  mkdirSync(dirname(file), { recursive: true });
  const database = new Database(file, { timeout: waitMs });
  try {
    database.exec('BEGIN EXCLUSIVE');
    return { release: () => database.close() };
  } catch (error) {
    database.close();
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_BUSY')) return undefined;
    throw error;
  }
};
