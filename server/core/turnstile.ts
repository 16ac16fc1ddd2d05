import { ProblemError } from '#contract/wire/errors.ts';
import type { Cancel, Clock } from './clock.ts';

export type TurnstileRules = {
  /** Let through at the same time. */
  readonly places: number;
  /** Waiting for a place; whoever comes beyond that is asked to come back. */
  readonly queue: number;
  /** Milliseconds that somebody waits at most. */
  readonly patienceMs: number;
};

type Waiting = { readonly enter: () => void; readonly callOff: Cancel };

/**
 * Lets a few through at a time, in the order they came, so that heavy reading for those who come back leaves room for what is live.
 */
export class Turnstile {
  readonly #rules: TurnstileRules;
  readonly #clock: Pick<Clock, 'setTimer'>;
  readonly #queue = new Set<Waiting>();
  #inside = 0;

  constructor(rules: TurnstileRules, clock: Pick<Clock, 'setTimer'>) {
    this.#rules = rules;
    this.#clock = clock;
  }

  get waiting(): number {
    return this.#queue.size;
  }

  /**
   * Resolves with the way out, to be called once done; rejects with `too_fast` when too many wait already, or after
   * `patienceMs`.
   */
  enter(): Promise<() => void> {
    if (this.#inside < this.#rules.places) return Promise.resolve(this.#admit());
    if (this.#queue.size >= this.#rules.queue) return Promise.reject(crowded());
    const { promise, resolve, reject } = Promise.withResolvers<() => void>();
    const waiting: Waiting = {
      enter: () => {
        waiting.callOff();
        resolve(this.#admit());
      },
      callOff: this.#clock.setTimer(this.#rules.patienceMs, () => {
        this.#queue.delete(waiting);
        reject(crowded());
      }),
    };
    this.#queue.add(waiting);
    return promise;
  }

  /** Runs `work` inside. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    const leave = await this.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }

  #admit(): () => void {
    this.#inside += 1;
    let isIn = true;
    return () => {
      if (!isIn) return;
      isIn = false;
      this.#inside -= 1;
      const [next] = this.#queue;
      if (next === undefined) return;
      this.#queue.delete(next);
      next.enter();
    };
  }
}

const crowded = (): ProblemError =>
  new ProblemError('too_fast', 'Many stations are coming back at once. This one is asked to try again in a moment.');
