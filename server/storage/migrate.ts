import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { initial } from './migrations/0001-initial.ts';
import { changedAccess } from './migrations/0002-changed-access.ts';
import { stationReports } from './migrations/0003-station-reports.ts';

const MIGRATIONS = {
  '0001-initial': initial,
  '0002-changed-access': changedAccess,
  '0003-station-reports': stationReports,
};

/** Brings the schema up to date. Throws when a step fails (nothing of it stays) or the database is newer than this server. */
export const migrate = async <T>(db: Kysely<T>): Promise<void> => {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
};
