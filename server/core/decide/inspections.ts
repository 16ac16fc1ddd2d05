import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { CheckResult } from '#contract/domain/inspection.ts';
import { DEFAULT_CHECKS, missingChecks } from '#contract/domain/inspection.ts';
import { deriveOutcome } from '#contract/domain/quality.ts';
import { addQuantity, compareQuantity, normaliseQuantity } from '#contract/domain/quantity.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import { conflict, noop, Ruled, rejected } from '../decision.ts';
import { lineOrNull, requireNew, requireShipment, requireStep } from '../gate.ts';
import type { Work } from '../work.ts';
import { putHold } from './holds.ts';
import { settle } from './settle.ts';

const MOST_RESULTS = 500;

const requireInspection = (work: Work, shipment: Shipment, id: string): Inspection => {
  const inspection = work.draft.row('inspection', id);
  if (inspection !== null && inspection.shipmentId === shipment.id) return inspection;
  throw rejected('not_found', 'There is no such inspection on this shipment. Nothing was changed.');
};

/** What a person takes on when they begin without having claimed first; a claim of somebody else is left alone. */
const claim = (work: Work, inspection: Inspection): Pick<Inspection, 'claimedAt' | 'claimedBy'> =>
  inspection.claimedBy === null
    ? { claimedAt: work.now, claimedBy: work.actor }
    : { claimedAt: inspection.claimedAt, claimedBy: inspection.claimedBy };

export const requestInspection = (work: Work, args: CommandArgs['requestInspection']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const lineId = lineOrNull(work, shipment, args.lineId);
  requireNew(work, 'inspection', args.inspectionId, shipment, (row) => row.lineId === lineId);
  if (args.lineId !== undefined && lineId === null) {
    throw rejected('invalid', 'There is no such line on this shipment. Nothing was changed.');
  }
  requireStep(work, shipment);
  work.draft.put('inspection', {
    id: args.inspectionId,
    shipmentId: shipment.id,
    lineId,
    status: 'requested',
    checks: args.checks ?? [...DEFAULT_CHECKS],
    results: [],
    requestedAt: work.now,
    requestedBy: work.actor,
    claimedAt: null,
    claimedBy: null,
    quantities: null,
    outcome: null,
    completedAt: null,
    completedBy: null,
    note: args.note ?? null,
  });
  return settle(work, shipment);
};

/** Takes an inspection on: the first wins, the second is told who did. */
export const claimInspection = (work: Work, args: CommandArgs['claimInspection']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const inspection = requireInspection(work, shipment, args.inspectionId);
  const over = inspection.status === 'completed' || inspection.status === 'voided';
  if (over) throw conflict('illegal_step', 'This inspection is already finished. Nothing was changed.', shipment);
  if (inspection.claimedBy?.id === work.actor.id) throw noop(shipment);
  if (inspection.claimedBy !== null) {
    throw conflict('already_claimed', `${inspection.claimedBy.name} has taken this inspection.`, shipment);
  }
  requireStep(work, shipment);
  work.draft.put('inspection', { ...inspection, ...claim(work, inspection), status: 'claimed' });
  return settle(work, shipment);
};

const sameResult = (a: CheckResult, b: CheckResult): boolean =>
  a.checkId === b.checkId &&
  a.passed === b.passed &&
  a.value === b.value &&
  JSON.stringify(a.documentIds ?? []) === JSON.stringify(b.documentIds ?? []);

/** Adds a result. Whoever recorded it saw it, so another inspector's claim does not refuse it; results only ever grow. */
export const recordInspectionResult = (work: Work, args: CommandArgs['recordInspectionResult']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const inspection = requireInspection(work, shipment, args.inspectionId);
  const latest = inspection.results.filter((result) => result.checkId === args.result.checkId).at(-1);
  if (latest !== undefined && sameResult(latest, args.result)) throw noop(shipment);
  if (inspection.status === 'voided') throw conflict('illegal_step', 'This inspection was voided.', shipment);
  requireStep(work, shipment);
  if (inspection.status === 'completed') {
    const message = 'The inspection was already completed. History keeps this result; nothing else was changed.';
    if (work.submission.late === 'refuse') throw conflict('illegal_step', message, shipment);
    throw new Ruled({ verdict: 'superseded', message, shipment });
  }
  if (inspection.results.length >= MOST_RESULTS) throw rejected('too_large', 'This inspection is full of results.');
  const result = { ...args.result, recordedBy: work.actor, recordedAt: work.happenedAt() };
  const results = [...inspection.results, result];
  work.draft.put('inspection', { ...inspection, ...claim(work, inspection), status: 'in_progress', results });
  return settle(work, shipment);
};

type Split = NonNullable<Inspection['quantities']>;

const requireSum = (split: Split): Split => {
  const sum = addQuantity(addQuantity(split.accepted, split.rejected), split.held);
  if (compareQuantity(sum, split.inspected) !== 0) {
    const message = `Accepted, rejected and held make ${sum}, but ${split.inspected} were inspected. Nothing was saved.`;
    throw rejected('quantities_do_not_add_up', message);
  }
  return {
    inspected: normaliseQuantity(split.inspected),
    accepted: normaliseQuantity(split.accepted),
    rejected: normaliseQuantity(split.rejected),
    held: normaliseQuantity(split.held),
  };
};

/** Labels of required checks without a result. Only of work from stations, which show check by check; another system has a list of its own. */
const unlooked = (work: Work, { checks, results }: Inspection): string[] =>
  work.submission.late === 'refuse' ? [] : missingChecks({ checks, results }).map(({ label }) => label);

/** Throws unless somebody has taken it and every required check was looked at. */
const requireLooked = (work: Work, shipment: Shipment, inspection: Inspection): void => {
  if (inspection.status === 'requested') {
    throw conflict('illegal_step', 'Nobody has taken this inspection. Take it first; nothing was saved.', shipment);
  }
  const labels = unlooked(work, inspection);
  if (labels.length === 0) return;
  throw conflict('blocked', `Required checks have no result yet: ${labels.join('; ')}. Nothing was saved.`, shipment);
};

/**
 * Ends an inspection that somebody has taken. Goods rejected or held put a hold on their scope; booking in goes on. What a station found
 * bad is held also when it was not taken or looked at as it should have been: that is the safe direction, and history says what was left
 * out.
 */
export const completeInspection = (work: Work, args: CommandArgs['completeInspection']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const inspection = requireInspection(work, shipment, args.inspectionId);
  const quantities = requireSum(args.quantities);
  if (inspection.status === 'completed' && JSON.stringify(inspection.quantities) === JSON.stringify(quantities)) {
    throw noop(shipment);
  }
  const over = inspection.status === 'completed' || inspection.status === 'voided';
  if (over) throw conflict('illegal_step', 'This inspection is already finished. Nothing was changed.', shipment);
  if (inspection.claimedBy !== null && inspection.claimedBy.id !== work.actor.id) {
    throw conflict('already_claimed', `${inspection.claimedBy.name} has taken this inspection.`, shipment);
  }
  requireStep(work, shipment);
  const outcome = deriveOutcome(quantities);
  const isKept = outcome !== 'passed' && work.submission.late === 'keep';
  if (!isKept) requireLooked(work, shipment, inspection);
  const without = unlooked(work, inspection);
  if (without.length > 0) work.notes.checksWithoutResult = without;
  const done = {
    ...claim(work, inspection),
    quantities,
    outcome,
    completedAt: work.happenedAt(),
    completedBy: work.actor,
  };
  const note = args.note ?? inspection.note;
  work.draft.put('inspection', { ...inspection, ...done, status: 'completed', note });
  if (outcome === 'passed') return settle(work, shipment);
  const reason = `Inspection: ${quantities.rejected} rejected, ${quantities.held} held of ${quantities.inspected}`;
  return putHold(work, shipment, work.given.deriveId('hold', inspection.id), inspection.lineId, reason);
};
