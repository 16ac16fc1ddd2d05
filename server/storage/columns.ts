import type { EntityName, EntityRow } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { isOpen } from '#contract/domain/status.ts';
import type { InternalWrite, Write } from '../core/decision.ts';
import { gtinKey } from '../core/state.ts';
import type { InternalTable, PartTable, PlaceTable, ShipmentTable } from './schema.ts';

// Which table a row lives in, and what of it stands in columns beside its JSON.

export type TableOf = 'shipment' | 'part' | 'place';

const PLACES: ReadonlySet<EntityName> = new Set(['warehouse', 'door', 'supplier', 'capacity']);

export const tableOf = (entity: EntityName): TableOf =>
  entity === 'shipment' ? 'shipment' : PLACES.has(entity) ? 'place' : 'part';

const searchText = (row: Shipment): string =>
  [row.number, ...row.poNumbers, row.supplierName, row.trailer, row.carrier]
    .filter((text) => text !== null)
    .join('\n')
    .toLowerCase();

export const shipmentColumns = (row: Shipment, seq: number, text: string): ShipmentTable => ({
  id: row.id,
  warehouse_id: row.warehouseId,
  supplier_id: row.supplierId,
  supplier_key: row.supplierId ?? '',
  number: row.number,
  status: row.status,
  open: Number(isOpen(row.status)),
  door_id: row.doorId,
  eta_ms: row.eta === null ? -1 : Date.parse(row.eta),
  search: searchText(row),
  seq,
  row: text,
});

const gtinOf = ({ entity, row }: Write): string | null => {
  const gtin = entity === 'line' ? (row as EntityRow['line']).gtin : null;
  return gtin === null ? null : gtinKey(gtin);
};

const parentOf = ({ entity, row }: Write): string | null => {
  if (entity === 'line') return (row as EntityRow['line']).handlingUnitId;
  return entity === 'handlingUnit' ? (row as EntityRow['handlingUnit']).parentId : null;
};

export const partColumns = (write: Write, seq: number, text: string): PartTable => ({
  entity: write.entity,
  id: write.id,
  shipment_id: write.shipmentId ?? '',
  gtin: gtinOf(write),
  content_hash: write.entity === 'document' ? (write.row as EntityRow['document']).contentHash : null,
  parent_id: parentOf(write),
  seq,
  row: text,
});

export const placeColumns = (write: Write, seq: number, text: string): PlaceTable => ({
  entity: write.entity,
  id: write.id,
  warehouse_id: write.warehouseTo,
  seq,
  row: text,
});

export const internalColumns = (write: InternalWrite): InternalTable => ({
  kind: write.kind,
  id: write.row.id,
  shipment_id: write.row.shipmentId,
  live: write.kind === 'scan' && write.row.voided ? 0 : 1,
  row: JSON.stringify(write.row),
});
