import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { initial } from './0001-initial.ts';
import { taken } from './0002-taken.ts';
import { bookmarks } from './0003-bookmarks.ts';

const upgraded = (sql: string) => {
  const db = new Database(':memory:');
  for (const { up } of [initial, taken]) db.exec(up);
  db.exec(sql);
  db.exec(bookmarks.up);
  return db;
};

it('keeps how far each person had come in the last history, without a hash', () => {
  const db = upgraded(`INSERT INTO notified VALUES ('mara', 'old', 90), ('ivo', 'new', 7), ('mara', 'new', 12)`);
  expect(db.prepare('SELECT * FROM bookmark ORDER BY owner').all()).toEqual([
    { owner: 'ivo', seq: 7, epoch: 'new', chain: '', view: '', at: '' },
    { owner: 'mara', seq: 12, epoch: 'new', chain: '', view: '', at: '' },
  ]);
  expect(db.prepare('SELECT owner FROM follower').pluck().all()).toEqual(['']);
  db.close();
});

it('knows of nobody in a new journal, and of one follower at most', () => {
  const db = upgraded('');
  expect(db.prepare('SELECT count(*) FROM bookmark').pluck().get()).toBe(0);
  expect(db.prepare('SELECT count(*) FROM follower').pluck().get()).toBe(0);
  expect(() => db.exec(`INSERT INTO follower VALUES (2, 'mara')`)).toThrow(/CHECK/);
  db.close();
});
