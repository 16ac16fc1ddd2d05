import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { FakeClock, settled } from './core/fake-clock.ts';
import { FakeServer, shipmentRow } from './core/fake-server.ts';
import { LinkFault, unreachable } from './core/link-fault.ts';
import { MemoryCache } from './core/memory-cache.ts';
import type { SocketListener } from './core/ports.ts';
import { StoreFault } from './core/store-fault.ts';
import { LinkSession } from './link-session.ts';

/** A session whose two links end in one log, each answer of which a test may spoil. */
const start = async () => {
  const clock = new FakeClock();
  const server = new FakeServer();
  const cache = new MemoryCache();
  const world = {
    clock,
    server,
    cache,
    states: [] as ConnectionState['kind'][],
    sockets: [] as (string | null)[],
    reachable: 0,
    hellos: 0,
    opened: 0,
    helloFault: null as Error | null,
    httpFault: null as Error | null,
    logged: [] as string[],
    listener: {} as SocketListener,
  };
  let connected = false;
  const socket = {
    open: () => {
      world.opened += 1;
      connected = true;
      queueMicrotask(() => world.listener.connected('websocket', `socket-${world.opened}`));
    },
    close: () => {
      connected = false;
    },
    isConnected: () => connected,
    check: () => undefined,
    request: async (event: string, payload: { cursor?: never }) => {
      if (event !== 'sync:hello') throw unreachable('not asked');
      world.hellos += 1;
      if (world.helloFault !== null) throw world.helloFault;
      return { ok: true, ...server.hello(payload.cursor ?? null), protocol: PROTOCOL_VERSION };
    },
  };
  const http = {
    changes: async (cursor: Parameters<FakeServer['changes']>[0], wait: number) => {
      if (world.httpFault !== null) throw world.httpFault;
      return wait === 0 ? server.changes(cursor) : new Promise<never>(() => undefined);
    },
    snapshot: () => server.snapshot(),
    cancelChanges: () => undefined,
    close: () => undefined,
    push: () => Promise.reject(unreachable('not asked')),
    history: () => Promise.reject(unreachable('not asked')),
    probe: async () => undefined,
  };
  const session = new LinkSession({
    url: 'http://server',
    token: () => 'token',
    app: 'test',
    clock,
    random: () => 0.5,
    log: (event) => world.logged.push(event),
    openLinks: ({ listener }) => {
      world.listener = listener;
      return { http, socket } as never;
    },
    outbox: { clientId: 'client-0001', reconcile: async () => undefined },
    journal: { lastAnswered: async () => 0 },
    sync: {
      cache,
      beforeApply: async () => undefined,
      applied: async () => undefined,
      cleared: async () => undefined,
      rebuilt: async () => undefined,
    },
    serverNow: () => clock.now(),
    refreshToken: async () => null,
    onState: ({ kind }) => world.states.push(kind),
    onReachable: () => {
      world.reachable += 1;
    },
    onSocket: (id) => world.sockets.push(id),
    onGuide: () => undefined,
    onMeasured: () => undefined,
  });
  session.start();
  await settled();
  expect(world.states).toEqual(['connecting', 'live']);
  return Object.assign(world, { session });
};

describe('a live session', () => {
  it('does not stay live when what was missed cannot be had', async () => {
    const world = await start();
    world.server.put(shipmentRow('a'));
    world.server.put(shipmentRow('b'));
    world.helloFault = unreachable('no answer');
    world.listener.frame(world.server.frame(1));
    await settled();
    expect(world.states.at(-1)).toBe('polling');
    expect(world.sockets.at(-1)).toBeNull();
    // Over HTTP it came all the same.
    expect(world.cache.position()?.cursor.seq).toBe(2);
    world.helloFault = null;
    await world.clock.advance(1_000);
    expect(world.states.at(-1)).toBe('live');
  });

  it('does not stay live when the new view is refused, or rows cannot be written', async () => {
    const refused = await start();
    refused.helloFault = new LinkFault('forbidden', 'no');
    refused.listener.scopeChanged('staff:W2');
    await settled();
    expect(refused.states.at(-1)).toBe('refused');
    const full = await start();
    full.server.put(shipmentRow('a'));
    full.httpFault = unreachable('down');
    full.cache.fault = new StoreFault('full', 'no room');
    full.listener.frame(full.server.frame(0));
    await settled();
    expect(full.states.at(-1)).toBe('offline');
    await full.clock.advance(1_000);
    expect([full.states.at(-1), full.cache.position()?.cursor.seq]).toEqual(['live', 1]);
  });

  it('asks when the server has not said for long where it is', async () => {
    const world = await start();
    for (let at = 0; at < 60_000; at += 5_000) {
      world.listener.frame(world.server.frame(world.server.head));
      await world.clock.advance(5_000);
    }
    expect(world.hellos).toBe(2);
    // The server has forgotten this socket.
    world.server.put(shipmentRow('a'));
    await world.clock.advance(15_000);
    expect(world.cache.position()?.cursor.seq).toBe(1);
    await world.session.stop();
    const { hellos } = world;
    await world.clock.advance(60_000);
    expect([world.hellos, world.clock.timers]).toEqual([hellos, 0]);
  });

  it('wakes what waits for the server when it can be reached, not at every measurement', async () => {
    const world = await start();
    expect(world.reachable).toBe(1);
    for (let ms = 1; ms < 20; ms += 1) world.listener.measured(ms, 0);
    expect(world.reachable).toBe(1);
    world.listener.lost('closed');
    await settled();
    await world.clock.advance(1_000);
    expect(world.states.slice(-2)).toEqual(['polling', 'live']);
    expect(world.reachable).toBe(3);
  });

  it('does not end a later socket for what an earlier one could not do', async () => {
    const world = await start();
    let fail = (_error: Error): void => undefined;
    world.server.put(shipmentRow('a'));
    world.cache.apply = () =>
      new Promise((_resolve, reject) => {
        fail = reject;
      });
    world.listener.frame(world.server.frame(0));
    await settled();
    world.listener.lost('closed');
    world.cache.apply = MemoryCache.prototype.apply;
    await world.clock.advance(500);
    const { opened } = world;
    fail(new StoreFault('locked', 'held'));
    await settled();
    expect([world.opened, world.states.at(-1)]).toEqual([opened, 'live']);
  });
});
