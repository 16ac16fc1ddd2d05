import type { Migration } from 'kysely/migration';

/** What stations last said of the work on their disks; only what may still have to be waited for. Lists are JSON. */
export const stationReports: Migration = {
  up: async (db) => {
    await db.schema
      .createTable('station_report')
      .addColumn('client_id', 'text', (column) => column.primaryKey())
      .addColumn('user_id', 'text', (column) => column.notNull())
      .addColumn('user_name', 'text', (column) => column.notNull())
      .addColumn('station', 'text', (column) => column.notNull())
      .addColumn('unsent_on', 'text', (column) => column.notNull())
      .addColumn('worked_on', 'text', (column) => column.notNull())
      .addColumn('has_left', 'integer', (column) => column.notNull())
      .addColumn('reported_at', 'text', (column) => column.notNull())
      .execute();
  },
};
