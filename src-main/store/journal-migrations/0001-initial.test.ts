import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { migrate } from '../migrate.ts';
import { initial } from './0001-initial.ts';

it('makes the tables of the journal, each with the keys that make things happen once', () => {
  const db = new Database(':memory:');
  migrate(db, [initial]);
  const tables = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").pluck().all();
  expect(tables).toEqual(['identity', 'inbox', 'mutation', 'notified']);
  expect(db.pragma('user_version', { simple: true })).toBe(1);

  const work = db.prepare(
    `INSERT INTO mutation (client_id, n, owner, server, user_id, user_name, role, type, args, occurred_at, hash, state)
     VALUES ('c', ?, 'o', 's', 'u', 'U', 'receiver', 'addNote', '{}', '', '', ?)`,
  );
  work.run(1, 'pending');
  expect(() => work.run(1, 'pending')).toThrow(/UNIQUE/);
  expect(() => work.run(2, 'forgotten')).toThrow(/CHECK/);
  const item = db.prepare(
    "INSERT INTO inbox (owner, epoch, seq, kind, title, body, at) VALUES ('o', 'e', 7, 'status', '', '', '')",
  );
  item.run();
  expect(() => item.run()).toThrow(/UNIQUE/);
  db.close();
});
