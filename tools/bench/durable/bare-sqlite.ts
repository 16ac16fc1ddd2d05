import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { demoShipment } from '../fanout/plain-row.ts';

/** Baseline: one INSERT a mutation and nothing else, `perCommit` of them in a transaction. Milliseconds of each transaction. */
export const bareInserts = (seconds: number, perCommit: number): number[] => {
  const dir = mkdtempSync(join(tmpdir(), 'bench-bare-'));
  const db = new Database(join(dir, 'rows.db'));
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE change (seq INTEGER PRIMARY KEY, row TEXT)');
  const insert = db.prepare('INSERT INTO change VALUES (?, ?)');
  const commit = db.transaction((from: number) => {
    for (let n = from; n < from + perCommit; n++) insert.run(n, JSON.stringify(demoShipment('one', n)));
  });
  const milliseconds: number[] = [];
  const end = performance.now() + seconds * 1000;
  for (let n = 1; performance.now() < end; n += perCommit) {
    const started = performance.now();
    commit.immediate(n);
    milliseconds.push(performance.now() - started);
  }
  const count = db.prepare<[], number>('SELECT count(*) FROM change').pluck().get();
  if (count !== milliseconds.length * perCommit) throw new Error(`${count} rows were written`);
  db.close();
  rmSync(dir, { recursive: true, force: true });
  return milliseconds;
};
