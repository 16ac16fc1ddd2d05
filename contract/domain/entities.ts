import { z } from 'zod';
import { capacity, dockDoor, supplier, warehouse } from './places.ts';
import { handlingUnit, shipment, shipmentLine } from './shipment.ts';
import { discrepancy, hold, inspection, note, rejection, shipmentDocument } from './shipment-records.ts';

/** Every kind of row that is replicated to stations, by the name it has in a change. */
export const ENTITIES = {
  warehouse,
  door: dockDoor,
  supplier,
  capacity,
  shipment,
  line: shipmentLine,
  handlingUnit,
  document: shipmentDocument,
  inspection,
  rejection,
  hold,
  discrepancy,
  note,
} as const;

export type EntityName = keyof typeof ENTITIES;
export type EntityRow = { [N in EntityName]: z.infer<(typeof ENTITIES)[N]> };
export const ENTITY_NAMES = Object.keys(ENTITIES) as [EntityName, ...EntityName[]];
export const entityName = z.enum(ENTITY_NAMES);

/** Rows that belong to one shipment and are read with it. */
export const SHIPMENT_PARTS = [
  'line',
  'handlingUnit',
  'document',
  'inspection',
  'rejection',
  'hold',
  'discrepancy',
  'note',
] as const satisfies readonly EntityName[];
export type ShipmentPart = (typeof SHIPMENT_PARTS)[number];

/** A shipment with everything on it. */
export const shipmentDetail = z.object({
  ...shipment.shape,
  lines: z.array(shipmentLine),
  handlingUnits: z.array(handlingUnit),
  documents: z.array(shipmentDocument),
  inspections: z.array(inspection),
  rejections: z.array(rejection),
  holds: z.array(hold),
  discrepancies: z.array(discrepancy),
  notes: z.array(note),
});
export type ShipmentDetail = z.infer<typeof shipmentDetail>;
