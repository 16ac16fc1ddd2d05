import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Shipment } from '#contract/domain/shipment.ts';
import { FakeServer, shipmentRow } from '../core/fake-server.ts';
import { rebuildCache } from '../core/rebuild.ts';
import { StationCache } from './cache.ts';
import { CacheFile, IN_MEMORY } from './cache-file.ts';

// What disks, other programs and people do to cache files while the station runs.

let dir: string;
let logged: string[];
let damages: number;
const open: StationCache[] = [];
const temporary = process.env.TMPDIR;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-faults-'));
  logged = [];
  damages = 0;
});
afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  rmSync(dir, { recursive: true, force: true });
});

const start = (at = dir): StationCache => {
  const cache = new StationCache({
    dir: at,
    now: () => Date.parse('2026-11-23T08:00:00.000Z'),
    log: (event) => logged.push(event),
    onDamage: () => {
      damages += 1;
    },
  });
  open.push(cache);
  return cache;
};
const stop = async (cache: StationCache): Promise<void> => {
  open.splice(open.indexOf(cache), 1);
  await cache.close();
};
const server = (...shipments: Shipment[]): FakeServer => {
  const made = new FakeServer();
  for (const shipment of shipments) made.put(shipment);
  return made;
};
const httpOf = (log: FakeServer) => ({
  changes: async (cursor: { seq: number }) => log.frame(cursor.seq),
  snapshot: () => log.snapshot(),
});
const current = () => join(dir, readFileSync(join(dir, 'cache.current'), 'utf8'));
const ids = async (cache: StationCache) => (await cache.board('2026-11-22T20:00:00.000Z')).map(({ id }) => id).sort();
/** As a flipped bit does it: the page is whole, the text in it is not. */
const alter = (sql: string): void => {
  const db = new Database(current());
  db.prepare(sql).run();
  db.close();
};

describe('a cache that turns out damaged while it is read', () => {
  it('says so once, and is replaced', async () => {
    const log = server(shipmentRow('a'));
    const cache = start();
    await cache.reset('mine');
    await cache.apply(log.frame(0), null);
    alter(`UPDATE row SET body = '{"id":"a",' WHERE id = 'a'`);
    expect(cache.isDamaged()).toBe(false);
    await expect(ids(cache)).rejects.toMatchObject({ kind: 'corrupt' });
    await expect(cache.detail('a')).rejects.toMatchObject({ kind: 'corrupt' });
    expect([cache.isDamaged(), damages]).toEqual([true, 1]);
    await cache.setAside();
    expect([cache.isDamaged(), cache.position(), cache.scope(), await ids(cache)]).toEqual([false, null, 'mine', []]);
    await rebuildCache(cache, { http: httpOf(log), syncedAt: () => null });
    expect(await ids(cache)).toEqual(['a']);
  });

  it('starts empty when its position cannot be read', async () => {
    const cache = start();
    await cache.apply(server(shipmentRow('a')).frame(0), null);
    await stop(cache);
    alter(`UPDATE meta SET value = '{"cursor":' WHERE key = 'position'`);
    const again = start();
    expect([again.position(), logged]).toEqual([null, ['cache.corrupt']]);
  });

  it('is not thrown away for a mistake in what it was given', async () => {
    const cache = start();
    const log = server(shipmentRow('a'));
    const bad = log.frame(0);
    const loop = { ...bad, changes: [{ ...bad.changes[0], row: { loop: 1n } }] };
    await expect(cache.apply(loop as never, null)).rejects.toThrow();
    expect([cache.isDamaged(), damages]).toEqual([false, 0]);
  });
});

describe('a cache file that goes away under the station', () => {
  it('does not take the next one along', async () => {
    const log = server(shipmentRow('a'));
    const cache = start();
    await cache.apply(log.frame(0), null);
    const gone = current();
    for (const side of ['', '-wal', '-shm']) rmSync(gone + side, { force: true });
    await rebuildCache(cache, { http: httpOf(log), syncedAt: () => null });
    expect(current()).not.toBe(gone);
    await stop(cache);
    expect(await ids(start())).toEqual(['a']);
  });

  it('cannot be removed: the new one is in use all the same', async () => {
    const log = server(shipmentRow('new'));
    const cache = start();
    await cache.apply(server(shipmentRow('old')).frame(0), null);
    const remove = CacheFile.prototype.remove;
    let failures = 1;
    CacheFile.prototype.remove = async function (this: CacheFile) {
      if (failures === 0) return remove.call(this);
      failures -= 1;
      await this.close();
      throw Object.assign(new Error('a virus scanner reads it'), { code: 'EBUSY' });
    };
    try {
      await rebuildCache(cache, { http: httpOf(log), syncedAt: () => null });
    } finally {
      CacheFile.prototype.remove = remove;
    }
    expect(await ids(cache)).toEqual(['new']);
    await stop(cache);
    expect(await ids(start())).toEqual(['new']);
  });
});

describe('a disk that takes no cache', () => {
  it('at the start: the station runs on one in memory', async () => {
    const blocked = join(dir, 'file');
    writeFileSync(blocked, '');
    process.env.TMPDIR = blocked;
    const cache = start(join(blocked, 'data'));
    expect(logged).toEqual(['cache.not_opened', 'cache.in_memory']);
    const log = server(shipmentRow('a'), shipmentRow('b'));
    await rebuildCache(cache, { http: httpOf(log), syncedAt: () => null });
    log.put(shipmentRow('c'));
    await cache.apply(log.frame(2), null);
    expect(await ids(cache)).toEqual(['a', 'b', 'c']);
    await cache.reset('other');
    expect([cache.scope(), await ids(cache)]).toEqual(['other', []]);
    expect(existsSync(IN_MEMORY)).toBe(false);
  });

  it('later on: rows of another view are gone all the same', async () => {
    const cache = start();
    await cache.reset('mine');
    await cache.apply(server(shipmentRow('secret')).frame(0), null);
    // In the place of every name the next file could have.
    for (let n = 1; n < 20; n += 1) if (!existsSync(join(dir, `cache-${n}.db`))) mkdirSync(join(dir, `cache-${n}.db`));
    mkdirSync(join(dir, 'cache.current.new'));
    await cache.reset('theirs');
    expect([cache.scope(), await ids(cache)]).toEqual(['theirs', []]);
    await cache.apply(server(shipmentRow('b')).frame(0), null);
    expect(await ids(cache)).toEqual(['b']);
  });

  it('leaves nothing in the temporary folder', async () => {
    const blocked = join(dir, 'file');
    const place = join(dir, 'tmp');
    writeFileSync(blocked, '');
    mkdirSync(place);
    process.env.TMPDIR = place;
    const cache = start(blocked);
    await cache.apply(server(shipmentRow('a')).frame(0), null);
    expect(readdirSync(place)).toHaveLength(1);
    await stop(cache);
    expect(readdirSync(place)).toEqual([]);
  });
});

describe('a cache file that another program holds', () => {
  it('does not hold up the start, and is whole when it lets go', async () => {
    const cache = start();
    await cache.apply(server(shipmentRow('a')).frame(0), null);
    await stop(cache);
    const other = new Database(current());
    other.pragma('locking_mode = EXCLUSIVE');
    other.exec('BEGIN EXCLUSIVE');
    const begun = performance.now();
    const meanwhile = start();
    expect(performance.now() - begun).toBeLessThan(1_500);
    expect(logged).toEqual(['cache.not_opened', 'cache.temporary']);
    expect(await ids(meanwhile)).toEqual([]);
    await stop(meanwhile);
    other.exec('ROLLBACK');
    other.close();
    expect(await ids(start())).toEqual(['a']);
  });

  it('is written once it has let go, while everything else goes on', async () => {
    const cache = start();
    await cache.apply(server(shipmentRow('a')).frame(0), null);
    const other = new Database(current());
    other.exec('BEGIN IMMEDIATE');
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
    }, 10);
    const log = server(shipmentRow('a'), shipmentRow('b'));
    const applying = cache.apply(log.frame(1), null);
    expect(await ids(cache)).toEqual(['a']);
    setTimeout(() => other.exec('ROLLBACK'), 300);
    await applying;
    clearInterval(ticking);
    other.close();
    expect(await ids(cache)).toEqual(['a', 'b']);
    expect(turns).toBeGreaterThan(5);
  });
});
