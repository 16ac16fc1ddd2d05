import { z } from 'zod';
import { documentType } from '../domain/documents.ts';
import { id, instant } from '../domain/fields.ts';
import { capacity } from '../domain/places.ts';
import { shipment } from '../domain/shipment.ts';
import { inspection, rejection, shipmentDocument } from '../domain/shipment-records.ts';
import { shipmentStatus } from '../domain/status.ts';
import { awaitedStation } from './station-report.ts';
import { frame } from './sync.ts';

const event = <T extends string, S extends z.ZodRawShape>(type: T, shape: S) =>
  z.object({ type: z.literal(type), ...shape, timestamp: instant });

/** Position of the committed change an event tells of; absent on presence, which is not in the log. */
const seq = z.int().min(1);

/** The complete list of what the server may say on the socket. */
export const DOWN = {
  'shipment:updated': event('shipment:updated', {
    shipmentId: id,
    status: shipmentStatus,
    statusChangedAt: instant,
    changedBy: z.string(),
    shipment,
    seq,
  }),
  'document:uploaded': event('document:uploaded', {
    shipmentId: id,
    document: z.object({ ...shipmentDocument.shape, documentType }),
    seq,
  }),
  'user:viewing': event('user:viewing', {
    userId: id,
    userName: z.string(),
    socketId: z.string(),
    shipmentId: id,
    viewersCount: z.int(),
  }),
  /** With the listener's own `socketId`: the shipment has gone from their sight, and they are no longer in its room. */
  'user:disconnected': event('user:disconnected', {
    userId: id,
    userName: z.string(),
    socketId: z.string(),
    shipmentId: id,
    viewersCount: z.int(),
  }),
  'warehouse:capacity_updated': event('warehouse:capacity_updated', {
    warehouseId: id,
    capacity: capacity.pick({ total: true, available: true, utilization: true }),
    seq,
  }),
  'inspection:updated': event('inspection:updated', { shipmentId: id, inspection, seq }),
  'shipment:rejected': event('shipment:rejected', { shipmentId: id, rejection, seq }),
  'user:typing': event('user:typing', { userId: id, userName: z.string(), shipmentId: id, isTyping: z.boolean() }),
  /**
   * Stations whose work on this shipment is still to come, or may be: all of them, each time. To those of the house who look at it.
   * Not in the log: what it tells of is not.
   */
  'shipment:waiting': event('shipment:waiting', { shipmentId: id, waitingFor: z.array(awaitedStation) }),
  'sync:frame': frame,
  /**
   * This socket gets no more frames until it says hello again. `access`: what its person may see has changed, `group` is what it is
   * now. `behind`: it did not take what was sent fast enough.
   */
  'sync:scope': z.object({ group: z.string(), reason: z.enum(['access', 'behind']).default('access') }),
  /** The wire this client speaks is no longer served. */
  'sync:upgrade': z.object({ protocol: z.int(), oldest: z.int() }),
} as const;

export type DownEvent = keyof typeof DOWN;
export const DOWN_EVENTS = Object.keys(DOWN) as DownEvent[];
export type DownPayload = { [E in DownEvent]: z.infer<(typeof DOWN)[E]> };

/** The events of the guide, which clients and screens may listen to; frames and their kin are the link's own business. */
export const GUIDE_EVENTS = [
  'shipment:updated',
  'document:uploaded',
  'user:viewing',
  'user:disconnected',
  'warehouse:capacity_updated',
  'inspection:updated',
  'shipment:rejected',
  'user:typing',
] as const satisfies readonly DownEvent[];
export type GuideEvent = (typeof GUIDE_EVENTS)[number];
