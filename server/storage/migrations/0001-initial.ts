import { type CreateTableBuilder, type Kysely, SqliteAdapter } from 'kysely';
import type { Migration } from 'kysely/migration';

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

const ledger = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('client')
    .addColumn('client_id', 'text', (column) => column.primaryKey())
    .addColumn('last_n', 'bigint', (column) => column.notNull())
    .addColumn('user_id', 'text', (column) => column.notNull())
    .addColumn('seen_at', 'text', (column) => column.notNull())
    .execute();
  const table = db.schema
    .createTable('ledger')
    .addColumn('client_id', 'text', (column) => column.notNull())
    .addColumn('n', 'bigint', (column) => column.notNull())
    .addColumn('payload_hash', 'text', (column) => column.notNull())
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('recorded_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('ledger_pk', ['client_id', 'n']);
  await table.execute();
};

const keyed = (table: Builder, name: string, ...key: [string, string]): Builder => {
  const columns = key.reduce((all, column) => all.addColumn(column, 'text', (text) => text.notNull()), table);
  return columns.addPrimaryKeyConstraint(`${name}_pk`, key);
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
  await keyed(db.schema.createTable('part'), 'part', 'entity', 'id')
    .addColumn('shipment_id', 'text', (column) => column.notNull())
    .addColumn('lookup', 'text')
    .addColumn('parent_id', 'text')
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('row', 'text', (column) => column.notNull())
    .execute();
  await keyed(db.schema.createTable('place'), 'place', 'entity', 'id')
    .addColumn('warehouse_id', 'text')
    .addColumn('seq', 'bigint', (column) => column.notNull())
    .addColumn('row', 'text', (column) => column.notNull())
    .execute();
  await keyed(db.schema.createTable('internal'), 'internal', 'kind', 'id')
    .addColumn('shipment_id', 'text')
    .addColumn('live', 'integer', (column) => column.notNull())
    .addColumn('row', 'text', (column) => column.notNull())
    .execute();
};

const records = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('history')
    .addColumn('position', isSqlite(db) ? 'integer' : 'bigserial', (column) => column.primaryKey())
    .addColumn('shipment_id', 'text')
    .addColumn('seq', 'bigint')
    .addColumn('row', 'text', (column) => column.notNull())
    .execute();
  await keyed(db.schema.createTable('kept_answer'), 'kept_answer', 'user_id', 'key')
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('status', 'integer', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('content_type', 'text', (column) => column.notNull())
    .addColumn('kept_at', 'text', (column) => column.notNull())
    .execute();
};

const INDEXES: readonly (readonly [name: string, table: string, ...columns: string[]])[] = [
  ['shipment_by_number', 'shipment', 'supplier_key', 'number'],
  ['shipment_by_eta', 'shipment', 'eta_ms', 'id'],
  ['shipment_by_warehouse', 'shipment', 'warehouse_id', 'eta_ms', 'id'],
  ['shipment_by_open', 'shipment', 'open', 'id'],
  ['shipment_by_door', 'shipment', 'door_id'],
  ['part_by_shipment', 'part', 'shipment_id', 'entity', 'id'],
  ['part_by_lookup', 'part', 'lookup'],
  ['internal_by_shipment', 'internal', 'shipment_id'],
  ['history_by_shipment', 'history', 'shipment_id'],
  ['kept_answer_by_age', 'kept_answer', 'kept_at'],
];

const isSqlite = (db: Kysely<unknown>): boolean => db.getExecutor().adapter instanceof SqliteAdapter;

/** Everything there is in the first version. */
export const initial: Migration = {
  up: async (db) => {
    await log(db);
    await ledger(db);
    await rows(db);
    await records(db);
    for (const [name, table, ...columns] of INDEXES) {
      const index = db.schema.createIndex(name).on(table).columns(columns);
      await (name === 'shipment_by_number' ? index.unique() : index).execute();
    }
  },
};
