import { act, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createFakeStation } from '../testing/fake-station.ts';
import { openPage } from '../testing/page.tsx';
import { at, detail, line, document as paper, shipment, workItem } from '../testing/sample.ts';
import { openShipment as open, press, tidyUp, typeInto as type } from './shipment/shipment-for-tests.tsx';

afterEach(tidyUp);

describe('opening', () => {
  it('joins when shown and leaves when not', async () => {
    const { fake } = await open();
    expect(screen.getByTestId('shipment-screen').dataset).toMatchObject({ shipmentId: 's-1', status: 'announced' });
    await press('back');
    expect(fake.callsOf('openShipment')).toEqual([['s-1']]);
    expect(fake.callsOf('leaveShipment')).toEqual([['s-1']]);
    expect(screen.getByTestId('board')).toBeTruthy();
  });

  it('says when it is not known here', async () => {
    const fake = createFakeStation();
    const page = await openPage(fake, { name: 'shipment', shipmentId: 's-404' });
    await act(async () => void render(page.element));
    expect(screen.getByText('This shipment is not known here')).toBeTruthy();
  });

  it('can be tried again when reading failed', async () => {
    const fake = createFakeStation({}, [detail()]);
    fake.answers.broken = 'openShipment';
    const page = await openPage(fake, { name: 'shipment', shipmentId: 's-1' });
    await act(async () => void render(page.element));
    fake.answers.broken = null;
    await act(async () => void fireEvent.click(screen.getByText('Try again')));
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe('SH-1042');
  });

  it('shows others, not oneself, and who is typing', async () => {
    const viewer = (userId: string, userName: string) => ({ userId, userName, socketId: userId, since: at(0) });
    const { fake } = await open({
      viewers: [viewer('u-mara', 'Mara Lindqvist'), viewer('u-2', 'Tomek Wójcik'), viewer('u-2', 'Tomek Wójcik')],
    });
    expect(screen.getByTestId('viewers').textContent).toBe('TWTomek Wójcik');
    act(() => fake.pushShipment(detail({ typing: ['Tomek'] })));
    expect(screen.queryByTestId('viewers')).toBeNull();
    expect(screen.getByTestId('typing').textContent).toBe('Tomek is typing…');
    act(() => fake.pushShipment(detail({ typing: ['Tomek', 'Ana'] })));
    expect(screen.getByTestId('typing').textContent).toBe('Tomek and Ana are typing…');
  });

  it('says what blocks closing, and no longer once it has ended', async () => {
    const { fake } = await open({ status: 'received', activeHolds: 2, readiness: 'missing_required' });
    expect(screen.getByTestId('blocked-by').textContent).toBe(
      'Blocked by: 2 holds in force and required documents missing',
    );
    act(() => fake.pushShipment(detail({ status: 'closed', activeHolds: 2 })));
    expect(screen.queryByTestId('blocked-by')).toBeNull();
    expect(screen.getByText('Nothing more to do here')).toBeTruthy();
  });
});

describe('work that was not accepted', () => {
  it('says what happened, what is safe and what to do when a save is refused, until dismissed', async () => {
    const { fake } = await open();
    fake.answers.saved = { ok: false, code: 'needs_the_server', message: '' };
    await press('next-action');
    const notice = screen.getByTestId('save-error');
    expect(notice.textContent).toContain('Record arrival was not accepted');
    expect(notice.textContent).toContain('without the server');
    expect(notice.textContent).toContain('connected again');
    expect(screen.queryByTestId('saved')).toBeNull();
    await act(async () => void fireEvent.click(screen.getByText('Dismiss')));
    expect(screen.queryByTestId('save-error')).toBeNull();
  });

  it('does not claim to have saved when the bridge breaks', async () => {
    const { fake } = await open();
    fake.answers.broken = 'save';
    await press('next-action');
    expect(screen.getByTestId('save-error').textContent).toContain('could not be saved on this station');
  });

  it('shows work the server refused and lets a person mark it handled', async () => {
    const { fake } = await open({ pending: [workItem({ n: 7 }), workItem({ n: 8, state: 'unsent', code: null })] });
    expect(screen.getByTestId('refused-work').textContent).toContain('Assign door was not accepted');
    expect(screen.getByTestId('shipment-screen').textContent).toContain('1 not sent');
    await act(async () => void fireEvent.click(screen.getByText('Mark handled')));
    expect(fake.callsOf('markHandled')).toEqual([['client-0001', 7]]);
  });
});

describe('notes', () => {
  it('tells others about typing once, and that it stopped', async () => {
    vi.useFakeTimers();
    const { fake } = await open();
    type('note-input', 'P');
    type('note-input', 'Pa');
    expect(fake.callsOf('setTyping')).toEqual([['s-1', true]]);
    await act(() => vi.advanceTimersByTimeAsync(5000));
    expect(fake.callsOf('setTyping')).toEqual([
      ['s-1', true],
      ['s-1', false],
    ]);
  });

  it('saves the note and empties the box; keeps the text when it could not be saved', async () => {
    const { fake } = await open();
    type('note-input', '  Pallet 3 leans ');
    fake.answers.saved = { ok: false, code: 'disk_full', message: '' };
    await press('note-save');
    expect((screen.getByTestId('note-input') as HTMLInputElement).value).toBe('  Pallet 3 leans ');
    fake.answers.saved = { ok: true, n: 2 };
    await press('note-save');
    expect(fake.callsOf('save').at(-1)?.[1]).toEqual({
      shipmentId: 's-1',
      noteId: expect.any(String),
      text: 'Pallet 3 leans',
    });
    expect((screen.getByTestId('note-input') as HTMLInputElement).value).toBe('');
  });

  it('cannot be added once the shipment has ended', async () => {
    await open({ status: 'closed' });
    expect(screen.queryByTestId('note-input')).toBeNull();
    expect(screen.getByText(/The shipment has ended/)).toBeTruthy();
  });
});

describe('announcements', () => {
  it('say what others did, not what oneself did', async () => {
    const { fake } = await open();
    const { pending: _, ...row } = shipment({ status: 'arrived' });
    const event = {
      type: 'shipment:updated',
      shipmentId: 's-1',
      status: 'arrived',
      statusChangedAt: at(0),
      changedBy: 'Mara Lindqvist',
      shipment: row,
      seq: 5,
      timestamp: at(0),
    } as const;
    act(() => fake.pushEvent(event));
    expect(document.body.textContent).not.toContain('moved this to');
    act(() => fake.pushEvent({ ...event, changedBy: 'Tomek' }));
    expect(document.body.textContent).toContain('Tomek moved this to Arrived');
    act(() =>
      fake.pushEvent({
        type: 'document:uploaded',
        shipmentId: 's-1',
        document: paper({ fileName: 'POD.pdf' }),
        seq: 6,
        timestamp: at(0),
      }),
    );
    expect(document.body.textContent).toContain('Northwind Foods added POD.pdf');
  });
});

it('keeps lines in their order', async () => {
  await open({ lines: [line(3), line(1), line(2)] });
  expect(screen.getAllByTestId('line-row').map((row) => row.dataset.lineNumber)).toEqual(['1', '2', '3']);
});
