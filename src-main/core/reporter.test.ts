import { afterEach, describe, expect, it } from 'vitest';
import { REPORT_LEASE_MS } from '#contract/wire/station-report.ts';
import { arrival, closeJournals, IVO, MARA } from '../outbox-for-tests.ts';
import { startReporter } from '../reporter-for-tests.ts';
import { settled } from './fake-clock.ts';
import { shipmentRow } from './fake-server.ts';
import { LinkFault, unreachable } from './link-fault.ts';
import { StoreFault } from './store-fault.ts';

afterEach(closeJournals);

describe('what a station tells', () => {
  it('is what everybody who works there has not sent, first of all', async () => {
    const world = await startReporter();
    world.reachable = false;
    await world.save('a');
    await world.outbox.setOwner(IVO);
    await world.outbox.add({ ...arrival('b'), type: 'addNote' });
    await world.outbox.add({ ...arrival('c'), type: 'claimInspection' });
    await world.over('socket 0');
    expect(world.link.told).toEqual([
      {
        station: 'Dock 3',
        clientId: 'client-0002',
        clients: [
          { clientId: 'client-0001', unsentOn: ['a'], workedOn: ['a'] },
          { clientId: 'client-0002', unsentOn: ['b'], workedOn: ['b', 'c'] },
        ],
        leaving: false,
      },
    ]);
    expect([world.reporter.hasSpoken, world.link.spoken]).toEqual([true, 1]);
  });

  it('goes by another name too once work was numbered anew', async () => {
    const world = await startReporter();
    await world.save('a');
    world.reachable = false;
    await world.save('b');
    await world.over('socket 0');
    expect(world.last()).toEqual({ 'client-0001': 'b | a b' });
    await world.journal.renumber(MARA.key, 'client-0001', 'client-0009', null);
    await world.outbox.load();
    await world.outbox.setOwner(MARA);
    await world.clock.advance(500);
    expect(world.last()['client-0009']).toBe('b | b');
    // As a station that begins with this journal would tell it.
    const { works } = await world.journal.workedOn('srv', null, 100);
    expect(works.map(({ clientId, shipmentId }) => [clientId, shipmentId])).toEqual([
      ['client-0001', 'a'],
      ['client-0009', 'b'],
    ]);
    expect(world.last()['client-0001']).toMatch(/^ \| a/);
    expect(world.link.told).toHaveLength(2);
  });

  it('leaves out what has ended and what is of another server', async () => {
    const world = await startReporter();
    await world.outbox.setOwner({ ...MARA, key: 'other:mara', server: 'other' });
    await world.save('c');
    await world.outbox.setOwner(MARA);
    await world.save('a');
    world.echo();
    await world.save('b');
    await world.over('socket 0');
    expect(world.last()).toEqual({ 'client-0001': ' | a b' });
    await world.cache.apply(world.server.frame(0), null);
    world.server.put(shipmentRow('b', { status: 'closed' }));
    await world.cache.apply(world.server.frame(0), null);
    await world.over('socket 1');
    expect(world.last()).toEqual({ 'client-0001': ' | a' });
  });

  it('has a shipment again that had ended and goes on', async () => {
    const world = await startReporter();
    await world.save('a');
    world.server.put(shipmentRow('a', { status: 'closed' }));
    await world.cache.apply(world.server.frame(0), null);
    await world.over('socket 0');
    expect(world.last()).toEqual({ 'client-0001': ' | ' });
    const at = world.server.head;
    const { shipments } = world.cache;
    const looked: unknown[] = [];
    world.cache.shipments = async (ids) => {
      looked.push(ids);
      return shipments.call(world.cache, ids);
    };
    // Of others nothing needs to be looked up.
    world.server.put(shipmentRow('b'));
    world.reporter.heard(world.server.frame(at));
    await world.clock.advance(2_000);
    expect([world.link.told.length, looked]).toEqual([1, []]);
    world.server.put(shipmentRow('a', { status: 'received' }));
    await world.cache.apply(world.server.frame(at), null);
    world.reporter.heard(world.server.frame(at));
    await world.clock.advance(2_000);
    expect(world.last()).toEqual({ 'client-0001': ' | a' });
  });

  it('is what is known where files cannot be read, and the rest as soon as they can', async () => {
    const world = await startReporter();
    const { onChanged } = world;
    world.onChanged = () => undefined;
    await world.save('a');
    world.onChanged = onChanged;
    const { workedOn } = world.journal;
    const { shipments } = world.cache;
    world.journal.workedOn = async () => Promise.reject(new StoreFault('locked', 'held'));
    world.cache.shipments = async () => Promise.reject(new StoreFault('corrupt', 'damaged'));
    world.reachable = false;
    await world.save('b');
    world.echo();
    await world.over('socket 0');
    expect(world.last()).toEqual({ 'client-0001': 'b | b' });
    expect(world.logged).toContain('report.worked_not_read');
    world.journal.workedOn = workedOn;
    world.cache.shipments = shipments;
    await world.save('c');
    await world.clock.advance(1_000);
    expect(world.last()).toEqual({ 'client-0001': 'b c | a b c' });
  });
});

describe('a station tells', () => {
  it('of work that is answered at once only that the shipment is worked on', async () => {
    const world = await startReporter();
    await world.over('socket 0');
    expect(world.last()).toEqual({ 'client-0001': ' | ' });
    await world.save('a');
    world.echo();
    await world.clock.advance(500);
    expect(world.last()).toEqual({ 'client-0001': ' | a' });
    for (let n = 0; n < 40; n += 1) {
      await world.save('a', `T${n}`);
      world.echo();
      await world.clock.advance(130);
    }
    await world.clock.advance(5_000);
    expect(world.link.told).toHaveLength(2);
  });

  it('of work that waits, until it waits no more', async () => {
    const world = await startReporter();
    await world.save('a');
    await world.over('socket 0');
    const answer = world.holdPushes();
    await world.save('a', 'T2');
    await world.clock.advance(499);
    expect(world.link.told).toHaveLength(1);
    await world.clock.advance(501);
    expect(world.last()).toEqual({ 'client-0001': 'a | a' });
    await world.save('a', 'T3');
    await world.clock.advance(3_000);
    expect(world.link.told).toHaveLength(2);
    answer();
    await world.clock.advance(500);
    expect(world.last()).toEqual({ 'client-0001': ' | a' });
    await world.clock.advance(60_000);
    expect(world.link.told).toHaveLength(3);
  });

  it('once, however often nothing else is to be told, and all of it again by another way', async () => {
    const world = await startReporter();
    await world.save('a');
    await world.over('socket 0');
    await world.over('socket 0');
    world.reporter.changed(new Set(['a', null]));
    await world.clock.advance(5_000);
    // Late work on what has ended is news here, and none there.
    world.server.put(shipmentRow('b', { status: 'closed' }));
    await world.cache.apply(world.server.frame(0), null);
    await world.save('b');
    await world.clock.advance(5_000);
    expect(world.link.told).toHaveLength(1);
    await world.over(null);
    expect(world.reporter.hasSpoken).toBe(false);
    await world.save('a', 'T2');
    await world.over('socket 1');
    expect(world.link.told).toHaveLength(2);
    expect(world.link.spoken).toBe(2);
  });

  it('again once the server knows another view of this person', async () => {
    const world = await startReporter();
    await world.save('a');
    await world.over('socket 0');
    await world.clock.advance(2_000);
    const before = world.link.told.length;
    world.reporter.scopeChanged();
    await world.clock.advance(1_000);
    expect(world.link.told).toHaveLength(before + 1);
    expect(world.link.told.at(-1)).toEqual(world.link.told.at(-2));
  });

  it('over HTTP again before what it said stops counting', async () => {
    const world = await startReporter();
    await world.save('a');
    await world.over('http');
    for (const reports of [1, 2, 3]) {
      expect(world.link.told).toHaveLength(reports);
      // One that is lost is made up for in time, too.
      await world.clock.advance(REPORT_LEASE_MS / 2 - 15_000);
    }
    world.link.answer = async () => Promise.reject(unreachable('lost'));
    await world.clock.advance(45_000);
    world.link.answer = async () => undefined;
    const { length } = world.link.told;
    await world.clock.advance(10_000);
    expect(world.link.told).toHaveLength(length + 1);
    await world.over('socket 0');
    await world.clock.advance(200_000);
    expect(world.link.told).toHaveLength(length + 2);
  });

  it('again after a while what did not arrive, without asking in a tight loop', async () => {
    const world = await startReporter();
    world.link.answer = async () => Promise.reject(new LinkFault('too_fast', 'slow down'));
    await world.over('socket 0');
    expect([world.reporter.hasSpoken, world.link.spoken]).toEqual([true, 1]);
    for (let n = 0; n < 9; n += 1) {
      await world.save('a', `T${n}`);
      await world.clock.advance(1_000);
    }
    expect(world.link.told).toHaveLength(1);
    world.link.answer = async () => undefined;
    await world.clock.advance(1_000);
    expect(world.last()).toEqual({ 'client-0001': ' | a' });
    await world.clock.advance(60_000);
    expect(world.link.told).toHaveLength(2);
  });

  it('nothing more to a server that does not know what a report is, by this way', async () => {
    const world = await startReporter();
    for (const [way, code] of [
      ['socket 0', 'unknown_event'],
      ['http', 'not_found'],
    ] as const) {
      world.link.told.length = 0;
      world.link.answer = async () => Promise.reject(new LinkFault(code, 'what?'));
      await world.over(way);
      expect(world.reporter.hasSpoken).toBe(true);
      world.reachable = false;
      await world.save('a');
      await world.clock.advance(120_000);
      expect(world.link.told).toHaveLength(1);
    }
    expect(world.logged.filter((event) => event.startsWith('report.'))).toEqual([
      'report.not_known',
      'report.not_known',
    ]);
    await world.reporter.leave();
    expect(world.link.told).toHaveLength(1);
  });

  it('and lets work go after two seconds without an answer, which still counts when it comes', async () => {
    const world = await startReporter();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.link.answer = () => promise;
    await world.over('socket 0');
    await world.clock.advance(1_999);
    expect(world.reporter.hasSpoken).toBe(false);
    await world.clock.advance(1);
    expect([world.reporter.hasSpoken, world.link.spoken]).toEqual([true, 1]);
    world.reachable = false;
    await world.save('a');
    await world.clock.advance(5_000);
    expect(world.link.told).toHaveLength(1);
    resolve();
    world.link.answer = async () => undefined;
    await world.clock.advance(1_000);
    expect(world.last()).toEqual({ 'client-0001': 'a | a' });
    expect(world.link.spoken).toBe(1);
  });
});

describe('a station that leaves', () => {
  it('says so with what is left, and sends nothing more', async () => {
    const world = await startReporter();
    world.reachable = false;
    await world.over('socket 0');
    await world.save('a');
    await world.reporter.leave();
    expect(world.link.told.at(-1)).toMatchObject({ leaving: true });
    expect(world.last()).toEqual({ 'client-0001': 'a | a' });
    expect(world.reporter.hasSpoken).toBe(false);
    const { length } = world.link.told;
    await world.save('b');
    await world.clock.advance(60_000);
    expect(world.link.told).toHaveLength(length);
  });

  it('waits a moment for the answer to what is on its way', async () => {
    const world = await startReporter();
    await world.over('socket 0');
    const answer = world.holdPushes();
    await world.save('a');
    const left = world.reporter.leave();
    await world.clock.advance(200);
    expect(world.link.told.at(-1)).toMatchObject({ leaving: false });
    answer();
    await world.clock.advance(40);
    await left;
    expect(world.link.told.at(-1)).toMatchObject({ leaving: true });
    expect(world.last()).toEqual({ 'client-0001': ' | a' });
  });

  it('does not wait for it long, nor for a server that says nothing', async () => {
    const world = await startReporter();
    await world.over('socket 0');
    world.holdPushes();
    await world.save('a');
    world.link.answer = () => new Promise(() => undefined);
    let hasLeft = false;
    const left = world.reporter.leave().then(() => {
      hasLeft = true;
    });
    await world.clock.advance(500);
    expect(world.link.told.at(-1)).toMatchObject({ leaving: true });
    expect(world.last()).toEqual({ 'client-0001': 'a | a' });
    await world.clock.advance(499);
    expect(hasLeft).toBe(false);
    await world.clock.advance(1);
    await left;
    await world.reporter.stop();
    expect(world.clock.timers).toBe(0);
  });

  it('says it after the report that is on its way, never before', async () => {
    const world = await startReporter();
    const { promise, resolve } = Promise.withResolvers<void>();
    world.link.answer = () => promise;
    await world.over('http');
    const left = world.reporter.leave();
    await settled();
    expect(world.link.told.map(({ leaving }) => leaving)).toEqual([false]);
    resolve();
    await left;
    expect(world.link.told.map(({ leaving }) => leaving)).toEqual([false, true]);
    await world.clock.advance(120_000);
    expect(world.link.told).toHaveLength(2);
  });

  it('says nothing where nobody can hear it, and leaves no timer behind', async () => {
    const world = await startReporter();
    world.reachable = false;
    await world.save('a');
    await world.reporter.leave();
    expect(world.link.told).toEqual([]);
    const other = await startReporter();
    await other.over('http');
    await other.save('a');
    other.echo();
    await other.reporter.stop();
    await other.over(null);
    await other.outbox.stop();
    expect(other.clock.timers).toBe(0);
    expect(other.link.told.map(({ leaving }) => leaving)).toEqual([false, false]);
  });
});
