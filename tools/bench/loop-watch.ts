import { type Spread, spread } from './stats.ts';

/** Milliseconds between two looks at the loop; taken off again, so that an idle loop is 0 late. */
const LOOK_MS = 1;

export type Stalls = Spread & { readonly looks: number };

/**
 * How late the loop of this process comes round: a timer every millisecond, and how much longer than that it took. `held` is the
 * part of it in which this thread had a processor: what is left of the stall where nothing else runs on the machine, but for waits
 * of its own, as for a disk; the system counts it in steps of up to 4 ms. What is watched is the time between `during`'s start and end; several of them add up.
 */
export class LoopWatch {
  readonly #late: number[] = [];
  readonly #held: number[] = [];

  async during<T>(work: () => Promise<T>): Promise<T> {
    let last = performance.now();
    let cpu = process.threadCpuUsage();
    const look = (): void => {
      const now = performance.now();
      const { user, system } = process.threadCpuUsage(cpu);
      this.#late.push(Math.max(0, now - last - LOOK_MS));
      this.#held.push(Math.min(now - last, (user + system) / 1_000));
      last = now;
      cpu = process.threadCpuUsage();
    };
    const timer = setInterval(look, LOOK_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
      // What went on to the very end has held up the loop as well.
      look();
    }
  }

  /** Milliseconds of this thread's processor time between two looks. */
  get held(): Spread {
    return spread(this.#held);
  }

  get stalls(): Stalls {
    return { ...spread(this.#late), looks: this.#late.length };
  }
}
