import { blankShipment } from '#contract/domain/blank-shipment.ts';
import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Places, Work } from './ports.ts';

/** Number of a shipment the server has not numbered yet: the end of its id, so that two of them can be told apart. */
const provisionalNumber = (id: string): string => `S-…${id.slice(-4).toUpperCase()}`;

export const createsShipment = (type: CommandName): boolean =>
  type === 'recordUnplannedArrival' || type === 'announceShipment';

const empty = (
  id: string,
  work: Work,
  places: Places,
  warehouseId: string,
  facts: Partial<Shipment> & Pick<Shipment, 'status'>,
): ShipmentDetail => ({
  ...blankShipment(
    { id, number: facts.number ?? provisionalNumber(id), warehouseId, status: facts.status },
    work.mutation.occurredAt,
    work.userName,
    { ...facts, supplierName: places.suppliers.find((supplier) => supplier.id === facts.supplierId)?.name ?? null },
  ),
  lines: [],
  handlingUnits: [],
  documents: [],
  inspections: [],
  rejections: [],
  holds: [],
  discrepancies: [],
  notes: [],
});

const arrived = (work: Work, args: CommandArgs['recordUnplannedArrival'], places: Places): ShipmentDetail =>
  empty(args.shipmentId, work, places, args.warehouseId, {
    status: 'arrived',
    supplierId: args.supplierId ?? null,
    arrivedAt: work.mutation.occurredAt,
    unplanned: true,
    poNumber: args.poNumber ?? null,
    poNumbers: args.poNumber === undefined ? [] : [args.poNumber],
    carrier: args.carrier ?? null,
    trailer: args.trailer ?? null,
  });

const announced = (work: Work, args: CommandArgs['announceShipment'], places: Places): ShipmentDetail | null => {
  if (args.shipmentId === undefined) return null;
  return empty(args.shipmentId, work, places, args.warehouseId, {
    status: 'announced',
    ...(args.number === undefined ? {} : { number: args.number }),
    supplierId: args.supplierId ?? null,
    announcedAt: work.mutation.occurredAt,
    poNumber: args.poNumber ?? args.poNumbers?.[0] ?? null,
    poNumbers: args.poNumbers ?? (args.poNumber === undefined ? [] : [args.poNumber]),
    carrier: args.carrier ?? null,
    trailer: args.trailer ?? null,
    seal: args.seal ?? null,
    billOfLading: args.billOfLading ?? null,
    ...(args.requiredDocuments === undefined ? {} : { requiredDocuments: args.requiredDocuments }),
    eta: args.eta ?? null,
    lineCount: args.lines.length,
  });
};

/** The shipment a command brings into being, as far as it is known before the server has seen it. */
export const newShipment = (work: Work, places: Places): ShipmentDetail | null => {
  const { type, args } = work.mutation;
  if (type === 'recordUnplannedArrival') return arrived(work, args as CommandArgs['recordUnplannedArrival'], places);
  if (type === 'announceShipment') return announced(work, args as CommandArgs['announceShipment'], places);
  return null;
};
