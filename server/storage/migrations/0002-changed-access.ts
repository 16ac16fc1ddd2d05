import type { Migration } from 'kysely/migration';

/**
 * What people may do and see when it is not what their token says; and with a kept answer, for whose eyes it was (`sight`), and
 * which shipments the work was about (`about`, JSON; null when only the answer is known), written together with that work.
 */
export const changedAccess: Migration = {
  up: async (db) => {
    await db.schema
      .createTable('changed_access')
      .addColumn('user_id', 'text', (column) => column.primaryKey())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('warehouses', 'text', (column) => column.notNull())
      .addColumn('supplier_id', 'text')
      .addColumn('changed_at', 'text', (column) => column.notNull())
      .addColumn('changed_by', 'text', (column) => column.notNull())
      .execute();
    const kept = () => db.schema.alterTable('kept_answer');
    // What was kept before is for nobody's eyes for sure: it is not shown again.
    await kept()
      .addColumn('sight', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await kept().addColumn('about', 'text').execute();
  },
};
