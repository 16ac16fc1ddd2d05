import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeServer, shipmentRow } from '../core/fake-server.ts';
import { SerialQueue } from '../core/serial-queue.ts';
import { CacheFile } from './cache-file.ts';
import { LogFolder } from './log-folder.ts';
import { type Db, openDatabase } from './open-database.ts';
import { syncFile } from './sync-to-disk.ts';

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-fold-'));
  path = join(dir, 'x.db');
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const ROWS = 600;
/** A database with a log of its own, the connection that writes, and the queue that its transactions stand in. */
const filled = () => {
  const db = openDatabase(path, 'NORMAL', false);
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, turn INTEGER NOT NULL, body TEXT) STRICT');
  const insert = db.prepare('INSERT INTO t (turn, body) VALUES (0, ?)');
  db.transaction(() => {
    for (let n = 0; n < ROWS; n += 1) insert.run('x'.repeat(4_000));
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.pragma('wal_autocheckpoint = 0');
  return { db, writes: new SerialQueue(), next: () => db.exec('UPDATE t SET turn = turn + 1') };
};
const extentOf = (db: Db) => (db.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[])[0];

const PAGE = 4_096;
const NOTHING = Buffer.alloc(0);
const bytesOf = (file: string): Buffer => (existsSync(file) ? readFileSync(file) : NOTHING);

/** What a disk may hold of two files when the power goes: each as it was last synced, as it was last written, or of both a part. */
class Disk {
  readonly #synced = new Map<string, Buffer>();
  #cuts = 0;

  sync(file: string): void {
    this.#synced.set(file, bytesOf(file));
  }

  /** What is found after a cut at this moment. */
  afterCut(): unknown[] {
    const log = `${path}-wal`;
    return this.#mayHold(path).flatMap((database) =>
      [bytesOf(log), this.#synced.get(log) ?? NOTHING].map((rest) => {
        this.#cuts += 1;
        const cut = join(dir, `cut-${this.#cuts}.db`);
        writeFileSync(cut, database);
        writeFileSync(`${cut}-wal`, rest);
        return turnIn(cut);
      }),
    );
  }

  #mayHold(file: string): Buffer[] {
    const [before, now] = [this.#synced.get(file) ?? NOTHING, bytesOf(file)];
    const mixed = Buffer.from(now);
    for (let at = 0; at < before.length; at += 2 * PAGE) before.copy(mixed, at, at, at + PAGE);
    return [before, now, mixed];
  }
}

/** The turn that all rows are of; rows of several turns are half a transaction. */
const turnIn = (file: string): unknown => {
  const db = new Database(file);
  try {
    if (db.pragma('integrity_check', { simple: true }) !== 'ok') return 'damaged';
    const turns = db.prepare('SELECT turn FROM t GROUP BY turn HAVING count(*) > 0').pluck().all();
    return turns.length === 1 ? turns[0] : `half of ${turns}`;
  } catch (error) {
    return String(error);
  } finally {
    db.close();
  }
};

describe('folding the log', () => {
  it('keeps whole transactions whenever the power goes, while others are written', async () => {
    const { db, writes, next } = filled();
    const disk = new Disk();
    for (const file of [path, `${path}-wal`]) disk.sync(file);
    const steps: string[] = [];
    const cuts: unknown[] = [];
    const sync = async (file: string): Promise<void> => {
      steps.push(file === path ? 'database' : 'log');
      cuts.push(...disk.afterCut());
      await writes.run(async () => void next());
      cuts.push(...disk.afterCut());
      await syncFile(file);
      disk.sync(file);
      await writes.run(async () => void next());
      cuts.push(...disk.afterCut());
    };
    const folder = new LogFolder({ db, path, writes, sync });
    next();
    folder.afterCommit();
    await folder.close();
    expect(steps).toEqual(['log', 'database']);
    expect(cuts).toHaveLength(36);
    expect(cuts.filter((each) => typeof each !== 'number')).toEqual([]);
    expect(db.pragma('synchronous', { simple: true })).toBe(1);
    // Nothing that was written meanwhile was copied, as it was not on the disk yet.
    const { log = 0, checkpointed = 0 } = extentOf(db) ?? {};
    expect([checkpointed > 500, log - checkpointed > 500]).toEqual([true, true]);
    db.close();
  });

  it('leaves a short log alone', async () => {
    const { db, writes } = filled();
    const folder = new LogFolder({ db, path, writes, sync: () => Promise.reject(new Error('not now')) });
    db.exec('UPDATE t SET turn = 1 WHERE id = 1');
    folder.afterCommit();
    await folder.close();
    expect(extentOf(db)).toMatchObject({ checkpointed: 0 });
    db.close();
  });

  it('leaves the log as it was when the disk does not take it, and tries again after the next commit', async () => {
    const { db, writes, next } = filled();
    let isBroken = true;
    const sync = async (file: string): Promise<void> => {
      if (isBroken) throw Object.assign(new Error('i/o error'), { code: 'EIO' });
      await syncFile(file);
    };
    const folder = new LogFolder({ db, path, writes, sync });
    next();
    folder.afterCommit();
    await writes.idle();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(extentOf(db)).toMatchObject({ checkpointed: 0 });
    isBroken = false;
    folder.afterCommit();
    await folder.close();
    const { log, checkpointed } = extentOf(db) ?? {};
    expect(checkpointed).toBe(log);
    db.close();
  });
});

describe('a cache file', () => {
  it('folds its log when it has grown, apart from the commits, and is whole when it is killed', async () => {
    const server = new FakeServer();
    for (let n = 0; n < 3_000; n += 1) server.put(shipmentRow(`s${n}`, { carrier: 'x'.repeat(900) }));
    const file = new CacheFile(path, 'mine');
    for (let from = 0; from < server.head; from += 200) await file.apply(server.frame(from, 200), null);
    await file.apply(server.frame(server.head), null);
    await vi.waitFor(() => expect(statSync(path).size).toBeGreaterThan(400_000), 4_000);
    copyFileSync(path, join(dir, 'cut.db'));
    copyFileSync(`${path}-wal`, join(dir, 'cut.db-wal'));
    await file.close();
    const again = new CacheFile(join(dir, 'cut.db'));
    const rows = await again.read((db) => db.prepare('SELECT count(*) FROM row').pluck().get());
    expect([rows, again.position()?.cursor.seq]).toEqual([3_000, 3_000]);
    await again.close();
  });
});
