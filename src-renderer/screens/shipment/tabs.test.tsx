import { act, cleanup, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { at, detail, mara, document as paper, tomek } from '../../testing/sample.ts';
import { othersOf } from './header.tsx';
import { openTab as open, press } from './shipment-for-tests.tsx';

afterEach(cleanup);

describe('documents', () => {
  it('say what is expected and whether it is there, then what is on file', async () => {
    await open('documents', {
      requiredDocuments: ['bill_of_lading', 'customs'],
      documents: [
        paper(),
        paper({ id: 'doc-2', documentType: 'photo', caption: 'Pallet 3', isVerified: false, uploadedAt: at(-1) }),
      ],
    });
    expect(screen.getAllByTestId('document-expected').map(({ dataset }) => [dataset.type, dataset.there])).toEqual([
      ['bill_of_lading', 'true'],
      ['customs', 'false'],
      ['packing_list', 'false'],
    ]);
    const rows = screen.getAllByTestId('document-row').map(({ textContent }) => textContent ?? '');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('Pallet 3');
    expect(rows[0]).toContain('Not verified');
    expect(rows[1]).toContain('248 kB');
  });

  it('explain emptiness, and a new one appears by itself', async () => {
    const { fake } = await open('documents', { documents: [] });
    expect(screen.getByText('No documents yet')).toBeTruthy();
    act(() => fake.pushShipment(detail({ documents: [paper()] })));
    expect(screen.getAllByTestId('document-row')).toHaveLength(1);
  });
});

describe('problems', () => {
  const base = { shipmentId: 's-1', reportedAt: at(-9), reportedBy: tomek };

  it('list holds in force first, then rejections and discrepancies', async () => {
    await open('problems', {
      activeHolds: 1,
      holds: [
        {
          id: 'h-0',
          shipmentId: 's-1',
          lineId: null,
          reason: 'Old',
          placedAt: at(-90),
          placedBy: tomek,
          releasedAt: at(-50),
          releasedBy: mara,
          releaseReason: 'Checked',
        },
        {
          id: 'h-1',
          shipmentId: 's-1',
          lineId: 'l-2',
          reason: 'Wet',
          placedAt: at(-20),
          placedBy: tomek,
          releasedAt: null,
          releasedBy: null,
          releaseReason: null,
        },
      ],
      rejections: [
        {
          ...base,
          id: 'r',
          scope: 'line',
          lineId: 'l-1',
          quantity: '2',
          reasonCode: 'crushed',
          note: 'Bottom',
          disposition: 'return',
          evidence: ['d'],
        },
      ],
      discrepancies: [{ ...base, id: 'x', lineId: null, kind: 'short', quantity: '3', note: null }],
    });
    const texts = screen.getAllByTestId('hold-row').map(({ textContent }) => textContent ?? '');
    expect(texts[0]).toContain('Line 2');
    expect(texts[0]).toContain('In force');
    expect(texts[1]).toContain('Released by Mara Lindqvist');
    expect(screen.getByTestId('rejection-row').textContent).toContain('Line 1 · 2 EA');
    expect(screen.getByTestId('rejection-row').textContent).toContain('1 piece of evidence');
    expect(screen.getByTestId('discrepancy-row').textContent).toContain('Whole shipment · 3');
    await press('hold-release');
    expect(screen.getByTestId('ask-release')).toBeTruthy();
  });

  it('explain emptiness and offer what may be reported', async () => {
    await open('problems', {}, 'receiver');
    expect(screen.getByText('No problems recorded')).toBeTruthy();
    expect(screen.getByTestId('problem-placeHold')).toBeTruthy();
    expect(screen.queryByTestId('problem-reportRejection')).toBeNull();
  });
});

it('counts every other person once', () => {
  const viewer = (userId: string, socketId: string) => ({ userId, userName: userId, socketId, since: at(0) });
  expect(
    othersOf([viewer('me', '1'), viewer('a', '2'), viewer('a', '3'), viewer('b', '4')], 'me').map(
      ({ userId }) => userId,
    ),
  ).toEqual(['a', 'b']);
});
