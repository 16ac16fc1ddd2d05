import type { CommandArgs, CommandInput } from '#contract/domain/command-args.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { conflict, noop } from '../decision.ts';
import { requireShipment, requireStep } from '../gate.ts';
import { waitSentence } from '../wait-sentence.ts';
import type { Work } from '../work.ts';

/** A plain step along the way: noop when already there, else from where the table says, with what it records. */
const step = (work: Work, shipmentId: string, patch: (shipment: Shipment) => Partial<Shipment>): Shipment => {
  const shipment = requireShipment(work, shipmentId);
  if (shipment.status === work.rule.to) throw noop(shipment);
  requireStep(work, shipment);
  return work.advance(shipment, work.rule.to ?? shipment.status, patch(shipment));
};

type OnShipment = { readonly shipmentId: string };

/** startUnloading and startCounting. */
export const moveOn = (work: Work, args: OnShipment): Shipment => step(work, args.shipmentId, () => ({}));

export const completeCount = (work: Work, args: OnShipment): Shipment =>
  step(work, args.shipmentId, () => ({ receivedAt: work.happenedAt() }));

/** Closing is final for everybody but an admin, so nothing may be left that blocks: no hold, no missing paper, no work to come. */
export const closeShipment = (work: Work, args: CommandArgs['closeShipment']): Shipment =>
  step(work, args.shipmentId, (shipment) => {
    if (shipment.activeHolds > 0) {
      const holds = shipment.activeHolds === 1 ? 'A hold is' : `${shipment.activeHolds} holds are`;
      throw conflict('blocked', `${holds} in force. Release before closing.`, shipment);
    }
    if (shipment.readiness === 'missing_required' && args.waiver === undefined) {
      throw conflict('blocked', 'Required documents are missing. Attach them, or say why they are waived.', shipment);
    }
    const awaited = args.withoutStations === undefined ? work.given.waitingFor(shipment.id) : [];
    if (awaited.length > 0) throw conflict('blocked', waitSentence(awaited), shipment);
    return { closedAt: work.now };
  });

export const refuseShipment = (work: Work, args: CommandArgs['refuseShipment']): Shipment =>
  step(work, args.shipmentId, () => {
    const { approvedBy } = work.submission;
    if (approvedBy !== undefined) work.notes.approvedBy = approvedBy;
    return { reason: args.reason };
  });

export const cancelShipment = (work: Work, args: CommandArgs['cancelShipment']): Shipment =>
  step(work, args.shipmentId, () => ({ reason: args.reason ?? null }));

export const reopenCount = (work: Work, args: CommandInput['reopenCount']): Shipment =>
  step(work, args.shipmentId, () => ({ receivedAt: null, reason: args.reason }));

export const reopenShipment = (work: Work, args: CommandInput['reopenShipment']): Shipment =>
  step(work, args.shipmentId, () => ({ closedAt: null, reason: args.reason }));
