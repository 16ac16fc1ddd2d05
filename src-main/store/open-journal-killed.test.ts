import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JOURNAL_MIGRATIONS, StationJournal } from './journal.ts';
import { begin, end, events, file, fill, folder, MARA, NOW, notices, open, workIn } from './journal-for-tests.ts';
import { migrate } from './migrate.ts';

beforeEach(begin);
afterEach(end);

describe('a station that was killed while its journal changed places', () => {
  it('does not take the log of the damaged journal for one of the new', async () => {
    await fill(3);
    const { journal: old } = open();
    await old.setOwner(MARA, 'client-0001');
    await old.addInbox({ epoch: 'e', seq: 5, chain: 'c', view: 'v', at: '2026-11-23T07:59:00.000Z' }, []);
    // As it is between the renames: the damaged file has its new name, its log has not, and the new one waits.
    const log = readFileSync(`${file()}-wal`);
    old.close();
    rmSync(file());
    const next = new StationJournal(`${file()}.new`, () => NOW);
    await next.setOwner(MARA, 'client-0002');
    next.close();
    writeFileSync(`${file()}-wal`, log);

    const { journal } = open();
    expect(await journal.setOwner(MARA, 'client-0009')).toBe('client-0002');
    expect([await journal.openWork(), await journal.bookmarks()]).toEqual([[], []]);
    journal.close();
    const kept = readdirSync(folder()).find((name) => /\.damaged-.*Z-wal$/.test(name));
    expect(readFileSync(join(folder(), kept ?? '')).equals(log)).toBe(true);
  });

  it.each([
    ['nothing', null],
    ['what somebody put there', 'not a journal at all'],
  ])('takes the copy that was written anew, in the place of %s', async (_name, theirs) => {
    await fill(3);
    renameSync(file(), `${file()}.whole`);
    if (theirs !== null) writeFileSync(file(), theirs);
    const { journal, problem } = open();
    expect(problem).toBeNull();
    expect((await journal.openWork()).map(({ mutation, state }) => `${mutation.n} ${state}`)).toEqual([
      '1 pending',
      '2 pending',
      '3 pending',
    ]);
    expect(await notices(journal)).toEqual([]);
    journal.close();
    const aside = readdirSync(folder()).filter((name) => name.includes('.damaged-'));
    expect(aside.map((name) => readFileSync(join(folder(), name), 'utf8'))).toEqual(theirs === null ? [] : [theirs]);
    expect(events()).toEqual(['journal.copy_taken']);
  });

  it('keeps a copy that did not get whole, and stays with what there is', async () => {
    await fill(3);
    const half = readFileSync(file()).subarray(0, 3 * 4096);
    writeFileSync(`${file()}.whole`, half);
    const { journal } = open();
    expect(await journal.openWork()).toHaveLength(3);
    journal.close();
    expect(readdirSync(folder()).some((name) => /^journal\.db\.whole\.damaged-.*Z$/.test(name))).toBe(true);
    expect(existsSync(`${file()}.whole`)).toBe(false);
  });

  it.each([
    ['of no length', (copy: string) => writeFileSync(copy, '')],
    [
      'without a version',
      (copy: string) => {
        const db = new Database(copy);
        db.exec('CREATE TABLE t (x)');
        db.close();
      },
    ],
  ])('does not take a copy %s for the journal', async (_name, write) => {
    await fill(3);
    write(`${file()}.whole`);
    const before = readFileSync(`${file()}.whole`);
    const { journal, problem } = open();
    expect([problem, (await journal.openWork()).length]).toEqual([null, 3]);
    journal.close();
    expect(events()).not.toContain('journal.copy_taken');
    const kept = readdirSync(folder()).find((name) => /^journal\.db\.whole\.damaged-.*Z$/.test(name));
    expect(readFileSync(join(folder(), kept ?? '')).equals(before)).toBe(true);
  });

  it('says so when all that is left is a log, and beside it a copy that was only begun', async () => {
    await fill(2);
    rmSync(file());
    writeFileSync(`${file()}-wal`, 'what is left of the log');
    writeFileSync(`${file()}.whole`, '');
    const { journal } = open();
    expect(await notices(journal)).toHaveLength(1);
    journal.close();
  });

  it.each(['.whole', '.new'])(
    'takes in what can be read of a journal%s that is all there is, and damaged',
    async (name) => {
      await fill(60);
      const bytes = readFileSync(file());
      bytes.fill(0xff, 10 * 4096, 11 * 4096);
      writeFileSync(file() + name, bytes);
      rmSync(file());
      const { journal } = open();
      expect((await workIn(journal)).length).toBeGreaterThan(45);
      expect(await notices(journal)).toHaveLength(1);
      journal.close();
    },
  );

  it('stays with the journal beside a copy that was only being written', async () => {
    await fill(3);
    writeFileSync(`${file()}.whole.part`, '');
    const { journal } = open();
    expect(await journal.openWork()).toHaveLength(3);
    journal.close();
    expect(events()).toEqual([]);
  });

  it.each([
    ['of no length', '.new', () => undefined],
    ['without its tables', '.new', (db: Database.Database) => db.pragma('journal_mode = WAL')],
    ['that is not whole', '.new.part', (db: Database.Database) => migrate(db, JOURNAL_MIGRATIONS)],
  ])('says that work may be missing when a log stands alone beside a new journal %s', async (_name, name, write) => {
    await fill(1);
    rmSync(file());
    writeFileSync(`${file()}-wal`, 'what is left of the log');
    writeFileSync(file() + name, '');
    const db = new Database(file() + name);
    write(db);
    db.close();
    const { journal, problem } = open();
    expect(problem).toBeNull();
    expect(await notices(journal)).toHaveLength(1);
    journal.close();
  });

  it('says that work may be missing when it was killed before that stood in the new journal', async () => {
    await fill(1);
    rmSync(file());
    writeFileSync(`${file()}-wal`, 'what is left of the log');
    let asked = 0;
    const dies = (): number => {
      asked += 1;
      if (asked === 1) throw new Error('killed');
      return NOW;
    };
    open(dies).journal.close();
    const { journal, problem } = open();
    expect(problem).toBeNull();
    expect(await notices(journal)).toEqual([expect.stringContaining('others may be missing')]);
    journal.close();
  });

  it('takes the new journal with what its own log still holds', async () => {
    await fill(1);
    const next = new StationJournal(`${file()}.new`, () => NOW);
    await next.setOwner(MARA, 'client-0002');
    for (const side of ['', '-wal']) copyFileSync(`${file()}.new${side}`, join(folder(), `as-killed${side}`));
    next.close();
    rmSync(file());
    for (const side of ['', '-wal']) renameSync(join(folder(), `as-killed${side}`), `${file()}.new${side}`);
    const { journal } = open();
    expect(await journal.setOwner(MARA, 'client-0009')).toBe('client-0002');
    journal.close();
  });
});
