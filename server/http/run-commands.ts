import { COMMAND_ARGS, type Command, type CommandInput } from '#contract/domain/command-args.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import type { EntityName, EntityRow } from '#contract/domain/entities.ts';
import type { Actor } from '#contract/domain/roles.ts';
import { PROBLEMS, ProblemError } from '#contract/wire/errors.ts';
import type { Scope } from '../core/scope.ts';
import type { Storage, TookEffect } from '../core/storage.ts';
import type { Outcome, Submission } from '../core/submission.ts';
import type { Claim } from './idempotency.ts';
import type { Metrics } from './metrics.ts';
import { parseOrInvalid } from './problems.ts';

export type CommandPorts = { readonly storage: Storage; readonly metrics: Metrics; readonly now: () => number };

/** A command from what a request says; throws `invalid` when its arguments do not fit. */
export const commandOf = <N extends CommandName>(type: N, input: CommandInput[N]): Command =>
  // The pair is right by construction; TypeScript cannot follow a union through its key.
  ({ type, args: parseOrInvalid(COMMAND_ARGS[type], input) }) as Command;

const refusalOf = ({ verdict, code, message, shipment }: Outcome): ProblemError | null => {
  if (verdict !== 'rejected' && verdict !== 'conflict') return null;
  const problem = code ?? (verdict === 'conflict' ? 'version_conflict' : 'illegal_step');
  const current = PROBLEMS[problem].status === 409 && shipment !== null ? { shipment } : {};
  return new ProblemError(problem, message, current);
};

export type RunOptions = {
  readonly expectedVersion?: number | undefined;
  /** Of a request that does all its work with these commands: they are done once for its key. */
  readonly claim?: Claim | null;
};

/** What is there now of work that was done before. */
const outcomesLeft = async (storage: Storage, scope: Scope | null, { shipmentIds }: TookEffect): Promise<Outcome[]> => {
  const seq = storage.position().head;
  const found = await Promise.all(shipmentIds.map((id) => storage.findShipment(scope, id)));
  return found.map((shipment) => ({ verdict: 'applied', shipment, seq, written: [] }));
};

/**
 * Decides commands in one transaction, all or nothing, on behalf of the one who asks. Returns the outcomes; throws the first
 * refusal as a `ProblemError`, with the shipment as it is now when the decision was lost. What took effect before under the
 * request's `Idempotency-Key` is looked at as it is now instead.
 */
export const runCommands = async (
  { storage, metrics, now }: CommandPorts,
  { actor, scope }: { readonly actor: Actor; readonly scope: Scope | null },
  commands: readonly Command[],
  { expectedVersion, claim = null }: RunOptions = {},
): Promise<Outcome[]> => {
  if (claim !== null && claim.effect !== null) return outcomesLeft(storage, scope, claim.effect);
  const started = now();
  const occurredAt = new Date(started).toISOString();
  const submissions = commands.map(
    (command): Submission => ({
      command,
      actor,
      scope,
      occurredAt,
      late: 'refuse',
      ...(expectedVersion === undefined ? {} : { expectedVersion }),
    }),
  );
  const outcomes = await storage.submit(submissions, claim?.key);
  metrics.committed('http', (now() - started) / 1000);
  for (const outcome of outcomes) {
    const refusal = refusalOf(outcome);
    if (refusal !== null) throw refusal;
  }
  return outcomes;
};

/** The row as the commands left it; also when they changed nothing because it already was so. */
export const rowLeft = async <N extends EntityName>(
  storage: Storage,
  outcomes: readonly Outcome[],
  entity: N,
  id: string,
): Promise<EntityRow[N]> => {
  const written = outcomes
    .flatMap((outcome) => outcome.written)
    .findLast((each) => each.entity === entity && each.id === id);
  const row = (written?.row as EntityRow[N] | undefined) ?? (await storage.findRow(entity, id));
  if (row === null) throw new Error(`the commands left no ${entity}`);
  return row;
};
