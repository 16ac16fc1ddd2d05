import { ENTITY_NAMES, type EntityName } from '#contract/domain/entities.ts';
import type { Group } from '../core/scope.ts';
import type { RowText } from '../core/storage.ts';
import { isVisible, projectRow, seesRowsAsTheyAre } from '../core/visibility.ts';
import { atLeastOne } from './at-least-one.ts';
import { decodeCursor, encodeCursor } from './page-cursor.ts';
import { type Db, STREAM } from './schema.ts';

/** What a reader needs first comes first: where things are, then open work, then all the rest. */
const STAGES = ['warehouse', 'door', 'supplier', 'capacity', 'open', 'open parts', 'other', 'other parts'] as const;
type Stage = (typeof STAGES)[number];

/** `since` is the head when the snapshot began; `key` the last row read of the stage. */
type Place = { readonly stage: number; readonly since: number; readonly key: readonly string[] };

type Found = RowText & { readonly key: readonly string[] };

const isPlace = (key: readonly unknown[]): key is [number, number, ...string[]] =>
  key.length >= 2 &&
  Number.isInteger(key[0]) &&
  Number.isInteger(key[1]) &&
  key.slice(2).every((part) => typeof part === 'string');

const placeOf = async (db: Db, after: string | null): Promise<Place> => {
  if (after !== null) {
    const [stage, since, ...key] = decodeCursor(after, isPlace);
    return { stage, since, key };
  }
  const stream = await db.selectFrom('stream').select('head').where('id', '=', STREAM).executeTakeFirstOrThrow();
  return { stage: 0, since: Number(stream.head), key: [] };
};

const placeRows = async (db: Db, group: Group, entity: EntityName, key: readonly string[], limit: number) => {
  let select = db.selectFrom('place').select(['id', 'warehouse_id', 'seq', 'row']).where('entity', '=', entity);
  if (entity === 'supplier' && group.projection === 'supplier') select = select.where('id', '=', group.supplierId);
  if (entity !== 'supplier' && group.warehouses !== null)
    select = select.where('warehouse_id', 'in', atLeastOne(group.warehouses));
  if (key[0] !== undefined) select = select.where('id', '>', key[0]);
  const rows = await select.orderBy('id').limit(limit).execute();
  return rows.map(({ id, seq, row }): Found => {
    return { entity, id, seq: Number(seq), shipmentId: null, text: row, key: [id] };
  });
};

const seenShipments = (db: Db, group: Group) => {
  const select = db.selectFrom('shipment');
  if (group.projection === 'supplier') return select.where('shipment.supplier_id', '=', group.supplierId);
  if (group.warehouses === null) return select;
  return select.where('shipment.warehouse_id', 'in', atLeastOne(group.warehouses));
};

/**
 * Shipments a group sees. `open`: as they are now. Others: those not open, and those changed since the snapshot began,
 * because one that was reopened meanwhile was not among the open ones, and its parts stand in no later change.
 */
const shipments = (db: Db, group: Group, open: boolean, since: number) =>
  seenShipments(db, group).where((eb) => {
    const isOpen = eb('shipment.open', '=', 1);
    return open ? isOpen : eb.or([eb('shipment.open', '=', 0), eb('shipment.seq', '>', since)]);
  });

/** Shipments a group sees and their parts: about how many rows its snapshot has. */
export const countRows = async (db: Db, group: Group): Promise<number> => {
  const count = (query: {
    executeTakeFirst(): Promise<{ n: number | string | bigint } | undefined>;
  }): Promise<number> => query.executeTakeFirst().then((row) => Number(row?.n ?? 0));
  const parts = db
    .selectFrom('part')
    .innerJoin(seenShipments(db, group).select('id').as('s'), 's.id', 'part.shipment_id')
    .select(({ fn }) => fn.countAll().as('n'));
  const own = seenShipments(db, group).select(({ fn }) => fn.countAll().as('n'));
  return (await count(own)) + (await count(parts));
};

const shipmentRows = async (db: Db, group: Group, { stage, since, key }: Place, limit: number): Promise<Found[]> => {
  let select = shipments(db, group, STAGES[stage] === 'open', since).select(['id', 'seq', 'row']);
  if (key[0] !== undefined) select = select.where('id', '>', key[0]);
  const rows = await select.orderBy('id').limit(limit).execute();
  return rows.map(({ id, seq, row }) => {
    return { entity: 'shipment', id, seq: Number(seq), shipmentId: id, text: row, key: [id] };
  });
};

const partRows = async (db: Db, group: Group, { stage, since, key }: Place, limit: number): Promise<Found[]> => {
  const [shipmentId, entity, id] = key;
  const hidden = ENTITY_NAMES.filter((name) => !isVisible(group, { ...group, entity: name, warehouseId: null }));
  // `cross join` keeps the parts' index in front: a page is then read in order, with nothing to sort.
  let select = db
    .selectFrom('part')
    .crossJoin(
      shipments(db, group, STAGES[stage] === 'open parts', since)
        .select('id')
        .as('s'),
    )
    .whereRef('s.id', '=', 'part.shipment_id')
    .select(['part.entity', 'part.id', 'part.shipment_id', 'part.seq', 'part.row']);
  if (group.projection === 'supplier') select = select.where('part.entity', 'not in', hidden);
  if (shipmentId !== undefined && entity !== undefined && id !== undefined) {
    select = select.where((eb) => {
      const columns = eb.refTuple('part.shipment_id', 'part.entity', 'part.id');
      return eb(columns, '>', eb.tuple(shipmentId, entity, id));
    });
  }
  const rows = await select
    .orderBy('part.shipment_id')
    .orderBy('part.entity')
    .orderBy('part.id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({
    entity: row.entity as EntityName,
    id: row.id,
    seq: Number(row.seq),
    shipmentId: row.shipment_id,
    text: row.row,
    key: [row.shipment_id, row.entity, row.id],
  }));
};

const stageRows = (db: Db, group: Group, place: Place, limit: number): Promise<Found[]> => {
  const stage: Stage = STAGES[place.stage] ?? 'other parts';
  switch (stage) {
    case 'warehouse':
    case 'supplier':
      return placeRows(db, group, stage, place.key, limit);
    case 'door':
    case 'capacity':
      return group.projection === 'supplier' ? Promise.resolve([]) : placeRows(db, group, stage, place.key, limit);
    case 'open':
    case 'other':
      return shipmentRows(db, group, place, limit);
    case 'open parts':
    case 'other parts':
      return partRows(db, group, place, limit);
  }
};

const asSeenBy = (group: Group, found: readonly Found[]): readonly RowText[] => {
  if (seesRowsAsTheyAre(group)) return found;
  return found.flatMap((each) => {
    const row = projectRow(group, each.entity, JSON.parse(each.text) as Record<string, unknown>);
    return row === null ? [] : [{ ...each, text: JSON.stringify(row) }];
  });
};

/**
 * One page of everything a group sees. Pages may tell of different moments; changes since the head at the first page bring
 * them together, because a row only ever gives way to a newer one.
 */
export const snapshotPage = async (db: Db, group: Group, after: string | null, limit: number) => {
  let place = await placeOf(db, after);
  const rows: RowText[] = [];
  let room = Math.max(1, limit);
  while (place.stage < STAGES.length) {
    const found = await stageRows(db, group, place, room);
    rows.push(...asSeenBy(group, found));
    const full = found.length === room;
    room -= found.length;
    place = full ? { ...place, key: found.at(-1)?.key ?? [] } : { ...place, stage: place.stage + 1, key: [] };
    if (full) return { rows, next: encodeCursor([place.stage, place.since, ...place.key]) };
  }
  return { rows, next: null };
};
