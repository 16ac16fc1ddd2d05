import type { CommandArgs } from '#contract/domain/command-args.ts';
import { normaliseQuantity } from '#contract/domain/quantity.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { rejected } from '../decision.ts';
import { lineOrNull, requireNew, requireShipment, requireStep } from '../gate.ts';
import type { Work } from '../work.ts';
import { settle } from './settle.ts';

// What people report about a shipment. Records are only ever added; a correction is a new record.

export const reportDiscrepancy = (work: Work, args: CommandArgs['reportDiscrepancy']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const note = args.note ?? null;
  const same = (row: { kind: string; note: string | null }): boolean => row.kind === args.kind && row.note === note;
  requireNew(work, 'discrepancy', args.discrepancyId, shipment, same);
  requireStep(work, shipment);
  work.draft.put('discrepancy', {
    id: args.discrepancyId,
    shipmentId: shipment.id,
    lineId: lineOrNull(work, shipment, args.lineId),
    kind: args.kind,
    quantity: args.quantity === undefined ? null : normaliseQuantity(args.quantity),
    note,
    reportedAt: work.happenedAt(),
    reportedBy: work.actor,
  });
  return settle(work, shipment);
};

export const addNote = (work: Work, args: CommandArgs['addNote']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  requireNew(work, 'note', args.noteId, shipment, (row) => row.text === args.text);
  requireStep(work, shipment);
  const note = { id: args.noteId, shipmentId: shipment.id, text: args.text };
  work.draft.put('note', { ...note, writtenAt: work.happenedAt(), writtenBy: work.actor });
  return shipment;
};

/** Rejects goods: a line's when one is named, else the whole shipment's. */
export const reportRejection = (work: Work, args: CommandArgs['reportRejection']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const same = (row: { reasonCode: string }): boolean => row.reasonCode === args.reasonCode;
  requireNew(work, 'rejection', args.rejectionId, shipment, same);
  if (args.reasonCode === 'other' && (args.note ?? '').trim() === '') {
    throw rejected('invalid', 'The reason "other" needs words: say in the note what is wrong. Nothing was saved.');
  }
  requireStep(work, shipment);
  const lineId = lineOrNull(work, shipment, args.lineId);
  work.draft.put('rejection', {
    id: args.rejectionId,
    shipmentId: shipment.id,
    scope: lineId === null ? 'shipment' : 'line',
    lineId,
    quantity: args.quantity === undefined ? null : normaliseQuantity(args.quantity),
    reasonCode: args.reasonCode,
    note: args.note ?? null,
    disposition: args.disposition ?? null,
    evidence: args.evidence,
    reportedAt: work.happenedAt(),
    reportedBy: work.actor,
  });
  return settle(work, shipment);
};
