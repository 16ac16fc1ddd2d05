import { ProblemError } from '#contract/wire/errors.ts';
import { stationReport } from '#contract/wire/station-report.ts';
import type { Access } from './access.ts';
import type { StationBook } from './core/station-book.ts';
import type { Storage } from './core/storage.ts';

/**
 * Takes what a station says of the work on its disk, by socket (`socketId`) or HTTP (null); resolves when it is in effect and on
 * disk. Throws `malformed`.
 */
export type TakeReport = (access: Access, payload: unknown, socketId: string | null) => Promise<void>;

export const createTakeReport =
  (storage: Storage, book: StationBook): TakeReport =>
  async (access, payload, socketId) => {
    const parsed = stationReport.safeParse(payload);
    if (!parsed.success) {
      const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new ProblemError('malformed', 'A report is { station?, clients: [1 to 200], leaving? }.', { issues });
    }
    const { actor, scope } = access;
    // Who sends the goods does not hold up the house.
    if (scope.role === 'supplier') return;
    const { clients } = parsed.data;
    // What one does not see, one has nothing to say about; and nothing is said in return, so that nobody learns what there is.
    const said = clients.flatMap(({ unsentOn, workedOn }) => [...unsentOn, ...workedOn]);
    const before = book.shipmentsOf(clients.map(({ clientId }) => clientId));
    const seen = await storage.seenShipments(scope, [...new Set([...said, ...before])]);
    const by = { userId: actor.id, userName: actor.name, socketId };
    const changed = book.report(by, parsed.data, (id) => seen.has(id));
    if (changed.length > 0) await storage.keepReports(changed);
  };
