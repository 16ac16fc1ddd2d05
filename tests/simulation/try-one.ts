import fc from 'fast-check';
import { type Schedule, schedulesOf } from './actions.ts';
import type { Options } from './options.ts';
import { runSchedule } from './run-schedule.ts';
import { type Kind, Violation } from './violation.ts';

export type Result = {
  readonly seed: number;
  readonly operations: number;
  readonly trace: string;
  readonly violation: { readonly kind: Kind; readonly property: string; readonly message: string } | null;
  /** Where the smallest schedule that still fails is found, and how many operations it has. */
  readonly path: string | null;
  readonly shrunkTo: number;
};

/** Runs in search of a smaller schedule that fails too. */
const SHRINKS = 80;

const asViolation = (error: unknown): Violation =>
  error instanceof Violation
    ? error
    : new Violation(
        'illegal',
        'no fault goes unhandled',
        error instanceof Error ? (error.stack ?? error.message) : String(error),
      );

/** The schedule of one seed; when it fails, the smallest that could be found from it. */
export const tryOne = async (seed: number, { operations, stations, path, bug }: Options): Promise<Result> => {
  let trace = '';
  let runs = 0;
  let found: Violation | null = null;
  let smallest: Schedule | null = null;
  const property = fc.asyncProperty(schedulesOf(operations), async (schedule) => {
    runs += 1;
    // A bug only has to be caught; a smaller schedule is of no use to anybody.
    if (found !== null && (bug !== null || runs > SHRINKS)) return;
    try {
      const outcome = await runSchedule(schedule, stations);
      trace ||= outcome.trace;
    } catch (error) {
      found = asViolation(error);
      smallest = schedule;
      throw found;
    }
  });
  const how = { seed, numRuns: 1, ...(path === null ? {} : { path, endOnFailure: true }) };
  const smaller = await fc.check(property, how).then(
    ({ counterexamplePath }) => counterexamplePath,
    (error: unknown) => {
      // Among thousands of operations the search for fewer may overflow the stack: what was found stands, as it was found.
      if (found === null || !(error instanceof RangeError)) throw error;
      return null;
    },
  );
  const violation = found as Violation | null;
  return {
    seed,
    operations,
    trace,
    violation: violation && { kind: violation.kind, property: violation.property, message: violation.message },
    path: smaller,
    shrunkTo: (smallest as Schedule | null)?.actions.length ?? 0,
  };
};
