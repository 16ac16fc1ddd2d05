import { afterEach, describe, expect, it } from 'vitest';
import { arrival, closeJournals, IVO, MARA, startOutbox } from '../outbox-for-tests.ts';
import { StationJournal } from '../store/journal.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { shipmentRow } from './fake-server.ts';
import { unreachable } from './link-fault.ts';

// Servers that come back from a backup: what they acknowledged and lost is in the journals of the stations.

afterEach(closeJournals);

const trailers = (world: Awaited<ReturnType<typeof startOutbox>>) => world.server.known().sort();

describe('a server that lost what it had acknowledged', () => {
  it('is given it again without a hello, and is asked once only', async () => {
    const world = await startOutbox();
    const { server, outbox, echo } = world;
    server.put(shipmentRow('a'));
    for (let n = 1; n <= 4; n += 1) await outbox.add(arrival('a', `T${n}`));
    await settled();
    echo();
    server.restore(2, 'epoch-2');
    world.sent.length = 0;
    outbox.recheck();
    await settled();
    expect(trailers(world)).toEqual(['T1', 'T2', 'T3', 'T4']);
    expect(world.logged).toContain('outbox.server_lost_work');
    echo();
    expect(outbox.pending()).toEqual([]);
    const asked = world.sent.length;
    outbox.wake();
    await settled();
    expect(world.sent).toHaveLength(asked);
  });

  it('is given the one piece it lost, and decides on it anew', async () => {
    const world = await startOutbox();
    const { server, outbox, echo } = world;
    server.put(shipmentRow('a'));
    await outbox.add(arrival('a', 'T1'));
    await settled();
    await outbox.add(arrival('a', 'T2'));
    await settled();
    echo();
    server.restore(2, 'epoch-2');
    // Since then the shipment has gone, so this time it is refused, and a person has to know.
    server.commit({ entity: 'shipment', id: 'a', op: 'del', row: null, shipmentId: 'a' });
    outbox.recheck();
    await settled();
    expect(outbox.all().map(({ mutation, state }) => [mutation.args.trailer, state])).toEqual([['T2', 'needs_person']]);
  });

  it('is left alone when it has lost nothing', async () => {
    const world = await startOutbox();
    const { server, outbox, echo } = world;
    server.put(shipmentRow('a'));
    await outbox.add(arrival('a', 'T1'));
    await outbox.add(arrival('missing', 'T2'));
    await settled();
    echo();
    await outbox.markHandled(outbox.clientId, 2);
    const before = outbox.all();
    outbox.recheck();
    await settled();
    expect([outbox.all(), [...server.effects.values()]]).toEqual([before, [1, 1]]);
    expect(world.logged).toEqual([]);
  });

  it('is asked under every identity the person has had, also under one that was given up', async () => {
    const world = await startOutbox();
    const { server, outbox, echo } = world;
    server.put(shipmentRow('a'));
    for (let n = 1; n <= 3; n += 1) await outbox.add(arrival('a', `T${n}`));
    await settled();
    echo();
    // A copy of this station's disk has used number 4.
    const twin = {
      clientId: 'client-0001',
      n: 4,
      type: 'recordArrival',
      occurredAt: '2026-11-23T08:00:00.000Z',
    } as const;
    server.push('client-0001', [{ ...twin, args: { shipmentId: 'a', trailer: 'twin' }, hash: 'twin' }]);
    await outbox.add(arrival('a', 'T4'));
    await outbox.add(arrival('a', 'T5'));
    await settled();
    echo();
    expect(outbox.clientId).not.toBe('client-0001');
    expect(trailers(world)).toEqual(['T1', 'T2', 'T3', 'T4', 'T5', 'twin']);
    server.restore(2, 'epoch-2');
    expect(trailers(world)).toEqual(['T1']);
    outbox.recheck();
    await settled();
    await world.clock.advance(20_000);
    expect(trailers(world)).toEqual(['T1', 'T2', 'T3', 'T4', 'T5']);
    expect([...server.effects].every(([, times]) => times <= 2)).toBe(true);
    echo();
    expect(outbox.pending()).toEqual([]);
    // New work goes on under the identity in use.
    expect((await outbox.add(arrival('a', 'T6'))).mutation).toMatchObject({ clientId: outbox.clientId, n: 3 });
  });

  it('is not sent what it could never read', async () => {
    const world = await startOutbox();
    const { server, outbox, echo } = world;
    server.put(shipmentRow('a'));
    world.wire = async (clientId, mutations) => {
      const bad = mutations.findIndex(({ args }) => args.trailer === 'poison');
      const reply =
        bad === 0 ? { verdicts: [], lastN: 0 } : server.push(clientId, bad < 0 ? mutations : mutations.slice(0, bad));
      const n = mutations[bad]?.n ?? 0;
      return bad < 0 ? reply : { ...reply, stoppedBy: { n, code: 'malformed', message: 'cannot be read' } };
    };
    world.reachable = false;
    for (const trailer of ['T1', 'T2', 'poison', 'T4']) await outbox.add(arrival('a', trailer));
    world.reachable = true;
    await outbox.pump();
    echo();
    server.restore(1, 'epoch-2');
    const sent: unknown[] = [];
    const { wire } = world;
    world.wire = (clientId, mutations) => {
      sent.push(...mutations.map(({ args }) => args.trailer));
      return wire(clientId, mutations);
    };
    outbox.recheck();
    await settled();
    await world.clock.advance(20_000);
    expect(sent).not.toContain('poison');
    expect(trailers(world)).toEqual(['T1', 'T2', 'T4']);
    expect(outbox.all().map(({ mutation, state }) => [mutation.args.trailer, state])).toEqual([
      ['poison', 'needs_person'],
    ]);
  });

  it('is asked when its person signs in, after a restart, and as soon as it can be', async () => {
    const clock = new FakeClock();
    const journal = new StationJournal(':memory:', () => clock.now());
    const before = await startOutbox(journal, clock);
    before.server.put(shipmentRow('a'));
    for (let n = 1; n <= 3; n += 1) await before.outbox.add(arrival('a', `T${n}`));
    await settled();
    before.echo();
    await before.outbox.setOwner(IVO);
    before.server.restore(2, 'epoch-2');
    const after = await startOutbox(journal, clock);
    after.wire = async (clientId, mutations) => before.server.push(clientId, mutations);
    after.reachable = false;
    after.outbox.wake();
    await settled();
    expect(after.sent).toEqual([]);
    let lost = 1;
    after.wire = async (clientId, mutations) => {
      lost -= 1;
      if (lost >= 0) throw unreachable('the answer was lost');
      return before.server.push(clientId, mutations);
    };
    after.reachable = true;
    after.outbox.wake();
    await clock.advance(5_000);
    expect(trailers(before)).toEqual(['T1', 'T2', 'T3']);
    expect(MARA.key).toBe('srv:mara');
  });
});

describe('what is answered and in the cache', () => {
  it('is not put on top of the rows once more after a crash', async () => {
    const clock = new FakeClock();
    const journal = new StationJournal(':memory:', () => clock.now());
    const before = await startOutbox(journal, clock);
    before.server.put(shipmentRow('a'));
    await before.outbox.add(arrival('a'));
    await settled();
    before.echo();
    // Killed before it was written down as done; the cache has come past it.
    expect((await journal.openWork()).map(({ state }) => state)).toEqual(['answered']);
    const after = await startOutbox(journal, clock);
    after.cursor = before.cursor;
    await after.outbox.load();
    expect(after.outbox.pending()).toEqual([]);
    await clock.advance(5_000);
    expect(await journal.openWork()).toEqual([]);
  });

  it('stays on screen until then, also when it was answered while there was no cache', async () => {
    const { server, outbox } = await startOutbox();
    server.put(shipmentRow('a'));
    await outbox.add(arrival('a'));
    await settled();
    // The new cache comes from a snapshot that is older than the work.
    outbox.settle(server.cursorAt(1));
    expect(outbox.pendingOn('a')).toHaveLength(1);
    outbox.settle(server.cursorAt(2));
    expect(outbox.pendingOn('a')).toEqual([]);
  });

  it('is written down later when the disk does not take it now', async () => {
    const { server, outbox, echo, clock, journal } = await startOutbox();
    server.put(shipmentRow('a'));
    const { markDone } = journal;
    journal.markDone = () => Promise.reject(new Error('no room'));
    await outbox.add(arrival('a'));
    await settled();
    echo();
    await clock.advance(10_000);
    journal.markDone = markDone;
    await clock.advance(10_000);
    expect(await journal.openWork()).toEqual([]);
  });
});

it('goes by what is on the disk when that is not what it remembers', async () => {
  const world = await startOutbox();
  const { server, outbox, journal } = world;
  server.put(shipmentRow('a'));
  world.reachable = false;
  await outbox.add(arrival('a'));
  const verdicts = server.push(
    'client-0001',
    outbox.pending().map(({ mutation }) => mutation),
  ).verdicts;
  await journal.storeVerdicts('client-0001', verdicts, server.epoch);
  world.reachable = true;
  outbox.wake();
  await world.clock.advance(60_000);
  expect(world.sent.length).toBeLessThanOrEqual(2);
  world.echo();
  expect(outbox.pending()).toEqual([]);
});

describe('work saved at another address', () => {
  it('is not sent here, but counted and shown', async () => {
    const world = await startOutbox();
    world.reachable = false;
    await world.outbox.add(arrival('a'));
    await world.outbox.setOwner({ ...MARA, key: 'other:mara', server: 'other' });
    world.reachable = true;
    await world.outbox.pump();
    expect(world.sent).toEqual([]);
    expect([world.outbox.pending().length, world.outbox.elsewhere().length]).toEqual([0, 1]);
    await world.outbox.setOwner(MARA);
    expect([world.outbox.pending().length, world.outbox.elsewhere().length]).toEqual([1, 0]);
  });
});

describe('stopping', () => {
  it('waits for the batch under way, and leaves neither timer nor write behind', async () => {
    const world = await startOutbox();
    const { server, outbox, clock, journal } = world;
    server.put(shipmentRow('a'));
    let answer = (): void => undefined;
    world.wire = async (clientId, mutations) => {
      const reply = server.push(clientId, mutations);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return reply;
    };
    await outbox.add(arrival('a'));
    await settled();
    let stopped = false;
    const stopping = outbox.stop().then(() => {
      stopped = true;
    });
    await settled();
    expect(stopped).toBe(false);
    world.cursor = server.cursorAt(server.head);
    answer();
    await stopping;
    expect((await journal.openWork()).map(({ state }) => state)).toEqual([]);
    expect(clock.timers).toBe(0);
  });
});

it('finds the work on a shipment without looking at all of it', async () => {
  const world = await startOutbox();
  const { outbox } = world;
  world.reachable = false;
  for (let n = 0; n < 500; n += 1) await outbox.add({ ...arrival(`s${n}`), shipmentId: `s${n}` });
  const first = outbox.pendingOn('s7');
  expect(first).toHaveLength(1);
  // The same list as before, as long as nothing has changed.
  expect(outbox.pendingOn('s7')).toBe(first);
  await outbox.add(arrival('s7'));
  expect(outbox.pendingOn('s7')).toHaveLength(2);
});
