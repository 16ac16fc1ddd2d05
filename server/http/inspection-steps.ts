import type { z } from 'zod';
import type { Command, CommandInput } from '#contract/domain/command-args.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { CheckResult, InspectionQuantities, InspectionStatus } from '#contract/domain/inspection.ts';
import { addQuantity } from '#contract/domain/quantity.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import type { inspectionBody } from '#contract/wire/http.ts';
import { commandOf } from './run-commands.ts';

type Body = z.output<typeof inspectionBody>;
type Wanted = Body['status'];
type Results = { readonly checks: readonly CheckResult[]; readonly split: Partial<InspectionQuantities> };

const ORDER: Readonly<Record<Exclude<InspectionStatus, 'voided'>, number>> = {
  requested: 0,
  claimed: 1,
  in_progress: 2,
  completed: 3,
};

/** An inspection is in progress once something is recorded; that it was begun is such a thing, and judges nothing. */
const BEGUN: CheckResult = { checkId: 'begun', passed: null };

const resultsOf = ({ results }: Body): Results => {
  if (results === undefined) return { checks: [], split: {} };
  if (Array.isArray(results)) return { checks: results, split: {} };
  const { checks = [], ...split } = results;
  return { checks, split: split as Partial<InspectionQuantities> };
};

/** What is there to be inspected: counted where it was, else announced, of the line or of all lines. */
const amountOf = (lineId: string | null, { lines }: Pick<ShipmentDetail, 'lines'>): string =>
  lines
    .filter((line) => lineId === null || line.id === lineId)
    .reduce((sum, line) => addQuantity(sum, line.counted ?? line.expected), '0');

/**
 * The split on completion. Said in full, it stands; not said at all, everything was inspected, and it is accepted when every
 * check passed and held otherwise: the safe direction.
 */
const splitOf = (results: Results, earlier: readonly CheckResult[], amount: string): InspectionQuantities => {
  const { inspected, accepted, rejected, held } = results.split;
  if (inspected !== undefined)
    return { inspected, accepted: accepted ?? '0', rejected: rejected ?? '0', held: held ?? '0' };
  if (accepted !== undefined || rejected !== undefined || held !== undefined) {
    const parts = [accepted, rejected, held].map((part) => part ?? '0');
    return {
      inspected: parts.reduce((sum, part) => addQuantity(sum, part)),
      accepted: parts[0] ?? '0',
      rejected: parts[1] ?? '0',
      held: parts[2] ?? '0',
    };
  }
  // A check that was looked at again counts as it was found last.
  const latest = new Map([...earlier, ...results.checks].map((result) => [result.checkId, result.passed]));
  const failed = [...latest.values()].includes(false);
  if (failed && amount === '0')
    throw new ProblemError('invalid', 'A check failed: say in results how much was inspected, rejected and held.');
  return { inspected: amount, accepted: failed ? '0' : amount, rejected: '0', held: failed ? amount : '0' };
};

export type InspectionSituation = {
  readonly shipment: Pick<ShipmentDetail, 'id' | 'lines'>;
  readonly inspectionId: string;
  readonly inspection: Inspection | null;
};

/**
 * The commands that bring an inspection to where a `PUT` wants it, in order; empty when it is there. Throws `illegal_step` when
 * it would have to go back.
 */
export const inspectionSteps = ({ shipment, inspectionId, inspection }: InspectionSituation, body: Body): Command[] => {
  const onInspection = { shipmentId: shipment.id, inspectionId };
  const status = inspection?.status ?? 'requested';
  const wanted: Wanted = body.status;
  if (status === 'voided' || ORDER[wanted] < ORDER[status])
    throw new ProblemError('illegal_step', `The inspection is ${status}; it does not go back to ${wanted}.`);
  const results = resultsOf(body);
  const commands: Command[] = [];
  if (inspection === null) {
    const asked: CommandInput['requestInspection'] = {
      ...onInspection,
      lineId: body.lineId,
      checks: body.checks,
      note: body.note,
    };
    commands.push(commandOf('requestInspection', asked));
  }
  // Claiming what is claimed tells the second one who was first.
  const claims = wanted === 'claimed' || (status === 'requested' && wanted !== 'requested');
  if (claims) commands.push(commandOf('claimInspection', onInspection));
  // A completed inspection that is sent again has its results already.
  if (status === 'completed') return commands;
  const begins = wanted === 'in_progress' && status !== 'in_progress' && results.checks.length === 0;
  for (const result of begins ? [BEGUN] : results.checks)
    commands.push(commandOf('recordInspectionResult', { ...onInspection, result }));
  if (wanted === 'completed') {
    const lineId = inspection?.lineId ?? body.lineId ?? null;
    const quantities = splitOf(results, inspection?.results ?? [], amountOf(lineId, shipment));
    commands.push(commandOf('completeInspection', { ...onInspection, quantities, note: body.note }));
  }
  return commands;
};
