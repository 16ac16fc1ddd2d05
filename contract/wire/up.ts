import { z } from 'zod';
import { id } from '../domain/fields.ts';
import { problemCode } from './errors.ts';
import { viewer } from './presence.ts';
import { awaitedStation, stationReport } from './station-report.ts';
import { hello, helloReply, pushReply, pushRequest } from './sync.ts';

const onShipment = z.object({ shipmentId: id });
const nothing = z.object({});

/** The complete list of what a client may say on the socket, each with what the server acknowledges when it agrees. */
export const UP = {
  'join:shipment': {
    payload: onShipment,
    ok: z.object({
      shipmentId: id,
      viewers: z.array(viewer),
      viewersCount: z.int(),
      /** For the house only; see `shipment:waiting`. */
      waitingFor: z.array(awaitedStation).default([]),
    }),
  },
  'leave:shipment': { payload: onShipment, ok: nothing },
  ping: { payload: z.unknown(), ok: z.object({ at: z.iso.datetime() }) },
  'typing:start': { payload: onShipment, ok: nothing },
  'typing:stop': { payload: onShipment, ok: nothing },
  'sync:hello': { payload: hello, ok: helloReply },
  'sync:push': { payload: pushRequest, ok: pushReply },
  'sync:report': { payload: stationReport, ok: nothing },
} as const;

export type UpEvent = keyof typeof UP;
export const UP_EVENTS = Object.keys(UP) as UpEvent[];
export type UpPayload = { [E in UpEvent]: z.input<(typeof UP)[E]['payload']> };
export type UpOk = { [E in UpEvent]: { ok: true } & z.output<(typeof UP)[E]['ok']> };

export const refusal = z.object({ ok: z.literal(false), code: problemCode, message: z.string() });
export type Refusal = z.infer<typeof refusal>;
export type Ack<E extends UpEvent> = UpOk[E] | Refusal;
