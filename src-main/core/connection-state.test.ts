import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import { type ConnectionEvent, reduceConnection } from './connection-state.ts';

const T0 = '2026-11-23T08:00:00.000Z';
const T1 = '2026-11-23T08:00:10.000Z';

const STATES = {
  offline: { kind: 'offline', since: T0 },
  connecting: { kind: 'connecting', attempt: 2, since: T0 },
  live: { kind: 'live', transport: 'websocket', latencyMs: 7 },
  polling: { kind: 'polling', reason: 'socket_silent', since: T0 },
  refused: { kind: 'refused', code: 'token_expired' },
} as const satisfies Record<string, ConnectionState>;

const EVENTS = {
  asked: { type: 'asked', at: T1 },
  trying: { type: 'trying', attempt: 3 },
  live: { type: 'live', transport: 'http' },
  transport: { type: 'transport', transport: 'http' },
  latency: { type: 'latency', ms: 9 },
  lost: { type: 'lost', at: T1 },
  polling: { type: 'polling', reason: 'socket_unreachable', at: T1 },
  unreachable: { type: 'unreachable', at: T1 },
  refused: { type: 'refused', code: 'token_invalid' },
  ended: { type: 'ended', at: T1 },
} as const satisfies Record<string, ConnectionEvent>;

const SAME = 'same';
const live = { kind: 'live', transport: 'http', latencyMs: null };
const refused = { kind: 'refused', code: 'token_invalid' };
const offlineSince = (since: string) => ({ kind: 'offline', since });
const pollingSince = (since: string) => ({ kind: 'polling', reason: 'socket_unreachable', since });

/** Every event in every state: what comes of it. */
const TABLE: Record<keyof typeof STATES, Record<keyof typeof EVENTS, unknown>> = {
  offline: {
    asked: { kind: 'connecting', attempt: 1, since: T0 },
    trying: SAME,
    live,
    transport: SAME,
    latency: SAME,
    lost: SAME,
    polling: pollingSince(T0),
    unreachable: SAME,
    refused,
    ended: offlineSince(T0),
  },
  connecting: {
    asked: SAME,
    trying: { kind: 'connecting', attempt: 3, since: T0 },
    live,
    transport: SAME,
    latency: SAME,
    lost: SAME,
    polling: pollingSince(T0),
    unreachable: offlineSince(T0),
    refused,
    ended: offlineSince(T0),
  },
  live: {
    asked: SAME,
    trying: SAME,
    live,
    transport: { kind: 'live', transport: 'http', latencyMs: 7 },
    latency: { kind: 'live', transport: 'websocket', latencyMs: 9 },
    lost: { kind: 'connecting', attempt: 1, since: T1 },
    polling: pollingSince(T1),
    unreachable: offlineSince(T1),
    refused,
    ended: offlineSince(T1),
  },
  polling: {
    asked: SAME,
    trying: SAME,
    live,
    transport: SAME,
    latency: SAME,
    lost: SAME,
    polling: pollingSince(T0),
    unreachable: offlineSince(T1),
    refused,
    ended: offlineSince(T1),
  },
  refused: {
    asked: { kind: 'connecting', attempt: 1, since: T1 },
    trying: SAME,
    live,
    transport: SAME,
    latency: SAME,
    lost: SAME,
    polling: pollingSince(T1),
    unreachable: SAME,
    refused,
    ended: offlineSince(T1),
  },
};

describe('reduceConnection', () => {
  for (const [from, row] of Object.entries(TABLE) as [keyof typeof STATES, (typeof TABLE)['live']][]) {
    for (const [name, expected] of Object.entries(row) as [keyof typeof EVENTS, unknown][]) {
      it(`${from} + ${name}`, () => {
        const next = reduceConnection(STATES[from], EVENTS[name]);
        if (expected === SAME) expect(next).toBe(STATES[from]);
        else expect(next).toEqual(expected);
      });
    }
  }

  it('says nothing new with an event that changes nothing', () => {
    expect(reduceConnection(STATES.live, { type: 'latency', ms: 7 })).toBe(STATES.live);
    expect(reduceConnection(STATES.live, { type: 'transport', transport: 'websocket' })).toBe(STATES.live);
    expect(reduceConnection(STATES.refused, { type: 'refused', code: 'token_expired' })).toBe(STATES.refused);
    expect(reduceConnection(STATES.connecting, { type: 'trying', attempt: 2 })).toBe(STATES.connecting);
    const polling: ConnectionEvent = { type: 'polling', reason: 'socket_silent', at: T1 };
    expect(reduceConnection(STATES.polling, polling)).toBe(STATES.polling);
  });

  it('counts "offline since" from when contact was lost, not from the last try', () => {
    const lost = reduceConnection(STATES.live, { type: 'lost', at: T0 });
    const tried = reduceConnection(lost, { type: 'trying', attempt: 2 });
    expect(reduceConnection(tried, { type: 'unreachable', at: T1 })).toEqual(offlineSince(T0));
  });
});
