import type { EntityName, EntityRow, ShipmentDetail, ShipmentPart } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import { maySee } from '../core/gate.ts';
import { groupOf, type Scope } from '../core/scope.ts';
import { projectHistory, projectRow } from '../core/visibility.ts';
import { tableOf } from './columns.ts';
import type { Db } from './schema.ts';

/** A row by its kind and id, as it is; null when there is none. */
export const findRow = async <N extends EntityName>(db: Db, entity: N, id: string): Promise<EntityRow[N] | null> => {
  const table = tableOf(entity);
  const found =
    table === 'shipment'
      ? await db.selectFrom('shipment').select('row').where('id', '=', id).executeTakeFirst()
      : await db.selectFrom(table).select('row').where('entity', '=', entity).where('id', '=', id).executeTakeFirst();
  return found === undefined ? null : (JSON.parse(found.row) as EntityRow[N]);
};

const project = <R extends Record<string, unknown>>(scope: Scope | null, entity: EntityName, row: R): R | null =>
  scope === null ? row : projectRow(groupOf(scope), entity, row);

/** A shipment as the scope sees it; null also when it may not be seen. */
export const findShipment = async (db: Db, scope: Scope | null, id: string): Promise<Shipment | null> => {
  const shipment = await findRow(db, 'shipment', id);
  return shipment !== null && maySee(scope, shipment) ? project(scope, 'shipment', shipment) : null;
};

/** Shipments whose ids go into one statement. */
const AT_ONCE = 500;

/** Which of these shipments the scope sees. */
export const seenShipments = async (db: Db, scope: Scope, ids: readonly string[]): Promise<Set<string>> => {
  const seen = new Set<string>();
  for (let from = 0; from < ids.length; from += AT_ONCE) {
    const select = db.selectFrom('shipment').select(['id', 'warehouse_id', 'supplier_id']);
    for (const { id, warehouse_id, supplier_id } of await select
      .where('id', 'in', ids.slice(from, from + AT_ONCE))
      .execute())
      if (maySee(scope, { warehouseId: warehouse_id, supplierId: supplier_id })) seen.add(id);
  }
  return seen;
};

export const findShipmentByNumber = async (
  db: Db,
  supplierId: string | null,
  number: string,
): Promise<Shipment | null> => {
  const select = db
    .selectFrom('shipment')
    .select('row')
    .where('supplier_key', '=', supplierId ?? '');
  const found = await select.where('number', '=', number).executeTakeFirst();
  return found === undefined ? null : (JSON.parse(found.row) as Shipment);
};

/** A shipment with everything on it that the scope sees; lines in the notice's order, the rest by id (oldest first). */
export const shipmentDetail = async (db: Db, scope: Scope | null, id: string): Promise<ShipmentDetail | null> => {
  const shipment = await findShipment(db, scope, id);
  if (shipment === null) return null;
  const select = db.selectFrom('part').select(['entity', 'row']).where('shipment_id', '=', id);
  const found = Map.groupBy(await select.orderBy('entity').orderBy('id').execute(), (row) => row.entity);
  const parts = <N extends ShipmentPart>(entity: N): EntityRow[N][] =>
    (found.get(entity) ?? []).flatMap(({ row }) => project(scope, entity, JSON.parse(row) as EntityRow[N]) ?? []);
  return {
    ...shipment,
    lines: parts('line').sort((a, b) => a.lineNumber - b.lineNumber),
    handlingUnits: parts('handlingUnit'),
    documents: parts('document'),
    inspections: parts('inspection'),
    rejections: parts('rejection'),
    holds: parts('hold'),
    discrepancies: parts('discrepancy'),
    notes: parts('note'),
  };
};

/** The history of a shipment as the scope may see it, in the order it was recorded. */
export const historyOf = async (db: Db, shipmentId: string, scope: Scope | null): Promise<HistoryEntry[]> => {
  const select = db.selectFrom('history').select('row').where('shipment_id', '=', shipmentId);
  const found = await select.orderBy('position').orderBy('id').execute();
  const entries = found.map(({ row }) => JSON.parse(row) as HistoryEntry);
  return scope === null ? entries : entries.flatMap((entry) => projectHistory(groupOf(scope), entry) ?? []);
};
