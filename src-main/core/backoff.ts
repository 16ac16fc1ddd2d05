import type { Random } from './ports.ts';

const FIRST_MS = 1_000;
/** What the slowest of a thousand needs to be back within eight seconds: docs/adr/0006-back-off-cap.md. */
const CAP_MS = 6_000;
/** A link that lasted less than this was no recovery: a server that accepts and drops must not be hammered. */
const STABLE_MS = 10_000;

/**
 * Full jitter: each delay is drawn from [0, ceiling), the ceiling doubles from 1 s to 6 s. A thousand stations that lost
 * the same server come back spread out, and the first of them within the second.
 */
export class Backoff {
  readonly #random: Random;
  #failures = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** Milliseconds to wait before the next try. */
  next(): number {
    const ceiling = Math.min(CAP_MS, FIRST_MS * 2 ** this.#failures);
    this.#failures = Math.min(this.#failures + 1, 10);
    return Math.floor(this.#random() * ceiling);
  }

  /** Call with how long the link lasted when it ends. */
  ended(lastedMs: number): void {
    if (lastedMs >= STABLE_MS) this.#failures = 0;
  }

  /** Somebody asked for it, or the network has just come back: start over. */
  reset(): void {
    this.#failures = 0;
  }
}
