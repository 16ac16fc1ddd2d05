import type { EntityName, EntityRow } from '#contract/domain/entities.ts';
import { AT_DOOR, type InternalKind, type InternalRows, type Scan } from '../core/state.ts';
import { tableOf } from './columns.ts';
import type { LoadedState } from './loaded-state.ts';
import { keyOf, type Query, type QueryOf } from './query.ts';
import type { Db } from './schema.ts';

type AnyRow = EntityRow[EntityName];

/** Ids per `in (…)`: bounds the length of statements and the number of their shapes. */
const CHUNK = 200;

const chunks = <T>(all: readonly T[]): T[][] => {
  const result: T[][] = [];
  for (let at = 0; at < all.length; at += CHUNK) result.push(all.slice(at, at + CHUNK));
  return result;
};

const parse = <T>(text: string): T => JSON.parse(text) as T;

const loadShipments = async (db: Db, state: LoadedState, ids: readonly string[]): Promise<void> => {
  for (const some of chunks(ids)) {
    const found = await db.selectFrom('shipment').select(['id', 'row']).where('id', 'in', some).execute();
    for (const { id, row } of found) state.loadRow('shipment', id, parse(row));
    for (const id of some) state.loadRow('shipment', id, null);
  }
};

const loadKeyed = async (
  db: Db,
  state: LoadedState,
  table: 'part' | 'place',
  entity: EntityName,
  ids: readonly string[],
): Promise<void> => {
  for (const some of chunks(ids)) {
    const query = db.selectFrom(table).select(['id', 'row']).where('entity', '=', entity).where('id', 'in', some);
    for (const { id, row } of await query.execute()) state.loadRow(entity, id, parse(row));
    for (const id of some) state.loadRow(entity, id, null);
  }
};

const loadRows = async (db: Db, state: LoadedState, queries: readonly QueryOf<'row'>[]): Promise<void> => {
  const idsOf = Map.groupBy(queries, (query) => query.entity);
  for (const [entity, some] of idsOf) {
    const ids = some.map((query) => query.id);
    const table = tableOf(entity);
    if (table === 'shipment') await loadShipments(db, state, ids);
    else await loadKeyed(db, state, table, entity, ids);
  }
};

const loadInternals = async (db: Db, state: LoadedState, queries: readonly QueryOf<'internal'>[]): Promise<void> => {
  for (const [kind, all] of Map.groupBy(queries, (query) => query.kind)) {
    for (const some of chunks(all)) {
      const ids = some.map((query) => query.id);
      const query = db.selectFrom('internal').select(['id', 'row']).where('kind', '=', kind).where('id', 'in', ids);
      const found = new Map((await query.execute()).map(({ id, row }) => [id, row]));
      for (const each of some) {
        const row = found.get(each.id);
        state.loadInternal(each, row === undefined ? null : parse<InternalRows[InternalKind]>(row));
      }
    }
  }
};

type PartList = QueryOf<'parts' | 'linesBy' | 'unitsIn'>;

const partRows = async (db: Db, query: PartList): Promise<AnyRow[]> => {
  const parts = db.selectFrom('part').select('row');
  const lines = parts.where('entity', '=', 'line');
  const run = async (select: typeof parts): Promise<AnyRow[]> =>
    (await select.execute()).map(({ row }) => parse<AnyRow>(row));
  if (query.want === 'parts') {
    return run(parts.where('shipment_id', '=', query.shipmentId).where('entity', '=', query.entity));
  }
  if (query.want === 'linesBy') {
    const column = query.field === 'gtin' ? 'lookup' : 'parent_id';
    return run(lines.where('shipment_id', '=', query.shipmentId).where(column, '=', query.value));
  }
  const units = parts.where('shipment_id', '=', query.shipmentId).where('entity', '=', 'handlingUnit');
  return run(units.where('parent_id', '=', query.parentId));
};

const shipmentRows = async (db: Db, query: QueryOf<'atDoor'> | QueryOf<'byNumber'>): Promise<AnyRow[]> => {
  const shipments = db.selectFrom('shipment').select('row');
  const select =
    query.want === 'atDoor'
      ? shipments.where('door_id', '=', query.doorId).where('status', 'in', [...AT_DOOR])
      : shipments.where('supplier_key', '=', query.supplierId ?? '').where('number', '=', query.number);
  return (await select.execute()).map(({ row }) => parse<AnyRow>(row));
};

type Single = Exclude<Query, { want: 'row' | 'internal' }>;

/** Queries answered one at a time; the others are answered together. */
const loadOne = async (db: Db, state: LoadedState, query: Single): Promise<void> => {
  if (query.want === 'content') {
    const found = db.selectFrom('part').select('id').where('lookup', '=', query.contentHash);
    const row = await found.where('entity', '=', 'document').limit(1).executeTakeFirst();
    state.loadContent(query.contentHash, row !== undefined);
  } else if (query.want === 'scansOf') {
    const scans = db.selectFrom('internal').select('row').where('kind', '=', 'scan').where('live', '=', 1);
    const found = await scans.where('shipment_id', '=', query.shipmentId).execute();
    const rows = found.map(({ row }) => parse<Scan>(row));
    state.loadScans(query.shipmentId, rows);
  } else if (query.want === 'atDoor' || query.want === 'byNumber') {
    state.loadList(query, await shipmentRows(db, query));
  } else {
    state.loadList(query, await partRows(db, query));
  }
};

/** Reads what the queries ask for into the state, as few statements as it takes. Queries already answered are skipped. */
export const loadState = async (db: Db, state: LoadedState, queries: readonly Query[]): Promise<void> => {
  const missing = new Map(queries.filter((query) => !state.has(query)).map((query) => [keyOf(query), query]));
  const rows: QueryOf<'row'>[] = [];
  const internals: QueryOf<'internal'>[] = [];
  for (const query of missing.values()) {
    if (query.want === 'row') rows.push(query);
    else if (query.want === 'internal') internals.push(query);
    else await loadOne(db, state, query);
  }
  await loadRows(db, state, rows);
  await loadInternals(db, state, internals);
};
