import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makeFolder } from './make-folder.ts';

/** Another server holds the folder; `url` is where it listens, when it has said so yet. */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse';
  readonly url: string | null;

  constructor(dataDir: string, url: string | null) {
    const where = url === null ? '' : ` (it listens at ${url})`;
    super(`Another Dockline server uses the data folder ${dataDir}${where}. Stop it or set another DATA_DIR.`);
    this.url = url;
  }
}

/** The folder cannot be made, or nothing can be written in it. */
export class DataDirUnusable extends Error {
  override readonly name = 'DataDirUnusable';

  constructor(dataDir: string, cause: unknown) {
    const code = (cause as { readonly code?: string }).code ?? 'unknown';
    super(
      `The data folder ${dataDir} cannot be used (${code}). Nothing was changed. Let the user that runs the server write there, or set another DATA_DIR.`,
      { cause },
    );
  }
}

export type DataDirLock = {
  /** Writes down where the server listens, for the command line to find it. */
  readonly announce: (url: string) => void;
  readonly release: () => void;
};

const readUrl = (file: string): string | null => {
  try {
    const { url } = JSON.parse(readFileSync(file, 'utf8')) as { url?: unknown };
    return typeof url === 'string' ? url : null;
  } catch {
    return null;
  }
};

const take = (file: string): Database.Database | null => {
  const lock = new Database(file, { timeout: 0 });
  try {
    lock.pragma('locking_mode = EXCLUSIVE');
    lock.exec('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY')) return null;
    throw error;
  }
};

/** Null when another process has it. */
const open = (dataDir: string): Database.Database | null => {
  try {
    makeFolder(dataDir);
    return take(join(dataDir, 'server.lock'));
  } catch (error) {
    throw new DataDirUnusable(dataDir, error);
  }
};

/**
 * Makes this process the only server on a data folder: its log position and documents in transit live in memory. The lock is
 * SQLite's on a file of its own, so the operating system takes it away from a process that dies, and no process id can lie.
 * Throws `DataDirInUse` or `DataDirUnusable`.
 */
export const lockDataDir = (dataDir: string): DataDirLock => {
  const urlFile = join(dataDir, 'server.json');
  const lock = open(dataDir);
  if (lock === null) throw new DataDirInUse(dataDir, readUrl(urlFile));
  rmSync(urlFile, { force: true });
  return {
    announce: (url) => writeFileSync(urlFile, JSON.stringify({ url, pid: process.pid })),
    release: () => {
      if (!lock.open) return;
      rmSync(urlFile, { force: true });
      lock.close();
    },
  };
};
