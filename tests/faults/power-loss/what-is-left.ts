import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { uuidv7 } from 'uuidv7';
import { openSqliteStorage } from '../../../server/storage/open-sqlite-storage.ts';
import { openJournal } from '../../../src-main/store/open-journal.ts';
import type { Told } from './power-cuts.ts';

const looked = <T>(file: string, look: (db: Database.Database) => T): T => {
  const db = new Database(file);
  try {
    assert.deepEqual(db.pragma('integrity_check'), [{ integrity_check: 'ok' }]);
    return look(db);
  } finally {
    db.close();
  }
};

const count = (db: Database.Database, sql: string, ...values: number[]): number =>
  Number(
    db
      .prepare(sql)
      .pluck()
      .get(...values),
  );

/** The server starts on what is left, goes on with the same history, and has everything it ever told anybody. */
export const checkServer = async (folder: string, told: Told): Promise<void> => {
  const file = join(folder, 'dockline.db');
  const acknowledged = told.get('') ?? 0;
  const complaints: string[] = [];
  const epoch =
    acknowledged === 0 || !existsSync(file)
      ? null
      : looked(file, (db) => db.prepare('SELECT epoch FROM stream').pluck().get());
  const logger = { error: (_: unknown, message: string) => complaints.push(message) };
  const storage = await openSqliteStorage({ file, clock: () => new Date(), newId: uuidv7, logger });
  const position = storage.position();
  await storage.close();
  assert.ok(position.head >= acknowledged, `told up to ${acknowledged}, kept up to ${position.head}`);
  if (acknowledged > 0) assert.equal(position.epoch, epoch, `a power cut begins a new history: ${complaints.join()}`);
  looked(file, (db) => {
    assert.equal(count(db, 'SELECT count(*) FROM change'), position.head, 'the log has no gap');
    assert.equal(count(db, `SELECT count(*) FROM ledger WHERE json_extract(verdict, '$.seq') > ?`, position.head), 0);
  });
};

/** The journal opens without complaint and has every number that was said to be saved, answered or noted. */
export const checkOutbox = async (folder: string, told: Told): Promise<void> => {
  const file = join(folder, 'journal.db');
  const complaints: string[] = [];
  const { journal, problem } = openJournal(
    file,
    () => Date.now(),
    (event) => complaints.push(event),
  );
  journal.close();
  assert.deepEqual(complaints, [], 'it opens as it is');
  assert.equal(problem, null);
  const [saved = 0, answered = 0, noted = 0] = ['s', 'a', 'i'].map((kind) => told.get(kind) ?? 0);
  looked(file, (db) => {
    const last = count(db, 'SELECT coalesce(max(n), 0) FROM mutation');
    assert.equal(count(db, 'SELECT count(*) FROM mutation'), last, 'the outbox has no gap');
    assert.ok(last >= saved, `saved up to ${saved}, kept up to ${last}`);
    const lastAnswered = count(db, 'SELECT coalesce(max(n), 0) FROM mutation WHERE verdict IS NOT NULL');
    assert.ok(lastAnswered >= answered, `answered up to ${answered}, kept up to ${lastAnswered}`);
    const lastNoted = count(db, 'SELECT coalesce(max(seq), 0) FROM inbox');
    assert.ok(lastNoted >= noted, `noted up to ${noted}, kept up to ${lastNoted}`);
  });
};
