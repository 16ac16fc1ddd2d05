import { type ConnectionState, reachesServer } from '#contract/bridge/connection.ts';
import type { Coverage } from '#contract/bridge/view.ts';

/**
 * Whether what is shown lacks something: `loading` while the rest is on its way, `stopped` when the server cannot be reached
 * before it was all here, null when it is all here. A first attempt is part of loading, further attempts are an outage.
 */
export type Loading = 'loading' | 'stopped' | null;

export const loadingOf = (coverage: Coverage, connection: ConnectionState): Loading => {
  if (coverage === 'whole') return null;
  const isFirstTry = connection.kind === 'connecting' && connection.attempt <= 1;
  return isFirstTry || reachesServer(connection) ? 'loading' : 'stopped';
};
