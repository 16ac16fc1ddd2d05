import type { ProblemCode } from '../wire/errors.ts';

/** How this station reaches the server right now: one union, read by the chip, the indicator and the link policy. */
export type ConnectionState =
  | { readonly kind: 'offline'; readonly since: string }
  | { readonly kind: 'connecting'; readonly attempt: number; readonly since: string }
  | { readonly kind: 'live'; readonly transport: 'websocket' | 'http'; readonly latencyMs: number | null }
  | { readonly kind: 'polling'; readonly reason: PollingReason; readonly since: string }
  | { readonly kind: 'refused'; readonly code: ProblemCode };

/** Why changes are fetched instead of pushed. */
export type PollingReason = 'socket_unreachable' | 'socket_silent';

/** True when the server answers, by whichever way: decisions may be made. */
export const reachesServer = (state: ConnectionState): boolean => state.kind === 'live' || state.kind === 'polling';
