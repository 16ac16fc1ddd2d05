import { afterEach, describe, expect, it } from 'vitest';
import type { Session, ShipmentView, StationSettings, ViewPatch } from '#contract/bridge/view.ts';
import { sha256 } from '../shell/system-clock.ts';
import { StationJournal } from '../store/journal.ts';
import { Board } from './board.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { FakeServer, shipmentRow } from './fake-server.ts';
import { MemoryCache } from './memory-cache.ts';
import { Outbox } from './outbox.ts';
import type { Places } from './ports.ts';
import { Presence } from './presence.ts';
import { StoreFault } from './store-fault.ts';
import { ViewModel } from './view-model.ts';

const PLACES: Places = {
  warehouses: [{ id: 'W1', name: 'Joliet', timeZone: 'UTC' }],
  doors: [],
  suppliers: [],
  capacities: [],
};
const SETTINGS: StationSettings = {
  stationName: 'Dock 1',
  doorId: null,
  screenInches: 20,
  theme: 'dark',
  sounds: true,
};
const MARA: Session = {
  userId: 'mara',
  name: 'Mara',
  role: 'receiver',
  warehouses: ['*'],
  serverUrl: 'http://x',
  expiresAt: '2026-12-01T00:00:00.000Z',
};
const HOUR = 60 * 60 * 1000;

const open: StationJournal[] = [];
afterEach(() => {
  for (const journal of open.splice(0)) journal.close();
});

const start = async () => {
  const clock = new FakeClock();
  const journal = new StationJournal(':memory:', () => clock.now());
  open.push(journal);
  const cache = new MemoryCache();
  const server = new FakeServer();
  const patches: ViewPatch[] = [];
  const shipments: ShipmentView[] = [];
  const world = { session: MARA as Session | null, latency: 5, logged: [] as string[] };
  const outbox = new Outbox({
    journal,
    clock,
    random: () => 0,
    hash: sha256,
    newId: () => 'client-0001',
    log: () => undefined,
    send: () => new Promise(() => undefined),
    isReachable: () => false,
    cursor: () => cache.position()?.cursor ?? null,
    onChanged: (ids) => {
      view.touchShipments(ids);
      view.touch('work', 'unsent');
    },
  });
  const places = () => PLACES;
  const board = new Board({ cache, outbox, places, now: () => clock.now() });
  const presence = new Presence({
    clock,
    socket: { isConnected: () => false, request: () => Promise.reject(new Error('none')) },
    userId: () => 'mara',
    onChanged: (id) => view.touchShipments([id]),
  });
  const view: ViewModel = new ViewModel({
    clock,
    log: (event) => world.logged.push(event),
    board,
    outbox,
    presence,
    places,
    connection: () => ({ kind: 'live', transport: 'websocket', latencyMs: world.latency }),
    session: () => world.session,
    settings: () => SETTINGS,
    syncedAt: () => null,
    coverage: () => cache.coverage(),
    clockOffsetMs: () => null,
    journalProblem: () => null,
    inbox: () => [],
    push: (patch) => patches.push(patch),
    pushShipment: (shipment) => shipments.push(shipment),
  });
  await outbox.setOwner({ key: 'o', userId: 'mara', userName: 'Mara', role: 'receiver', server: 's' });
  const sync = (): void => {
    const from = cache.position()?.cursor.seq ?? 0;
    const frame = server.frame(from);
    cache.file.apply(frame, null);
    view.touchShipments(frame.changes.map(({ shipmentId }) => shipmentId));
  };
  const arrive = (shipmentId: string) =>
    outbox.add({
      type: 'recordArrival',
      args: { shipmentId },
      occurredAt: '2026-11-23T08:00:00.000Z',
      shipmentId,
      shipmentNumber: null,
    });
  await clock.advance(100);
  patches.length = 0;
  return { ...world, world, clock, cache, server, outbox, board, presence, view, patches, shipments, sync, arrive };
};

describe('ViewModel', () => {
  it('gives the whole view, with a number greater than any before', async () => {
    const { server, sync, view, patches } = await start();
    server.put(shipmentRow('a'));
    sync();
    const whole = await view.get();
    expect(whole.shipments).toMatchObject([{ id: 'a', pending: false }]);
    expect(whole).toMatchObject({
      session: MARA,
      settings: SETTINGS,
      warehouses: PLACES.warehouses,
      unsent: 0,
      work: [],
      inbox: [],
    });
    expect(Math.max(0, ...patches.map(({ rev }) => rev))).toBeLessThan(whole.rev);
    expect((await view.get()).rev).toBeGreaterThan(whole.rev);
  });

  it('shows nobody what was read before the rows were replaced', async () => {
    const { server, sync, cache, view, world } = await start();
    server.put(shipmentRow('a'));
    sync();
    const { detail } = cache;
    cache.detail = async (id) => {
      const found = await detail.call(cache, id);
      cache.detail = detail;
      await cache.clear();
      view.reset();
      return found;
    };
    expect(await view.shipment('a')).toBeNull();
    cache.detail = async (id) => {
      world.session = null;
      view.reset();
      return detail.call(cache, id);
    };
    expect(await view.shipment('a')).toBeNull();
  });

  it('says what a thousand changes come to in one push, not before 16 ms', async () => {
    const { server, sync, clock, patches } = await start();
    for (let n = 0; n < 1_000; n += 1) {
      server.put(shipmentRow('a', { trailer: `T${n}` }));
      sync();
    }
    await clock.advance(15);
    expect(patches).toEqual([]);
    await clock.advance(1);
    await settled();
    expect(patches).toHaveLength(1);
    expect(patches[0]?.shipments?.put).toMatchObject([{ id: 'a', trailer: 'T999' }]);
  });

  it('sends only what changed', async () => {
    const { server, sync, clock, patches, view, world } = await start();
    server.put(shipmentRow('a'));
    server.put(shipmentRow('b'));
    sync();
    await clock.advance(16);
    patches.length = 0;
    server.put(shipmentRow('b', { trailer: 'T' }));
    sync();
    view.touch('settings', 'connection');
    await clock.advance(16);
    expect(patches).toHaveLength(1);
    expect(patches[0]?.shipments).toMatchObject({ put: [{ id: 'b' }], gone: [] });
    patches.length = 0;
    view.touch('settings', 'connection');
    await clock.advance(16);
    expect(patches).toEqual([]);
    world.latency = 9;
    view.touch('settings', 'connection');
    await clock.advance(16);
    expect(patches.at(-1)).toEqual({
      rev: expect.any(Number),
      connection: { kind: 'live', transport: 'websocket', latencyMs: 9 },
    });
    const pushed = patches.length;
    view.touch('connection');
    await clock.advance(16);
    expect(patches).toHaveLength(pushed);
  });

  it('numbers its pushes upwards', async () => {
    const { server, sync, clock, patches } = await start();
    for (let n = 0; n < 5; n += 1) {
      server.put(shipmentRow(`s${n}`));
      sync();
      await clock.advance(16);
    }
    const revs = patches.map(({ rev }) => rev);
    expect(revs).toEqual([...revs].sort((a, b) => a - b));
    expect(new Set(revs).size).toBe(revs.length);
  });

  it('shows pending work at once, marked, and unmarked when it has come back', async () => {
    const { server, sync, clock, patches, arrive, view, outbox } = await start();
    server.put(shipmentRow('a'));
    sync();
    await clock.advance(16);
    await arrive('a');
    await clock.advance(16);
    expect(patches.at(-1)).toMatchObject({
      unsent: 1,
      work: [{ type: 'recordArrival', state: 'unsent' }],
      shipments: { put: [{ status: 'arrived', pending: true }] },
    });
    expect(await view.shipment('a')).toMatchObject({ status: 'arrived', pending: [{ type: 'recordArrival' }] });
    expect(outbox.pending()).toHaveLength(1);
  });

  it('takes off what is gone and what ended 12 hours ago', async () => {
    const { server, sync, clock, patches, board, view } = await start();
    const at = (ms: number) => new Date(clock.now() - ms).toISOString();
    server.put(shipmentRow('old', { status: 'closed', statusChangedAt: at(13 * HOUR) }));
    server.put(shipmentRow('late', { status: 'refused', statusChangedAt: at(11 * HOUR) }));
    server.put(shipmentRow('a'));
    sync();
    await clock.advance(16);
    expect((await view.get()).shipments.map(({ id }) => id).sort()).toEqual(['a', 'late']);
    server.commit({ entity: 'shipment', id: 'a', op: 'evict', row: null, shipmentId: 'a' });
    sync();
    await clock.advance(2 * HOUR);
    expect(patches.at(-1)?.shipments).toEqual({ put: [], gone: ['a'] });
    view.touchShipments(board.outdated());
    await clock.advance(16);
    expect(patches.at(-1)?.shipments).toEqual({ put: [], gone: ['late'] });
  });

  it('pushes the whole of a shipment that is open, when it changes', async () => {
    const { server, sync, clock, presence, shipments } = await start();
    server.put(shipmentRow('a'));
    server.put(shipmentRow('b'));
    sync();
    presence.open('a');
    await clock.advance(16);
    const timestamp = '2026-11-23T08:00:00.000Z';
    const waitingFor = [{ station: 'Dock 3', userName: 'Ivo', state: 'unsent', since: timestamp }] as const;
    presence.waits({ type: 'shipment:waiting', shipmentId: 'a', waitingFor: [...waitingFor], timestamp });
    await clock.advance(16);
    expect(shipments.at(-1)?.waitingFor).toEqual(waitingFor);
    shipments.length = 0;
    server.put(shipmentRow('a', { trailer: 'T' }));
    server.put(shipmentRow('b', { trailer: 'T' }));
    sync();
    await clock.advance(16);
    expect(shipments.map(({ id, trailer, viewers, typing }) => [id, trailer, viewers, typing])).toEqual([
      ['a', 'T', [], []],
    ]);
  });

  it('starts over with another cache, and shows nothing to nobody', async () => {
    const { server, sync, clock, view, patches, world } = await start();
    server.put(shipmentRow('a'));
    sync();
    await clock.advance(16);
    view.reset();
    await clock.advance(16);
    expect(patches.at(-1)?.shipments).toMatchObject({ reset: true, put: [{ id: 'a' }], gone: [] });
    world.session = null;
    view.reset();
    view.touch('session', 'warehouses');
    await clock.advance(16);
    expect(patches.at(-1)).toMatchObject({ session: null, warehouses: [], shipments: { reset: true, put: [] } });
    expect(await view.shipment('a')).toBeNull();
    expect((await view.get()).shipments).toEqual([]);
  });

  it('counts and lists work that was saved under another address of the server', async () => {
    const { server, sync, clock, arrive, view, outbox } = await start();
    server.put(shipmentRow('a'));
    sync();
    await arrive('a');
    await outbox.setOwner({ key: 'p', userId: 'mara', userName: 'Mara', role: 'receiver', server: 'other' });
    await clock.advance(16);
    const { unsent, work, shipments } = await view.get();
    expect([unsent, shipments[0]?.pending]).toEqual([1, false]);
    expect(work).toMatchObject([{ state: 'unsent', message: expect.stringContaining('another server address') }]);
  });

  it('counts all unsent work and lists a bounded part of it', async () => {
    const { server, sync, arrive, view } = await start();
    server.put(shipmentRow('a'));
    sync();
    for (let n = 0; n < 310; n += 1) await arrive('a');
    const { unsent, work } = await view.get();
    expect([unsent, work.length]).toEqual([310, 300]);
  });

  it('pushes nothing after it was stopped', async () => {
    const { server, sync, clock, view, patches } = await start();
    server.put(shipmentRow('a'));
    sync();
    await view.stop();
    view.touch('connection');
    view.touchShipments(['a']);
    await clock.advance(5_000);
    expect([patches, clock.timers]).toEqual([[], 0]);
  });

  it('goes on with everything else while the cache cannot be read, and catches up afterwards', async () => {
    const { server, sync, clock, view, patches, presence, shipments, cache, world } = await start();
    server.put(shipmentRow('a'));
    server.put(shipmentRow('b'));
    sync();
    presence.open('a');
    await clock.advance(16);
    patches.length = 0;
    shipments.length = 0;
    const { shipments: read, detail, board } = cache;
    const damaged = () => Promise.reject(new StoreFault('corrupt', 'damaged'));
    Object.assign(cache, { shipments: damaged, detail: damaged, board: damaged });
    server.put(shipmentRow('a', { trailer: 'T' }));
    server.commit({ entity: 'shipment', id: 'b', op: 'evict', row: null, shipmentId: 'b' });
    sync();
    world.latency = 77;
    view.touch('connection');
    await clock.advance(16);
    expect(patches).toMatchObject([{ connection: { latencyMs: 77 } }]);
    expect((await view.get()).connection).toMatchObject({ latencyMs: 77 });
    expect(world.logged).toContain('view.not_read');
    Object.assign(cache, { shipments: read, detail, board });
    patches.length = 0;
    await clock.advance(1_100);
    expect(patches).toMatchObject([{ shipments: { put: [{ id: 'a', trailer: 'T' }], gone: ['b'] } }]);
    expect(shipments).toMatchObject([{ id: 'a', trailer: 'T' }]);
  });

  it('shows an empty board rather than the one before, when the new one cannot be read', async () => {
    const { server, sync, clock, view, patches, cache } = await start();
    server.put(shipmentRow('a'));
    sync();
    await clock.advance(16);
    const { board } = cache;
    cache.board = () => Promise.reject(new StoreFault('corrupt', 'damaged'));
    view.reset();
    await clock.advance(16);
    expect(patches.at(-1)?.shipments).toEqual({ put: [], gone: [], reset: true });
    expect((await view.get()).shipments).toEqual([]);
    cache.board = board;
    await clock.advance(1_100);
    expect(patches.at(-1)?.shipments).toMatchObject({ put: [{ id: 'a' }], reset: true });
  });
});

describe('Board', () => {
  it('finds cached shipments and shows them with their pending work', async () => {
    const { server, sync, clock, arrive, board, view } = await start();
    server.put(shipmentRow('a'));
    server.put(shipmentRow('b', { status: 'closed', statusChangedAt: '2026-01-01T00:00:00.000Z' }));
    sync();
    await arrive('a');
    await clock.advance(16);
    await view.get();
    expect((await board.search('SHP', 10)).map(({ id, pending }) => [id, pending])).toEqual([
      ['a', true],
      ['b', false],
    ]);
    expect(board.numberOf('a')).toBe('SHP-a');
    expect([board.numberOf('z'), board.numberOf(null)]).toEqual([null, null]);
  });

  it('does not show the row from before work once more when the work is settled meanwhile', async () => {
    const { server, sync, clock, arrive, board, outbox, cache } = await start();
    server.put(shipmentRow('a'));
    sync();
    const { mutation } = await arrive('a');
    await clock.advance(16);
    const { detail } = cache;
    cache.detail = async (id) => {
      cache.detail = detail;
      const before = await cache.detail(id);
      // While the old row is on its way: the verdict, the echo, and the work is done.
      server.put(shipmentRow('a', { status: 'arrived' }));
      sync();
      Object.assign(outbox, { pendingOn: () => [] });
      return before;
    };
    expect((await board.refresh(['a'])).put).toMatchObject([{ status: 'arrived', pending: false }]);
    expect(mutation.n).toBe(1);
  });
});
