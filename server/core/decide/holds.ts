import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { noop, rejected } from '../decision.ts';
import { lineOrNull, requireNew, requireShipment, requireStep } from '../gate.ts';
import type { Work } from '../work.ts';
import { settle } from './settle.ts';

/** Places a hold: always the safe direction, so it needs no more than an open shipment. */
export const placeHold = (work: Work, args: CommandArgs['placeHold']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  requireNew(work, 'hold', args.holdId, shipment, (hold) => hold.reason === args.reason);
  requireStep(work, shipment);
  return putHold(work, shipment, args.holdId, lineOrNull(work, shipment, args.lineId), args.reason);
};

/** Writes a hold in force and settles the shipment's quality with it. */
export const putHold = (
  work: Work,
  shipment: Shipment,
  id: string,
  lineId: string | null,
  reason: string,
): Shipment => {
  const placed = { id, shipmentId: shipment.id, lineId, reason, placedAt: work.now, placedBy: work.actor };
  work.draft.put('hold', { ...placed, releasedAt: null, releasedBy: null, releaseReason: null });
  return settle(work, shipment);
};

export const releaseHold = (work: Work, args: CommandArgs['releaseHold']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const hold = work.draft.row('hold', args.holdId);
  if (hold === null || hold.shipmentId !== shipment.id) {
    throw rejected('not_found', 'There is no such hold on this shipment. Nothing was changed.');
  }
  if (hold.releasedAt !== null) throw noop(shipment);
  requireStep(work, shipment);
  const released = { releasedAt: work.now, releasedBy: work.actor, releaseReason: args.reason ?? null };
  work.draft.put('hold', { ...hold, ...released });
  return settle(work, shipment);
};
