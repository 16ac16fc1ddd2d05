import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Journal, NewWork } from '../core/ports.ts';
import { StationJournal } from './journal.ts';
import { patientJournal } from './patient-journal.ts';

const MARA = { key: 'srv:mara', userId: 'mara', userName: 'Mara', role: 'receiver', server: 'srv' };
const note = (text: string): NewWork => {
  const args = { shipmentId: 's1', noteId: text, text };
  return { type: 'addNote', args, occurredAt: '2026-11-23T08:00:00.000Z', shipmentId: 's1', shipmentNumber: 'S-1' };
};

let dir: string;
let opened: StationJournal;
let journal: Journal;
let other: Database.Database;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-patient-'));
  opened = new StationJournal(join(dir, 'journal.db'), () => Date.parse('2026-11-23T08:00:00.000Z'));
  journal = patientJournal(opened);
  await journal.setOwner(MARA, 'client-0001');
  other = new Database(join(dir, 'journal.db'));
  other.exec('BEGIN IMMEDIATE');
});
afterEach(() => {
  vi.useRealTimers();
  other.close();
  opened.close();
  rmSync(dir, { recursive: true, force: true });
});

it('saves in the order asked for once the other program has let go, and holds up nobody meanwhile', async () => {
  let [last, longest] = [performance.now(), 0];
  const ticking = setInterval(() => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }, 1);
  const saving = Promise.all(['one', 'two', 'three'].map((text) => journal.append(MARA.key, note(text), 'h')));
  setTimeout(() => other.exec('ROLLBACK'), 700);
  const saved = await saving;
  clearInterval(ticking);
  expect(saved.map(({ mutation }) => `${mutation.n} ${mutation.args.text}`)).toEqual(['1 one', '2 two', '3 three']);
  // By SQLite's own waiting it would be all of the 700.
  expect(longest).toBeLessThan(350);
});

it('says after five seconds that it could not, and what comes then is saved', async () => {
  vi.useFakeTimers();
  const refused = expect(journal.append(MARA.key, note('one'), 'h')).rejects.toMatchObject({ kind: 'locked' });
  await vi.advanceTimersByTimeAsync(5_000);
  await refused;
  other.exec('ROLLBACK');
  expect((await journal.append(MARA.key, note('two'), 'h')).mutation.n).toBe(1);
});

it('says so after five seconds of each of those that wait, not after five more of the one before', async () => {
  vi.useFakeTimers();
  const saving = Promise.allSettled(['one', 'two', 'three'].map((text) => journal.append(MARA.key, note(text), 'h')));
  await vi.advanceTimersByTimeAsync(5_000);
  // The clock stands still from here: one that had five seconds of its own now would never be told.
  expect((await saving).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});

it('fails at once for what waiting does not mend', async () => {
  await expect(journal.append('srv:ivo', note('one'), 'h')).rejects.toMatchObject({ kind: 'other' });
});
