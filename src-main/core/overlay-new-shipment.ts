import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import { deriveReadiness, requiredByDefault } from '#contract/domain/documents.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { Places, Work } from './ports.ts';

/** Number of a shipment the server has not numbered yet: the end of its id, so that two of them can be told apart. */
const provisionalNumber = (id: string): string => `S-…${id.slice(-4).toUpperCase()}`;

export const createsShipment = (type: CommandName): boolean =>
  type === 'recordUnplannedArrival' || type === 'announceShipment';

const empty = (id: string, work: Work, places: Places, warehouseId: string, supplierId?: string): ShipmentDetail => {
  const at = work.mutation.occurredAt;
  return {
    id,
    number: provisionalNumber(id),
    warehouseId,
    supplierId: supplierId ?? null,
    supplierName: places.suppliers.find((supplier) => supplier.id === supplierId)?.name ?? null,
    poNumber: null,
    poNumbers: [],
    carrier: null,
    trailer: null,
    seal: null,
    billOfLading: null,
    doorId: null,
    status: 'announced',
    statusChangedAt: at,
    statusChangedBy: work.userName,
    eta: null,
    announcedAt: null,
    arrivedAt: null,
    receivedAt: null,
    closedAt: null,
    quality: 'not_required',
    readiness: 'missing_optional',
    requiredDocuments: [],
    activeHolds: 0,
    lineCount: 0,
    countedLines: 0,
    documentCount: 0,
    discrepancyCount: 0,
    rejectionCount: 0,
    unplanned: false,
    reason: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
    lines: [],
    handlingUnits: [],
    documents: [],
    inspections: [],
    rejections: [],
    holds: [],
    discrepancies: [],
    notes: [],
  };
};

const arrived = (work: Work, args: CommandArgs['recordUnplannedArrival'], places: Places): ShipmentDetail => {
  const at = work.mutation.occurredAt;
  return {
    ...empty(args.shipmentId, work, places, args.warehouseId, args.supplierId),
    status: 'arrived',
    arrivedAt: at,
    unplanned: true,
    poNumber: args.poNumber ?? null,
    poNumbers: args.poNumber === undefined ? [] : [args.poNumber],
    carrier: args.carrier ?? null,
    trailer: args.trailer ?? null,
  };
};

const announced = (work: Work, args: CommandArgs['announceShipment'], places: Places): ShipmentDetail | null => {
  if (args.shipmentId === undefined) return null;
  const shipment = empty(args.shipmentId, work, places, args.warehouseId, args.supplierId);
  const requiredDocuments = args.requiredDocuments ?? requiredByDefault(args.billOfLading ?? null);
  return {
    ...shipment,
    requiredDocuments,
    readiness: deriveReadiness([], requiredDocuments),
    number: args.number ?? shipment.number,
    announcedAt: work.mutation.occurredAt,
    poNumber: args.poNumber ?? args.poNumbers?.[0] ?? null,
    poNumbers: args.poNumbers ?? (args.poNumber === undefined ? [] : [args.poNumber]),
    carrier: args.carrier ?? null,
    trailer: args.trailer ?? null,
    seal: args.seal ?? null,
    billOfLading: args.billOfLading ?? null,
    eta: args.eta ?? null,
    lineCount: args.lines.length,
  };
};

/** The shipment a command brings into being, as far as it is known before the server has seen it. */
export const newShipment = (work: Work, places: Places): ShipmentDetail | null => {
  const { type, args } = work.mutation;
  if (type === 'recordUnplannedArrival') return arrived(work, args as CommandArgs['recordUnplannedArrival'], places);
  if (type === 'announceShipment') return announced(work, args as CommandArgs['announceShipment'], places);
  return null;
};
