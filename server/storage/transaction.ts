import type { CommandName } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Verdict } from '#contract/wire/sync.ts';
import { decide } from '../core/decide.ts';
import type { Decision, Given, HistoryDraft, InternalWrite, Write } from '../core/decision.ts';
import type { Submission } from '../core/submission.ts';
import { deriveId } from './digest.ts';
import { loadState } from './load-state.ts';
import { Absent, LoadedState } from './loaded-state.ts';
import { prefetch } from './prefetch.ts';
import type { Db } from './schema.ts';

/** A change that will get its number when the transaction is written. */
export type StagedChange = {
  readonly write: Write;
  /** The row as it will be stored; null when it goes. */
  readonly text: string | null;
  readonly command: CommandName;
  readonly actor: Actor;
  readonly origin: string | null;
  readonly occurredAt: string;
  /** Last of one indivisible piece of work. */
  ends: boolean;
};

/** `offset` counts the changes staged up to and including it; the seq is the head before the transaction plus this. */
export type StagedHistory = { readonly draft: HistoryDraft; readonly offset: number | null };
export type StagedVerdict = {
  readonly clientId: string;
  readonly userId: string;
  readonly hash: string;
  readonly offset: number;
  readonly verdict: Omit<Verdict, 'seq'>;
};

type Savepoint = { state: number; changes: number; internals: number; history: number; verdicts: number };

/** One submission with the ids it was given, so that deciding it anew makes the same rows. */
export class Attempt {
  readonly submission: Submission;
  readonly origin: string | null;
  readonly #newId: () => string;
  readonly #ids: string[] = [];

  constructor(submission: Submission, origin: string | null, newId: () => string) {
    this.submission = submission;
    this.origin = origin;
    this.#newId = newId;
  }

  given(now: string): Given {
    let at = 0;
    const newId = (): string => {
      const id = this.#ids[at] ?? this.#newId();
      this.#ids[at] = id;
      at += 1;
      return id;
    };
    return { now, newId, deriveId };
  }
}

/**
 * Everything one database transaction decides, in memory until it is written: many small pieces of work share one commit,
 * and a piece that fails is undone alone. Its savepoints are therefore not SQL's.
 */
export class Transaction {
  readonly db: Db;
  readonly now: string;
  readonly state = new LoadedState();
  readonly changes: StagedChange[] = [];
  readonly internals: InternalWrite[] = [];
  readonly history: StagedHistory[] = [];
  readonly verdicts: StagedVerdict[] = [];

  constructor(db: Db, now: string) {
    this.db = db;
    this.now = now;
  }

  /** Reads ahead what these will need. */
  async expect(attempts: readonly Attempt[]): Promise<void> {
    const queries = attempts.flatMap((attempt) => prefetch(attempt.submission, attempt.given(this.now)));
    await loadState(this.db, this.state, queries);
  }

  /** Decides, reading whatever turns out to be needed, and stages what was decided. */
  async take(attempt: Attempt): Promise<Decision> {
    for (;;) {
      try {
        const decision = decide(attempt.submission, this.state, attempt.given(this.now));
        this.#stage(decision, attempt);
        return decision;
      } catch (error) {
        if (!(error instanceof Absent)) throw error;
        await loadState(this.db, this.state, [error.query]);
      }
    }
  }

  /** Marks what was staged since the savepoint as one indivisible piece. */
  endPiece(since: Savepoint): void {
    const last = this.changes.at(-1);
    if (last !== undefined && this.changes.length > since.changes) last.ends = true;
  }

  savepoint(): Savepoint {
    return {
      state: this.state.mark(),
      changes: this.changes.length,
      internals: this.internals.length,
      history: this.history.length,
      verdicts: this.verdicts.length,
    };
  }

  rollback(to: Savepoint): void {
    this.state.rollback(to.state);
    this.changes.length = to.changes;
    this.internals.length = to.internals;
    this.history.length = to.history;
    this.verdicts.length = to.verdicts;
  }

  #stage(decision: Decision, { submission, origin }: Attempt): void {
    this.state.apply(decision);
    const { actor, occurredAt, command } = submission;
    for (const write of decision.writes) {
      const text = write.row === null ? null : JSON.stringify(write.row);
      this.changes.push({ write, text, command: command.type, actor, origin, occurredAt, ends: false });
    }
    this.internals.push(...decision.internals);
    const offset = decision.writes.length === 0 ? null : this.changes.length;
    if (decision.history !== null) this.history.push({ draft: decision.history, offset });
  }
}
