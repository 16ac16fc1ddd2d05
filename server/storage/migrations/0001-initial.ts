import { type CreateTableBuilder, type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const isSqlite = (db: Kysely<unknown>): boolean => db.getExecutor().adapter instanceof SqliteAdapter;

type Builder = CreateTableBuilder<string, string>;

const log = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('stream')
    .addColumn('id', 'integer', (column) => column.primaryKey())
    .addColumn('epoch', 'text', (column) => column.notNull())
    .addColumn('head', 'bigint', (column) => column.notNull())
    .addColumn('chain', 'text', (column) => column.notNull())
    .addColumn('floor', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('change')
    // `integer primary key` is SQLite's rowid itself, so the log is one B-tree. The number comes from `stream.head`.
    .addColumn('seq', isSqlite(db) ? 'integer' : 'bigint', (column) => column.primaryKey())
    .addColumn('tx_end', 'integer', (column) => column.notNull())
    .addColumn('entity', 'text', (column) => column.notNull())
    .addColumn('entity_id', 'text', (column) => column.notNull())
    .addColumn('op', 'text', (column) => column.notNull())
    .addColumn('row', 'text')
    .addColumn('shipment_id', 'text')
    .addColumn('command', 'text', (column) => column.notNull())
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('origin', 'text')
    .addColumn('warehouse_from', 'text')
    .addColumn('warehouse_to', 'text')
    .addColumn('supplier_id', 'text')
    .addColumn('occurred_at', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'text', (column) => column.notNull())
    .addColumn('chain', 'text')
    .execute();
};

type Columns = Readonly<Record<string, 'text' | 'bigint' | 'integer'>>;

/**
 * A table held in the order of its key. On SQLite without a rowid: a durable commit costs by the pages it touches, and
 * these small rows then touch one page each instead of two.
 */
const keyed = (db: Kysely<unknown>, name: string, key: Columns, rest: Columns): Builder => {
  let table: Builder = db.schema.createTable(name);
  for (const [column, type] of [...Object.entries(key), ...Object.entries(rest)]) {
    table = table.addColumn(column, type, (column) => column.notNull());
  }
  table = table.addPrimaryKeyConstraint(`${name}_pk`, Object.keys(key) as [string, ...string[]]);
  return isSqlite(db) ? table.modifyEnd(sql`without rowid`) : table;
};

const records = async (db: Kysely<unknown>): Promise<void> => {
  const text = 'text' as const;
  const row = { row: text };
  await keyed(db, 'client', { client_id: text }, { last_n: 'bigint', user_id: text, seen_at: text }).execute();
  const verdict = { payload_hash: text, verdict: text, recorded_at: text };
  await keyed(db, 'ledger', { client_id: text, n: 'bigint' }, verdict).execute();
  const own = { kind: text, shipment_id: text, id: text };
  await keyed(db, 'internal', own, { live: 'integer', ...row }).execute();
  await keyed(db, 'history', { shipment_id: text, position: 'bigint', id: text }, row).execute();
  const answer = { hash: text, status: 'integer', body: text, content_type: text, kept_at: text } as const;
  await keyed(db, 'kept_answer', { user_id: text, key: text }, answer).execute();
};

const rows = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('shipment')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('warehouse_id', 'text', (column) => column.notNull())
    .addColumn('supplier_id', 'text')
    .addColumn('supplier_key', 'text', (column) => column.notNull())
    .addColumn('number', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('open', 'integer', (column) => column.notNull())
    .addColumn('door_id', 'text')
    .addColumn('eta_ms', 'bigint', (column) => column.notNull())
    .addColumn('search', 'text', (column) => column.notNull())
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('row', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('part')
    .addColumn('entity', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('shipment_id', 'text', (column) => column.notNull())
    .addColumn('gtin', 'text')
    .addColumn('content_hash', 'text')
    .addColumn('parent_id', 'text')
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('row', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('part_pk', ['entity', 'id'])
    .execute();
  await db.schema
    .createTable('place')
    .addColumn('entity', 'text', (column) => column.notNull())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('warehouse_id', 'text')
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('row', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('place_pk', ['entity', 'id'])
    .execute();
};

const indexes = async (db: Kysely<unknown>): Promise<void> => {
  const on = (name: string, table: string, columns: string[]) => db.schema.createIndex(name).on(table).columns(columns);
  await on('shipment_by_number', 'shipment', ['supplier_key', 'number']).unique().execute();
  await on('shipment_by_eta', 'shipment', ['eta_ms', 'id']).execute();
  await on('shipment_by_warehouse', 'shipment', ['warehouse_id', 'eta_ms', 'id']).execute();
  await on('shipment_by_supplier', 'shipment', ['supplier_id', 'eta_ms', 'id']).execute();
  await on('shipment_at_door', 'shipment', ['door_id']).where('door_id', 'is not', null).execute();
  await on('part_by_shipment', 'part', ['shipment_id', 'entity', 'id']).execute();
  await on('part_by_content', 'part', ['content_hash']).where('content_hash', 'is not', null).execute();
};

/** Everything there is in the first version. */
export const initial: Migration = {
  up: async (db) => {
    await log(db);
    await rows(db);
    await records(db);
    await indexes(db);
  },
};
