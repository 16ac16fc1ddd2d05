import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Coverage } from '#contract/bridge/view.ts';
import { createFakeStation } from '../testing/fake-station.ts';
import { openPage } from '../testing/page.tsx';
import { at } from '../testing/sample.ts';
import { indicatorKind } from './offline-indicator.tsx';

afterEach(cleanup);

const offline: ConnectionState = { kind: 'offline', since: at(-58) };
const polling: ConnectionState = { kind: 'polling', reason: 'socket_unreachable', since: at(-2) };

const open = async (connection: ConnectionState, unsent = 0, coverage: Coverage = 'whole') => {
  const fake = createFakeStation({ connection, unsent, coverage });
  const page = await openPage(fake);
  render(page.element);
  let rev = 1;
  const become = (next: ConnectionState): void => act(() => fake.push({ rev: ++rev, connection: next }));
  return { fake, become, ...page };
};

describe('connection chip', () => {
  it.each([
    [{ kind: 'live', transport: 'websocket', latencyMs: 3 }, 'Live', 'websocket'],
    [{ kind: 'live', transport: 'http', latencyMs: 80 }, 'Live over HTTP', 'http'],
    [polling, 'Polling', null],
    [{ kind: 'connecting', attempt: 1, since: at(0) }, 'Connecting', null],
    // Warehouse time: 14:02 UTC is 08:02 in Chicago.
    [offline, 'Offline since 08:02', null],
    [{ kind: 'refused', code: 'token_expired' }, 'Refused', null],
  ] as const)('%o says %s', async (connection, word, transport) => {
    await open(connection);
    const chip = screen.getByTestId('connection-chip');
    expect(chip.textContent).toBe(word);
    expect(chip.dataset.kind).toBe(connection.kind);
    expect(chip.getAttribute('data-transport')).toBe(transport);
    expect(chip.querySelector('svg')).not.toBeNull();
  });

  it.each([
    [{ kind: 'connecting', attempt: 1, since: at(0) }, 'Loading'],
    [polling, 'Loading'],
    // The next try has not reached the server yet.
    [{ kind: 'connecting', attempt: 3, since: at(0) }, 'Connecting'],
    [offline, 'Offline since 08:02'],
  ] as const)('with a part of the rows, %o says %s', async (connection, word) => {
    await open(connection, 0, 'part');
    expect(screen.getByTestId('connection-chip').textContent).toBe(word);
  });

  it('says how much is not sent and leads there', async () => {
    const { screens } = await open(offline, 12);
    fireEvent.click(screen.getByTestId('unsent-count'));
    expect(screen.getByText('12 not sent')).toBeTruthy();
    expect(screens.getState().screen.name).toBe('work');
  });

  it('says nothing of unsent work when there is none', async () => {
    await open(offline);
    expect(screen.queryByTestId('unsent-count')).toBeNull();
  });
});

describe('OfflineIndicator', () => {
  it('shows offline and polling mode, and hides by itself when live', async () => {
    const { become } = await open(offline);
    expect(screen.getByTestId('offline-indicator').dataset.kind).toBe('offline');
    expect(screen.getByTestId('offline-indicator').textContent).toContain('saved on this station');
    become(polling);
    expect(screen.getByTestId('offline-indicator').textContent).toContain('Using polling mode');
    become({ kind: 'live', transport: 'websocket', latencyMs: 1 });
    expect(screen.queryByTestId('offline-indicator')).toBeNull();
  });

  it('says how old the data is', async () => {
    await open(offline);
    expect(screen.getByTestId('offline-indicator').textContent).toMatch(/Data as of .*09:00 \(.+ ago\)/);
  });

  it('says so when there is no data at all', async () => {
    const fake = createFakeStation({ connection: offline, syncedAt: null, coverage: 'none' });
    render((await openPage(fake)).element);
    expect(screen.getByTestId('offline-indicator').textContent).toContain('No data has been fetched yet');
  });

  it('does not call a part of the data none', async () => {
    const fake = createFakeStation({ connection: offline, syncedAt: null, coverage: 'part' });
    render((await openPage(fake)).element);
    expect(screen.getByTestId('offline-indicator').textContent).toContain('Not all data has been fetched yet');
  });

  it('stays dismissed for this outage, and shows again in the next', async () => {
    const { become } = await open(offline);
    fireEvent.click(screen.getByLabelText('Dismiss'));
    expect(screen.queryByTestId('offline-indicator')).toBeNull();
    become({ kind: 'offline', since: at(-1) });
    expect(screen.queryByTestId('offline-indicator')).toBeNull();
    become({ kind: 'live', transport: 'websocket', latencyMs: 1 });
    become(offline);
    expect(screen.getByTestId('offline-indicator')).toBeTruthy();
  });

  it('does not blink between tries, and does not call a first try an outage', () => {
    expect(indicatorKind({ kind: 'connecting', attempt: 1, since: at(0) })).toBeNull();
    expect(indicatorKind({ kind: 'connecting', attempt: 4, since: at(0) })).toBe('offline');
    expect(indicatorKind({ kind: 'refused', code: 'token_invalid' })).toBe('refused');
  });
});

describe('LoadingBar', () => {
  it('is there while only a part of the rows is, says when that stopped, and goes when all are here', async () => {
    const { fake } = await open({ kind: 'connecting', attempt: 1, since: at(0) }, 0, 'part');
    const bar = () => screen.getByTestId('loading-bar');
    expect([bar().dataset.kind, bar().textContent]).toEqual(['loading', expect.stringContaining('still coming')]);
    act(() => fake.push({ rev: 2, connection: offline }));
    expect([bar().dataset.kind, bar().textContent]).toEqual(['stopped', expect.stringContaining('more is missing')]);
    act(() => fake.push({ rev: 3, connection: { kind: 'live', transport: 'websocket', latencyMs: 1 } }));
    expect(bar().dataset.kind).toBe('loading');
    act(() => fake.push({ rev: 4, coverage: 'whole' }));
    expect(screen.queryByTestId('loading-bar')).toBeNull();
  });
});
