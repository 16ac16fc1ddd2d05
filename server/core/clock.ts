/** Calls off a timer; calling it again, or too late, does nothing. */
export type Cancel = () => void;

/** Time as the server sees it; whoever waits or measures gets it handed in. */
export interface Clock {
  /** Milliseconds since 1970; may jump. */
  now(): number;
  /** Milliseconds that never go backwards, for measuring how long something lasted. */
  elapsed(): number;
  /** Runs once after `delayMs`; with 0 or less as soon as what is waiting at the sockets has been read. */
  setTimer(delayMs: number, run: () => void): Cancel;
}
