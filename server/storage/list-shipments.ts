import { sql } from 'kysely';
import type { Shipment } from '#contract/domain/shipment.ts';
import { groupOf, type Scope } from '../core/scope.ts';
import type { ListFilter } from '../core/storage.ts';
import { projectRow } from '../core/visibility.ts';
import { atLeastOne } from './at-least-one.ts';
import { decodeCursor, encodeCursor } from './page-cursor.ts';
import type { Db } from './schema.ts';

const isKey = (key: readonly unknown[]): key is [etaMs: number, id: string] =>
  key.length === 2 && Number.isInteger(key[0]) && typeof key[1] === 'string';

/** `q` as a pattern: found anywhere, with its own wildcards meaning themselves. SQLite would read it up to a NUL only. */
const pattern = (q: string): string =>
  `%${q
    .toLowerCase()
    .replaceAll('\0', '\ufffd')
    .replace(/[\\%_]/g, '\\$&')}%`;

/** Shipments a person may see, newest expected first and those without an ETA last, in pages. */
export const listShipments = async (db: Db, scope: Scope, filter: ListFilter) => {
  const group = groupOf(scope);
  const { warehouseId, status, q, cursor, limit } = filter;
  let select = db.selectFrom('shipment').select(['id', 'eta_ms', 'row']);
  if (group.projection === 'supplier') select = select.where('supplier_id', '=', group.supplierId);
  else if (group.warehouses !== null) select = select.where('warehouse_id', 'in', atLeastOne(group.warehouses));
  if (warehouseId !== undefined) select = select.where('warehouse_id', '=', warehouseId);
  if (status !== undefined) select = select.where('status', '=', status);
  if (q !== undefined && q !== '') select = select.where(sql<boolean>`search like ${pattern(q)} escape '\\'`);
  if (cursor !== undefined) {
    const [etaMs, id] = decodeCursor(cursor, isKey);
    select = select.where((eb) => eb(eb.refTuple('eta_ms', 'id'), '<', eb.tuple(etaMs, id)));
  }
  // One more than asked for tells whether there is a next page.
  const found = await select
    .orderBy('eta_ms', 'desc')
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const more = found.length > limit && last !== undefined;
  return {
    shipments: page.flatMap(({ row }) => projectRow(group, 'shipment', JSON.parse(row) as Shipment) ?? []),
    nextCursor: more ? encodeCursor([Number(last.eta_ms), last.id]) : null,
  };
};
