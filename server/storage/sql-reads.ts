import type { EntityName } from '#contract/domain/entities.ts';
import type { Group } from '../core/scope.ts';
import type { IdempotencyKey, Storage } from '../core/storage.ts';
import { allChangedAccess } from './changed-access.ts';
import { compiled, type Session } from './compiled.ts';
import { toProblem } from './faults.ts';
import { keptAnswer } from './kept-answers.ts';
import { listShipments } from './list-shipments.ts';
import type { PageCache } from './page-cache.ts';
import { chainAt } from './read-changes.ts';
import { FRAME_CHANGES, toFrame } from './read-frame.ts';
import {
  findRow,
  findShipment,
  findShipmentByNumber,
  historyOf,
  seenShipments,
  shipmentDetail,
} from './read-shipment.ts';
import type { ClientTable } from './schema.ts';
import { countRows, snapshotPage } from './snapshot-page.ts';
import { keptReports } from './station-reports.ts';

type Reads = Pick<
  Storage,
  | 'lastN'
  | 'readFrame'
  | 'readChanges'
  | 'chainAt'
  | 'snapshotPage'
  | 'countRows'
  | 'findShipment'
  | 'findShipmentByNumber'
  | 'shipmentDetail'
  | 'listShipments'
  | 'history'
  | 'findRow'
  | 'capacity'
  | 'keptAnswer'
  | 'changedAccess'
  | 'seenShipments'
  | 'keptReports'
>;

const read = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch((error: unknown) => {
    throw toProblem(error);
  });

const LAST_N = compiled((db) => db.selectFrom('client').select('last_n').where('client_id', '=', '').compile());

const lastN = async ({ db, run }: Session, clientId: string): Promise<number> => {
  const [client] = (await run({ ...LAST_N(db), parameters: [clientId] })) as Pick<ClientTable, 'last_n'>[];
  return Number(client?.last_n ?? 0);
};

/** The half of `Storage` that only looks, on a connection that sees committed transactions. `now` in ms since 1970. */
export const createReads = (session: Session, pages: PageCache, now: () => number): Reads => {
  const reader = session.db;
  return {
    lastN: (clientId) => read(lastN(session, clientId)),
    readFrame: async (group: Group, from: number, limit = FRAME_CHANGES) =>
      toFrame(await read(pages.read(from, limit)), group, from),
    readChanges: async (from, limit) => {
      const { to, changes } = await read(pages.read(from, limit));
      return { to, changes };
    },
    chainAt: (seq) => read(chainAt(session, seq)),
    snapshotPage: (group, after, limit) => read(snapshotPage(reader, group, after, limit)),
    countRows: (group) => read(countRows(reader, group)),
    findShipment: (scope, id) => read(findShipment(reader, scope, id)),
    findShipmentByNumber: (supplierId, number) => read(findShipmentByNumber(reader, supplierId, number)),
    shipmentDetail: (scope, id) => read(shipmentDetail(reader, scope, id)),
    listShipments: (scope, filter) => read(listShipments(reader, scope, filter)),
    history: (shipmentId, scope = null) => read(historyOf(reader, shipmentId, scope)),
    findRow: <N extends EntityName>(entity: N, id: string) => read(findRow(reader, entity, id)),
    capacity: (warehouseId) => read(findRow(reader, 'capacity', warehouseId)),
    keptAnswer: (key: IdempotencyKey) => read(keptAnswer(reader, key, now())),
    changedAccess: () => read(allChangedAccess(reader)),
    seenShipments: (scope, ids) => read(seenShipments(reader, scope, ids)),
    keptReports: () => read(keptReports(reader)),
  };
};
