import type { RawData } from 'ws';

/** Reads one message: the numbers of the changes in it. */
export type ReadChanges = (text: string) => readonly number[];

/** Milliseconds after which a burst counts as over. */
const BURST_MS = 30;

/**
 * One process stands in for hundreds of machines. Each of those would parse its own message only, so here messages are stamped as
 * they arrive and parsed when the burst is over, each with its own parsing added: nobody waits for what another one parses.
 */
export class Mailbox {
  readonly #delivered: (n: number, at: number) => void;
  #waiting: { readonly at: number; readonly data: RawData; readonly read: ReadChanges }[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(delivered: (n: number, at: number) => void) {
    this.#delivered = delivered;
  }

  put(data: RawData, read: ReadChanges): void {
    this.#waiting.push({ at: performance.now(), data, read });
    this.#timer ??= setTimeout(() => this.open(), BURST_MS);
  }

  /** Parses what has come; `delivered` hears of each change the moment it would have been at hand. */
  open(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const messages = this.#waiting;
    this.#waiting = [];
    for (const { at, data, read } of messages) {
      const started = performance.now();
      const numbers = read(String(data));
      const parsing = performance.now() - started;
      for (const n of numbers) this.#delivered(n, at + parsing);
    }
  }
}
