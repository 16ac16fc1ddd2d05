import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Session } from '#contract/bridge/view.ts';
import type { Board } from './board.ts';
import { FakeClock } from './fake-clock.ts';
import type { Inbox } from './inbox.ts';
import { LinkFault, unreachable } from './link-fault.ts';
import type { Outbox } from './outbox.ts';
import type { NewWork, Work } from './ports.ts';
import type { Presence } from './presence.ts';
import { createRequests, type RequestPorts } from './requests.ts';
import { StoreFault } from './store-fault.ts';
import type { ViewModel } from './view-model.ts';

const MARA: Session = {
  userId: 'mara',
  name: 'Mara',
  role: 'receiver',
  warehouses: ['*'],
  serverUrl: 'http://x',
  expiresAt: '2026-12-01T00:00:00.000Z',
};
const LIVE: ConnectionState = { kind: 'live', transport: 'websocket', latencyMs: null };

const start = (more: Partial<RequestPorts> = {}) => {
  const calls: string[] = [];
  const added: NewWork[] = [];
  const call =
    (name: string) =>
    (...args: unknown[]) =>
      void calls.push([name, ...args].join(' '));
  const ports: RequestPorts = {
    view: {
      get: async () => 'the view',
      shipment: async (id: string) => ({ id }),
      touch: call('touch'),
    } as unknown as ViewModel,
    board: { numberOf: () => 'SHP-1', search: async () => ['found'] } as unknown as Board,
    outbox: {
      add: async (work: NewWork) => {
        added.push(work);
        return { mutation: { n: added.length } } as Work;
      },
      markHandled: async (...args: unknown[]) => call('handled')(...args),
    } as unknown as Outbox,
    inbox: { markSeen: async (seqs: number[]) => call('seen')(...seqs) } as unknown as Inbox,
    presence: {
      open: call('open'),
      leave: call('leave'),
      keep: call('keep'),
      forget: call('forget'),
    } as unknown as Presence,
    cache: { history: async () => null, keepHistory: async (id) => call('keepHistory')(id) },
    clock: new FakeClock(),
    newId: () => 'new-id',
    log: call('log'),
    clockOffsetMs: () => 5,
    session: () => MARA,
    connection: () => LIVE,
    socket: { isConnected: () => true, request: async (event, payload) => ({ ok: true, event, payload }) as never },
    http: () => ({ history: async () => [] }),
    retryNow: call('retry'),
    journalProblem: () => null,
    configure: async () => ({ ok: true, session: MARA }),
    signOut: async () => call('signOut')(),
    changeSettings: async () => ({}) as never,
    isTaking: () => true,
    ...more,
  };
  return { handlers: createRequests(ports), calls, added };
};

const failing = (error: Error) => ({ outbox: { add: () => Promise.reject(error) } as unknown as Outbox });

describe('saving', () => {
  it('resolves with the number under which the work is on the disk', async () => {
    const { handlers, added } = start();
    expect(await handlers['work:save']('recordArrival', { shipmentId: 's1' }, { id: 's1', version: 2 })).toEqual({
      ok: true,
      n: 1,
    });
    expect(added).toMatchObject([
      { type: 'recordArrival', base: { id: 's1', version: 2 }, clockOffsetMs: 5, shipmentNumber: 'SHP-1' },
    ]);
  });

  it.each([
    [
      'a full disk',
      failing(new StoreFault('full', 'SQLITE_FULL at /secret/path')),
      'disk_full',
      /disk of this station is full.*not saved/s,
    ],
    ['a file somebody holds', failing(new StoreFault('locked', 'SQLITE_BUSY')), 'not_saved', /not saved; close it/],
    ['a folder gone read-only', failing(new StoreFault('read_only', 'SQLITE_READONLY')), 'not_saved', /tell IT/],
    [
      'a damaged file',
      failing(new StoreFault('corrupt', 'SQLITE_CORRUPT')),
      'not_saved',
      /not saved. Start the station/,
    ],
    ['a disk that fails', failing(new StoreFault('other', 'SQLITE_IOERR at /secret/path')), 'not_saved', /not saved/],
    ['anything else', failing(new Error('stack of something')), 'not_saved', /not saved/],
    ['a journal that cannot be opened', { journalProblem: () => 'Ask IT to check the folder.' }, 'not_saved', /Ask IT/],
    ['closing', { isTaking: () => false }, 'not_saved', /closing/],
    ['nobody signed in', { session: () => null }, 'not_signed_in', /Sign in/],
  ])('says what happened with %s', async (_name, more, code, message) => {
    const { handlers } = start(more);
    const saved = await handlers['work:save']('recordArrival', { shipmentId: 's1' }, null);
    expect(saved).toMatchObject({ ok: false, code, message: expect.stringMatching(message) });
    expect(JSON.stringify(saved)).not.toMatch(/SQLITE|secret|stack/);
  });

  it('puts nothing into the outbox that may not be done', async () => {
    const { handlers, added } = start();
    expect(await handlers['work:save']('closeShipment', { shipmentId: 's1' }, null)).toMatchObject({
      code: 'forbidden',
    });
    expect(added).toEqual([]);
  });
});

describe('history', () => {
  it('is fetched and kept, else the copy, else nothing', async () => {
    const fresh = start();
    expect(await fresh.handlers['shipment:history']('s1')).toEqual({
      history: [],
      fetchedAt: '2026-11-23T08:00:00.000Z',
      stale: false,
    });
    expect(fresh.calls).toEqual(['keepHistory s1']);
    const kept = { history: [], fetchedAt: '2026-11-22T00:00:00.000Z', stale: true };
    const cache = { history: async () => kept, keepHistory: async () => undefined };
    const http = () => ({ history: () => Promise.reject(unreachable('down')) });
    expect(await start({ cache, http }).handlers['shipment:history']('s1')).toBe(kept);
    const offline: ConnectionState = { kind: 'offline', since: '2026-11-23T08:00:00.000Z' };
    const asked = { history: () => Promise.reject(new Error('asked while offline')) };
    expect(
      await start({ cache, connection: () => offline, http: () => asked }).handlers['shipment:history']('s1'),
    ).toBe(kept);
    const nothing = { history: [], fetchedAt: null, stale: true };
    expect(await start({ http: () => null }).handlers['shipment:history']('s1')).toEqual(nothing);
    expect(await start({ cache, http, session: () => null }).handlers['shipment:history']('s1')).toEqual(nothing);
  });

  it('is as fresh as it came, also when it cannot be kept', async () => {
    const cache = { history: async () => null, keepHistory: () => Promise.reject(new StoreFault('full', 'no room')) };
    expect(await start({ cache }).handlers['shipment:history']('s1')).toMatchObject({ stale: false });
  });
});

describe('the socket', () => {
  it('carries what the page may send, and presence keeps the rooms', async () => {
    const { handlers, calls } = start();
    expect(await handlers['link:emit']('join:shipment', { shipmentId: 's1' })).toMatchObject({
      ok: true,
      event: 'join:shipment',
    });
    await handlers['link:emit']('leave:shipment', { shipmentId: 's1' });
    await handlers['link:emit']('ping', {});
    expect(calls).toEqual(['keep s1', 'forget s1']);
  });

  it('answers instead of failing when there is none', async () => {
    const down = (error: Error) =>
      start({ socket: { isConnected: () => false, request: () => Promise.reject(error) } });
    const answer = await down(new LinkFault(null, 'The station is not connected.')).handlers['link:emit']('ping', {});
    expect(answer).toEqual({ ok: false, code: 'stopping', message: 'The station is not connected.' });
    expect(await down(new Error('inner')).handlers['link:emit']('ping', {})).toMatchObject({
      message: 'The server did not answer.',
    });
    expect(await down(new Error('inner')).handlers['typing:set']('s1', true)).toBeNull();
  });

  it('says that somebody types, and that they stopped', async () => {
    const sent: string[] = [];
    const request = async (event: string, payload: unknown) => {
      sent.push(`${event} ${JSON.stringify(payload)}`);
      return { ok: true } as never;
    };
    const { handlers } = start({ socket: { isConnected: () => true, request } });
    await handlers['typing:set']('s1', true);
    await handlers['typing:set']('s1', false);
    expect(sent).toEqual(['typing:start {"shipmentId":"s1"}', 'typing:stop {"shipmentId":"s1"}']);
  });
});

it('hands every other request to whom it concerns', async () => {
  const { handlers, calls } = start();
  expect(await handlers['view:get']()).toBe('the view');
  expect(await handlers['shipment:open']('s1')).toEqual({ id: 's1' });
  await handlers['shipment:leave']('s1');
  expect(await handlers['shipment:search']('x')).toEqual(['found']);
  await handlers['work:handled']('client-1', 3);
  await handlers['link:retry']();
  expect(await handlers['station:configure']({ serverUrl: 'x', token: 'y' })).toMatchObject({ ok: true });
  await handlers['station:sign-out']();
  await handlers['settings:set']({ sounds: false });
  await handlers['inbox:seen']([4, 5]);
  expect(calls).toEqual([
    'open s1',
    'leave s1',
    'handled client-1 3',
    'retry',
    'signOut',
    'touch settings',
    'seen 4 5',
  ]);
  expect(await start({ session: () => null }).handlers['shipment:search']('x')).toEqual([]);
});
