import { afterEach, describe, expect, it } from 'vitest';
import { settled } from './core/fake-clock.ts';
import { shipmentRow } from './core/fake-server.ts';
import { LinkFault, unreachable } from './core/link-fault.ts';
import { MemoryCache } from './core/memory-cache.ts';
import { LinkSession } from './link-session.ts';
import { FakeLinks, sessionBasics } from './links-for-tests.ts';
import { arrival, closeJournals, startOutbox } from './outbox-for-tests.ts';

afterEach(closeJournals);

/** A session that carries the work of a real outbox. */
const start = async (prepare: (links: FakeLinks) => void = () => undefined) => {
  const world = await startOutbox();
  const { clock, journal, outbox, server } = world;
  for (const id of ['a', 'b']) server.put(shipmentRow(id));
  const links = new FakeLinks(server);
  prepare(links);
  const cache = new MemoryCache();
  const session = new LinkSession({
    ...sessionBasics(links, clock, world.logged),
    outbox,
    journal,
    report: { outbox, journal, server: 'srv', stationName: () => 'Dock 3' },
    sync: {
      cache,
      beforeApply: async () => undefined,
      applied: async ({ epoch, to, chain }) => outbox.settle({ epoch, seq: to, chain }),
      cleared: async () => undefined,
      rebuilt: async () => outbox.recheck(),
    },
    onState: () => undefined,
    onReachable: () => outbox.wake(),
    onSocket: () => undefined,
    onGuide: () => undefined,
    onMeasured: () => undefined,
  });
  world.wire = (clientId, mutations) => session.send(clientId, mutations);
  world.isReachable = () => session.canSend();
  world.onChanged = (ids) => session.workChanged(ids);
  const save = async (id: string, trailer?: string): Promise<void> => {
    await outbox.add(arrival(id, trailer));
    await settled();
  };
  const unsent = () => links.reports.at(-1)?.clients.flatMap(({ unsentOn }) => unsentOn);
  return Object.assign(world, { cache, links, session, save, unsent });
};

describe('a connection', () => {
  it('begins with what is unsent, and only then work goes', async () => {
    const world = await start();
    await world.save('a');
    const { promise, resolve } = Promise.withResolvers<void>();
    world.links.beforeReport = () => promise;
    world.session.start();
    await world.clock.advance(1);
    expect(world.session.state.kind).toBe('live');
    // Whatever else would send work waits as well.
    await world.save('b');
    world.outbox.wake();
    await settled();
    expect(world.links.heard).toEqual(['report']);
    expect(world.unsent()).toEqual(['a']);
    resolve();
    await settled();
    expect(world.links.heard).toEqual(['report', 'push']);
    expect(world.links.reports[0]).toMatchObject({ by: 'socket', station: 'Dock 3', leaving: false });
    await world.clock.advance(1_000);
    expect(world.unsent()).toEqual([]);
  });

  it('begins with it each time, and once', async () => {
    const world = await start();
    world.session.start();
    await world.clock.advance(1);
    expect(world.links.reports.map(({ by }) => by)).toEqual(['socket']);
    await world.save('a');
    await world.clock.advance(1_000);
    world.links.httpFault = unreachable('down');
    world.links.hasSockets = false;
    world.links.drop();
    await settled();
    await world.save('a', 'T2');
    world.links.heard.length = 0;
    world.links.reports.length = 0;
    await world.clock.advance(30_000);
    expect(world.links.heard).toEqual([]);
    world.links.hasSockets = true;
    world.session.retryNow();
    await settled();
    expect(world.links.heard).toEqual(['report', 'push']);
    expect(world.unsent()).toEqual(['a']);
  });

  it('goes over HTTP while there is no socket, again and again, and over the socket when there is one', async () => {
    const world = await start((links) => {
      links.hasSockets = false;
    });
    await world.cache.apply(world.server.frame(0), null);
    await world.save('a');
    world.session.start();
    await world.clock.advance(1);
    expect(world.session.state.kind).toBe('polling');
    expect(world.links.heard).toEqual(['report', 'push']);
    await world.clock.advance(95_000);
    const { reports } = world.links;
    expect(new Set(reports.map(({ by }) => by))).toEqual(new Set(['http']));
    // The first, that it has gone, and two more in time.
    expect(reports).toHaveLength(4);
    world.links.hasSockets = true;
    world.session.retryNow();
    await settled();
    expect(reports.at(-1)?.by).toBe('socket');
    const { length } = reports;
    await world.clock.advance(300_000);
    expect(reports).toHaveLength(length);
  });

  it('tells over HTTP again when a socket came and went while it polled', async () => {
    const world = await start((links) => {
      links.hasSockets = false;
    });
    await world.cache.apply(world.server.frame(0), null);
    world.session.start();
    await world.clock.advance(1);
    world.links.helloFault = unreachable('no answer');
    world.links.hasSockets = true;
    world.session.retryNow();
    await settled();
    expect(world.session.state.kind).toBe('polling');
    expect(world.links.reports.map(({ by }) => by)).toEqual(['http', 'socket', 'http']);
    await world.save('a');
    expect(world.links.heard.slice(-2)).toContain('push');
  });

  it('carries work to a server that knows no reports, or does not answer to one', async () => {
    const world = await start((links) => {
      links.reportFault = new LinkFault('unknown_event', 'what?');
    });
    await world.save('a');
    world.session.start();
    await world.clock.advance(1);
    expect(world.links.heard).toEqual(['report', 'push']);
    const mute = await start((links) => {
      links.beforeReport = () => new Promise(() => undefined);
    });
    await mute.save('a');
    mute.session.start();
    await mute.clock.advance(1_999);
    expect(mute.links.heard).toEqual(['report']);
    await mute.clock.advance(1);
    expect(mute.links.heard).toEqual(['report', 'push']);
  });

  it('tells of a shipment again that had ended and was opened again', async () => {
    const world = await start();
    world.session.start();
    await world.clock.advance(1);
    await world.save('a');
    const put = (status: 'closed' | 'received'): void => {
      const from = world.server.head;
      world.server.put(shipmentRow('a', { status }));
      world.links.tell(from);
    };
    const workedOn = () => world.links.reports.at(-1)?.clients.flatMap((client) => client.workedOn);
    world.links.tell(world.server.head - 1);
    put('closed');
    await settled();
    world.links.drop();
    await world.clock.advance(2_000);
    expect(world.session.state.kind).toBe('live');
    expect(workedOn()).toEqual([]);
    put('received');
    await world.clock.advance(1_000);
    expect(workedOn()).toEqual(['a']);
  });

  it('ends with what is left, while nothing more is sent, where somebody leaves', async () => {
    const world = await start();
    world.session.start();
    await world.clock.advance(1);
    world.links.pushFault = unreachable('lost');
    await world.save('a');
    await world.session.leave();
    world.links.pushFault = null;
    world.outbox.wake();
    await settled();
    expect(world.links.reports.at(-1)).toMatchObject({ leaving: true, by: 'socket' });
    expect(world.unsent()).toEqual(['a']);
    await world.session.stop();
    await world.clock.advance(120_000);
    expect(world.links.heard.slice(-1)).toEqual(['report']);
    expect(world.links.reports.filter(({ leaving }) => leaving)).toHaveLength(1);
  });
});
