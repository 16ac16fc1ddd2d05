import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Migrator } from 'kysely/migration';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openSqliteStorage } from '../open-sqlite-storage.ts';
import { openWriter } from '../sqlite-connection.ts';
import { initial } from './0001-initial.ts';
import { changedAccess } from './0002-changed-access.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dockline-0003-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('takes over a database from before stations reported, in which nothing has to be waited for', async () => {
  const file = join(folder, 'dockline.db');
  const writer = openWriter(file);
  const provider = {
    getMigrations: async () => ({ '0001-initial': initial, '0002-changed-access': changedAccess }),
  };
  expect((await new Migrator({ db: writer.db, provider }).migrateToLatest()).error).toBeUndefined();
  await writer.close();
  const storage = await openSqliteStorage({ file, clock: () => new Date(), newId: uuidv7 });
  expect(await storage.keptReports()).toEqual([]);
  await storage.close();
});
