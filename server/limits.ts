import type { TurnstileRules } from './core/turnstile.ts';
import type { Rate } from './realtime/token-bucket.ts';

/** What one client may cost. Benchmarks raise the rates; everything else runs on these. */
export type Limits = {
  /** HTTP requests a second per token or address, averaged over five seconds. */
  readonly requestsPerSecond: number;
  /** Socket events of one connection. */
  readonly events: Rate;
  readonly typing: Rate;
  /** Sockets opened by everybody together: after a restart the rest come a little later. */
  readonly handshakes: Rate;
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
  events: { perSecond: 50, burst: 100 },
  typing: { perSecond: 5, burst: 5 },
  handshakes: { perSecond: 200, burst: 200 },
  catchUps: { places: 8, queue: 400, patienceMs: 8_000 },
  snapshots: { places: 8, queue: 200, patienceMs: 8_000 },
  documentBytes: 50 * 1024 * 1024,
  drainMs: 30_000,
};

export const limitsOf = (given: Partial<Limits> = {}): Limits => ({ ...LIMITS, ...given });
