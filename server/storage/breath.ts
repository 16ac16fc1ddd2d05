import type { Run } from './compiled.ts';

/** Milliseconds that work may hold up everything else in this process at one go. */
const LONGEST_MS = 8;

/** The breath of one long piece of work: between its steps, sockets and timers have their turn. */
export class Breath {
  #since = performance.now();

  /** Resolves once the others have had their turn; null when it is not time yet, so that short work never waits. */
  take(): Promise<void> | null {
    if (performance.now() - this.#since < LONGEST_MS) return null;
    return new Promise((resolve) => {
      setImmediate(() => {
        this.#since = performance.now();
        resolve();
      });
    });
  }

  /** The same `run`, with a breath before a statement when it is time for one. */
  within(run: Run): Run {
    return (query) => this.take()?.then(() => run(query)) ?? run(query);
  }
}
