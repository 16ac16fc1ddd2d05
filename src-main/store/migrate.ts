import { renameSync, rmSync } from 'node:fs';
import { StoreFault } from '../core/store-fault.ts';
import { type Db, guarded } from './open-database.ts';

export type Migration = { readonly version: number; readonly up: string };

/** Whole or not at all, and over what an upgrade that was interrupted has left there: the file itself is still as it was. */
const keepCopy = (db: Db, copy: string): void => {
  rmSync(`${copy}.new`, { force: true });
  db.prepare('VACUUM INTO ?').run(`${copy}.new`);
  renameSync(`${copy}.new`, copy);
};

/**
 * Brings a database to the newest of `migrations` (ascending, without gaps), each in a transaction of its own. Before the
 * first one on a file that has contents, a copy is kept beside it. Throws a `StoreFault` for a file written by a newer version.
 */
export const migrate = (db: Db, migrations: readonly Migration[]): void =>
  guarded(() => {
    const from = Number(db.pragma('user_version', { simple: true }));
    const newest = migrations.at(-1)?.version ?? 0;
    if (from > newest) {
      throw new StoreFault('read_only', `The file was written by a newer version (${from}, known up to ${newest}).`);
    }
    const due = migrations.filter(({ version }) => version > from);
    if (due.length === 0) return;
    if (from > 0) keepCopy(db, `${db.name}.before-${newest}`);
    for (const { version, up } of due) {
      db.transaction(() => {
        db.exec(up);
        db.pragma(`user_version = ${version}`);
      }).immediate();
    }
  });
