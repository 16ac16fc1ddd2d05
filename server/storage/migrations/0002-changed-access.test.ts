import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Migrator } from 'kysely/migration';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteStorage } from '../open-sqlite-storage.ts';
import { openWriter } from '../sqlite-connection.ts';
import { initial } from './0001-initial.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dockline-0002-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('takes over a database of the first version, and shows no answer kept there to whoever asks now', async () => {
  const file = join(folder, 'dockline.db');
  const writer = openWriter(file);
  const provider = { getMigrations: async () => ({ '0001-initial': initial }) };
  expect((await new Migrator({ db: writer.db, provider }).migrateToLatest()).error).toBeUndefined();
  const kept = { user_id: 'u', key: 'k', hash: 'h', status: 200, body: '{}', content_type: 'application/json' };
  // The columns of the first version, which today's types have more of.
  await writer.db
    .insertInto('kept_answer')
    .values({ ...kept, kept_at: new Date().toISOString() } as never)
    .execute();
  await writer.close();

  const storage = await openSqliteStorage({ file, clock: () => new Date(), newId: uuidv7 });
  const key = { userId: 'u', key: 'k', hash: 'h', sight: 'staff:*' };
  expect(await storage.keptAnswer(key)).toBeNull();
  expect(await storage.keptAnswer({ ...key, hash: 'other' })).toBe('different_request');
  expect(await storage.changedAccess()).toEqual([]);
  await storage.close();
});
