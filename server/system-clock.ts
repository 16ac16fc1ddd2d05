import type { Clock } from './core/clock.ts';

/** The machine's time; `now` may be another reading of it. */
export const systemClock = (now: () => number = Date.now): Clock => ({
  now,
  elapsed: () => performance.now(),
  setTimer: (delayMs, run) => {
    // A timer takes a millisecond at least, which what is due now need not wait.
    if (delayMs <= 0) {
      const immediate = setImmediate(run);
      return () => clearImmediate(immediate);
    }
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
});
