import { COMMAND_ARGS, type Command } from '#contract/domain/command-args.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Mutation, PushReply, Verdict } from '#contract/wire/sync.ts';
import { maySee } from '../core/gate.ts';
import { groupOf, type Scope } from '../core/scope.ts';
import type { Sender } from '../core/storage.ts';
import type { Submission } from '../core/submission.ts';
import { projectRow } from '../core/visibility.ts';
import { canonicalJson, originTag, sha256 } from './digest.ts';
import type { Job } from './group-committer.ts';
import { knownVerdicts, type LedgerPage } from './read-ledger.ts';
import { Attempt, type Sources, type Transaction } from './transaction.ts';

export type PushWork = {
  readonly sender: Sender;
  readonly clientId: string;
  readonly mutations: readonly Mutation[];
  /** The lead who approved a mutation by PIN, by its `n`. */
  readonly approvals: ReadonlyMap<number, Actor>;
};

/** A mutation read as far as it can be: something to decide, or why not. */
type Piece = {
  readonly mutation: Mutation;
  readonly hash: string;
  readonly attempt: Attempt | null;
  readonly misfit: string | null;
};

type Stop = NonNullable<PushReply['stoppedBy']>;
type Answer = { readonly offset: number; readonly verdict: Omit<Verdict, 'seq'> } | { readonly stored: Verdict };

/** Contents that tell a replay from a clash. A PIN is left out: a hash of so few digits would be the PIN itself. */
const payloadHash = ({ type, args: { leadPin: _, ...args }, base, occurredAt }: Mutation): string =>
  sha256(canonicalJson({ type, args, base, occurredAt }));

const pieceOf = (work: PushWork, mutation: Mutation, origin: string, sources: Sources): Piece => {
  const hash = payloadHash(mutation);
  const args = COMMAND_ARGS[mutation.type].safeParse(mutation.args);
  if (!args.success) {
    const issues = args.error.issues.map(({ path, message }) => `${path.join('.') || 'args'}: ${message}`);
    return { mutation, hash, attempt: null, misfit: `This does not fit: ${issues.slice(0, 5).join('; ')}.` };
  }
  const { base, clockOffsetMs, occurredAt, n } = mutation;
  const approvedBy = work.approvals.get(n);
  // The pair is right by construction; TypeScript cannot follow a union through its key.
  const command = { type: mutation.type, args: args.data } as Command;
  const about = 'shipmentId' in command.args ? command.args.shipmentId : undefined;
  const submission: Submission = {
    command,
    actor: work.sender.actor,
    scope: work.sender.scope,
    occurredAt,
    late: 'keep',
    bytes: 'unproven',
    ...(clockOffsetMs === undefined ? {} : { clockOffsetMs }),
    ...(base !== undefined && base.id === about ? { expectedVersion: base.version } : {}),
    ...(approvedBy === undefined ? {} : { approvedBy }),
  };
  return { mutation, hash, attempt: new Attempt(submission, origin, sources), misfit: null };
};

const stopOf = (n: number, code: 'identity_conflict' | 'out_of_order', message: string, expected?: number): Stop => ({
  n,
  code,
  message,
  ...(expected === undefined ? {} : { expected }),
});

/** Decides one new mutation and stages its verdict; a refusal is a verdict too, so it never blocks what comes after it. */
const takePiece = async (transaction: Transaction, work: PushWork, piece: Piece): Promise<Answer> => {
  const { mutation, hash, attempt, misfit } = piece;
  const start = transaction.savepoint();
  let verdict: Omit<Verdict, 'seq'>;
  if (attempt === null) {
    verdict = { n: mutation.n, verdict: 'rejected', code: 'invalid', message: misfit ?? 'This does not fit.' };
  } else {
    const decision = await transaction.take(attempt);
    const { code, message, shipment } = decision;
    const isShown = decision.verdict === 'conflict' && shipment !== null;
    const current = isShown ? projectRow(groupOf(work.sender.scope), 'shipment', shipment) : null;
    verdict = {
      n: mutation.n,
      verdict: decision.verdict,
      ...(code === undefined ? {} : { code }),
      ...(message === undefined ? {} : { message }),
      ...(current === null ? {} : { current }),
    };
  }
  transaction.endPiece(start);
  const offset = transaction.changes.length;
  const { clientId, sender } = work;
  transaction.verdicts.push({ clientId, userId: sender.actor.id, hash, offset, verdict });
  return { offset, verdict };
};

const OUT_OF_SIGHT =
  'This was decided before. You no longer see the shipment it is about; a lead who does can say more.';

/** A verdict as its sender may see it now, its words included: who sends again may have less in sight than who sent first. */
const asSeenBy = <V extends Omit<Verdict, 'seq'>>(scope: Scope, verdict: V): V => {
  const { current, ...rest } = verdict;
  if (current === undefined) return verdict;
  const shipment = current as Shipment;
  const seen = maySee(scope, shipment) ? projectRow(groupOf(scope), 'shipment', shipment) : null;
  return (seen === null ? { ...rest, message: OUT_OF_SIGHT } : { ...rest, current: seen }) as V;
};

/** The stored answer to a mutation that was decided before, or why it cannot be that mutation. */
const replay = ({ mutation: { n }, hash }: Piece, ledger: LedgerPage, { scope }: Sender): Answer | Stop => {
  const known = ledger.verdicts.get(n);
  // Older than the ledger reaches back: it had its effect, and what exactly was answered is no longer known.
  if (known === undefined) return { stored: { n, verdict: 'noop', seq: 0 } };
  if (known.hash === hash) {
    const { answer } = known;
    if ('stored' in answer) return { stored: asSeenBy(scope, answer.stored) };
    return { ...answer, verdict: asSeenBy(scope, answer.verdict) };
  }
  return stopOf(
    n,
    'identity_conflict',
    'Another station has sent other work under this number. Take a new station id.',
  );
};

const runPush = async (transaction: Transaction, work: PushWork, pieces: readonly Piece[]) => {
  const ledger = await knownVerdicts(
    transaction,
    work.clientId,
    pieces.map((piece) => piece.mutation.n),
  );
  const answers: Answer[] = [];
  let { lastN } = ledger;
  let stoppedBy: Stop | undefined;
  for (const piece of pieces) {
    const { n } = piece.mutation;
    if (n > lastN + 1) {
      stoppedBy = stopOf(n, 'out_of_order', `Work number ${lastN + 1} has to come first.`, lastN + 1);
      break;
    }
    const answer = n <= lastN ? replay(piece, ledger, work.sender) : await takePiece(transaction, work, piece);
    if ('code' in answer) {
      stoppedBy = answer;
      break;
    }
    answers.push(answer);
    if ('verdict' in answer) ledger.verdicts.set(n, { hash: piece.hash, answer });
    lastN = Math.max(lastN, n);
  }
  return { answers, lastN, stoppedBy };
};

/** One station's mutations, in order, each exactly once in effect. */
export const pushJob = (work: PushWork, sources: Sources): Job<PushReply> => {
  const origin = originTag(work.clientId);
  const pieces = work.mutations.map((mutation) => pieceOf(work, mutation, origin, sources));
  return {
    size: pieces.length,
    attempts: pieces.flatMap(({ attempt }) => attempt ?? []),
    clientId: work.clientId,
    run: async (transaction) => {
      const { answers, lastN, stoppedBy } = await runPush(transaction, work, pieces);
      return (base) => ({
        verdicts: answers.map((answer) =>
          'stored' in answer ? answer.stored : { ...answer.verdict, seq: base + answer.offset },
        ),
        lastN,
        ...(stoppedBy === undefined ? {} : { stoppedBy }),
      });
    },
  };
};
