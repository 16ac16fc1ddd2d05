import type { EntityName, EntityRow } from '#contract/domain/entities.ts';
import type { DownPayload, GuideEvent } from '#contract/wire/down.ts';
import type { Change } from '#contract/wire/sync.ts';

/** Those who hear an event, all of one visibility class. */
export type Audience = {
  readonly emit: <E extends GuideEvent>(event: E, payload: DownPayload[E]) => void;
};

/** A committed change with the row it left, of one kind. */
export type Committed<N extends EntityName> = Pick<Change, 'seq' | 'recordedAt' | 'actor'> & {
  readonly row: EntityRow[N];
};

const facts = <N extends EntityName>({ seq, recordedAt }: Committed<N>) => ({ seq, timestamp: recordedAt });

export const emitShipmentStatusChange = (to: Audience, change: Committed<'shipment'>): void => {
  const { row: shipment } = change;
  to.emit('shipment:updated', {
    type: 'shipment:updated',
    shipmentId: shipment.id,
    status: shipment.status,
    statusChangedAt: shipment.statusChangedAt,
    changedBy: shipment.statusChangedBy,
    shipment,
    ...facts(change),
  });
};

export const emitDocumentUploaded = (to: Audience, change: Committed<'document'>): void => {
  const { row: document } = change;
  to.emit('document:uploaded', {
    type: 'document:uploaded',
    shipmentId: document.shipmentId,
    document,
    ...facts(change),
  });
};

/** The guide has a name of its own for a document from the supplier; to those who look on it is an upload like any other. */
export const emitSupplierDocumentUpload = emitDocumentUploaded;

export const emitInspectionStatusChange = (to: Audience, change: Committed<'inspection'>): void => {
  const { row: inspection } = change;
  to.emit('inspection:updated', {
    type: 'inspection:updated',
    shipmentId: inspection.shipmentId,
    inspection,
    ...facts(change),
  });
};

export const emitShipmentRejection = (to: Audience, change: Committed<'rejection'>): void => {
  const { row: rejection } = change;
  to.emit('shipment:rejected', {
    type: 'shipment:rejected',
    shipmentId: rejection.shipmentId,
    rejection,
    ...facts(change),
  });
};

export const emitWarehouseCapacityChange = (to: Audience, change: Committed<'capacity'>): void => {
  const { id, total, available, utilization } = change.row;
  to.emit('warehouse:capacity_updated', {
    type: 'warehouse:capacity_updated',
    warehouseId: id,
    capacity: { total, available, utilization },
    ...facts(change),
  });
};

/** Which event a kind of row has; the others travel in frames only. */
const EMITTERS: { readonly [N in EntityName]?: (to: Audience, change: Committed<N>) => void } = {
  shipment: emitShipmentStatusChange,
  document: emitDocumentUploaded,
  inspection: emitInspectionStatusChange,
  rejection: emitShipmentRejection,
  capacity: emitWarehouseCapacityChange,
};

/** Emits the event of one committed change, as its audience may see it. */
export const emitChange = (to: Audience, change: Change): void => {
  if (change.op !== 'put' || change.row === null) return;
  // A caption or a line put on a document later is no upload.
  if (change.entity === 'document' && change.command !== 'attachDocument') return;
  // What goes along with a shipment that is sent elsewhere is as it was.
  if ((change.entity === 'inspection' || change.entity === 'rejection') && change.command === 'amendShipment') return;
  // The log holds rows of the entity it names: they were written through its schema.
  EMITTERS[change.entity]?.(to, change as unknown as Committed<never>);
};
