import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BulkRead } from './bulk-read.ts';
import { BulkWrite } from './bulk-write.ts';
import { migrate } from './migrate.ts';
import { type Connection, openWriter } from './sqlite-connection.ts';

const folder = mkdtempSync(join(tmpdir(), 'dockline-'));
let connection: Connection;

beforeAll(async () => {
  connection = openWriter(join(folder, 'bulk.db'));
  await migrate(connection.db);
});
afterAll(async () => {
  await connection.close();
  rmSync(folder, { recursive: true, force: true });
});

const PLACES = new BulkWrite('place', ['entity', 'id', 'warehouse_id', 'seq', 'row'], {
  key: ['entity', 'id'],
  set: ['seq', 'row'],
});
const READ = new BulkRead('place', ['id', 'seq'], ['entity'], 'id');

const rows = (entity: string, count: number, seq: number) =>
  Array.from({ length: count }, (_, n) => ({ entity, id: `p${n}`, warehouse_id: null, seq: seq + n, row: `"${n}"` }));

describe('bulk writing and reading', () => {
  it.each([0, 1, 7, 8, 9, 31, 32, 33, 75])('writes and finds %i rows', async (count) => {
    const entity = `of ${count}`;
    await PLACES.run(connection, rows(entity, count, 100));
    const keys = Array.from({ length: count + 3 }, (_, n) => `p${n}`);
    const found = await READ.run(connection, [entity], keys);
    expect(new Map(found.map(({ id, seq }) => [id, seq]))).toEqual(
      new Map(Array.from({ length: count }, (_, n) => [`p${n}`, 100 + n])),
    );
    expect(await READ.run(connection, ['of nothing'], keys)).toEqual([]);
  });

  it('changes only the columns it was told to of a row that is there', async () => {
    await PLACES.run(connection, rows('changed', 9, 1));
    await PLACES.run(
      connection,
      rows('changed', 9, 50).map((row) => ({ ...row, warehouse_id: 'W1' })),
    );
    const all = await connection.db.selectFrom('place').selectAll().where('entity', '=', 'changed').execute();
    expect(all.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 9 }, (_, n) => 50 + n));
    expect(all.every(({ warehouse_id }) => warehouse_id === null)).toBe(true);
  });

  it('writes nothing over what is there when it is for new rows only', async () => {
    const ledger = new BulkWrite('ledger', ['client_id', 'n', 'payload_hash', 'verdict', 'recorded_at'], null);
    const row = { client_id: 'c', n: 1, payload_hash: 'h', verdict: '{}', recorded_at: '' };
    await ledger.run(connection, [row]);
    await expect(ledger.run(connection, [row])).rejects.toMatchObject({ code: 'SQLITE_CONSTRAINT_PRIMARYKEY' });
  });
});
