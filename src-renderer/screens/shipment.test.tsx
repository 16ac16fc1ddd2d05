import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ShipmentView, StationView } from '#contract/bridge/view.ts';
import type { Role } from '#contract/domain/roles.ts';
import { HOLD_MS } from '../components/hold-button.tsx';
import { createFakeStation } from '../testing/fake-station.ts';
import { openPage } from '../testing/page.tsx';
import { at, detail, door, line, document as paper, session, shipment, workItem } from '../testing/sample.ts';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const hold = (id: string, part = {}) => ({
  id,
  shipmentId: 's-1',
  lineId: null,
  reason: 'Wet cartons',
  placedAt: at(-20),
  placedBy: { id: 'u-2', name: 'Tomek', role: 'receiver' as const },
  releasedAt: null,
  releasedBy: null,
  releaseReason: null,
  ...part,
});

const open = async (part: Partial<ShipmentView> = {}, role: Role = 'lead', station: Partial<StationView> = {}) => {
  const fake = createFakeStation({ session: session({ role }), shipments: [shipment()], ...station }, [detail(part)]);
  const page = await openPage(fake, { name: 'shipment', shipmentId: 's-1' });
  await act(async () => void render(page.element));
  return { fake, ...page };
};
const press = (testId: string) => act(async () => void fireEvent.click(screen.getByTestId(testId)));
const type = (testId: string, value: string) => fireEvent.change(screen.getByTestId(testId), { target: { value } });
const disabled = (testId: string) => (screen.getByTestId(testId) as HTMLButtonElement).disabled;
const holdDown = async (testId: string) => {
  vi.useFakeTimers();
  fireEvent.pointerDown(screen.getByTestId(testId), { button: 0 });
  await act(() => vi.advanceTimersByTimeAsync(HOLD_MS));
};
const more = async (command: string) => {
  await press('more-actions');
  await press(`action-${command}`);
};
const offline: StationView['connection'] = { kind: 'offline', since: at(-5) };

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

describe('the next step', () => {
  it('is saved at once when it is a fact, without a base', async () => {
    const { fake } = await open();
    expect(screen.getByTestId('next-action').dataset.command).toBe('recordArrival');
    await press('next-action');
    expect(fake.callsOf('save')).toEqual([['recordArrival', { shipmentId: 's-1' }, null]]);
    expect(screen.getByTestId('saved').textContent).toContain('Saved on this station');
  });

  it('asks for the door; the decision carries the version that was seen', async () => {
    const { fake } = await open({ status: 'arrived', version: 12 }, 'lead', {
      settings: { stationName: '', doorId: null, screenInches: 21.5, theme: 'light', sounds: true },
      doors: [door('1'), door('2'), door('3', { inService: false })],
      shipments: [shipment({ id: 'x', number: 'SH-X', status: 'unloading', doorId: 'd-1' })],
    });
    await press('next-action');
    expect(screen.getByTestId('pick-door-d-1').textContent).toContain('Taken: SH-X');
    expect(screen.getByTestId('pick-door-d-3').textContent).toContain('Out of service');
    expect(disabled('ask-save')).toBe(true);
    await press('pick-door-d-2');
    await press('ask-save');
    expect(fake.callsOf('save')).toEqual([
      ['assignDoor', { shipmentId: 's-1', doorId: 'd-2' }, { id: 's-1', version: 12 }],
    ]);
  });

  it('is no dead end in a warehouse without doors', async () => {
    const { fake } = await open({ status: 'arrived' }, 'receiver', { doors: [] });
    await press('next-action');
    expect(screen.getByText(/No doors are known/)).toBeTruthy();
    await press('ask-save');
    expect(fake.callsOf('save')).toEqual([['reportAtDoor', { shipmentId: 's-1' }, null]]);
  });

  it('has this station’s own door chosen already when it is free', async () => {
    const { fake } = await open({ status: 'arrived' }, 'receiver');
    expect(screen.getByTestId('next-action').dataset.command).toBe('reportAtDoor');
    await press('next-action');
    await press('ask-save');
    expect(fake.callsOf('save')).toEqual([['reportAtDoor', { shipmentId: 's-1', doorId: 'd-1' }, null]]);
  });

  it('is disabled offline when it is a decision, and says why', async () => {
    await open({ status: 'arrived' }, 'lead', { connection: offline });
    expect(disabled('next-action')).toBe(true);
    expect(screen.getByTestId('why-not').textContent).toContain('Needs the server');
  });

  it('is possible while polling: the server answers', async () => {
    await open({ status: 'arrived' }, 'lead', {
      connection: { kind: 'polling', reason: 'socket_unreachable', since: at(0) },
    });
    expect(disabled('next-action')).toBe(false);
  });

  it('tells whose it is when the role may not', async () => {
    await open({ status: 'unloading' }, 'inspector');
    expect(screen.getByTestId('why-not').textContent).toBe('Only receivers and leads can do this.');
  });

  it('closes only after being held for a second', async () => {
    const { fake } = await open({ status: 'received', version: 9 });
    await press('next-action');
    expect(fake.callsOf('save')).toEqual([]);
    await holdDown('next-action');
    expect(fake.callsOf('save')).toEqual([['closeShipment', { shipmentId: 's-1' }, { id: 's-1', version: 9 }]]);
  });

  it('says how many lines are not counted', async () => {
    await open({ status: 'counting', lineCount: 3, countedLines: 1 });
    expect(screen.getByText('2 lines not counted')).toBeTruthy();
  });
});

describe('more actions', () => {
  it('lists what is not possible now with why', async () => {
    await open({ status: 'unloading' }, 'receiver', { connection: offline });
    await press('more-actions');
    expect(disabled('action-placeHold')).toBe(false);
    expect(screen.getByTestId('action-cancelShipment').textContent).toContain('Only leads and suppliers can do this.');
    expect(screen.getByTestId('action-reopenCount').textContent).toContain('Only leads');
  });

  it('does not repeat the next step', async () => {
    await open({ status: 'arrived' });
    await press('more-actions');
    expect(screen.queryByTestId('action-assignDoor')).toBeNull();
  });

  it('refuses with a reason, held for a second', async () => {
    const { fake } = await open({ status: 'unloading' });
    await more('refuseShipment');
    expect(disabled('hold-confirm')).toBe(true);
    await press('reason-seal_broken');
    type('reason-words', 'Seal 7 missing');
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toEqual([
      [
        'refuseShipment',
        { shipmentId: 's-1', reason: 'Seal broken: Seal 7 missing', reasonCode: 'seal_broken', evidence: [] },
        null,
      ],
    ]);
  });

  it('wants a lead’s PIN from a receiver, masked, and sends it with the refusal', async () => {
    const { fake } = await open({ status: 'unloading' }, 'receiver');
    await more('refuseShipment');
    await press('reason-wet');
    expect(disabled('hold-confirm')).toBe(true);
    for (const key of ['0', '4', '7', '9', 'back', '1']) await press(`pad-${key}`);
    expect(screen.queryByTestId('pad-point')).toBeNull();
    expect((screen.getByTestId('lead-pin') as HTMLInputElement).type).toBe('password');
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')[0]?.[1]).toMatchObject({ reasonCode: 'wet', leadPin: '0471' });
  });

  it('wants no PIN from a lead', async () => {
    await open({ status: 'unloading' });
    await more('refuseShipment');
    expect(screen.queryByTestId('lead-pin')).toBeNull();
  });

  it('wants words with “Other”', async () => {
    await open({ status: 'unloading' });
    await more('refuseShipment');
    await press('reason-other');
    expect(disabled('hold-confirm')).toBe(true);
    type('reason-words', 'Driver left');
    expect(disabled('hold-confirm')).toBe(false);
  });

  it('cancels with a reason and the version that was seen', async () => {
    const { fake } = await open();
    await more('cancelShipment');
    await press('reason-not_ordered');
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toEqual([
      ['cancelShipment', { shipmentId: 's-1', reason: 'Not ordered' }, { id: 's-1', version: 4 }],
    ]);
  });

  it('reopens a count with a sentence', async () => {
    const { fake } = await open({ status: 'received' });
    await more('reopenCount');
    expect(disabled('ask-save')).toBe(true);
    type('reason-words', 'Pallet 3 forgotten');
    await press('ask-save');
    expect(fake.callsOf('save')[0]?.[1]).toEqual({ shipmentId: 's-1', reason: 'Pallet 3 forgotten' });
  });

  it('leads to the note box', async () => {
    vi.useFakeTimers();
    await open();
    await more('addNote');
    await act(() => vi.advanceTimersByTimeAsync(50));
    expect(screen.queryByTestId('actions-sheet')).toBeNull();
    expect(document.activeElement).toBe(screen.getByTestId('note-input'));
  });
});

describe('holds, discrepancies, rejections', () => {
  it('places a hold on a line', async () => {
    const { fake } = await open();
    await more('placeHold');
    await press('reason-wet');
    await press('pick-line-l-2');
    await press('ask-save');
    expect(fake.callsOf('save')).toEqual([
      [
        'placeHold',
        { shipmentId: 's-1', holdId: expect.stringMatching(/^[0-9a-f-]{36}$/), reason: 'Wet', lineId: 'l-2' },
        null,
      ],
    ]);
  });

  it('releases the only hold after a second, with the version that was seen', async () => {
    const { fake } = await open({ holds: [hold('h-1'), hold('h-0', { releasedAt: at(-1) })], activeHolds: 1 });
    await more('releaseHold');
    type('reason-words', 'Dried');
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toEqual([
      ['releaseHold', { shipmentId: 's-1', holdId: 'h-1', reason: 'Dried' }, { id: 's-1', version: 4 }],
    ]);
  });

  it('asks which of several holds', async () => {
    await open({ holds: [hold('h-1'), hold('h-2')], activeHolds: 2 });
    await more('releaseHold');
    expect(disabled('hold-confirm')).toBe(true);
    await press('pick-hold-h-2');
    expect(disabled('hold-confirm')).toBe(false);
  });

  it('has nothing to release without holds', async () => {
    await open();
    await press('more-actions');
    expect(screen.getByTestId('action-releaseHold').textContent).toContain('No hold is in force');
  });

  it('reports a discrepancy with line, quantity and note', async () => {
    const { fake } = await open();
    await more('reportDiscrepancy');
    await press('kind-short');
    await press('pick-line-l-1');
    await press('pad-2');
    type('report-note', 'Two cartons');
    await press('ask-save');
    expect(fake.callsOf('save')[0]?.[1]).toEqual({
      shipmentId: 's-1',
      discrepancyId: expect.any(String),
      kind: 'short',
      lineId: 'l-1',
      quantity: '2',
      note: 'Two cartons',
    });
  });

  it('reports a rejection with what becomes of the goods', async () => {
    const { fake } = await open({}, 'inspector');
    await more('reportRejection');
    await press('reason-crushed');
    await press('disposition-return');
    await press('ask-save');
    expect(fake.callsOf('save')[0]?.[1]).toEqual({
      shipmentId: 's-1',
      rejectionId: expect.any(String),
      reasonCode: 'crushed',
      evidence: [],
      disposition: 'return',
    });
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
