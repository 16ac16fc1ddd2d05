import { renameSync, rmSync, statSync } from 'node:fs';
import { StoreFault } from '../core/store-fault.ts';
import { type Db, guarded, openDatabase, setAside } from './open-database.ts';

const SIDE_FILES = ['-wal', '-shm'] as const;

/** Where a journal is written anew before it takes its place. */
export const copyBeside = (path: string): string => `${path}.whole`;

/**
 * The journal's database and the file it is in. A file that somebody deletes while it is open goes on taking writes on most
 * systems, and all of them are gone with the process: SQLite does not notice.
 */
export class JournalFile {
  readonly #path: string;
  readonly #now: () => number;
  #db: Db;
  #inode: number | null = null;
  #size = 0;

  /** Throws a `StoreFault`. */
  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
    this.#db = openDatabase(path, 'FULL', true);
  }

  get db(): Db {
    return this.#db;
  }

  /** Call before writing what must not be lost: where the file has gone, all there is is written out anew. Throws a `StoreFault`. */
  keep(): void {
    if (this.#db.memory) return;
    const found = statSync(this.#path, { throwIfNoEntry: false });
    this.#inode ??= found?.ino ?? null;
    if (found === undefined || found.ino !== this.#inode) guarded(() => this.#writeAnew(found !== undefined));
    // It only ever grows.
    else if (found.size < this.#size) throw new StoreFault('corrupt', 'The journal was cut short.');
    else this.#size = found.size;
  }

  #writeAnew(isReplaced: boolean): void {
    const whole = copyBeside(this.#path);
    rmSync(whole, { force: true });
    this.#db.prepare('VACUUM INTO ?').run(whole);
    this.#db.close();
    if (isReplaced) setAside(this.#path, 'damaged', this.#now());
    for (const side of SIDE_FILES) rmSync(this.#path + side, { force: true });
    renameSync(whole, this.#path);
    this.#db = openDatabase(this.#path, 'FULL', false);
    this.#inode = statSync(this.#path).ino;
    this.#size = 0;
  }
}
