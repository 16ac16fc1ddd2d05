import { z } from 'zod';
import { documentType } from './documents.ts';
import { id, instant, longText, quantity, shortText } from './fields.ts';
import {
  checkResult,
  inspectionCheck,
  inspectionOutcome,
  inspectionQuantities,
  inspectionStatus,
} from './inspection.ts';
import { discrepancyKind, disposition, reasonCode } from './reasons.ts';
import { actor } from './roles.ts';

// What hangs on a shipment. Every record names its shipment, who made it and when the server recorded it.

export const shipmentDocument = z.object({
  id,
  shipmentId: id,
  fileName: shortText.min(1),
  documentType,
  mediaType: z.string().max(100),
  /** Bytes. */
  fileSize: z.int().min(0),
  /** SHA-256 of the bytes, hex: where they are stored and how a copy is checked. */
  contentHash: z.string().length(64),
  caption: shortText.nullable(),
  lineId: id.nullable(),
  uploadedAt: instant,
  uploadedBy: shortText,
  isVerified: z.boolean(),
});
export type ShipmentDocument = z.infer<typeof shipmentDocument>;

/** Many per shipment or line; a failed one never blocks booking goods in. */
export const inspection = z.object({
  id,
  shipmentId: id,
  lineId: id.nullable(),
  status: inspectionStatus,
  checks: z.array(inspectionCheck).max(100),
  results: z.array(checkResult).max(500),
  requestedAt: instant,
  requestedBy: actor,
  claimedAt: instant.nullable(),
  claimedBy: actor.nullable(),
  quantities: inspectionQuantities.nullable(),
  outcome: inspectionOutcome.nullable(),
  completedAt: instant.nullable(),
  completedBy: actor.nullable(),
  note: longText.nullable(),
});
export type Inspection = z.infer<typeof inspection>;

export const rejection = z.object({
  id,
  shipmentId: id,
  scope: z.enum(['shipment', 'line', 'handling_unit']),
  lineId: id.nullable(),
  quantity: quantity.nullable(),
  reasonCode,
  note: longText.nullable(),
  disposition: disposition.nullable(),
  /** Document ids of the photos and papers that show it. */
  evidence: z.array(id).max(50),
  reportedAt: instant,
  reportedBy: actor,
});
export type Rejection = z.infer<typeof rejection>;

/** Blocks put-away for its scope until released. Placing one is always allowed; releasing is a decision. */
export const hold = z.object({
  id,
  shipmentId: id,
  lineId: id.nullable(),
  reason: shortText,
  placedAt: instant,
  placedBy: actor,
  releasedAt: instant.nullable(),
  releasedBy: actor.nullable(),
  releaseReason: shortText.nullable(),
});
export type Hold = z.infer<typeof hold>;

export const discrepancy = z.object({
  id,
  shipmentId: id,
  lineId: id.nullable(),
  kind: discrepancyKind,
  quantity: quantity.nullable(),
  note: longText.nullable(),
  reportedAt: instant,
  reportedBy: actor,
});
export type Discrepancy = z.infer<typeof discrepancy>;

export const note = z.object({ id, shipmentId: id, text: longText, writtenAt: instant, writtenBy: actor });
export type Note = z.infer<typeof note>;
