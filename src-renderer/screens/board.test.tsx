import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { StationView } from '#contract/bridge/view.ts';
import { createFakeStation } from '../testing/fake-station.ts';
import { openPage } from '../testing/page.tsx';
import { at, door, session, shipment } from '../testing/sample.ts';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const rows = [
  shipment({
    id: 'a',
    number: 'SH-A',
    status: 'unloading',
    doorId: 'd-2',
    arrivedAt: at(-60),
    statusChangedAt: at(-20),
    quality: 'on_hold',
    activeHolds: 1,
  }),
  shipment({
    id: 'b',
    number: 'SH-B',
    status: 'arrived',
    arrivedAt: at(-10),
    pending: true,
    readiness: 'missing_required',
  }),
  shipment({ id: 'c', number: 'SH-C', status: 'in_transit', eta: at(-600_000) }),
  shipment({ id: 'd', number: 'SH-D', status: 'received', countedLines: 3 }),
];

const open = async (part: Partial<StationView> = {}) => {
  const fake = createFakeStation({ shipments: rows, ...part });
  const page = await openPage(fake);
  render(page.element);
  return { fake, ...page };
};
const numbers = () => screen.getAllByTestId('board-row').map((row) => row.dataset.number);
const search = (text: string) => fireEvent.change(screen.getByTestId('board-search'), { target: { value: text } });

describe('board', () => {
  it('lists shipments by where they are, each with its hooks', async () => {
    await open();
    expect(numbers()).toEqual(['SH-B', 'SH-A', 'SH-C', 'SH-D']);
    expect(screen.getAllByRole('heading', { level: 2 }).map(({ textContent }) => textContent)).toEqual([
      'Joliet',
      'At the dock2',
      'Arriving next1',
      'Received and ended1',
    ]);
    expect(screen.getAllByTestId('board-row')[1]?.dataset).toMatchObject({ shipmentId: 'a', status: 'unloading' });
  });

  it('says status, lateness, papers, quality and unsent work in words with shapes', async () => {
    await open();
    const [b, a, c] = screen.getAllByTestId('board-row').map((row) => row.textContent ?? '');
    expect(b).toContain('Arrived');
    expect(b).toContain('Papers missing');
    expect(b).toContain('Not sent yet');
    expect(a).toContain('On hold');
    expect(a).toContain('Door 2');
    expect(c).toContain('late');
    for (const chip of document.querySelectorAll('[data-meaning] > svg'))
      expect(chip.getAttribute('aria-hidden')).toBe('true');
  });

  it('shows every door: what is at it and for how long, the free ones, the broken ones', async () => {
    await open({ doors: [door('1'), door('2'), door('3', { inService: false })] });
    expect(screen.getByTestId('door-d-1').textContent).toContain('Free');
    expect(screen.getByTestId('door-d-2').textContent).toContain('Unloading');
    expect(screen.getByTestId('door-d-2').textContent).toContain('SH-A');
    expect(screen.getByTestId('door-d-2').textContent).toContain('On hold');
    expect(screen.getByTestId('door-d-3').textContent).toContain('Out of service');
  });

  it('shows a clash at a door', async () => {
    await open({ shipments: [...rows, shipment({ id: 'e', status: 'at_door', doorId: 'd-2' })] });
    expect(screen.getByTestId('door-d-2').textContent).toContain('1 more shipment reported here');
  });

  it('opens a shipment from a row and from a door', async () => {
    const { screens } = await open();
    fireEvent.click(screen.getByTestId('door-d-2'));
    expect(screens.getState().screen).toEqual({ name: 'shipment', shipmentId: 'a' });
    act(() => screens.getState().back());
    fireEvent.click(screen.getAllByTestId('board-row')[0]!);
    expect(screens.getState().screen).toEqual({ name: 'shipment', shipmentId: 'b' });
  });

  it('follows pushes', async () => {
    const { fake } = await open();
    act(() =>
      fake.push({
        rev: 2,
        shipments: { put: [shipment({ ...rows[2]!, status: 'arrived', arrivedAt: at(0) })], gone: ['d'] },
      }),
    );
    expect(numbers()).toEqual(['SH-B', 'SH-C', 'SH-A']);
  });

  it('renders only what is in view of 10 000 rows', async () => {
    await open({ shipments: Array.from({ length: 10_000 }, (_, n) => shipment({ id: `s-${n}`, number: `SH-${n}` })) });
    expect(screen.getAllByTestId('board-row').length).toBeLessThan(40);
  });
});

describe('search', () => {
  it('filters at once, then adds older finds of the station’s store', async () => {
    vi.useFakeTimers();
    const { fake } = await open();
    fake.answers.found = [rows[0]!, shipment({ id: 'old', number: 'SH-OLD', status: 'closed' })];
    search('sh-a');
    expect(numbers()).toEqual(['SH-A']);
    expect(fake.callsOf('search')).toEqual([]);
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(fake.callsOf('search')).toEqual([['sh-a']]);
    expect(numbers()).toEqual(['SH-A', 'SH-OLD']);
    expect(screen.getByText('Older, from this station’s store')).toBeTruthy();
  });

  it('asks the store once for a word typed quickly', async () => {
    vi.useFakeTimers();
    const { fake } = await open();
    for (const text of ['t', 'tr', 'tr-']) {
      search(text);
      await act(() => vi.advanceTimersByTimeAsync(50));
    }
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(fake.callsOf('search')).toEqual([['tr-']]);
  });

  it('of a part of the rows says so, and asks again when all are here', async () => {
    vi.useFakeTimers();
    const { fake } = await open({ coverage: 'part' });
    search('zzz');
    expect(screen.getByText('Nothing matches “zzz” so far')).toBeTruthy();
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(fake.callsOf('search')).toEqual([['zzz']]);
    act(() => fake.push({ rev: 2, coverage: 'whole' }));
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(fake.callsOf('search')).toEqual([['zzz'], ['zzz']]);
    expect(screen.getByText('Nothing matches “zzz”')).toBeTruthy();
  });

  it('says what was searched when nothing is found, and is cleared by its cross', async () => {
    await open();
    search('zzz');
    expect(screen.getByText('Nothing matches “zzz”')).toBeTruthy();
    fireEvent.click(screen.getByLabelText('Clear the search'));
    expect(numbers()).toHaveLength(4);
  });

  it('goes on without the store when asking it fails', async () => {
    vi.useFakeTimers();
    const { fake } = await open();
    fake.answers.broken = 'search';
    search('sh-a');
    await act(() => vi.advanceTimersByTimeAsync(200));
    expect(numbers()).toEqual(['SH-A']);
  });
});

describe('warehouses', () => {
  const two = [
    { id: 'w-1', name: 'Joliet', timeZone: 'America/Chicago' },
    { id: 'w-2', name: 'Venlo', timeZone: 'Europe/Amsterdam' },
  ];

  it('offers a filter only when there are several', async () => {
    await open();
    expect(screen.queryByTestId('warehouse-filter')).toBeNull();
    cleanup();
    await open({ warehouses: two });
    expect(screen.getByTestId('warehouse-filter').textContent).toContain('All');
  });

  it('narrows list and doors to the chosen one', async () => {
    const { screens } = await open({ warehouses: two, doors: [door('1'), door('9', { warehouseId: 'w-2' })] });
    act(() => screens.getState().narrow('w-2'));
    expect(screen.getByTestId('door-d-9')).toBeTruthy();
    expect(screen.queryByTestId('door-d-1')).toBeNull();
    expect(screen.getByText('No shipments for this warehouse')).toBeTruthy();
  });
});

describe('an empty board', () => {
  it('explains itself', async () => {
    await open({ shipments: [], doors: [] });
    expect(screen.getByText('No shipments yet')).toBeTruthy();
    expect(screen.getByText('No doors defined')).toBeTruthy();
  });

  it('that is still loading does not say that there is nothing', async () => {
    const connection = { kind: 'connecting', attempt: 1, since: at(0) } as const;
    await open({ shipments: [], coverage: 'none', connection });
    expect(screen.getByText('Loading shipments')).toBeTruthy();
    expect(screen.queryByText('No shipments yet')).toBeNull();
  });

  it('offers to try again when it never had data and is offline', async () => {
    const { fake } = await open({
      shipments: [],
      syncedAt: null,
      coverage: 'none',
      connection: { kind: 'offline', since: at(0) },
    });
    fireEvent.click(screen.getByText('Try now'));
    expect(fake.callsOf('retryNow')).toHaveLength(1);
  });
});

describe('unplanned arrival', () => {
  const fill = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });

  it('is a fact: recorded with a new id and without a base', async () => {
    const { fake } = await open();
    fireEvent.click(screen.getByTestId('unplanned'));
    const dialog = within(screen.getByTestId('arrival-dialog'));
    expect((dialog.getByTestId('arrival-save') as HTMLButtonElement).disabled).toBe(true);
    fill('Trailer', ' TR-77 ');
    await act(async () => void fireEvent.click(screen.getByTestId('arrival-save')));
    expect(fake.callsOf('save')).toEqual([
      [
        'recordUnplannedArrival',
        { shipmentId: expect.stringMatching(/-7/), warehouseId: 'w-1', trailer: 'TR-77' },
        null,
      ],
    ]);
    expect(screen.queryByTestId('arrival-dialog')).toBeNull();
  });

  it('keeps what was typed when it cannot be saved', async () => {
    const { fake } = await open();
    fake.answers.saved = { ok: false, code: 'disk_full', message: '' };
    fireEvent.click(screen.getByTestId('unplanned'));
    fill('Carrier', 'Alder');
    await act(async () => void fireEvent.click(screen.getByTestId('arrival-save')));
    expect(screen.getByTestId('arrival-dialog').textContent).toContain('disk is full');
    expect((screen.getByLabelText('Carrier') as HTMLInputElement).value).toBe('Alder');
  });

  it('is not offered to people who may not record it', async () => {
    await open({ session: session({ role: 'inspector' }) });
    expect(screen.queryByTestId('unplanned')).toBeNull();
  });
});
