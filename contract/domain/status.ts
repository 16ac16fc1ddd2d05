import { z } from 'zod';

/** Where the goods physically are. Quality, documents and appointment are separate facts and are never folded in here. */
export const SHIPMENT_STATUSES = [
  'announced',
  'in_transit',
  'arrived',
  'at_door',
  'unloading',
  'counting',
  'received',
  'closed',
  'refused',
  'cancelled',
] as const;
export const shipmentStatus = z.enum(SHIPMENT_STATUSES);
export type ShipmentStatus = z.infer<typeof shipmentStatus>;

const PATH: readonly ShipmentStatus[] = SHIPMENT_STATUSES.slice(0, 8);
const ENDS: ReadonlySet<ShipmentStatus> = new Set(['closed', 'refused', 'cancelled']);

/** Statuses in which work on a shipment goes on ("any open" in the command table). */
export const OPEN_STATUSES: readonly ShipmentStatus[] = SHIPMENT_STATUSES.filter((status) => !ENDS.has(status));

export const isOpen = (status: ShipmentStatus): boolean => !ENDS.has(status);

/** True when `status` lies further along the physical path than `target`: what a late fact is measured against. */
export const isPast = (status: ShipmentStatus, target: ShipmentStatus): boolean => {
  const here = PATH.indexOf(status);
  const there = PATH.indexOf(target);
  return here >= 0 && there >= 0 && here > there;
};
