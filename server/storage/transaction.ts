import type { CommandName } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Verdict } from '#contract/wire/sync.ts';
import { decide } from '../core/decide.ts';
import type { Decision, Given, HistoryDraft, InternalWrite, Write } from '../core/decision.ts';
import type { Submission } from '../core/submission.ts';
import { Breath } from './breath.ts';
import { BulkRead } from './bulk-read.ts';
import type { Session } from './compiled.ts';
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

/**
 * `offset` counts the changes staged up to and including it; the seq is the head before the transaction plus this. Null when
 * it changed no row; `position` is the count all the same.
 */
export type StagedHistory = { readonly draft: HistoryDraft; readonly offset: number | null; readonly position: number };
export type StagedVerdict = {
  readonly clientId: string;
  readonly userId: string;
  readonly hash: string;
  readonly offset: number;
  readonly verdict: Omit<Verdict, 'seq'>;
};

const CLIENTS = new BulkRead('client', ['client_id', 'last_n'], [], 'client_id');

type Savepoint = { state: number; changes: number; internals: number; history: number; verdicts: number };

/** Where decisions get what is neither in the database nor in the submission. */
export type Sources = Pick<Given, 'newId' | 'waitingFor'>;

/** One submission with the ids it was given, so that deciding it anew makes the same rows. */
export class Attempt {
  readonly submission: Submission;
  readonly origin: string | null;
  readonly #sources: Sources;
  readonly #ids: string[] = [];

  constructor(submission: Submission, origin: string | null, sources: Sources) {
    this.submission = submission;
    this.origin = origin;
    this.#sources = sources;
  }

  given(now: string): Given {
    let at = 0;
    const { waitingFor } = this.#sources;
    const newId = (): string => {
      const id = this.#ids[at] ?? this.#sources.newId();
      this.#ids[at] = id;
      at += 1;
      return id;
    };
    return { now, newId, deriveId, waitingFor };
  }
}

/**
 * Everything one database transaction decides, in memory until it is written: many small pieces of work share one commit,
 * and a piece that fails is undone alone. Its savepoints are therefore not SQL's.
 */
export class Transaction {
  readonly session: Session;
  readonly now: string;
  readonly state = new LoadedState();
  readonly changes: StagedChange[] = [];
  readonly internals: InternalWrite[] = [];
  readonly history: StagedHistory[] = [];
  readonly verdicts: StagedVerdict[] = [];

  readonly #lastN = new Map<string, number>();
  /** Nobody else writes meanwhile, and who reads does not see this transaction: it may take its time. */
  readonly #breath = new Breath();

  constructor({ db, run }: Session, now: string) {
    this.session = { db, run: this.#breath.within(run) };
    this.now = now;
  }

  get db(): Db {
    return this.session.db;
  }

  /** Reads ahead what all of these will need, with a few statements. */
  async expect(attempts: readonly Attempt[], clientIds: readonly string[]): Promise<void> {
    const queries = attempts.flatMap((attempt) => prefetch(attempt.submission, attempt.given(this.now)));
    await loadState(this.session, this.state, queries);
    const unread = [...new Set(clientIds)];
    for (const { client_id, last_n } of await CLIENTS.run(this.session, [], unread))
      this.#lastN.set(client_id, Number(last_n));
  }

  /** Highest number of a station with a verdict, before or within this transaction. Only of stations that were expected. */
  lastN(clientId: string): number {
    const staged = this.verdicts.findLast((each) => each.clientId === clientId);
    return staged?.verdict.n ?? this.#lastN.get(clientId) ?? 0;
  }

  /** Decides, reading whatever turns out to be needed, and stages what was decided. */
  async take(attempt: Attempt): Promise<Decision> {
    await this.#breath.take();
    for (;;) {
      try {
        const decision = decide(attempt.submission, this.state, attempt.given(this.now));
        this.#stage(decision, attempt);
        return decision;
      } catch (error) {
        if (!(error instanceof Absent)) throw error;
        await loadState(this.session, this.state, [error.query]);
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
    if (decision.history !== null)
      this.history.push({ draft: decision.history, offset, position: this.changes.length });
  }
}
