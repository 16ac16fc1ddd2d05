import { act, cleanup, fireEvent, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { HistoryEntry } from '#contract/wire/http.ts';
import { at, detail, tomek } from '../../testing/sample.ts';
import { openTab as open } from './shipment-for-tests.tsx';

afterEach(cleanup);

describe('history', () => {
  const entry = (part: Partial<HistoryEntry>): HistoryEntry => ({
    id: 'e-1',
    seq: 1,
    command: 'recordArrival',
    outcome: 'applied',
    fromStatus: 'announced',
    toStatus: 'arrived',
    actor: tomek,
    details: {},
    occurredAt: at(-30),
    recordedAt: at(-30),
    ...part,
  });
  const withHistory = async (history: HistoryEntry[], stale = false) => {
    const opened = await open('lines');
    opened.fake.answers.history = { history, fetchedAt: at(-1), stale };
    await act(async () => {
      fireEvent.mouseDown(screen.getByTestId('tab-history'), { button: 0 });
      fireEvent.click(screen.getByTestId('tab-history'));
    });
    return opened;
  };

  it('lists who did what, newest first, late facts with both times', async () => {
    await withHistory([
      entry({}),
      entry({
        id: 'e-2',
        seq: 2,
        command: 'startUnloading',
        outcome: 'superseded',
        toStatus: 'unloading',
        recordedAt: at(-2),
      }),
      entry({ id: 'e-3', seq: 3, command: 'placeHold', toStatus: null, details: { reason: 'Wet cartons' } }),
    ]);
    const rows = screen.getAllByTestId('history-row').map(({ textContent }) => textContent ?? '');
    expect(rows[0]).toContain('Tomek Wójcik placed a hold');
    expect(rows[0]).toContain('Wet cartons');
    expect(rows[1]).toContain('the shipment had moved on');
    expect(rows[1]).toContain('recorded');
    expect(rows[1]).not.toContain('Unloading');
    expect(rows[2]).toContain('Arrived');
  });

  it('keeps both sentences of a shipment that was closed without papers and stations', async () => {
    const details = { waiver: 'Paper copy', withoutStations: 'It was dropped' };
    await withHistory([entry({ command: 'closeShipment', toStatus: 'closed', details })]);
    expect(screen.getByTestId('history-row').textContent).toContain('Paper copyIt was dropped');
  });

  it('is asked anew when the shipment changes, keeping what is there meanwhile', async () => {
    const { fake } = await withHistory([entry({})]);
    fake.answers.history = { history: [entry({}), entry({ id: 'e-2', seq: 2 })], fetchedAt: at(0), stale: false };
    await act(async () => fake.pushShipment(detail({ updatedAt: at(1) })));
    expect(screen.getAllByTestId('history-row')).toHaveLength(2);
    fake.answers.broken = 'getHistory';
    await act(async () => fake.pushShipment(detail({ updatedAt: at(2) })));
    expect(screen.getAllByTestId('history-row')).toHaveLength(2);
  });

  it('says when it is an old copy', async () => {
    await withHistory([entry({})], true);
    expect(screen.getByText(/the server cannot be reached for a newer one/)).toBeTruthy();
  });

  it('says when there is none here, and asks again', async () => {
    const { fake } = await open('history');
    expect(screen.getByText('The history is not on this station')).toBeTruthy();
    fake.answers.history = { history: [entry({})], fetchedAt: at(0), stale: false };
    await act(async () => void fireEvent.click(screen.getByText('Try again')));
    expect(screen.getAllByTestId('history-row')).toHaveLength(1);
  });
});
