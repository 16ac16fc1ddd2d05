import type { ConnectionState, PollingReason } from '#contract/bridge/connection.ts';
import type { ProblemCode } from '#contract/wire/errors.ts';
import type { Transport } from './ports.ts';

/** `at` is an ISO instant of the device. */
export type ConnectionEvent =
  /** Somebody or something asks for a connection: start, a new token, "try now". */
  | { readonly type: 'asked'; readonly at: string }
  /** A try on the socket begins. */
  | { readonly type: 'trying'; readonly attempt: number }
  | { readonly type: 'live'; readonly transport: Transport }
  | { readonly type: 'transport'; readonly transport: Transport }
  | { readonly type: 'latency'; readonly ms: number }
  | { readonly type: 'lost'; readonly at: string }
  /** The socket is down, HTTP answers. */
  | { readonly type: 'polling'; readonly reason: PollingReason; readonly at: string }
  /** Neither answers. */
  | { readonly type: 'unreachable'; readonly at: string }
  | { readonly type: 'refused'; readonly code: ProblemCode }
  | { readonly type: 'ended'; readonly at: string };

const since = (state: ConnectionState, at: string): string =>
  state.kind === 'offline' || state.kind === 'connecting' ? state.since : at;

const never = (event: never): ConnectionState => event;

/**
 * Next state; the same object when nothing changes. `offline` lasts through every try in the background, so a screen says
 * "offline since 14:02" and does not flicker; `refused` lasts until the server accepts or cannot be reached by a person's ask.
 */
export const reduceConnection = (state: ConnectionState, event: ConnectionEvent): ConnectionState => {
  switch (event.type) {
    case 'asked':
      if (state.kind === 'live' || state.kind === 'polling' || state.kind === 'connecting') return state;
      return { kind: 'connecting', attempt: 1, since: since(state, event.at) };
    case 'trying':
      return state.kind === 'connecting' && state.attempt !== event.attempt
        ? { ...state, attempt: event.attempt }
        : state;
    case 'live':
      return { kind: 'live', transport: event.transport, latencyMs: null };
    case 'transport':
      return state.kind === 'live' && state.transport !== event.transport
        ? { ...state, transport: event.transport }
        : state;
    case 'latency':
      return state.kind === 'live' && state.latencyMs !== event.ms ? { ...state, latencyMs: event.ms } : state;
    case 'lost':
      return state.kind === 'live' ? { kind: 'connecting', attempt: 1, since: event.at } : state;
    case 'polling':
      if (state.kind === 'polling' && state.reason === event.reason) return state;
      return {
        kind: 'polling',
        reason: event.reason,
        since: state.kind === 'polling' ? state.since : since(state, event.at),
      };
    case 'unreachable':
      return state.kind === 'offline' || state.kind === 'refused'
        ? state
        : { kind: 'offline', since: since(state, event.at) };
    case 'refused':
      return state.kind === 'refused' && state.code === event.code ? state : { kind: 'refused', code: event.code };
    case 'ended':
      return { kind: 'offline', since: since(state, event.at) };
    default:
      return never(event);
  }
};
