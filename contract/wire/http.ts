import { z } from 'zod';
import { announcedFacts, announcedLine } from '../domain/command-args.ts';
import { COMMAND_NAMES, type CommandName } from '../domain/command-table.ts';
import { id, instant, longText, quantity, shortText } from '../domain/fields.ts';
import { checkResult, inspectionCheck } from '../domain/inspection.ts';
import { capacity } from '../domain/places.ts';
import { disposition, reasonCode } from '../domain/reasons.ts';
import { actor, role } from '../domain/roles.ts';
import { shipment } from '../domain/shipment.ts';
import { rejection } from '../domain/shipment-records.ts';
import { shipmentStatus } from '../domain/status.ts';

export const health = z.object({ status: z.enum(['OK', 'STARTING', 'STOPPING']), ready: z.boolean() });

export const listQuery = z.object({
  warehouseId: id.optional(),
  status: shipmentStatus.optional(),
  /** Matches number, PO, supplier, trailer and carrier. */
  q: z.string().trim().max(100).optional(),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export const listReply = z.object({ shipments: z.array(shipment), nextCursor: z.string().nullable() });

export const historyEntry = z.object({
  id: z.string(),
  seq: z.int().nullable(),
  command: z.enum(COMMAND_NAMES as [CommandName, ...CommandName[]]),
  /** `superseded`: it arrived after the shipment had moved on, and is kept with its own time. */
  outcome: z.enum(['applied', 'superseded']),
  fromStatus: shipmentStatus.nullable(),
  toStatus: shipmentStatus.nullable(),
  actor,
  details: z.record(z.string(), z.unknown()),
  occurredAt: instant,
  recordedAt: instant,
});
export type HistoryEntry = z.infer<typeof historyEntry>;
export const historyReply = z.object({ history: z.array(historyEntry) });

export const announceBody = z.object({
  id: id.optional(),
  number: shortText.min(1).optional(),
  warehouseId: id,
  supplierId: id.optional(),
  ...announcedFacts.shape,
  lines: z.array(announcedLine).max(10_000).default([]),
});

export const statusBody = z.object({
  status: shipmentStatus,
  reason: shortText.optional(),
  expectedVersion: z.int().min(1).optional(),
  /** With `at_door`. */
  doorId: id.optional(),
});

export const rejectBody = z.object({
  reasonCode,
  quantity: z.union([quantity, z.number().nonnegative().transform(String)]).optional(),
  lineId: id.optional(),
  note: longText.optional(),
  disposition: disposition.optional(),
  evidence: z.array(id).max(50).optional(),
});
export const rejectReply = z.object({ success: z.literal(true), rejection });

export const inspectionBody = z.object({
  status: z.enum(['requested', 'claimed', 'in_progress', 'completed']),
  lineId: id.optional(),
  checks: z.array(inspectionCheck).max(100).optional(),
  note: longText.optional(),
  /** Results of checks, and on completion the split of quantities. */
  results: z
    .union([
      z.array(checkResult).max(500),
      z.object({
        checks: z.array(checkResult).max(500).optional(),
        inspected: quantity.optional(),
        accepted: quantity.optional(),
        rejected: quantity.optional(),
        held: quantity.optional(),
      }),
    ])
    .optional(),
});

export const capacityBody = z.object({ total: z.int().min(0), available: z.int().min(0) });
export const capacityReply = capacity.extend({ warehouseId: id });

export const asnWarning = z.object({ code: z.string(), message: z.string(), position: z.string() });
export type AsnWarning = z.infer<typeof asnWarning>;
export const asnReply = z.object({
  shipments: z.array(z.object({ id, number: z.string(), lines: z.int() })),
  warnings: z.array(asnWarning),
});

export const snapshotQuery = z.object({
  /** The snapshot whose transfer broke off, and how many lines after its head are there already. */
  snapshot: z.string().max(64).optional(),
  line: z.coerce.number().int().min(0).default(0),
});

/** What somebody may do and see from now on, whatever their token says; see `tokenClaims` for the meaning. */
export const accessBody = z
  .object({ role: role, warehouses: z.array(id).max(1000), supplierId: id.optional() })
  .refine(({ role, supplierId }) => role !== 'supplier' || supplierId !== undefined, {
    path: ['supplierId'],
    message: 'A supplier needs a supplierId.',
  });
export const accessReply = z.object({
  userId: id,
  role: role,
  warehouses: z.array(id),
  supplierId: id.nullable(),
  /** Tokens issued after this say for themselves again. */
  changedAt: instant,
});

export const changesQuery = z.object({
  from: z.coerce.number().int().min(0).default(0),
  epoch: z.string().max(64).optional(),
  chain: z.string().max(64).optional(),
  /** Seconds to wait for something to happen when there is nothing yet. */
  wait: z.coerce.number().min(0).max(30).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});
