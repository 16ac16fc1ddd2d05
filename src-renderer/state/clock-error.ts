/** An error of the device's clock up to this is nobody's business but that of Settings: no decision on the floor turns on it. */
const TOLERATED_MS = 2 * 60_000;

/** Which way a clock is wrong. */
export type ClockError = 'ahead' | 'behind';

/** How an offset from the server's clock, in ms and positive when ahead, is worth telling everybody; null when it is not. */
export const clockError = (offsetMs: number | null): ClockError | null => {
  if (offsetMs === null || Math.abs(offsetMs) <= TOLERATED_MS) return null;
  return offsetMs > 0 ? 'ahead' : 'behind';
};

/** The size of an offset in whole minutes, rounded to the nearest: half a minute more or less is how long a reader looks. */
export const minutesOf = (offsetMs: number): number => Math.round(Math.abs(offsetMs) / 60_000);
