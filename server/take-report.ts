import { ProblemError } from '#contract/wire/errors.ts';
import { stationReport } from '#contract/wire/station-report.ts';
import type { Access, Overrule } from './access.ts';
import { mended } from './core/plain-json.ts';
import type { StationBook } from './core/station-book.ts';
import type { Storage } from './core/storage.ts';

/** Shipments of one report, all lists together. */
const MOST_SHIPMENTS = 5_000;
const MOST_ISSUES = 5;

/**
 * Takes what a station says of the work on its disk, by socket (`socketId`) or HTTP (null); resolves when it is in effect and on
 * disk. Throws `malformed` or `too_large`.
 */
export type TakeReport = (access: Access, payload: unknown, socketId: string | null) => Promise<void>;

type Lists = { readonly clients?: unknown };

/** Counted before it is read: of a list of nothing but misfits a schema would make a list of as many faults. */
export const requireReportSize = (payload: unknown): void => {
  const { clients } = (payload ?? {}) as Lists;
  if (!Array.isArray(clients)) return;
  let shipments = 0;
  for (const each of clients.slice(0, MOST_SHIPMENTS) as ({ unsentOn?: unknown; workedOn?: unknown } | null)[]) {
    for (const list of [each?.unsentOn, each?.workedOn]) if (Array.isArray(list)) shipments += list.length;
  }
  if (shipments > MOST_SHIPMENTS || clients.length > MOST_SHIPMENTS)
    throw new ProblemError('too_large', `A report names ${MOST_SHIPMENTS} shipments at most. Nothing was taken of it.`);
};

const read = (payload: unknown) => {
  requireReportSize(payload);
  const parsed = stationReport.safeParse(mended(payload));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.slice(0, MOST_ISSUES);
  throw new ProblemError('malformed', 'A report is { station?, clientId?, clients: [1 to 200], leaving? }.', {
    issues: issues.map(({ path, message }) => ({ path: path.join('.'), message })),
  });
};

export const createTakeReport =
  (storage: Storage, book: StationBook, accessNow: Overrule['now']): TakeReport =>
  async (access, payload, socketId) => {
    // Who sends the goods does not hold up the house.
    if (access.scope.role === 'supplier') return;
    const report = read(payload);
    // What one does not see, one has nothing to say about; and nothing is said in return, so that nobody learns what there is.
    const said = report.clients.flatMap(({ unsentOn, workedOn }) => [...unsentOn, ...workedOn]);
    const before = book.shipmentsOf(report.clients.map(({ clientId }) => clientId));
    const about = [...new Set([...said, ...before])];
    for (let now = accessNow(access); now.scope.role !== 'supplier'; ) {
      const seen = await storage.seenShipments(now.scope, about);
      const later = accessNow(now);
      if (later !== now) {
        now = later;
        continue;
      }
      const by = { userId: now.actor.id, userName: now.actor.name, socketId };
      const changed = book.report(by, report, (id) => seen.has(id));
      if (changed.length === 0) return;
      await storage.keepReports(changed);
      book.saved(changed);
      return;
    }
  };
