import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ShipmentView, StationView } from '#contract/bridge/view.ts';
import { HOLD_MS } from '../../components/hold-button.tsx';
import { createFakeStation } from '../../testing/fake-station.ts';
import { openPage } from '../../testing/page.tsx';
import { at, awaited, detail, NOW, session, shipment, workItem } from '../../testing/sample.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse(NOW) }));
afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

const received = (part: Partial<ShipmentView> = {}) => detail({ status: 'received', version: 9, ...part });
const NO_PAPERS: Partial<ShipmentView> = { readiness: 'missing_required', documents: [] };
const SILENT: Pick<ShipmentView, 'waitingFor'> = { waitingFor: [awaited({ state: 'unheard' })] };

const open = async (part: Partial<ShipmentView>, station: Partial<StationView> = {}) => {
  const fake = createFakeStation({ session: session(), shipments: [shipment()], ...station }, [received(part)]);
  const page = await openPage(fake, { name: 'shipment', shipmentId: 's-1' });
  await act(async () => void render(page.element));
  return fake;
};
const button = (testId: string) => screen.getByTestId(testId) as HTMLButtonElement;
const press = (testId: string) => act(async () => void fireEvent.click(screen.getByTestId(testId)));
const type = (testId: string, value: string) => fireEvent.change(screen.getByTestId(testId), { target: { value } });
const wordsIn = (testId: string) => (screen.queryByTestId(testId) as HTMLTextAreaElement | null)?.value;
const putDown = (testId: string) => fireEvent.pointerDown(screen.getByTestId(testId), { button: 0 });
const wait = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const holdDown = async (testId: string) => {
  putDown(testId);
  await wait(HOLD_MS);
};
const BASE = { id: 's-1', version: 9 };
const offline: StationView['connection'] = { kind: 'offline', since: at(-5) };

describe('what blocks closing', () => {
  it('names the stations whose work is still to come, by the clock of the warehouse, and what to do', async () => {
    const silent = awaited({ station: '', userName: 'Ana', state: 'unheard' });
    const fake = await open({ activeHolds: 1, waitingFor: [awaited(), silent] });
    const said = () => screen.getByTestId('blocked-by').textContent;
    expect(said()).toContain('Blocked by: 1 hold in force and work still to come');
    expect(screen.getAllByTestId('awaited-station').map(({ textContent }) => textContent)).toEqual([
      'Dock 3 (Mara) has work on it that is not sent yet.',
      'Ana has not been heard of since 08:02 and may hold work.',
    ]);
    expect(screen.queryByTestId('awaited-more')).toBeNull();
    expect(said()).toContain('Wait until they are connected and have sent everything, or close without them.');
    act(() => fake.pushShipment(received({ waitingFor: [silent] })));
    expect(said()).toContain('Wait until it is connected and has sent everything, or close without it.');
    act(() => fake.pushShipment(received()));
    expect(screen.queryByTestId('blocked-by')).toBeNull();
  });

  it('counts stations beyond the third, and tells others than leads that it is theirs to decide', async () => {
    const waitingFor = [1, 2, 3, 4, 5].map((n) => awaited({ station: `Dock ${n}` }));
    await open({ waitingFor }, { session: session({ role: 'receiver' }) });
    expect(screen.getAllByTestId('awaited-station')).toHaveLength(3);
    expect(screen.getByTestId('awaited-more').textContent).toBe('and 2 more');
    expect(screen.getByTestId('blocked-by').textContent).toContain('a lead may close without them.');
  });

  it('says nothing of stations while counting goes on', async () => {
    await open({ status: 'counting', waitingFor: [awaited()] });
    expect(screen.queryByTestId('blocked-by')).toBeNull();
  });

  it('points to what blocks when the server knew of a station first', async () => {
    const closing = workItem({ type: 'closeShipment', code: 'blocked' });
    await open({ pending: [closing], waitingFor: [awaited()] });
    expect(screen.getByTestId('refused-work').textContent).toContain(
      'Close shipment was not acceptedSomething has to be done first. The shipment is as it was. See the “Blocked by” line',
    );
    expect(screen.getByTestId('blocked-by').textContent).toContain('Dock 3 (Mara)');
  });
});

describe('closing with something to be said', () => {
  it.each([
    ['without the documents', NO_PAPERS, 'Close without the documents', 'reason-words', 'waiver'],
    ['without a station', SILENT, 'Close without the station', 'stations-words', 'withoutStations'],
  ] as const)(
    '%s asks for that sentence only, then for a press of one second',
    async (_, part, name, field, argument) => {
      const fake = await open(part);
      expect(button('next-action').textContent).toBe(name);
      await press('next-action');
      expect(screen.getByRole('heading', { level: 2, name })).toBeTruthy();
      expect(screen.getAllByRole('textbox').filter((box) => box.tagName === 'TEXTAREA')).toHaveLength(1);
      expect(button('hold-confirm').disabled).toBe(true);
      type(field, '   ');
      expect(button('hold-confirm').disabled).toBe(true);
      type(field, ' Asked on the phone ');
      await press('hold-confirm');
      expect(fake.callsOf('save')).toEqual([]);
      await holdDown('hold-confirm');
      expect(fake.callsOf('save')).toEqual([
        ['closeShipment', { shipmentId: 's-1', [argument]: 'Asked on the phone' }, BASE],
      ]);
      expect(screen.queryByTestId('ask-reason')).toBeNull();
    },
  );

  it('without both asks for both, each with what it is about', async () => {
    const fake = await open({ ...NO_PAPERS, ...SILENT });
    await press('next-action');
    const dialog = screen.getByTestId('ask-reason').textContent;
    expect(dialog).toContain('Bill of lading');
    expect(dialog).toContain('Dock 3 (Mara) has not been heard of since 08:02 and may hold work.');
    fireEvent.change(screen.getByLabelText('Why without the documents?'), { target: { value: 'Paper copy' } });
    expect(button('hold-confirm').disabled).toBe(true);
    fireEvent.change(screen.getByLabelText('Why without the station?'), { target: { value: 'It was dropped' } });
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toEqual([
      ['closeShipment', { shipmentId: 's-1', waiver: 'Paper copy', withoutStations: 'It was dropped' }, BASE],
    ]);
  });

  it('names every station in the question', async () => {
    await open({ waitingFor: [1, 2, 3, 4, 5].map((n) => awaited({ station: `Dock ${n}` })) });
    await press('next-action');
    expect(screen.getByTestId('ask-reason').textContent).toContain('Dock 5 (Mara)');
    expect(screen.getByLabelText('Why without the stations?')).toBeTruthy();
  });

  it.each([
    ['with holds in force', { activeHolds: 1 }, undefined, '1 hold is in force'],
    ['offline', {}, offline, ''],
  ] as const)('is not offered %s', async (_, part, connection, why) => {
    await open({ ...NO_PAPERS, ...SILENT, ...part }, connection ? { connection } : {});
    expect(button('next-action').disabled).toBe(true);
    expect(screen.getByTestId('why-not').textContent).toContain(why);
    await press('more-actions');
    expect(screen.queryByTestId('action-closeShipment')).toBeNull();
  });

  it('is the next step itself, not said twice', async () => {
    await open(SILENT);
    expect(screen.getByTestId('why-not').textContent).toContain('Work on it may still come from 1 station.');
    await press('more-actions');
    expect(screen.queryByTestId('action-closeShipment')).toBeNull();
  });

  it('is nobody’s but a lead’s', async () => {
    await open(SILENT, { session: session({ role: 'receiver' }) });
    expect(button('next-action').disabled).toBe(true);
    expect(screen.getByTestId('why-not').textContent).toBe('Only leads can do this.');
  });
});

describe('closing over a station that only the server knows of', () => {
  const message = 'Dock 9 has work on it that is not sent yet.';
  const refused = { pending: [workItem({ type: 'closeShipment', code: 'blocked', message })] };

  it('is asked with what the server said; the sentence goes along', async () => {
    const fake = await open(refused, { connection: { kind: 'polling', reason: 'socket_silent', since: at(-5) } });
    await press('next-action');
    expect(screen.getByTestId('server-says').textContent).toBe(message);
    type('stations-words', 'It was dropped');
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toEqual([
      ['closeShipment', { shipmentId: 's-1', withoutStations: 'It was dropped' }, BASE],
    ]);
  });

  it('may be tried again without a sentence: it may have been something else, and over by now', async () => {
    const fake = await open(refused);
    await press('next-action');
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toEqual([['closeShipment', { shipmentId: 's-1' }, BASE]]);
  });

  it('names the stations instead as soon as they are known', async () => {
    const fake = await open(refused);
    await press('next-action');
    type('stations-words', 'It was dropped');
    act(() => fake.pushShipment(received({ ...refused, ...SILENT })));
    expect(screen.queryByTestId('server-says')).toBeNull();
    expect(screen.getAllByTestId('stations-words')).toHaveLength(1);
    expect(wordsIn('stations-words')).toBe('It was dropped');
  });
});

describe('what changes while it is asked', () => {
  it('takes the field of a station away when it came back, keeps the rest, and sends only what is still wanted', async () => {
    const fake = await open({ ...NO_PAPERS, ...SILENT });
    await press('next-action');
    type('reason-words', 'Paper copy');
    type('stations-words', 'It was dropped');
    act(() => fake.pushShipment(received({ ...NO_PAPERS, version: 10 })));
    expect(wordsIn('stations-words')).toBeUndefined();
    expect(wordsIn('reason-words')).toBe('Paper copy');
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toEqual([
      ['closeShipment', { shipmentId: 's-1', waiver: 'Paper copy' }, { id: 's-1', version: 10 }],
    ]);
  });

  it('has the words again when the station is missed again', async () => {
    const fake = await open(SILENT);
    await press('next-action');
    type('stations-words', 'It was dropped');
    act(() => fake.pushShipment(received()));
    expect(wordsIn('stations-words')).toBeUndefined();
    act(() => fake.pushShipment(received(SILENT)));
    expect(wordsIn('stations-words')).toBe('It was dropped');
  });

  it('says when nothing is missing any more, and closes plainly', async () => {
    const fake = await open(SILENT);
    await press('next-action');
    type('stations-words', 'It was dropped');
    act(() => fake.pushShipment(received()));
    expect(screen.getByTestId('ask-reason').textContent).toContain('Nothing is in the way any more');
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toEqual([['closeShipment', { shipmentId: 's-1' }, BASE]]);
  });

  it.each([
    ['a hold is placed', () => received({ ...SILENT, activeHolds: 1 }), '1 hold is in force'],
    ['somebody closes it', () => detail({ status: 'closed' }), 'Possible when the shipment is Received.'],
  ] as const)('forbids it with why when %s', async (_, changed, why) => {
    const fake = await open(SILENT);
    await press('next-action');
    type('stations-words', 'It was dropped');
    expect(button('hold-confirm').disabled).toBe(false);
    act(() => fake.pushShipment(changed()));
    expect(screen.getByTestId('closing-forbidden').textContent).toContain(why);
    expect(button('hold-confirm').disabled).toBe(true);
  });

  it('forbids it when the server goes away', async () => {
    const fake = await open(SILENT);
    await press('next-action');
    type('stations-words', 'It was dropped');
    act(() => fake.push({ rev: 2, connection: offline }));
    expect(screen.getByTestId('closing-forbidden').textContent).toContain('Needs the server');
    expect(button('hold-confirm').disabled).toBe(true);
  });

  it('does not close without a station that was not named when the press began', async () => {
    const fake = await open(SILENT);
    await press('next-action');
    type('stations-words', 'It was dropped');
    putDown('hold-confirm');
    await wait(HOLD_MS / 2);
    act(() => fake.pushShipment(received({ waitingFor: [...SILENT.waitingFor, awaited({ station: 'Dock 4' })] })));
    await wait(HOLD_MS);
    expect(fake.callsOf('save')).toEqual([]);
    await holdDown('hold-confirm');
    expect(fake.callsOf('save')).toHaveLength(1);
  });

  it('is not disturbed by a station that only reports anew', async () => {
    const fake = await open(SILENT);
    await press('next-action');
    type('stations-words', 'It was dropped');
    putDown('hold-confirm');
    await wait(HOLD_MS / 2);
    act(() => fake.pushShipment(received({ waitingFor: [awaited({ since: at(0) })] })));
    await wait(HOLD_MS);
    expect(fake.callsOf('save')).toHaveLength(1);
  });

  it('turns the plain press into a question when a station is missed during it', async () => {
    const fake = await open({});
    putDown('next-action');
    await wait(HOLD_MS / 2);
    act(() => fake.pushShipment(received(SILENT)));
    await wait(HOLD_MS);
    expect(fake.callsOf('save')).toEqual([]);
    await press('next-action');
    expect(screen.getByTestId('stations-words')).toBeTruthy();
  });
});
