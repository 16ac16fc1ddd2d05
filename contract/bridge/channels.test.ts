import { expect, test } from 'vitest';
import { PAGE_EVENTS, REQUEST_CHANNELS, REQUESTS, serverAddress, settingsChange } from './channels.ts';
import { reachesServer } from './connection.ts';

test('channels are noun:verb in lower case', () => {
  for (const channel of REQUEST_CHANNELS) expect(channel).toMatch(/^[a-z]+:[a-z-]+$/);
});

test('no channel accepts what its signature does not say', () => {
  for (const channel of REQUEST_CHANNELS) {
    expect(REQUESTS[channel].safeParse([Symbol('x'), 1, 2, 3, 4]).success, channel).toBe(false);
    expect(REQUESTS[channel].safeParse('garbage').success, channel).toBe(false);
  }
});

test('work is saved under a known command name only', () => {
  expect(REQUESTS['work:save'].safeParse(['recordArrival', { shipmentId: 's' }, null]).success).toBe(true);
  expect(REQUESTS['work:save'].safeParse(['eraseEverything', {}, null]).success).toBe(false);
  expect(REQUESTS['work:save'].safeParse(['recordArrival', { shipmentId: 's' }, { id: 's', version: 0 }]).success).toBe(
    false,
  );
});

test('a page can send presence on the socket, never data', () => {
  expect(PAGE_EVENTS).not.toContain('sync:push');
  expect(REQUESTS['link:emit'].safeParse(['sync:push', {}]).success).toBe(false);
});

test('settings are checked one by one', () => {
  expect(settingsChange.safeParse({ theme: 'dark' }).success).toBe(true);
  expect(settingsChange.safeParse({ theme: 'pink' }).success).toBe(false);
  expect(settingsChange.safeParse({ screenInches: 0 }).success).toBe(false);
  expect(serverAddress.safeParse({ serverUrl: '', token: 'x' }).success).toBe(false);
});

test('the server is reached when live or polling', () => {
  const since = '2026-11-23T05:00:00.000Z';
  expect(reachesServer({ kind: 'live', transport: 'http', latencyMs: null })).toBe(true);
  expect(reachesServer({ kind: 'polling', reason: 'socket_unreachable', since })).toBe(true);
  expect(reachesServer({ kind: 'offline', since })).toBe(false);
  expect(reachesServer({ kind: 'connecting', attempt: 1, since })).toBe(false);
  expect(reachesServer({ kind: 'refused', code: 'token_expired' })).toBe(false);
});
