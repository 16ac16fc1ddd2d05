import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
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

describe('a transaction of the writer', () => {
  const open = async () => {
    const writer = openWriter(join(folder, 'd.db'));
    opened.push(writer);
    await writer.run(CompiledQuery.raw('create table t (x primary key, y references t deferrable initially deferred)'));
    const reader = openReader(join(folder, 'd.db'));
    opened.push(reader);
    const seen = async () => (await reader.run(CompiledQuery.raw('select x from t order by x'))).length;
    const insert = (x: number, y: number | null = null) =>
      writer.run(CompiledQuery.raw('insert into t values (?, ?)', [x, y]));
    return { writer, seen, insert };
  };

  it('is committed when it resolves, and seen by nobody before', async () => {
    const { writer, seen, insert } = await open();
    const result = await writer.transact(async () => {
      await insert(1);
      expect(await seen()).toBe(0);
      return 'done';
    });
    expect(result).toBe('done');
    expect(await seen()).toBe(1);
  });

  it('is undone by what throws within it, and the next begins anew', async () => {
    const { writer, seen, insert } = await open();
    const failing = writer.transact(async () => {
      await insert(1);
      throw new Error('thrown within');
    });
    await expect(failing).rejects.toThrow('thrown within');
    expect(await seen()).toBe(0);
    await writer.transact(() => insert(2));
    expect(await seen()).toBe(1);
  });

  it('is undone when it cannot be committed, and the next begins anew', async () => {
    const { writer, seen, insert } = await open();
    await expect(writer.transact(() => insert(1, 99))).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_FOREIGNKEY' });
    await writer.transact(() => insert(2));
    expect(await seen()).toBe(1);
  });

  it('has the write lock from its beginning', async () => {
    const { writer } = await open();
    const other = new Database(join(folder, 'd.db'), { timeout: 0 });
    try {
      await writer.transact(async () => expect(() => other.exec('begin immediate')).toThrow('locked'));
    } finally {
      other.close();
    }
  });
});
