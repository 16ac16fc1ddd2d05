import type { EntityName, EntityRow } from '#contract/domain/entities.ts';
import { AT_DOOR, type InternalKind, type InternalRows, type Scan } from '../core/state.ts';
import { BulkRead } from './bulk-read.ts';
import { tableOf } from './columns.ts';
import type { Session } from './compiled.ts';
import type { LoadedState } from './loaded-state.ts';
import { keyOf, type Query, type QueryOf } from './query.ts';
import type { Db } from './schema.ts';

type AnyRow = EntityRow[EntityName];
type PartList = QueryOf<'parts' | 'linesBy' | 'unitsIn'>;
type Single = Exclude<Query, { want: 'row' | 'internal' }>;

const SHIPMENTS = new BulkRead('shipment', ['id', 'row'], [], 'id');
const PARTS = new BulkRead('part', ['id', 'row'], ['entity'], 'id');
const PLACES = new BulkRead('place', ['id', 'row'], ['entity'], 'id');
const INTERNALS = new BulkRead('internal', ['id', 'row'], ['kind', 'shipment_id'], 'id');

const parse = <T>(text: string): T => JSON.parse(text) as T;

const loadRows = async (session: Session, state: LoadedState, queries: readonly QueryOf<'row'>[]): Promise<void> => {
  for (const [entity, some] of Map.groupBy(queries, (query) => query.entity)) {
    const ids = some.map((query) => query.id);
    const table = tableOf(entity);
    const found =
      table === 'shipment'
        ? await SHIPMENTS.run(session, [], ids)
        : await (table === 'part' ? PARTS : PLACES).run(session, [entity], ids);
    for (const { id, row } of found) state.loadRow(entity, id, parse(row));
    for (const id of ids) state.loadRow(entity, id, null);
  }
};

const loadInternals = async (
  session: Session,
  state: LoadedState,
  queries: readonly QueryOf<'internal'>[],
): Promise<void> => {
  const groups = Map.groupBy(queries, ({ kind, shipmentId }) => `${kind}:${shipmentId}`);
  for (const some of groups.values()) {
    const [first] = some;
    if (first === undefined) continue;
    const ids = some.map((query) => query.id);
    const rows = await INTERNALS.run(session, [first.kind, first.shipmentId], ids);
    const found = new Map(rows.map(({ id, row }) => [id, row]));
    for (const query of some) {
      const row = found.get(query.id);
      state.loadInternal(query, row === undefined ? null : parse<InternalRows[InternalKind]>(row));
    }
  }
};

const partRows = async (db: Db, query: PartList): Promise<AnyRow[]> => {
  const entity = query.want === 'parts' ? query.entity : query.want === 'linesBy' ? 'line' : 'handlingUnit';
  let select = db.selectFrom('part').select('row').where('shipment_id', '=', query.shipmentId);
  select = select.where('entity', '=', entity);
  if (query.want === 'linesBy') select = select.where(query.field === 'gtin' ? 'gtin' : 'parent_id', '=', query.value);
  if (query.want === 'unitsIn') select = select.where('parent_id', '=', query.parentId);
  return (await select.execute()).map(({ row }) => parse<AnyRow>(row));
};

const shipmentRows = async (db: Db, query: QueryOf<'atDoor' | 'byNumber'>): Promise<AnyRow[]> => {
  const shipments = db.selectFrom('shipment').select('row');
  const select =
    query.want === 'atDoor'
      ? shipments.where('door_id', '=', query.doorId).where('status', 'in', [...AT_DOOR])
      : shipments.where('supplier_key', '=', query.supplierId ?? '').where('number', '=', query.number);
  return (await select.execute()).map(({ row }) => parse<AnyRow>(row));
};

const liveScans = async (db: Db, shipmentId: string): Promise<Scan[]> => {
  const scans = db.selectFrom('internal').select('row').where('kind', '=', 'scan').where('live', '=', 1);
  const found = await scans.where('shipment_id', '=', shipmentId).execute();
  return found.map(({ row }) => parse<Scan>(row));
};

const hasContent = async (db: Db, contentHash: string): Promise<boolean> => {
  const found = db.selectFrom('part').select('id').where('content_hash', '=', contentHash).limit(1);
  return (await found.executeTakeFirst()) !== undefined;
};

/** Queries answered one at a time; the others are answered together. */
const loadOne = async (db: Db, state: LoadedState, query: Single): Promise<void> => {
  if (query.want === 'content') state.loadContent(query.contentHash, await hasContent(db, query.contentHash));
  else if (query.want === 'scansOf') state.loadScans(query.shipmentId, await liveScans(db, query.shipmentId));
  else if (query.want === 'atDoor' || query.want === 'byNumber') state.loadList(query, await shipmentRows(db, query));
  else state.loadList(query, await partRows(db, query));
};

/** Reads what the queries ask for into the state, with as few statements as it takes; what it has already is skipped. */
export const loadState = async (session: Session, state: LoadedState, queries: readonly Query[]): Promise<void> => {
  const missing = new Map(queries.filter((query) => !state.has(query)).map((query) => [keyOf(query), query]));
  const rows: QueryOf<'row'>[] = [];
  const internals: QueryOf<'internal'>[] = [];
  for (const query of missing.values()) {
    if (query.want === 'row') rows.push(query);
    else if (query.want === 'internal') internals.push(query);
    else await loadOne(session.db, state, query);
  }
  await loadRows(session, state, rows);
  await loadInternals(session, state, internals);
};
