import { describe, expect, it, vi } from 'vitest';
import { createFakeStation } from '../testing/fake-station.ts';
import { detail, inboxItem, shipment } from '../testing/sample.ts';
import { createStationStore } from './station-store.ts';

const put = (...rows: ReturnType<typeof shipment>[]) => ({ put: rows, gone: [] });

/** A store whose frame is held back until `frame()` is called. */
const held = (...args: Parameters<typeof createFakeStation>) => {
  const fake = createFakeStation(...args);
  const waiting: (() => void)[] = [];
  const store = createStationStore(fake.station, (run) => waiting.push(run));
  const frame = (): void => {
    while (waiting.length > 0) for (const run of waiting.splice(0)) run();
  };
  return { fake, store, frame, waiting };
};

describe('station store', () => {
  it('reads the view once and keys its shipments by id', async () => {
    const { store, fake } = held({ shipments: [shipment(), shipment({ id: 's-2' })], unsent: 3 });
    expect(store.getState().phase).toBe('starting');
    await store.getState().start();
    expect(store.getState()).toMatchObject({ phase: 'ready', rev: 1, unsent: 3 });
    expect([...store.getState().rows.keys()]).toEqual(['s-1', 's-2']);
    expect(fake.callsOf('getView')).toHaveLength(1);
  });

  it('says so when the view cannot be read, ends its subscriptions, and can be started again', async () => {
    const { store, fake, frame } = held();
    fake.answers.broken = 'getView';
    await store.getState().start();
    expect(store.getState().phase).toBe('failed');
    fake.pushAlert(inboxItem());
    expect(store.getState().alerts).toEqual([]);
    fake.answers.broken = null;
    await store.getState().start();
    fake.push({ rev: 2, unsent: 9 });
    frame();
    expect(store.getState()).toMatchObject({ phase: 'ready', unsent: 9 });
  });

  it('applies a frame of patches together, in order, and ignores what is not newer', async () => {
    const { store, fake, frame, waiting } = held({ shipments: [shipment()] });
    await store.getState().start();
    let renders = 0;
    store.subscribe(() => renders++);
    fake.push({ rev: 2, unsent: 1, shipments: put(shipment({ version: 5 })) });
    fake.push({ rev: 4, unsent: 2, shipments: put(shipment({ id: 's-2' })) });
    fake.push({ rev: 3, unsent: 99 });
    fake.push({ rev: 4, unsent: 99 });
    expect(waiting).toHaveLength(1);
    expect(store.getState().unsent).toBe(0);
    frame();
    expect(renders).toBe(1);
    expect(store.getState()).toMatchObject({ rev: 4, unsent: 2 });
    expect(store.getState().rows.get('s-1')?.version).toBe(5);
    expect(store.getState().rows.has('s-2')).toBe(true);
  });

  it('shows the first change at once and rests between renders while changes keep coming', async () => {
    vi.useFakeTimers();
    const fake = createFakeStation();
    const store = createStationStore(fake.station);
    await store.getState().start();
    let renders = 0;
    store.subscribe(() => renders++);
    fake.push({ rev: 2, unsent: 1 });
    vi.advanceTimersByTime(16);
    expect(store.getState().unsent).toBe(1);
    for (let rev = 3; rev < 53; rev++) {
      fake.push({ rev, unsent: rev });
      vi.advanceTimersByTime(20);
    }
    expect(renders).toBeLessThanOrEqual(12);
    vi.advanceTimersByTime(100);
    expect(store.getState().unsent).toBe(52);
    vi.advanceTimersByTime(1000);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it('keeps rows and slices that a patch does not name', async () => {
    const { store, fake, frame } = held({ shipments: [shipment(), shipment({ id: 's-2' })] });
    await store.getState().start();
    const { rows, doors } = store.getState();
    fake.push({ rev: 2, unsent: 4 });
    frame();
    expect(store.getState().rows).toBe(rows);
    expect(store.getState().doors).toBe(doors);
    fake.push({ rev: 3, shipments: put(shipment({ version: 9 })) });
    frame();
    expect(store.getState().rows.get('s-2')).toBe(rows.get('s-2'));
  });

  it('removes what is gone and starts anew on reset', async () => {
    const { store, fake, frame } = held({ shipments: [shipment(), shipment({ id: 's-2' }), shipment({ id: 's-3' })] });
    await store.getState().start();
    fake.push({ rev: 2, shipments: { put: [], gone: ['s-2'] } });
    frame();
    expect([...store.getState().rows.keys()]).toEqual(['s-1', 's-3']);
    fake.push({ rev: 3, shipments: { put: [shipment({ id: 's-9' })], gone: [], reset: true } });
    frame();
    expect([...store.getState().rows.keys()]).toEqual(['s-9']);
  });

  it('holds back patches that arrive before the first view and then applies the newer ones', async () => {
    const { store, fake, frame } = held({ rev: 5, shipments: [shipment()] });
    const started = store.getState().start();
    fake.push({ rev: 5, unsent: 50 });
    fake.push({ rev: 6, unsent: 6 });
    frame();
    await started;
    expect(store.getState()).toMatchObject({ rev: 6, unsent: 6 });
    expect(store.getState().rows.size).toBe(1);
  });
});

describe('the open shipment', () => {
  it('opens, joins, follows changes, and is left when closed', async () => {
    const { store, fake } = held({}, [detail()]);
    await store.getState().start();
    const opening = store.getState().openShipment('s-1');
    expect(store.getState().open).toMatchObject({ id: 's-1', phase: 'loading' });
    await opening;
    expect(store.getState().open).toMatchObject({ phase: 'ready', view: { number: 'SH-1042' } });
    expect(store.getState().joined).toEqual(['s-1']);
    fake.pushShipment(detail({ typing: ['Tomek'] }));
    expect(store.getState().open?.view?.typing).toEqual(['Tomek']);
    fake.pushShipment(detail({ id: 's-2', number: 'other' }));
    expect(store.getState().open?.view?.number).toBe('SH-1042');
    await store.getState().closeShipment();
    expect(store.getState()).toMatchObject({ open: null, joined: [] });
    expect(fake.callsOf('leaveShipment')).toEqual([['s-1']]);
  });

  it('says missing and failed apart', async () => {
    const { store, fake } = held();
    await store.getState().start();
    await store.getState().openShipment('s-nowhere');
    expect(store.getState().open?.phase).toBe('missing');
    fake.answers.broken = 'openShipment';
    await store.getState().openShipment('s-1');
    expect(store.getState().open?.phase).toBe('failed');
  });

  it('does not show an answer that comes after another shipment was opened', async () => {
    const { store } = held({}, [detail(), detail({ id: 's-2', number: 'SH-2' })]);
    await store.getState().start();
    await Promise.all([store.getState().openShipment('s-1'), store.getState().openShipment('s-2')]);
    expect(store.getState().open?.view?.number).toBe('SH-2');
  });

  it('closes even when leaving cannot be told', async () => {
    const { store, fake } = held({}, [detail()]);
    await store.getState().start();
    await store.getState().openShipment('s-1');
    fake.answers.broken = 'leaveShipment';
    await store.getState().closeShipment();
    expect(store.getState().open).toBeNull();
  });
});

describe('alerts', () => {
  it('gathers newest first, once per seq, until dismissed', async () => {
    const { store, fake } = held();
    await store.getState().start();
    fake.pushAlert(inboxItem({ seq: 1 }));
    fake.pushAlert(inboxItem({ seq: 2 }));
    fake.pushAlert(inboxItem({ seq: 1, title: 'again' }));
    expect(store.getState().alerts.map(({ seq }) => seq)).toEqual([1, 2]);
    store.getState().dismissAlert(1);
    expect(store.getState().alerts.map(({ seq }) => seq)).toEqual([2]);
  });

  it('goes when somebody has taken what it asks for', async () => {
    const { store, fake, frame } = held();
    await store.getState().start();
    fake.pushAlert(inboxItem({ seq: 1, inspectionId: 'i-1' }));
    fake.pushAlert(inboxItem({ seq: 2 }));
    fake.push({ rev: 2, inbox: [inboxItem({ seq: 1, inspectionId: 'i-1', takenBy: 'Rita' }), inboxItem({ seq: 2 })] });
    frame();
    expect(store.getState().alerts.map(({ seq }) => seq)).toEqual([2]);
    fake.push({ rev: 3, unsent: 1 });
    frame();
    expect(store.getState().alerts.map(({ seq }) => seq)).toEqual([2]);
  });
});
