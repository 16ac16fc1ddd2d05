import type { Rate } from './realtime/token-bucket.ts';

/** What one client may cost. Benchmarks raise the rates; everything else runs on these. */
export type Limits = {
  /** HTTP requests a second per token or address, averaged over five seconds. */
  readonly requestsPerSecond: number;
  /** Socket events of one connection. */
  readonly events: Rate;
  readonly typing: Rate;
  /** Bytes of one document. */
  readonly documentBytes: number;
  /** Milliseconds that requests under way get when the server stops. */
  readonly drainMs: number;
};

const LIMITS: Limits = {
  requestsPerSecond: 200,
  events: { perSecond: 50, burst: 100 },
  typing: { perSecond: 5, burst: 5 },
  documentBytes: 50 * 1024 * 1024,
  drainMs: 30_000,
};

export const limitsOf = (given: Partial<Limits> = {}): Limits => ({ ...LIMITS, ...given });
