import {
  copyFileSync,
  existsSync,
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { NewWork, Owner } from '../core/ports.ts';
import { workHash } from '../core/work-hash.ts';
import { sha256 } from '../shell/system-clock.ts';
import { JOURNAL_MIGRATIONS, StationJournal } from './journal.ts';
import { migrate } from './migrate.ts';
import { openJournal } from './open-journal.ts';

const MARA: Owner = { key: 'srv:mara', userId: 'mara', userName: 'Mara', role: 'receiver', server: 'srv' };
const NOW = Date.parse('2026-11-23T08:00:00.000Z');

let dir: string;
let logged: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-journal-'));
  logged = [];
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const file = () => join(dir, 'journal.db');
const open = () =>
  openJournal(
    file(),
    () => NOW,
    (event) => logged.push(event),
  );

const fill = async (count: number): Promise<void> => {
  const { journal } = open();
  await journal.setOwner(MARA, 'client-0001');
  for (let n = 1; n <= count; n += 1) {
    const args = { shipmentId: 's1', noteId: `n${n}`, text: 'x'.repeat(500) };
    const work: NewWork = {
      type: 'addNote',
      args,
      occurredAt: '2026-11-23T07:59:00.000Z',
      shipmentId: 's1',
      shipmentNumber: null,
    };
    const hash = workHash(sha256, work);
    await journal.append(MARA.key, work, hash);
  }
  journal.db.pragma('wal_checkpoint(TRUNCATE)');
  journal.close();
};

/** Without what everybody has to know. */
const workIn = async (journal: StationJournal) =>
  (await journal.openWork()).filter(({ mutation }) => !mutation.clientId.startsWith('station-notice'));
const notices = async (journal: StationJournal) =>
  (await journal.openWork()).flatMap(({ mutation, verdict }) =>
    mutation.clientId.startsWith('station-notice') ? [verdict?.message ?? ''] : [],
  );

describe('openJournal', () => {
  it('keeps a damaged journal, brings what can be read before a person, and goes on', async () => {
    await fill(60);
    const bytes = readFileSync(file());
    // A page in the middle of the work.
    bytes.fill(0xff, 10 * 4096, 11 * 4096);
    writeFileSync(file(), bytes);
    const { journal, problem } = open();
    expect(problem).toBeNull();
    expect(logged).toEqual(['journal.not_opened', 'journal.damaged']);
    const kept = readdirSync(dir).find((name) => name.includes('damaged'));
    expect(readFileSync(join(dir, kept!)).equals(bytes)).toBe(true);
    expect(await notices(journal)).toEqual([
      expect.stringMatching(/^The file with the unsent work was damaged. \d+ pieces/),
    ]);
    expect((await notices(journal))[0]).toContain(`was kept as ${kept}.`);
    const open1 = await workIn(journal);
    expect(open1.length).toBeGreaterThan(10);
    expect(new Set(open1.map(({ state }) => state))).toEqual(new Set(['needs_person']));
    expect(open1[0]?.verdict?.message).toContain('Check whether this was done');
    expect(await journal.setOwner(MARA, 'client-0002')).toBe('client-0002');
    journal.close();
  });

  it('leaves out rescued work whose own hash does not fit', async () => {
    await fill(3);
    const { journal } = open();
    journal.db.prepare(`UPDATE mutation SET args = '{"text":"forged"}' WHERE n = 2`).run();
    journal.db.pragma('wal_checkpoint(TRUNCATE)');
    journal.close();
    const bytes = readFileSync(file());
    // The schema cookie of an index page: enough for the check to fail while the rows stay readable.
    const page = bytes.length / 4096 - 1;
    bytes.fill(0xff, page * 4096, page * 4096 + 8);
    writeFileSync(file(), bytes);
    const again = open();
    expect((await workIn(again.journal)).map(({ mutation }) => mutation.n)).not.toContain(2);
    again.journal.close();
  });

  it.each([
    ['is another text', `'{"shipmentId":"s1","noteId":"n2","text":"y"}'`],
    ['is no text that can be read', `'{"shipmentId":'`],
  ])('sends nothing that was damaged without the file showing it: work that %s', async (_what, args) => {
    await fill(3);
    const { journal } = open();
    journal.db.prepare(`UPDATE mutation SET args = ${args} WHERE n = 2`).run();
    journal.close();
    const again = open();
    expect(logged).toEqual(['journal.not_opened', 'journal.damaged']);
    const work = await workIn(again.journal);
    expect(work.map(({ mutation, state }) => [mutation.n, state])).toEqual([
      [1, 'needs_person'],
      [3, 'needs_person'],
    ]);
    again.journal.close();
  });

  it('opens with a refusal whose PIN has gone, answered or to be sent once more', async () => {
    const { journal } = open();
    const clientId = await journal.setOwner(MARA, 'client-0001');
    const args = { shipmentId: 's1', reason: 'wet', leadPin: '1234' };
    const contents = { type: 'refuseShipment', args, occurredAt: '2026-11-23T07:59:00.000Z' } as const;
    const hash = workHash(sha256, contents);
    await journal.append(MARA.key, { ...contents, shipmentId: 's1', shipmentNumber: null }, hash);
    await journal.storeVerdicts(clientId, [{ n: 1, verdict: 'applied', seq: 4 }], 'epoch');
    await journal.reopenAnswered(clientId, 0);
    journal.close();
    const again = open();
    expect((await again.journal.openWork()).map(({ state }) => state)).toEqual(['pending']);
    expect(logged).toEqual([]);
    again.journal.close();
  });

  it('reads a damaged file from both ends', async () => {
    await fill(60);
    const bytes = readFileSync(file());
    bytes.fill(0xff, 10 * 4096, 11 * 4096);
    writeFileSync(file(), bytes);
    const { journal } = open();
    const ns = (await workIn(journal)).map(({ mutation }) => mutation.n);
    expect(ns).toEqual(ns.toSorted((a, b) => a - b));
    expect([ns.includes(1), ns.includes(60), ns.length > 45]).toEqual([true, true, true]);
    journal.close();
  });

  it('starts anew beside a file that is no database at all', async () => {
    writeFileSync(file(), 'garbage '.repeat(1_000));
    const { journal, problem } = open();
    expect([problem, await workIn(journal)]).toEqual([null, []]);
    expect(await notices(journal)).toEqual([expect.stringContaining('0 pieces of work could be read')]);
    expect(readdirSync(dir).some((name) => name.includes('damaged'))).toBe(true);
    journal.close();
  });

  it('runs without saving, and says why, when the file may not be used', async () => {
    mkdirSync(file());
    const { journal, problem } = open();
    expect(problem?.sentence).toMatch(/nothing can be saved here/);
    // It stands where people look, before anybody tries to save.
    expect(await notices(journal)).toEqual([problem?.sentence]);
    expect(existsSync(file())).toBe(true);
    journal.close();
  });

  it('does not touch the journal of a newer version', async () => {
    await fill(1);
    const first = open();
    first.journal.db.pragma('user_version = 99');
    first.journal.close();
    copyFileSync(file(), join(dir, 'copy'));
    const { journal, problem } = open();
    expect(problem?.kind).toBe('read_only');
    expect(readdirSync(dir).some((name) => name.includes('damaged'))).toBe(false);
    journal.close();
  });

  it('keeps what is left of a file that was emptied or deleted beside its log, and says so', async () => {
    for (const harm of ['emptied', 'deleted'] as const) {
      await fill(2);
      const { journal } = open();
      journal.db.prepare('UPDATE identity SET next_n = 9').run();
      copyFileSync(`${file()}-wal`, join(dir, 'wal'));
      journal.close();
      if (harm === 'emptied') truncateSync(file(), 0);
      else rmSync(file());
      copyFileSync(join(dir, 'wal'), `${file()}-wal`);
      const again = open();
      expect(again.problem, harm).toBeNull();
      expect(await notices(again.journal)).toHaveLength(1);
      again.journal.close();
      const log = readFileSync(join(dir, 'wal'));
      const kept = readdirSync(dir).filter((name) => /damaged-.*Z-wal$/.test(name));
      expect(kept.some((name) => readFileSync(join(dir, name)).equals(log))).toBe(true);
      rmSync(dir, { recursive: true, force: true });
      mkdirSync(dir);
    }
  });

  it('loses nothing when it is switched off in the middle of taking in a damaged file', async () => {
    await fill(20);
    const bytes = readFileSync(file());
    bytes.fill(0xff, 3 * 4096, 4 * 4096);
    const expected = await (async () => {
      writeFileSync(file(), bytes);
      const { journal } = open();
      const found = (await workIn(journal)).map(({ mutation }) => mutation.n);
      journal.close();
      return found;
    })();
    expect(expected.length).toBeGreaterThan(5);
    const whole = readFileSync(file());
    const again = async () => {
      const { journal } = open();
      const found = (await workIn(journal)).map(({ mutation }) => mutation.n);
      journal.close();
      for (const name of readdirSync(dir)) rmSync(join(dir, name));
      return found;
    };
    for (const name of readdirSync(dir)) rmSync(join(dir, name));
    // Before the damaged file was renamed, and half of the new one written.
    writeFileSync(file(), bytes);
    writeFileSync(`${file()}.new`, whole.subarray(0, 5_000));
    expect(await again()).toEqual(expected);
    // Between the two renames.
    writeFileSync(`${file()}.damaged-x`, bytes);
    writeFileSync(`${file()}.new`, whole);
    expect(await again()).toEqual(expected);
  });

  it('runs without saving when the damaged file cannot be taken in', async () => {
    await fill(3);
    const bytes = readFileSync(file());
    bytes.fill(0xff, 4096, 8192);
    writeFileSync(file(), bytes);
    mkdirSync(`${file()}.new`);
    const { journal, problem } = open();
    expect(problem?.sentence).toMatch(/nothing can be saved here/);
    expect(readFileSync(file()).equals(bytes)).toBe(true);
    journal.close();
  });
});

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
    const kept = readdirSync(dir).find((name) => /\.damaged-.*Z-wal$/.test(name));
    expect(readFileSync(join(dir, kept ?? '')).equals(log)).toBe(true);
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
    const aside = readdirSync(dir).filter((name) => name.includes('.damaged-'));
    expect(aside.map((name) => readFileSync(join(dir, name), 'utf8'))).toEqual(theirs === null ? [] : [theirs]);
    expect(logged).toEqual(['journal.copy_taken']);
  });

  it('keeps a copy that did not get whole, and stays with what there is', async () => {
    await fill(3);
    const half = readFileSync(file()).subarray(0, 3 * 4096);
    writeFileSync(`${file()}.whole`, half);
    const { journal } = open();
    expect(await journal.openWork()).toHaveLength(3);
    journal.close();
    expect(readdirSync(dir).some((name) => /^journal\.db\.whole\.damaged-.*Z$/.test(name))).toBe(true);
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
    expect(logged).not.toContain('journal.copy_taken');
    const kept = readdirSync(dir).find((name) => /^journal\.db\.whole\.damaged-.*Z$/.test(name));
    expect(readFileSync(join(dir, kept ?? '')).equals(before)).toBe(true);
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
    expect(logged).toEqual([]);
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

  it('takes the new journal with what its own log still holds', async () => {
    await fill(1);
    const next = new StationJournal(`${file()}.new`, () => NOW);
    await next.setOwner(MARA, 'client-0002');
    for (const side of ['', '-wal']) copyFileSync(`${file()}.new${side}`, join(dir, `as-killed${side}`));
    next.close();
    rmSync(file());
    for (const side of ['', '-wal']) renameSync(join(dir, `as-killed${side}`), `${file()}.new${side}`);
    const { journal } = open();
    expect(await journal.setOwner(MARA, 'client-0009')).toBe('client-0002');
    journal.close();
  });
});
