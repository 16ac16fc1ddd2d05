import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StoreFault } from '../core/store-fault.ts';
import { type Migration, migrate } from './migrate.ts';
import { guarded, openDatabase, setAside, storeFault } from './open-database.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-store-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const kindOf = (run: () => unknown): string => {
  try {
    run();
    return 'fine';
  } catch (error) {
    return error instanceof StoreFault ? error.kind : `not ours: ${error}`;
  }
};

describe('openDatabase', () => {
  it('keeps the level of durability it was asked for, and says so itself', () => {
    for (const [level, number] of [
      ['FULL', 2],
      ['NORMAL', 1],
    ] as const) {
      const db = openDatabase(join(dir, `${level}.db`), level, true);
      expect(db.pragma('synchronous', { simple: true })).toBe(number);
      expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
      db.close();
    }
  });

  it('makes the folder it needs', () => {
    openDatabase(join(dir, 'a', 'b', 'x.db'), 'FULL', true).close();
    expect(existsSync(join(dir, 'a', 'b', 'x.db'))).toBe(true);
  });

  it('tells corrupt, locked and unwritable apart', () => {
    writeFileSync(join(dir, 'text.db'), 'this is not a database, but long enough to look at it as one'.repeat(20));
    expect(kindOf(() => openDatabase(join(dir, 'text.db'), 'FULL', true))).toBe('corrupt');
    const holder = new Database(join(dir, 'held.db'));
    holder.exec('BEGIN EXCLUSIVE');
    const other = new Database(join(dir, 'held.db'), { timeout: 0 });
    expect(kindOf(() => guarded(() => other.exec('BEGIN IMMEDIATE')))).toBe('locked');
    other.close();
    holder.close();
    mkdirSync(join(dir, 'folder.db'));
    expect(kindOf(() => openDatabase(join(dir, 'folder.db'), 'FULL', true))).toBe('read_only');
  });

  it('knows a file that was taken away, and a disk that is full', () => {
    const moved = openDatabase(join(dir, 'moved.db'), 'FULL', true);
    moved.exec('CREATE TABLE t (x)');
    moved.pragma('journal_mode = DELETE');
    rmSync(join(dir, 'moved.db'));
    expect(kindOf(() => guarded(() => moved.exec('INSERT INTO t VALUES (1)')))).toBe('read_only');
    moved.close();
    const full = openDatabase(join(dir, 'full.db'), 'FULL', true);
    full.exec('CREATE TABLE t (x)');
    full.pragma(`max_page_count = ${full.pragma('page_count', { simple: true })}`);
    expect(kindOf(() => guarded(() => full.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(100_000))))).toBe('full');
    full.close();
  });

  it('names faults of the file system too', () => {
    const fault = (code: string): string => storeFault(Object.assign(new Error('x'), { code })).kind;
    expect(
      ['EROFS', 'EACCES', 'ENOSPC', 'SQLITE_READONLY_DBMOVED', 'SQLITE_BUSY_SNAPSHOT', 'EWHAT'].map(fault),
    ).toEqual(['read_only', 'read_only', 'full', 'read_only', 'locked', 'other']);
    expect(storeFault('odd').kind).toBe('other');
  });
});

describe('setAside', () => {
  it('keeps the file and its side files under another name', () => {
    for (const side of ['', '-wal', '-shm']) writeFileSync(join(dir, `x.db${side}`), side);
    setAside(join(dir, 'x.db'), 'damaged', Date.parse('2026-11-23T08:00:00.123Z'));
    expect(readdirSync(dir).sort()).toEqual([
      'x.db.damaged-2026-11-23T08-00-00-123Z',
      'x.db.damaged-2026-11-23T08-00-00-123Z-shm',
      'x.db.damaged-2026-11-23T08-00-00-123Z-wal',
    ]);
  });
});

describe('migrate', () => {
  const one: Migration = { version: 1, up: 'CREATE TABLE a (x)' };
  const two: Migration = { version: 2, up: 'CREATE TABLE b (y); INSERT INTO b SELECT x FROM a' };

  it('gets from nothing and from the oldest to the same', () => {
    const fresh = openDatabase(join(dir, 'fresh.db'), 'FULL', true);
    migrate(fresh, [one, two]);
    const old = openDatabase(join(dir, 'old.db'), 'FULL', true);
    migrate(old, [one]);
    old.exec('INSERT INTO a VALUES (7)');
    migrate(old, [one, two]);
    migrate(old, [one, two]);
    const schema = (db: Database.Database) => db.prepare('SELECT sql FROM sqlite_schema').pluck().all();
    expect(schema(old)).toEqual(schema(fresh));
    expect(old.prepare('SELECT y FROM b').pluck().all()).toEqual([7]);
    expect(existsSync(join(dir, 'old.db.before-2'))).toBe(true);
    expect(existsSync(join(dir, 'fresh.db.before-2'))).toBe(false);
    fresh.close();
    old.close();
  });

  it('goes on after an upgrade that was interrupted, over what that has left', () => {
    const db = openDatabase(join(dir, 'x.db'), 'FULL', true);
    migrate(db, [one]);
    db.exec('INSERT INTO a VALUES (7)');
    expect(() => migrate(db, [one, { version: 2, up: 'SELECT nonsense' }])).toThrow(StoreFault);
    expect(readdirSync(dir)).toContain('x.db.before-2');
    writeFileSync(join(dir, 'x.db.before-2.new'), 'half a copy');
    db.exec('INSERT INTO a VALUES (8)');
    migrate(db, [one, two]);
    expect(db.prepare('SELECT y FROM b').pluck().all()).toEqual([7, 8]);
    db.close();
    const copy = new Database(join(dir, 'x.db.before-2'), { readonly: true });
    expect(copy.prepare('SELECT x FROM a').pluck().all()).toEqual([7, 8]);
    copy.close();
    expect(existsSync(join(dir, 'x.db.before-2.new'))).toBe(false);
  });

  it('does all of a step or nothing, and refuses what is newer than itself', () => {
    const db = openDatabase(join(dir, 'x.db'), 'FULL', true);
    expect(() => migrate(db, [one, { version: 2, up: 'CREATE TABLE b (y); SELECT nonsense' }])).toThrow(StoreFault);
    expect(db.pragma('user_version', { simple: true })).toBe(1);
    expect(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'b'").pluck().get()).toBe(0);
    db.pragma('user_version = 9');
    expect(kindOf(() => migrate(db, [one]))).toBe('read_only');
    db.close();
  });
});
