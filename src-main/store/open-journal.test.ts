import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { workHash } from '../core/work-hash.ts';
import { begin, end, events, file, fill, folder, MARA, notices, open, sha256, workIn } from './journal-for-tests.ts';

beforeEach(begin);
afterEach(end);

describe('openJournal', () => {
  it('keeps a damaged journal, brings what can be read before a person, and goes on', async () => {
    await fill(60);
    const bytes = readFileSync(file());
    // A page in the middle of the work.
    bytes.fill(0xff, 10 * 4096, 11 * 4096);
    writeFileSync(file(), bytes);
    const { journal, problem } = open();
    expect(problem).toBeNull();
    expect(events()).toEqual(['journal.not_opened', 'journal.damaged']);
    const kept = readdirSync(folder()).find((name) => name.includes('damaged'));
    expect(readFileSync(join(folder(), kept!)).equals(bytes)).toBe(true);
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
    expect(events()).toEqual(['journal.not_opened', 'journal.damaged']);
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
    expect(events()).toEqual([]);
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
    expect(readdirSync(folder()).some((name) => name.includes('damaged'))).toBe(true);
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
    copyFileSync(file(), join(folder(), 'copy'));
    const { journal, problem } = open();
    expect(problem?.kind).toBe('read_only');
    expect(readdirSync(folder()).some((name) => name.includes('damaged'))).toBe(false);
    journal.close();
  });

  it('keeps what is left of a file that was emptied or deleted beside its log, and says so', async () => {
    for (const harm of ['emptied', 'deleted'] as const) {
      await fill(2);
      const { journal } = open();
      journal.db.prepare('UPDATE identity SET next_n = 9').run();
      copyFileSync(`${file()}-wal`, join(folder(), 'wal'));
      journal.close();
      if (harm === 'emptied') truncateSync(file(), 0);
      else rmSync(file());
      copyFileSync(join(folder(), 'wal'), `${file()}-wal`);
      const again = open();
      expect(again.problem, harm).toBeNull();
      expect(await notices(again.journal)).toHaveLength(1);
      again.journal.close();
      const log = readFileSync(join(folder(), 'wal'));
      const kept = readdirSync(folder()).filter((name) => /damaged-.*Z-wal$/.test(name));
      expect(kept.some((name) => readFileSync(join(folder(), name)).equals(log))).toBe(true);
      rmSync(folder(), { recursive: true, force: true });
      mkdirSync(folder());
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
      for (const name of readdirSync(folder())) rmSync(join(folder(), name));
      return found;
    };
    for (const name of readdirSync(folder())) rmSync(join(folder(), name));
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
