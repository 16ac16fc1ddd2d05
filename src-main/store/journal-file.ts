import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { StoreFault } from '../core/store-fault.ts';
import { type Db, guarded, openDatabase, setAside } from './open-database.ts';
import { syncFileNow, syncFolder } from './sync-to-disk.ts';

const SIDE_FILES = ['-wal', '-shm'] as const;

/** Where a journal that was written anew waits to take its place: what has this name is whole, and on the disk. */
export const copyBeside = (path: string): string => `${path}.whole`;

/** SQLite makes the file before it writes a page, and would take one without contents for a new database: it gets its name last. */
const writeWhole = (db: Db, whole: string): void => {
  const part = `${whole}.part`;
  for (const side of ['', '-journal']) rmSync(part + side, { force: true });
  db.prepare('VACUUM INTO ?').run(part);
  syncFileNow(part);
  // Of an earlier copy: it would be taken for one of this.
  for (const side of SIDE_FILES) rmSync(whole + side, { force: true });
  renameSync(part, whole);
  syncFolder(dirname(whole));
};

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
  /** The database was closed for the copy of it to take its place, which it has not yet. */
  #isMoving = false;

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
    const isGone = found === undefined || found.ino !== this.#inode;
    if (isGone || this.#isMoving) guarded(() => this.#writeAnew(isGone && found !== undefined));
    // It only ever grows.
    else if (found.size < this.#size) throw new StoreFault('corrupt', 'The journal was cut short.');
    else this.#size = found.size;
  }

  /** Where something on the way fails, the next call goes on from there: by then the copy may be all there is. */
  #writeAnew(isReplaced: boolean): void {
    const whole = copyBeside(this.#path);
    if (!this.#isMoving) {
      writeWhole(this.#db, whole);
      this.#isMoving = true;
      this.#db.close();
    }
    if (existsSync(whole)) {
      if (isReplaced) setAside(this.#path, 'damaged', this.#now());
      for (const side of SIDE_FILES) rmSync(this.#path + side, { force: true });
      renameSync(whole, this.#path);
      syncFolder(dirname(this.#path));
      this.#inode = statSync(this.#path).ino;
    } else if (statSync(this.#path, { throwIfNoEntry: false })?.ino !== this.#inode) {
      throw new StoreFault('corrupt', 'The journal has gone, and so has the copy of it.');
    }
    this.#db = openDatabase(this.#path, 'FULL', false);
    this.#isMoving = false;
    this.#size = 0;
  }
}
