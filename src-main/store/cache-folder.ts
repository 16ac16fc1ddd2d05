import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Log } from '../core/ports.ts';
import { CacheFile, IN_MEMORY } from './cache-file.ts';
import { setAside, storeFault } from './open-database.ts';
import { makeTemporaryFolder, sweepTemporaryFolders } from './temporary-folder.ts';

const POINTER = 'cache.current';
const NAME = /^cache-(\d+)\.db$/;
/** Damaged caches kept for whoever wants to know why; older ones go, as they can be large. */
const KEPT_ASIDE = 2;

export type CacheFolderOptions = { readonly dir: string; readonly now: () => number; readonly log: Log };

/**
 * Where cache files live: one is in use, named by a pointer file that is replaced atomically. Nothing here throws for what is
 * wrong with files, folder or disk: then a cache is made elsewhere, in memory if need be, because the board still has to show
 * something today.
 */
export class CacheFolder {
  readonly #dir: string;
  readonly #now: () => number;
  readonly #log: Log;
  #temporary: string | null = null;
  /** No number is used twice, also when somebody deletes files under us. */
  #highest = 0;

  constructor({ dir, now, log }: CacheFolderOptions) {
    this.#dir = dir;
    this.#now = now;
    this.#log = log;
  }

  /** The cache in use, or an empty one. */
  open(): CacheFile {
    sweepTemporaryFolders();
    try {
      mkdirSync(this.#dir, { recursive: true });
      this.#removeStrays();
      const found = this.#openCurrent();
      if (found !== null) return found;
    } catch (error) {
      // Read-only profile, or another program on a file that may be whole: it is left as it is.
      this.#log('cache.not_opened', { kind: storeFault(error).kind });
      return this.#elsewhere(null);
    }
    const fresh = this.create(null);
    this.point(fresh);
    return fresh;
  }

  /** An empty cache of this scope, not pointed at yet. One to be filled must be brought `toDisk` before it is. */
  create(scope: string | null, filling = false): CacheFile {
    try {
      return new CacheFile(join(this.#dir, this.#nextName()), scope, filling);
    } catch (error) {
      this.#log('cache.not_created', { kind: storeFault(error).kind });
      return this.#elsewhere(scope);
    }
  }

  /** The next start opens this file; where that cannot be written down, it fetches everything anew. */
  point(file: CacheFile): void {
    if (dirname(file.path) !== this.#dir) return;
    const pointer = join(this.#dir, POINTER);
    this.#quietly(() => {
      writeFileSync(`${pointer}.new`, basename(file.path), { flush: true });
      renameSync(`${pointer}.new`, pointer);
    });
  }

  keepAside(path: string): void {
    if (path === IN_MEMORY) return;
    this.#quietly(() => {
      setAside(path, 'corrupt', this.#now());
      const dir = dirname(path);
      const aside = readdirSync(dir).filter((name) => /^cache-\d+\.db\.corrupt-[^.]*Z$/.test(name));
      const age = (name: string): string => name.slice(name.indexOf('.corrupt-'));
      aside.sort((a, b) => (age(a) < age(b) ? 1 : -1));
      for (const name of aside.slice(KEPT_ASIDE)) {
        for (const side of ['', '-wal', '-shm']) rmSync(join(dir, name + side), { force: true });
      }
    });
  }

  /** Damaged files hold rows too, and who comes next may not be allowed to see them. */
  dropAside(): void {
    this.#quietly(() => {
      const aside = readdirSync(this.#dir).filter((name) => /^cache-\d+\.db\.corrupt-/.test(name));
      for (const name of aside) rmSync(join(this.#dir, name), { force: true });
    });
  }

  /** Removes what would be of no use at the next start. */
  close(): void {
    const temporary = this.#temporary;
    if (temporary !== null) this.#quietly(() => rmSync(temporary, { recursive: true, force: true }));
  }

  #openCurrent(): CacheFile | null {
    const current = this.#current();
    if (current === null || !existsSync(join(this.#dir, current))) return null;
    try {
      return new CacheFile(join(this.#dir, current));
    } catch (error) {
      if (storeFault(error).kind !== 'corrupt') throw error;
      this.#log('cache.corrupt', { at: 'start' });
      this.keepAside(join(this.#dir, current));
      return null;
    }
  }

  #current(): string | null {
    const pointer = join(this.#dir, POINTER);
    const name = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : '';
    return NAME.test(name) ? name : null;
  }

  #nextName(): string {
    const used = readdirSync(this.#dir).map((name) => Number(/^cache-(\d+)\./.exec(name)?.[1] ?? 0));
    this.#highest = Math.max(this.#highest, ...used) + 1;
    return `cache-${this.#highest}.db`;
  }

  #elsewhere(scope: string | null): CacheFile {
    try {
      this.#temporary ??= makeTemporaryFolder();
      this.#highest += 1;
      const file = new CacheFile(join(this.#temporary, `cache-${this.#highest}.db`), scope);
      this.#log('cache.temporary');
      return file;
    } catch (error) {
      this.#log('cache.in_memory', { kind: storeFault(error).kind });
      return new CacheFile(IN_MEMORY, scope);
    }
  }

  /** What a rebuild left behind when the station was switched off in the middle of it. */
  #removeStrays(): void {
    const current = this.#current();
    for (const name of readdirSync(this.#dir)) {
      const file = /^(cache-\d+\.db)(-wal|-shm)?$/.exec(name)?.[1];
      if (file !== undefined && file !== current) rmSync(join(this.#dir, name), { force: true });
    }
  }

  #quietly(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#log('cache.folder_failed', { kind: storeFault(error).kind });
    }
  }
}
