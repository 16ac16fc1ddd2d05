import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Session } from './compiled.ts';
import { openSqliteStorage } from './open-sqlite-storage.ts';
import { readPage } from './read-changes.ts';
import type { Tables } from './schema.ts';
import { SuiteDock } from './suite/suite-dock.ts';

let folder = '';
let file = '';
let head = 0;
let database: Database.Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dockline-'));
  file = join(folder, 'dockline.db');
  const storage = await openSqliteStorage({ file, clock: () => new Date(), newId: uuidv7 });
  const dock = await new SuiteDock(storage, () => new Date()).furnish();
  await dock.announce('S');
  head = storage.position().head;
  await storage.close();
  database = new Database(file);
});
afterEach(() => {
  database.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A reader to whom something happens once, right after it has looked at the stream. */
const readerWith = (between: () => void): Session => {
  let happened = false;
  const db = new Kysely<Tables>({
    dialect: new SqliteDialect({ database: new Database(file) }),
    log: ({ query }) => {
      if (happened || !query.sql.includes('"stream"')) return;
      happened = true;
      between();
    },
  });
  return { db, run: async (query) => (await db.executeQuery(query)).rows };
};

describe('a page', () => {
  it('says that the position is too old when the log is pruned while it is read', async () => {
    const reader = readerWith(() => {
      database.prepare('delete from change where seq < ?').run(head);
      database.prepare('update stream set floor = ?').run(head);
    });
    await expect(readPage(reader, 0, 1000)).rejects.toMatchObject({ code: 'cursor_too_old' });
    await reader.db.destroy();
  });

  it('asks nothing that SQLite would have to plan anew each time', async () => {
    const reader = readerWith(() => undefined);
    const asked: string[] = [];
    const run: Session['run'] = (query) => {
      asked.push(query.sql);
      return reader.run(query);
    };
    expect((await readPage({ ...reader, run }, 0, 1000)).to).toBe(head);
    // Too few for a whole transaction, so that its end is looked for as well.
    expect((await readPage({ ...reader, run }, 0, 1)).to).toBeLessThan(head);
    expect(asked.length).toBe(6);
    expect(asked.filter((text) => text.includes('limit ?'))).toEqual([]);
    await reader.db.destroy();
  });

  it('still calls a hole in the log what it is', async () => {
    const reader = readerWith(() => undefined);
    database.prepare('delete from change where seq = 1').run();
    await expect(readPage(reader, 0, 1000)).rejects.toThrow('the log has a gap after 0');
    database.prepare('delete from change where seq = ?').run(head - 1);
    await expect(readPage(reader, 1, 1000)).rejects.toThrow(`the log has a gap after ${head - 2}`);
    await reader.db.destroy();
  });
});
