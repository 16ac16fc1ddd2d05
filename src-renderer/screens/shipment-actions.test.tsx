import { act, screen } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { at } from '../testing/sample.ts';
import {
  disabled,
  holdDown,
  more,
  offline,
  openShipment as open,
  press,
  tidyUp,
  typeInto as type,
} from './shipment/shipment-for-tests.tsx';

afterEach(tidyUp);

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
