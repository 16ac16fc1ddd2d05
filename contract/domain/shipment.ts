import { z } from 'zod';
import { documentReadiness, documentType } from './documents.ts';
import { date, id, instant, quantity, shortText, unit } from './fields.ts';
import { qualityState } from './quality.ts';
import { shipmentStatus } from './status.ts';

/** One inbound arrival as every board shows it: facts, chips and counts, without its lines. */
export const shipment = z.object({
  id,
  /** Number the supplier gave the ship notice, or ours (`S-…`) when it gave none. */
  number: shortText.min(1),
  warehouseId: id,
  supplierId: id.nullable(),
  supplierName: shortText.nullable(),
  /** First of `poNumbers`; what people call the shipment by. */
  poNumber: shortText.nullable(),
  poNumbers: z.array(shortText.min(1)).max(500),
  carrier: shortText.nullable(),
  trailer: shortText.nullable(),
  seal: shortText.nullable(),
  billOfLading: shortText.nullable(),
  doorId: id.nullable(),
  status: shipmentStatus,
  statusChangedAt: instant,
  statusChangedBy: shortText,
  eta: instant.nullable(),
  announcedAt: instant.nullable(),
  arrivedAt: instant.nullable(),
  receivedAt: instant.nullable(),
  closedAt: instant.nullable(),
  quality: qualityState,
  readiness: documentReadiness,
  requiredDocuments: z.array(documentType).max(20),
  /** Holds in force, so a board can say "on hold" without the holds themselves. */
  activeHolds: z.int().min(0),
  lineCount: z.int().min(0),
  /** Lines counted so far. */
  countedLines: z.int().min(0),
  documentCount: z.int().min(0),
  discrepancyCount: z.int().min(0),
  rejectionCount: z.int().min(0),
  /** Arrived without a notice. */
  unplanned: z.boolean(),
  reason: shortText.nullable(),
  /** Grows with every step, door or amendment: what a decision's `expectedVersion` is compared with. */
  version: z.int().min(1),
  createdAt: instant,
  updatedAt: instant,
});
export type Shipment = z.infer<typeof shipment>;

/** One position of the notice: what was announced and what was counted. */
export const shipmentLine = z.object({
  id,
  shipmentId: id,
  lineNumber: z.int().min(1),
  poNumber: shortText.nullable(),
  sku: shortText.nullable(),
  gtin: z.string().max(14).nullable(),
  description: shortText.nullable(),
  expected: quantity,
  counted: quantity.nullable(),
  damaged: quantity.nullable(),
  unit,
  lot: shortText.nullable(),
  expiresOn: date.nullable(),
  handlingUnitId: id.nullable(),
});
export type ShipmentLine = z.infer<typeof shipmentLine>;

/** A pallet or carton by its SSCC. */
export const handlingUnit = z.object({
  id,
  shipmentId: id,
  sscc: z.string().min(1).max(20),
  kind: z.enum(['pallet', 'carton']),
  parentId: id.nullable(),
  countedAt: instant.nullable(),
});
export type HandlingUnit = z.infer<typeof handlingUnit>;
