import { ProblemError } from '#contract/wire/errors.ts';
import type { Writer } from './compiled.ts';
import { isOfOnePiece, toProblem } from './faults.ts';
import { type Attempt, Transaction } from './transaction.ts';
import { type Written, writeTransaction } from './write-transaction.ts';

/** Commands that share one commit at most. */
const MOST_PER_GROUP = 64;

/** Pieces of work that wait for a slow disk; whoever comes beyond that is told to come back, instead of memory filling up. */
const MOST_WAITING = 5_000;

/**
 * Work for the writer. `run` decides and stages within a transaction shared with others and returns how to tell the result
 * once the numbers are known (`base` is the head before the transaction). It may be run again after a failed commit.
 */
export type Job<T> = {
  readonly size: number;
  /** What will be decided, and for which station, to read ahead for the whole group at once. */
  readonly attempts: readonly Attempt[];
  readonly clientId: string | null;
  run(transaction: Transaction): Promise<(base: number) => T>;
};

type Waiting = {
  readonly job: Job<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
};
type Result = { readonly waiting: Waiting; readonly tell: (base: number) => unknown };

export type CommitterPorts = {
  /** `db` and `run` execute on the one connection on which `transact` opens its transactions. */
  readonly writer: Writer;
  /** ISO instant. */
  readonly now: () => string;
  /** After a commit that wrote changes: first this, then the answers, then `onAnswered`. Neither may throw. */
  readonly onWritten: (written: Written) => void;
  readonly onAnswered: (head: number) => void;
};

/**
 * The one writer. Work that arrives while a commit is on its way to the disk goes into the next one: a single caller never
 * waits for company, and under load the disk is asked once for up to 64 commands.
 */
export class GroupCommitter {
  readonly #ports: CommitterPorts;
  #queue: Waiting[] = [];
  #running: Promise<void> | null = null;
  #stopped = false;

  constructor(ports: CommitterPorts) {
    this.#ports = ports;
  }

  enqueue<T>(job: Job<T>): Promise<T> {
    if (this.#stopped) return Promise.reject(new ProblemError('stopping'));
    if (this.#queue.length >= MOST_WAITING) return Promise.reject(new ProblemError('too_fast'));
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ job, resolve: resolve as Waiting['resolve'], reject });
      this.#running ??= this.#drain();
    });
  }

  /** Refuses new work and resolves when all accepted work has been answered. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      // After the sockets have been read: everything that came in together commits together.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#commit(this.#nextGroup());
    }
    this.#running = null;
  }

  #nextGroup(): Waiting[] {
    let size = 0;
    const fits = this.#queue.findIndex(({ job }, index) => {
      size += job.size;
      return index > 0 && size > MOST_PER_GROUP;
    });
    return this.#queue.splice(0, fits < 0 ? this.#queue.length : fits);
  }

  async #commit(group: readonly Waiting[]): Promise<void> {
    let done: { results: Result[]; written: Written };
    try {
      done = await this.#transact(group);
    } catch (error) {
      // One piece may have spoilt it for the others: each gets its own commit. A full disk stays full for all.
      if (group.length > 1 && isOfOnePiece(error)) for (const waiting of group) await this.#commit([waiting]);
      else for (const waiting of group) waiting.reject(toProblem(error));
      return;
    }
    const { results, written } = done;
    const wrote = written.head > written.base;
    if (wrote) this.#ports.onWritten(written);
    for (const { waiting, tell } of results) {
      try {
        waiting.resolve(tell(written.base));
      } catch (error) {
        // It is committed all the same; but one answer that cannot be told must not leave the writer, and everybody after it, hanging.
        waiting.reject(error);
      }
    }
    if (wrote) this.#ports.onAnswered(written.head);
  }

  #transact(group: readonly Waiting[]): Promise<{ results: Result[]; written: Written }> {
    const { writer, now } = this.#ports;
    return writer.transact(async () => {
      const transaction = new Transaction(writer, now());
      const jobs = group.map(({ job }) => job);
      const attempts = jobs.flatMap((job) => job.attempts);
      await transaction.expect(
        attempts,
        jobs.flatMap(({ clientId }) => clientId ?? []),
      );
      const results: Result[] = [];
      for (const waiting of group) results.push({ waiting, tell: await waiting.job.run(transaction) });
      return { results, written: await writeTransaction(transaction) };
    });
  }
}
