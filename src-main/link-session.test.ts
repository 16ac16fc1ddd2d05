import { describe, expect, it } from 'vitest';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import { FakeClock, settled } from './core/fake-clock.ts';
import { FakeServer, shipmentRow } from './core/fake-server.ts';
import { LinkFault, unreachable } from './core/link-fault.ts';
import { MemoryCache } from './core/memory-cache.ts';
import { StoreFault } from './core/store-fault.ts';
import { LinkSession } from './link-session.ts';
import { FakeLinks, sessionBasics } from './links-for-tests.ts';

/** A session whose two links end in one log. */
const start = async () => {
  const clock = new FakeClock();
  const server = new FakeServer();
  const cache = new MemoryCache();
  const links = new FakeLinks(server);
  const world = {
    clock,
    server,
    cache,
    links,
    states: [] as ConnectionState['kind'][],
    sockets: [] as (string | null)[],
    reachable: 0,
    measured: [] as number[][],
    logged: [] as string[],
  };
  const session = new LinkSession({
    ...sessionBasics(links, clock, world.logged),
    outbox: { clientId: 'client-0001', reconcile: async () => undefined },
    journal: { lastAnswered: async () => 0 },
    sync: {
      cache,
      beforeApply: async () => undefined,
      applied: async () => undefined,
      cleared: async () => undefined,
      beforeLoss: async () => undefined,
      rebuilt: async () => undefined,
    },
    onState: ({ kind }) => world.states.push(kind),
    onReachable: () => {
      world.reachable += 1;
    },
    onSocket: (id) => world.sockets.push(id),
    onGuide: () => undefined,
    onMeasured: (latencyMs, offsetMs) => world.measured.push([latencyMs, offsetMs]),
  });
  session.start();
  await settled();
  expect(world.states).toEqual(['connecting', 'live']);
  if (links.listener === null) throw new Error('no links');
  return Object.assign(world, { session, listener: links.listener });
};

describe('a live session', () => {
  it('does not stay live when what was missed cannot be had', async () => {
    const world = await start();
    world.server.put(shipmentRow('a'));
    world.server.put(shipmentRow('b'));
    world.links.helloFault = unreachable('no answer');
    world.listener.frame(world.server.frame(1));
    await settled();
    expect(world.states.at(-1)).toBe('polling');
    expect(world.sockets.at(-1)).toBeNull();
    // Over HTTP it came all the same.
    expect(world.cache.position()?.cursor.seq).toBe(2);
    world.links.helloFault = null;
    await world.clock.advance(1_000);
    expect(world.states.at(-1)).toBe('live');
  });

  it('does not stay live when the new view is refused, or rows cannot be written', async () => {
    const refused = await start();
    refused.links.helloFault = new LinkFault('forbidden', 'no');
    refused.listener.scopeChanged('staff:W2');
    await settled();
    expect(refused.states.at(-1)).toBe('refused');
    const full = await start();
    full.server.put(shipmentRow('a'));
    full.links.httpFault = unreachable('down');
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
    expect(world.links.hellos).toBe(2);
    // The server has forgotten this socket.
    world.server.put(shipmentRow('a'));
    await world.clock.advance(15_000);
    expect(world.cache.position()?.cursor.seq).toBe(1);
    await world.session.stop();
    const { hellos } = world.links;
    await world.clock.advance(60_000);
    expect([world.links.hellos, world.clock.timers]).toEqual([hellos, 0]);
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

  it('believes a date less than any ping', async () => {
    const world = await start();
    world.listener.dated(3, 7_200_000);
    world.listener.measured(40, 7_200_123);
    expect(world.measured).toEqual([
      [1_003, 7_200_000],
      [40, 7_200_123],
    ]);
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
    const { opened } = world.links;
    fail(new StoreFault('locked', 'held'));
    await settled();
    expect([world.links.opened, world.states.at(-1)]).toEqual([opened, 'live']);
  });
});
