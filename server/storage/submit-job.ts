import type { Decision } from '../core/decision.ts';
import { groupOf, type Scope } from '../core/scope.ts';
import type { IdempotencyKey } from '../core/storage.ts';
import type { Outcome, Submission, Written } from '../core/submission.ts';
import { projectRow } from '../core/visibility.ts';
import type { Job } from './group-committer.ts';
import { keepEffect } from './kept-answers.ts';
import { Attempt, type Sources, type Transaction } from './transaction.ts';

type Row = Record<string, unknown>;

/** A row as its sender may see it; the server itself sees all. */
const project = <R extends Row>(scope: Scope | null, entity: Written['entity'], row: R): R | null =>
  scope === null ? row : projectRow(groupOf(scope), entity, row);

/** What a decision comes to for its sender. `end` counts the changes staged so far, itself included. */
const outcomeOf = (
  { scope }: Submission,
  { verdict, code, message, shipment, writes }: Decision,
  end: number,
  base: number,
): Outcome => {
  const start = base + end - writes.length;
  const written = writes.flatMap(({ entity, id, row }, index): Written[] => {
    const visible = row === null ? null : project(scope, entity, row);
    return visible === null ? [] : [{ entity, id, row: visible, seq: start + index + 1 }];
  });
  return {
    verdict,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
    shipment: shipment === null ? null : project(scope, 'shipment', shipment),
    seq: base + end,
    written,
  };
};

const isRefused = ({ verdict }: Decision): boolean => verdict === 'rejected' || verdict === 'conflict';

/**
 * Commands in one piece: the first that is refused undoes those before it, and those after it are not looked at. That they took
 * effect is kept with them under `key`.
 */
export const submitJob = (
  submissions: readonly Submission[],
  sources: Sources,
  key?: IdempotencyKey,
): Job<Outcome[]> => {
  const attempts = submissions.map((submission) => new Attempt(submission, null, sources));
  return {
    size: submissions.length,
    attempts,
    clientId: null,
    run: async (transaction) => {
      const start = transaction.savepoint();
      const taken: { submission: Submission; decision: Decision; end: number }[] = [];
      for (const attempt of attempts) {
        const decision = await transaction.take(attempt);
        const { submission } = attempt;
        if (isRefused(decision)) {
          transaction.rollback(start);
          taken.push({ submission, decision: asItWas(transaction, decision), end: transaction.changes.length });
          break;
        }
        taken.push({ submission, decision, end: transaction.changes.length });
      }
      transaction.endPiece(start);
      const decisions = taken.map(({ decision }) => decision);
      if (key !== undefined && !decisions.some(isRefused)) {
        const about = decisions.flatMap(({ shipment }) => shipment?.id ?? []);
        await keepEffect(transaction, key, [...new Set(about)]);
      }
      return (base) => taken.map(({ submission, decision, end }) => outcomeOf(submission, decision, end, base));
    },
  };
};

/** A refusal with the shipment as it is now that earlier commands of the same list have been undone. */
const asItWas = (transaction: Transaction, decision: Decision): Decision =>
  decision.shipment === null
    ? decision
    : { ...decision, shipment: transaction.state.row('shipment', decision.shipment.id) };
