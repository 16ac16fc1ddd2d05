import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { amendShipment, announceShipment } from './decide/announce.ts';
import { recordArrival, recordDeparture, recordUnplannedArrival } from './decide/arrive.ts';
import { recordScan, setCount, voidScan } from './decide/count.ts';
import { addPhoto, attachDocument } from './decide/documents.ts';
import { assignDoor, reportAtDoor } from './decide/doors.ts';
import { placeHold, releaseHold } from './decide/holds.ts';
import {
  claimInspection,
  completeInspection,
  recordInspectionResult,
  requestInspection,
} from './decide/inspections.ts';
import { defineDoor, defineSupplier, defineWarehouse, setCapacity } from './decide/places.ts';
import { addNote, reportDiscrepancy, reportRejection } from './decide/records.ts';
import {
  cancelShipment,
  closeShipment,
  completeCount,
  moveOn,
  refuseShipment,
  reopenCount,
  reopenShipment,
} from './decide/steps.ts';
import { type Decision, type Given, Ruled, type Ruling } from './decision.ts';
import { requireRole } from './gate.ts';
import { historyOf } from './history.ts';
import type { State } from './state.ts';
import type { Submission } from './submission.ts';
import { Work } from './work.ts';

type Rule<N extends CommandName> = (work: Work, args: CommandArgs[N]) => Shipment | null;

/** The rule of every command of the table. A rule writes into the draft and returns its shipment, or throws a ruling. */
const RULES: { readonly [N in CommandName]: Rule<N> } = {
  announceShipment,
  amendShipment,
  recordDeparture,
  recordArrival,
  recordUnplannedArrival,
  assignDoor,
  reportAtDoor,
  startUnloading: moveOn,
  startCounting: moveOn,
  recordScan,
  voidScan,
  setCount,
  completeCount,
  closeShipment,
  refuseShipment,
  cancelShipment,
  reopenCount,
  reopenShipment,
  placeHold,
  releaseHold,
  reportDiscrepancy,
  addPhoto,
  addNote,
  attachDocument,
  requestInspection,
  claimInspection,
  recordInspectionResult,
  completeInspection,
  reportRejection,
  setCapacity,
  defineWarehouse,
  defineDoor,
  defineSupplier,
};

type CommandOf<N extends CommandName> = { readonly [K in N]: { readonly type: K; readonly args: CommandArgs[K] } }[N];

const apply = <N extends CommandName>(work: Work, command: CommandOf<N>): Shipment | null => {
  const rule: Rule<N> = RULES[command.type];
  return rule(work, command.args);
};

/**
 * What a command does to the state: a ruling, the rows it writes and its line of history. Pure: the same submission on
 * the same state at the same time decides the same, and nothing is changed here. Only an `applied` decision writes rows;
 * a `superseded` one writes history alone. Throws only what `state` throws.
 */
export const decide = (submission: Submission, state: State, given: Given): Decision => {
  const work = new Work(submission, state, given);
  const { actor } = submission;
  try {
    requireRole(work);
    const shipment = apply(work, submission.command);
    const ruling: Ruling = { verdict: 'applied', shipment };
    const { draft } = work;
    return { ...ruling, actor, writes: draft.writes(), internals: draft.internals(), history: historyOf(work, ruling) };
  } catch (error) {
    if (!(error instanceof Ruled)) throw error;
    const { ruling } = error;
    const history = ruling.verdict === 'superseded' ? historyOf(work, ruling) : null;
    return { ...ruling, actor, writes: [], internals: [], history };
  }
};
