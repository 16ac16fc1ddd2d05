import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Connection, openReader, openWriter } from './sqlite-connection.ts';

let folder = '';
const opened: Connection[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dockline-'));
});
afterEach(async () => {
  for (const connection of opened.splice(0).reverse()) await connection.close();
  rmSync(folder, { recursive: true, force: true });
});

const setting = async ({ run }: Connection, name: string): Promise<unknown> => {
  const [row] = (await run(CompiledQuery.raw(`pragma ${name}`))) as Record<string, unknown>[];
  return Object.values(row ?? {})[0];
};

it('the writer is durable at every commit, and keeps what one statement may have to undo in memory', async () => {
  const writer = openWriter(join(folder, 'd.db'));
  opened.push(writer);
  expect(await setting(writer, 'journal_mode')).toBe('wal');
  expect(await setting(writer, 'synchronous')).toBe(2);
  expect(await setting(writer, 'temp_store')).toBe(2);
});

it('the reader cannot write', async () => {
  const writer = openWriter(join(folder, 'd.db'));
  opened.push(writer);
  await writer.run(CompiledQuery.raw('create table t (x)'));
  const reader = openReader(join(folder, 'd.db'));
  opened.push(reader);
  await expect(reader.run(CompiledQuery.raw('insert into t values (1)'))).rejects.toMatchObject({
    code: 'SQLITE_READONLY',
  });
});
