import { z } from 'zod';
import type { CommandName } from './command-table.ts';
import { documentType } from './documents.ts';
import { date, id, instant, longText, quantity, shortText, timeZone, unit } from './fields.ts';
import { checkResult, inspectionCheck, inspectionQuantities } from './inspection.ts';
import { discrepancyKind, disposition, reasonCode } from './reasons.ts';

// Ids of new rows are chosen by the sender (UUIDv7), so that a replay makes nothing twice and a station can refer to what
// it made while offline.

const onShipment = z.object({ shipmentId: id });
const reason = shortText.min(1);

export const announcedLine = z.object({
  id: id.optional(),
  lineNumber: z.int().min(1).optional(),
  poNumber: shortText.optional(),
  sku: shortText.optional(),
  gtin: z.string().max(14).optional(),
  description: shortText.optional(),
  quantity: quantity,
  unit: unit.default('EA'),
  lot: shortText.optional(),
  expiresOn: date.optional(),
  /** SSCC of the pallet or carton it travels in. */
  sscc: z.string().max(20).optional(),
});
export type AnnouncedLine = z.infer<typeof announcedLine>;

export const announcedUnit = z.object({
  sscc: z.string().min(1).max(20),
  kind: z.enum(['pallet', 'carton']),
  parentSscc: z.string().max(20).optional(),
});
export type AnnouncedUnit = z.infer<typeof announcedUnit>;

/** What a notice says about a shipment besides its lines; also what an amendment may change. */
export const announcedFacts = z.object({
  poNumber: shortText.optional(),
  poNumbers: z.array(shortText.min(1)).max(500).optional(),
  carrier: shortText.optional(),
  trailer: shortText.optional(),
  seal: shortText.optional(),
  billOfLading: shortText.optional(),
  eta: instant.optional(),
  requiredDocuments: z.array(documentType).max(20).optional(),
});

const lines = z.array(announcedLine).max(10_000);
const handlingUnits = z.array(announcedUnit).max(10_000);

/** Arguments of every command; the wire, the outbox and the HTTP routes all carry exactly these. */
export const COMMAND_ARGS = {
  announceShipment: z.object({
    ...announcedFacts.shape,
    shipmentId: id.optional(),
    number: shortText.min(1).optional(),
    warehouseId: id,
    supplierId: id.optional(),
    lines: lines.default([]),
    handlingUnits: handlingUnits.default([]),
  }),
  amendShipment: z.object({
    ...announcedFacts.shape,
    shipmentId: id,
    /** Sends it to another warehouse; only before it has arrived. */
    warehouseId: id.optional(),
    /** When given, replaces all lines (and units); only before counting has begun. */
    lines: lines.optional(),
    handlingUnits: handlingUnits.optional(),
  }),
  recordDeparture: onShipment.extend({ eta: instant.optional() }),
  recordArrival: onShipment.extend({ trailer: shortText.optional(), seal: shortText.optional() }),
  recordUnplannedArrival: z.object({
    shipmentId: id,
    warehouseId: id,
    supplierId: id.optional(),
    poNumber: shortText.optional(),
    carrier: shortText.optional(),
    trailer: shortText.optional(),
    note: longText.optional(),
  }),
  assignDoor: onShipment.extend({ doorId: id.optional() }),
  reportAtDoor: onShipment.extend({ doorId: id.optional() }),
  startUnloading: onShipment,
  startCounting: onShipment,
  recordScan: onShipment.extend({
    scanId: id,
    lineId: id.optional(),
    sscc: z.string().max(20).optional(),
    quantity: quantity.default('1'),
    /** What the scanner sent, kept as evidence. */
    raw: shortText.optional(),
  }),
  voidScan: onShipment.extend({ scanId: id }),
  setCount: onShipment.extend({ lineId: id, counted: quantity, damaged: quantity.optional() }),
  completeCount: onShipment,
  closeShipment: onShipment.extend({
    /** Sentence that waives missing required documents. */
    waiver: reason.optional(),
    /** Sentence that says why stations are not waited for whose work on it is still to come, or may be. */
    withoutStations: reason.optional(),
  }),
  refuseShipment: onShipment.extend({
    reason,
    reasonCode: reasonCode.default('other'),
    evidence: z.array(id).max(50).default([]),
    leadPin: z.string().max(20).optional(),
  }),
  cancelShipment: onShipment.extend({ reason: reason.optional() }),
  reopenCount: onShipment.extend({ reason }),
  reopenShipment: onShipment.extend({ reason }),
  placeHold: onShipment.extend({ holdId: id, lineId: id.optional(), reason }),
  releaseHold: onShipment.extend({ holdId: id, reason: reason.optional() }),
  reportDiscrepancy: onShipment.extend({
    discrepancyId: id,
    lineId: id.optional(),
    kind: discrepancyKind,
    quantity: quantity.optional(),
    note: longText.optional(),
  }),
  addPhoto: onShipment.extend({ documentId: id, caption: shortText.optional(), lineId: id.optional() }),
  addNote: onShipment.extend({ noteId: id, text: longText.min(1) }),
  attachDocument: onShipment.extend({
    documentId: id,
    fileName: shortText.min(1),
    documentType,
    mediaType: z.string().min(1).max(100),
    fileSize: z.int().min(0),
    contentHash: z.string().regex(/^[0-9a-f]{64}$/),
    lineId: id.optional(),
    caption: shortText.optional(),
  }),
  requestInspection: onShipment.extend({
    inspectionId: id,
    lineId: id.optional(),
    checks: z.array(inspectionCheck).max(100).optional(),
    note: longText.optional(),
  }),
  claimInspection: onShipment.extend({ inspectionId: id }),
  recordInspectionResult: onShipment.extend({ inspectionId: id, result: checkResult }),
  completeInspection: onShipment.extend({
    inspectionId: id,
    quantities: inspectionQuantities,
    note: longText.optional(),
  }),
  reportRejection: onShipment.extend({
    rejectionId: id,
    lineId: id.optional(),
    quantity: quantity.optional(),
    reasonCode,
    note: longText.optional(),
    disposition: disposition.optional(),
    evidence: z.array(id).max(50).default([]),
  }),
  setCapacity: z
    .object({ warehouseId: id, total: z.int().min(0).max(10_000_000), available: z.int().min(0).max(10_000_000) })
    .refine((room) => room.available <= room.total, { message: 'available is more than total', path: ['available'] }),
  defineWarehouse: z.object({ warehouseId: id, name: shortText.min(1), timeZone: timeZone.default('UTC') }),
  defineDoor: z.object({
    doorId: id,
    warehouseId: id,
    name: shortText.min(1),
    kind: z.enum(['ambient', 'cold', 'hazmat', 'ground_level']).default('ambient'),
    inService: z.boolean().default(true),
  }),
  defineSupplier: z.object({ supplierId: id, name: shortText.min(1) }),
} as const satisfies Record<CommandName, z.ZodType>;

/** Parsed arguments (defaults filled in) of each command. */
export type CommandArgs = { [N in CommandName]: z.output<(typeof COMMAND_ARGS)[N]> };
/** What a sender writes (defaults may be left out). */
export type CommandInput = { [N in CommandName]: z.input<(typeof COMMAND_ARGS)[N]> };
/** A parsed command: its name with its own arguments. */
export type Command = { [N in CommandName]: { readonly type: N; readonly args: CommandArgs[N] } }[CommandName];
