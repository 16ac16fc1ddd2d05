import { setTimeout as sleep } from 'node:timers/promises';
import { storeFault } from './open-database.ts';

/** Milliseconds another program (backup, virus scanner, an administrator's tool) may hold a file before what waits for it has failed. */
const PATIENCE_MS = 5_000;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 160;

/** When patience runs out for what is asked for now, on the clock of `performance.now()`. */
export const patienceEnds = (): number => performance.now() + PATIENCE_MS;

/**
 * Does what a locked file refuses again and again, with the loop free in between; once in any case. What it does must have had no
 * effect when it fails. Rejects with its error when that is another, or when patience has run out at `until`.
 */
export const insist = async <T>(task: () => Promise<T> | T, until = patienceEnds()): Promise<T> => {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await task();
    } catch (error) {
      if (storeFault(error).kind !== 'locked' || performance.now() + pause > until) throw error;
    }
    await sleep(pause);
  }
};
