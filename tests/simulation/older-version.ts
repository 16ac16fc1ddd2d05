import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';

/** A cache of whatever other version: it is never migrated. */
const ageCache = (dir: string): void => {
  const pointer = join(dir, 'cache.current');
  const file = existsSync(pointer) ? join(dir, readFileSync(pointer, 'utf8').trim()) : '';
  if (file === '' || !existsSync(file)) return;
  const cache = new Database(file);
  cache.pragma('user_version = 99');
  cache.close();
};

/** The journal as it was before the newest migration, with everything in it that it had then. */
const ageJournal = (dir: string): void => {
  const file = join(dir, 'journal.db');
  if (!existsSync(file)) return;
  const journal = new Database(file);
  const version = journal.pragma('user_version', { simple: true });
  if (version === 2) {
    // It died in its last upgrade before anything was changed.
    journal.close();
    return;
  }
  if (version !== 3) throw new Error(`nobody has said here what a journal was like before version ${version}`);
  journal.exec(`
    CREATE TABLE notified (
      owner TEXT NOT NULL, epoch TEXT NOT NULL, up_to INTEGER NOT NULL, PRIMARY KEY (owner, epoch)
    ) STRICT;
    INSERT INTO notified SELECT owner, epoch, max(seq) FROM bookmark GROUP BY owner;
    DROP TABLE bookmark;
    DROP TABLE follower;
    DROP INDEX inbox_seq;
    PRAGMA user_version = 2;
  `);
  journal.close();
  for (const name of readdirSync(dir)) if (name.startsWith('journal.db.before-')) rmSync(join(dir, name));
};

/** Makes a station's files what the application finds after it was updated: both, or only the cache. Nobody may have them open. */
export const asOfTheVersionBefore = (dir: string, isJournalToo: boolean): void => {
  ageCache(dir);
  if (isJournalToo) ageJournal(dir);
};
