import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, shipmentRow } from '../core/fake-server.ts';
import { rebuildCache } from '../core/rebuild.ts';
import { StationCache } from './cache.ts';
import { CacheFile } from './cache-file.ts';
import { syncToDisk } from './sync-to-disk.ts';

// A file being filled waits for no disk, so what matters is the order in which it is brought there and named.

let dir: string;
const open: StationCache[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-to-disk-'));
});
afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
  rmSync(dir, { recursive: true, force: true });
});

const start = (syncFile: (file: string) => Promise<void> = syncToDisk): StationCache => {
  const cache = new StationCache({ dir, now: () => 0, log: () => undefined, syncFile });
  open.push(cache);
  return cache;
};
const pointer = () => readFileSync(join(dir, 'cache.current'), 'utf8');
const ids = async (cache: StationCache) => (await cache.board('2026-11-22T20:00:00.000Z')).map(({ id }) => id).sort();
const serverOf = (...names: string[]): FakeServer => {
  const server = new FakeServer();
  for (const name of names) server.put(shipmentRow(name));
  return server;
};
const rebuild = (cache: StationCache, server: FakeServer) =>
  rebuildCache(cache, {
    http: { changes: async ({ seq }) => server.frame(seq), snapshot: () => server.snapshot() },
    syncedAt: () => null,
  });
/** What is found in a file as it is at this moment, with some of the files beside it. */
const idsIn = (file: string, ...sides: readonly string[]): string[] => {
  const copy = join(dir, 'copy.sqlite');
  for (const side of ['', ...sides]) copyFileSync(file + side, copy + side);
  const db = new Database(copy);
  const found = db.prepare<[], string>('SELECT id FROM row ORDER BY id').pluck().all();
  db.close();
  for (const side of ['', '-wal', '-shm']) rmSync(copy + side, { force: true });
  return found;
};

describe('a cache that was filled', () => {
  it('is whole in its own file and on the disk before the pointer names it', async () => {
    const steps: string[] = [];
    const cache = start(async (file) => {
      steps.push(`${pointer()} is in use, ${basename(file)} has ${idsIn(file)}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
      await syncToDisk(file);
      steps.push(`${basename(file)} is on the disk, ${pointer()} is in use`);
    });
    await cache.apply(serverOf('old').frame(0), null);
    const before = pointer();
    await rebuild(cache, serverOf('a', 'b'));
    const after = pointer();
    expect(after).not.toBe(before);
    expect(steps).toEqual([`${before} is in use, ${after} has a,b`, `${after} is on the disk, ${before} is in use`]);
    expect(await ids(cache)).toEqual(['a', 'b']);
  });

  it('is not used when the disk did not take it', async () => {
    const cache = start(() => Promise.reject(Object.assign(new Error('i/o error'), { code: 'EIO' })));
    await cache.apply(serverOf('old').frame(0), null);
    const before = pointer();
    await expect(rebuild(cache, serverOf('a', 'b'))).rejects.toMatchObject({ name: 'StoreFault' });
    expect([pointer(), await ids(cache), cache.isDamaged()]).toEqual([before, ['old'], false]);
    expect(readdirSync(dir).filter((name) => name.endsWith('.db'))).toEqual([before]);
  });

  it('waits for no reader: what one keeps in the log is brought to the disk there', async () => {
    const file = new CacheFile(join(dir, 'cache-1.db'), null, true);
    const other = new Database(file.path);
    const server = serverOf('a', 'b');
    await file.apply(server.frame(0, 1), null);
    other.exec('BEGIN');
    other.prepare('SELECT count(*) FROM row').get();
    await file.apply(server.frame(1), null);
    let isSynced = false;
    const begun = performance.now();
    await file.toDisk(async (path) => {
      expect(idsIn(path, '-wal')).toEqual(['a', 'b']);
      expect(() => idsIn(path)).toThrow('malformed');
      await syncToDisk(path);
      isSynced = true;
    });
    expect(isSynced).toBe(true);
    expect(performance.now() - begun).toBeLessThan(400);
    other.close();
    await file.close();
  });
});

describe('how safely a cache writes', () => {
  /** The pragmas of a connection that nobody else can ask. */
  const pragmasDuring = async (run: () => Promise<void>): Promise<string[]> => {
    const seen: string[] = [];
    const { pragma } = Database.prototype;
    Database.prototype.pragma = function (this: Database.Database, source, options) {
      seen.push(source);
      return pragma.call(this, source, options);
    };
    try {
      await run();
    } finally {
      Database.prototype.pragma = pragma;
    }
    return seen;
  };

  it('is as ever once the filling has ended', async () => {
    const file = new CacheFile(join(dir, 'cache-1.db'), null, true);
    const seen = await pragmasDuring(() => file.toDisk());
    expect(seen).toEqual(['wal_checkpoint(PASSIVE)', 'synchronous = NORMAL', 'wal_autocheckpoint = 0']);
    await file.close();
  });
});

describe('syncToDisk', () => {
  it('rejects for a file that is not there, and does without a log', async () => {
    await expect(syncToDisk(join(dir, 'none.db'))).rejects.toMatchObject({ code: 'ENOENT' });
    new Database(join(dir, 'plain.db')).exec('CREATE TABLE t (x)').close();
    await syncToDisk(join(dir, 'plain.db'));
    expect(existsSync(join(dir, 'plain.db-wal'))).toBe(false);
  });

  it('rejects for a log that the disk does not take', async () => {
    new Database(join(dir, 'plain.db')).exec('CREATE TABLE t (x)').close();
    mkdirSync(join(dir, 'plain.db-wal'));
    await expect(syncToDisk(join(dir, 'plain.db'))).rejects.toMatchObject({ code: 'EISDIR' });
  });
});
