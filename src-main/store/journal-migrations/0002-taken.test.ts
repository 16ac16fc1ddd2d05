import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { initial } from './0001-initial.ts';
import { taken } from './0002-taken.ts';

it('keeps the items of before, which ask for nothing that can be taken', () => {
  const db = new Database(':memory:');
  db.exec(initial.up);
  db.exec(
    `INSERT INTO inbox (owner, epoch, seq, kind, title, body, at, seen) VALUES ('o', 'e', 7, 'hold', 't', 'b', 'a', 1)`,
  );
  db.exec(taken.up);
  expect(db.prepare('SELECT seq, title, seen, inspection_id, taken_by FROM inbox').all()).toEqual([
    { seq: 7, title: 't', seen: 1, inspection_id: null, taken_by: null },
  ]);
  db.close();
});
