import type { KeptReport } from '../core/station-book.ts';
import type { Job } from './group-committer.ts';
import type { Db, StationReportTable } from './schema.ts';

const reportOf = (row: StationReportTable): KeptReport => ({
  clientId: row.client_id,
  userId: row.user_id,
  userName: row.user_name,
  station: row.station,
  unsentOn: JSON.parse(row.unsent_on) as Record<string, string>,
  workedOn: JSON.parse(row.worked_on) as string[],
  hasLeft: Number(row.has_left) === 1,
  reportedAt: row.reported_at,
});

/** What is kept of stations, oldest first. */
export const keptReports = async (db: Db): Promise<KeptReport[]> => {
  const rows = db.selectFrom('station_report').selectAll();
  return (await rows.orderBy('reported_at').orderBy('client_id').execute()).map(reportOf);
};

/** Each over what was kept of the same client; one that says nothing is not kept. */
export const keepReportsJob = (reports: readonly KeptReport[]): Job<void> => ({
  size: reports.length,
  attempts: [],
  clientId: null,
  run: async ({ db }) => {
    for (const { clientId, userId, userName, station, unsentOn, workedOn, hasLeft, reportedAt } of reports) {
      await db.deleteFrom('station_report').where('client_id', '=', clientId).execute();
      if (Object.keys(unsentOn).length === 0 && (workedOn.length === 0 || hasLeft)) continue;
      const row: StationReportTable = {
        client_id: clientId,
        user_id: userId,
        user_name: userName,
        station,
        unsent_on: JSON.stringify(unsentOn),
        worked_on: JSON.stringify(workedOn),
        has_left: hasLeft ? 1 : 0,
        reported_at: reportedAt,
      };
      await db.insertInto('station_report').values(row).execute();
    }
    return () => undefined;
  },
});
