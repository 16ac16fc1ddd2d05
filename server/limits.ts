import type { Rate } from './core/token-bucket.ts';
import type { TurnstileRules } from './core/turnstile.ts';

/** What one client may cost. Benchmarks raise the rates; everything else runs on these. */
export type Limits = {
  /** HTTP requests a second, averaged over five: of one person, or of one address where nobody has to sign in. */
  readonly requestsPerSecond: number;
  /** HTTP requests from one address that could not be signed in; those with a good token from there are not counted. */
  readonly strangersOfOne: Rate;
  /** Socket events of one connection. */
  readonly events: Rate;
  readonly typing: Rate;
  /** Of what a station says of its disk. */
  readonly reports: Rate;
  /** Sockets opened by everybody together: after a restart the rest come a little later. */
  readonly handshakes: Rate;
  /** Sockets opened from one address, behind which a whole warehouse may be. */
  readonly handshakesOfOne: Rate;
  /** Pages read for stations that catch up. */
  readonly catchUps: TurnstileRules;
  /** Snapshots sent at the same time. */
  readonly snapshots: TurnstileRules;
  /** Bytes of one document. */
  readonly documentBytes: number;
  /** Milliseconds that requests under way get when the server stops. */
  readonly drainMs: number;
};

const LIMITS: Limits = {
  requestsPerSecond: 200,
  // 300 stations behind one address whose tokens end together ask once or twice more before somebody signs in.
  strangersOfOne: { perSecond: 100, burst: 600 },
  events: { perSecond: 50, burst: 100 },
  typing: { perSecond: 5, burst: 5 },
  reports: { perSecond: 2, burst: 20 },
  // A thousand stations that lost their server try 333 times a second at most (back-off of 0 to 6 s). Each costs half a millisecond,
  // and a hello after it a fifth: at this rate a fifth of one core, and live changes go on beside them.
  handshakes: { perSecond: 300, burst: 500 },
  // 300 stations behind one address lose the server together and try all within a second, or 100 a second from then on. Less than
  // what all have, burst and rate, so that no address uses that up.
  handshakesOfOne: { perSecond: 100, burst: 300 },
  catchUps: { places: 8, queue: 400, patienceMs: 8_000 },
  snapshots: { places: 8, queue: 200, patienceMs: 8_000 },
  documentBytes: 50 * 1024 * 1024,
  drainMs: 30_000,
};

export const limitsOf = (given: Partial<Limits> = {}): Limits => ({ ...LIMITS, ...given });
