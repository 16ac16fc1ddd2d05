import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { NOTHING_COMMON } from '../core/bookmarks.ts';
import type { NewWork, Owner } from '../core/ports.ts';
import { workHash } from '../core/work-hash.ts';
import { sha256 } from '../shell/system-clock.ts';
import { StationJournal } from './journal.ts';
import { openJournal } from './open-journal.ts';

// What people and their tools do to the journal while the station has it open.

const MARA: Owner = { key: 'srv:mara', userId: 'mara', userName: 'Mara', role: 'receiver', server: 'srv' };
const NOW = Date.parse('2026-11-23T08:00:00.000Z');
const note = (text: string): NewWork => ({
  type: 'addNote',
  args: { shipmentId: 's1', noteId: text, text },
  occurredAt: '2026-11-23T07:59:00.000Z',
  shipmentId: 's1',
  shipmentNumber: null,
});

let dir: string;
let journal: StationJournal;
const file = () => join(dir, 'journal.db');
const start = async (): Promise<void> => {
  journal = new StationJournal(file(), () => NOW);
  await journal.setOwner(MARA, 'client-0001');
};
const restart = async (): Promise<string[]> => {
  journal.close();
  await start();
  return (await journal.openWork()).map(({ mutation }) => `${mutation.n} ${mutation.args.text}`);
};
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-journal-'));
  await start();
  await journal.append(MARA.key, note('one'), workHash(sha256, note('one')));
});
afterEach(() => {
  journal.close();
  rmSync(dir, { recursive: true, force: true });
});

const mark = (seq: number) => ({ epoch: 'e1', seq, chain: `c${seq}`, view: 'v', at: '' });

describe('a journal that somebody deletes under the station', () => {
  it.each([
    ['alone', ['']],
    ['with its log', ['', '-wal', '-shm']],
  ])('%s is written anew, with all there was', async (_name, sides) => {
    await journal.addInbox(mark(5), []);
    for (const side of sides) rmSync(file() + side);
    const saved = await journal.append(MARA.key, note('two'), 'h');
    expect(saved.mutation.n).toBe(2);
    await journal.addInbox(mark(7), []);
    expect(journal.db.pragma('synchronous', { simple: true })).toBe(2);
    expect(await restart()).toEqual(['1 one', '2 two']);
    expect((await journal.bookmarks()).at(-1)?.seq).toBe(7);
    expect(readdirSync(dir).filter((name) => name.includes('whole'))).toEqual([]);
  });

  it('and replaces by another: that one is kept beside, and what is open stays the truth', async () => {
    const other = join(dir, 'other');
    copyFileSync(file(), other);
    const foreign = readFileSync(other);
    await journal.append(MARA.key, note('two'), 'h');
    rmSync(file());
    renameSync(other, file());
    expect((await journal.append(MARA.key, note('three'), 'h')).mutation.n).toBe(3);
    expect(await restart()).toEqual(['1 one', '2 two', '3 three']);
    const kept = readdirSync(dir).find((name) => /damaged-.*Z$/.test(name));
    expect(readFileSync(join(dir, kept ?? '')).equals(foreign)).toBe(true);
  });
});

describe('a journal that cannot take its place at once', () => {
  /** A folder where its log was cannot be removed as a file: as busy as what a virus scanner holds. */
  const takeAway = (): void => {
    for (const side of ['', '-wal', '-shm']) rmSync(file() + side);
    mkdirSync(join(`${file()}-wal`, 'held'), { recursive: true });
  };

  it('takes it with the next work, with all there was', async () => {
    takeAway();
    await expect(journal.append(MARA.key, note('two'), 'h')).rejects.toThrow();
    await expect(journal.append(MARA.key, note('two'), 'h')).rejects.toThrow();
    rmSync(`${file()}-wal`, { recursive: true });
    expect((await journal.append(MARA.key, note('two'), 'h')).mutation.n).toBe(2);
    expect(journal.db.pragma('synchronous', { simple: true })).toBe(2);
    expect(await restart()).toEqual(['1 one', '2 two']);
    expect(readdirSync(dir).filter((name) => name.includes('whole'))).toEqual([]);
  });

  it('takes it with the next start', async () => {
    takeAway();
    await expect(journal.append(MARA.key, note('two'), 'h')).rejects.toThrow();
    journal.close();
    const opened = openJournal(
      file(),
      () => NOW,
      () => undefined,
    );
    journal = opened.journal;
    expect((await journal.openWork()).map(({ mutation }) => mutation.args.text)).toEqual(['one']);
  });

  it('is not opened again once it was closed', async () => {
    journal.close();
    await expect(journal.append(MARA.key, note('two'), 'h')).rejects.toThrow();
    expect(journal.db.open).toBe(false);
  });
});

it('has the name of a whole copy only for a whole one', async () => {
  rmSync(file());
  // As SQLite begins: the file is there before its first page.
  const prepare = vi.spyOn(journal.db, 'prepare').mockImplementation(() => {
    const run = (copy: string): never => {
      writeFileSync(copy, '');
      throw new Error('killed');
    };
    return { run } as unknown as ReturnType<StationJournal['db']['prepare']>;
  });
  await expect(journal.append(MARA.key, note('two'), 'h')).rejects.toThrow('killed');
  prepare.mockRestore();
  expect(readdirSync(dir)).not.toContain('journal.db.whole');
  // What was begun is in nobody's way.
  expect((await journal.append(MARA.key, note('two'), 'h')).mutation.n).toBe(2);
});

it('is loud about a file that was cut short, and says nothing is saved that is not', async () => {
  journal.db.pragma('wal_checkpoint(TRUNCATE)');
  await journal.append(MARA.key, note('two'), 'h');
  truncateSync(file(), 4096);
  await expect(journal.append(MARA.key, note('three'), 'h')).rejects.toMatchObject({ kind: 'corrupt' });
});

it('does not keep the main process waiting when another program holds it', async () => {
  const other = new Database(file());
  other.exec('BEGIN IMMEDIATE');
  const begun = performance.now();
  await expect(journal.append(MARA.key, note('two'), 'h')).rejects.toMatchObject({ kind: 'locked' });
  // Who was here before is known without writing.
  expect(await journal.setOwner(MARA, 'client-0009')).toBe('client-0001');
  expect(performance.now() - begun).toBeLessThan(300);
  other.exec('ROLLBACK');
  other.close();
  expect((await journal.append(MARA.key, note('two'), 'h')).mutation.n).toBe(2);
});

describe('an identity for which there was no room', () => {
  it('is written with the first work, as it was announced', async () => {
    const ivo = { ...MARA, key: 'srv:ivo', userId: 'ivo' };
    journal.db.exec(`CREATE TRIGGER full BEFORE INSERT ON identity BEGIN SELECT RAISE(ABORT, 'no room'); END`);
    await expect(journal.setOwner(ivo, 'client-0002')).rejects.toThrow();
    await expect(journal.append(ivo.key, note('two'), 'h')).rejects.toThrow();
    journal.db.exec('DROP TRIGGER full');
    expect((await journal.append(ivo.key, note('two'), 'h')).mutation).toMatchObject({ clientId: 'client-0002', n: 1 });
    expect(await journal.setOwner(ivo, 'client-0003')).toBe('client-0002');
  });
});

it('prunes in pieces that nobody notices', async () => {
  const insert = journal.db.prepare(
    `INSERT INTO mutation (client_id, n, owner, server, user_id, user_name, role, type, args, occurred_at, hash, state, answered_at)
     VALUES ('client-0001', ?, 'srv:mara', 'srv', 'mara', 'Mara', 'receiver', 'addNote', '{}', ?, 'h', 'done', ?)`,
  );
  const at = new Date(NOW - 1_000).toISOString();
  journal.db.transaction(() => {
    for (let n = 2; n <= 1_201; n += 1) insert.run(n, at, at);
  })();
  const left = () => journal.db.prepare(`SELECT count(*) FROM mutation WHERE state = 'done'`).pluck().get();
  await journal.prune(new Date(NOW).toISOString());
  expect(left()).toBe(700);
  for (let turn = 0; turn < 3; turn += 1) await journal.prune(new Date(NOW).toISOString());
  expect(left()).toBe(0);
});

const item = (seq: number, title: string, at = new Date(NOW + seq).toISOString()) =>
  ({
    seq,
    kind: 'status',
    shipmentId: null,
    title,
    body: '',
    at,
    seen: false,
    inspectionId: null,
    takenBy: null,
  }) as const;

describe('a history that the server has lost', () => {
  it('lets its numbers be news again, and keeps its items', async () => {
    await journal.addInbox(mark(6), [item(5, 'kept')]);
    await journal.addInbox(mark(8), [item(7, 'lost'), item(8, 'lost too')]);
    await journal.addInbox(mark(9), [item(7, 'new', new Date(NOW + 60_000).toISOString()), item(5, 'not again')], {
      after: 6,
      keep: 6,
    });
    expect((await journal.bookmarks()).map(({ seq }) => seq)).toEqual([6, 9]);
    expect((await journal.inbox(10)).map(({ title }) => title).sort()).toEqual(['kept', 'lost too', 'new']);
    await journal.addInbox(mark(4), [], NOTHING_COMMON);
    await journal.addInbox(mark(4), [], NOTHING_COMMON);
    expect(journal.db.prepare('SELECT count(*) FROM inbox').pluck().get()).toBe(4);
    expect((await journal.bookmarks()).map(({ seq }) => seq)).toEqual([4]);
  });

  it('is told from what is common by when things were recorded, whatever it is called', async () => {
    await journal.addInbox(mark(6), [item(5, 'kept'), item(6, 'lost')]);
    const added = await journal.addInbox({ ...mark(6), epoch: 'e2' }, [
      item(5, 'kept, though it is said in other words'),
      item(6, 'new', 'a later time'),
    ]);
    expect(added.map(({ title }) => title)).toEqual(['new']);
    expect(journal.db.prepare('SELECT count(*) FROM inbox').pluck().get()).toBe(3);
  });
});
