import { afterEach, describe, expect, it } from 'vitest';
import { arrival, closeJournals, IVO, MARA, startOutbox } from '../outbox-for-tests.ts';
import { StationJournal } from '../store/journal.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { shipmentRow } from './fake-server.ts';
import { LinkFault, unreachable } from './link-fault.ts';
import { StoreFault } from './store-fault.ts';

afterEach(closeJournals);

describe('Outbox', () => {
  it('goes on when the disk does not take that work is done', async () => {
    const { outbox, journal, clock, echo, logged, server } = await startOutbox();
    server.put(shipmentRow('a'));
    journal.markDone = async () => {
      throw new StoreFault('full', 'disk full');
    };
    await outbox.add(arrival('a'));
    await outbox.pump();
    echo();
    await clock.advance(5_000);
    expect(logged).toContain('outbox.done_not_written');
    await outbox.stop();
  });

  it('numbers work in the order it was done and sends it in that order', async () => {
    const { outbox, server, sent } = await startOutbox();
    server.put(shipmentRow('a'));
    const stored = [
      await outbox.add(arrival('a', 'T1')),
      await outbox.add(arrival('a', 'T2')),
      await outbox.add(arrival('a', 'T3')),
    ];
    expect(stored.map(({ mutation }) => mutation.n)).toEqual([1, 2, 3]);
    await settled();
    expect(sent.flat()).toEqual([1, 2, 3]);
    expect(server.rows().get('shipment:a')?.row.trailer).toBe('T3');
  });

  it('says saved only when the journal has it, and nothing is kept when it has not', async () => {
    const { outbox, journal, sent } = await startOutbox();
    journal.append = () => Promise.reject(new StoreFault('full', 'disk full'));
    await expect(outbox.add(arrival('a'))).rejects.toMatchObject({ kind: 'full' });
    await settled();
    expect(outbox.pending()).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('stays on screen until the verdict is stored and the cursor has passed it', async () => {
    const { outbox, server, echo, journal, clock } = await startOutbox();
    server.put(shipmentRow('a'));
    await outbox.add(arrival('a'));
    expect(outbox.pendingOn('a').map(({ state }) => state)).toEqual(['pending']);
    await settled();
    expect(outbox.pendingOn('a').map(({ state }) => state)).toEqual(['answered']);
    echo();
    expect(outbox.pendingOn('a')).toEqual([]);
    await clock.advance(2_000);
    expect(await journal.openWork()).toEqual([]);
  });

  it('is settled when the echo comes before the verdict', async () => {
    const world = await startOutbox();
    world.server.put(shipmentRow('a'));
    let answer = (): void => undefined;
    world.wire = async (clientId, mutations) => {
      const reply = world.server.push(clientId, mutations);
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return reply;
    };
    await world.outbox.add(arrival('a'));
    await settled();
    world.echo();
    expect(world.outbox.pendingOn('a')).toHaveLength(1);
    answer();
    await settled();
    expect(world.outbox.pendingOn('a')).toEqual([]);
  });

  it('sends batches of at most fifty, one in flight', async () => {
    const world = await startOutbox();
    world.server.put(shipmentRow('a'));
    world.reachable = false;
    for (let n = 1; n <= 120; n += 1) await world.outbox.add(arrival('a', `T${n}`));
    world.reachable = true;
    await world.outbox.pump();
    expect(world.sent.map((batch) => batch.length)).toEqual([50, 50, 20]);
    expect(world.sent.flat()).toEqual(Array.from({ length: 120 }, (_, index) => index + 1));
    expect(world.mostInFlight).toBe(1);
  });

  it('keeps batches under the size a message may have', async () => {
    const world = await startOutbox();
    world.reachable = false;
    for (let n = 1; n <= 6; n += 1) await world.outbox.add(arrival('a', 'x'.repeat(80_000)));
    world.reachable = true;
    await world.outbox.pump();
    expect(world.sent.map((batch) => batch.length)).toEqual([2, 2, 2]);
  });

  it('sends the same numbers again when the outcome is unknown, and it takes effect once', async () => {
    const world = await startOutbox();
    world.server.put(shipmentRow('a'));
    let lost = 0;
    world.wire = async (clientId, mutations) => {
      const reply = world.server.push(clientId, mutations);
      lost += 1;
      if (lost <= 3) throw unreachable('the answer was lost');
      return reply;
    };
    await world.outbox.add(arrival('a'));
    await world.clock.advance(30_000);
    expect(world.sent).toEqual([[1], [1], [1], [1]]);
    expect([...world.server.effects.values()]).toEqual([1]);
    world.echo();
    expect(world.outbox.pending()).toEqual([]);
  });

  it('sends nothing while the server cannot be reached, and all of it at once when it can', async () => {
    const world = await startOutbox();
    world.server.put(shipmentRow('a'));
    world.reachable = false;
    await world.outbox.add(arrival('a'));
    await world.clock.advance(60_000);
    expect(world.sent).toEqual([]);
    world.reachable = true;
    world.outbox.wake();
    await settled();
    expect(world.sent).toEqual([[1]]);
  });

  it('does not lose a call that comes just when it has found nothing to do', async () => {
    const world = await startOutbox();
    world.server.put(shipmentRow('a'));
    for (let turns = 0; turns < 30; turns += 1) {
      world.reachable = false;
      await world.outbox.add(arrival('a', `T${turns}`));
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
      world.reachable = true;
      world.outbox.wake();
      await settled();
      await settled();
      expect(world.outbox.pending().filter(({ state }) => state === 'pending')).toEqual([]);
    }
  });

  it('does not touch the numbers of work that is on its way', async () => {
    const world = await startOutbox();
    world.server.put(shipmentRow('a'));
    const order: string[] = [];
    let arrive = (): void => undefined;
    world.wire = async (clientId, mutations) => {
      await new Promise<void>((resolve) => {
        arrive = resolve;
      });
      order.push('arrived');
      return world.server.push(clientId, mutations);
    };
    const reopen = world.journal.reopenAnswered.bind(world.journal);
    world.journal.reopenAnswered = (clientId, afterN) => {
      order.push('reopened');
      return reopen(clientId, afterN);
    };
    await world.outbox.add(arrival('a'));
    await settled();
    const reconciling = world.outbox.reconcile(0, 5);
    await settled();
    arrive();
    await reconciling;
    expect(order.slice(0, 2)).toEqual(['arrived', 'reopened']);
    await settled();
    arrive();
    await settled();
    expect([...world.server.effects.values()]).toEqual([1]);
  });

  it('hands rejected work to a person, keeps it, and goes on with the rest', async () => {
    const { outbox, server, journal, echo } = await startOutbox();
    server.put(shipmentRow('b'));
    await outbox.add(arrival('missing'));
    await outbox.add(arrival('b'));
    await settled();
    echo();
    expect(outbox.all().map(({ state, verdict }) => [state, verdict?.code])).toEqual([['needs_person', 'not_found']]);
    await outbox.markHandled(outbox.all()[0]!.mutation.clientId, 1);
    expect(outbox.all().map(({ state }) => state)).toEqual(['handled']);
    expect((await journal.openWork())[0]?.state).toBe('handled');
  });

  it('does not let anybody mark as handled what was not refused', async () => {
    const world = await startOutbox();
    world.reachable = false;
    const { mutation } = await world.outbox.add(arrival('a'));
    await world.outbox.markHandled(mutation.clientId, mutation.n);
    expect(world.outbox.all().map(({ state }) => state)).toEqual(['pending']);
  });

  it('takes a new identity when its own is in use elsewhere, and everything still takes effect once', async () => {
    const world = await startOutbox();
    const { server, outbox } = world;
    server.put(shipmentRow('a'));
    // The disk of this station was copied: its twin has used number 1 already.
    server.push('client-0001', [
      {
        clientId: 'client-0001',
        n: 1,
        type: 'recordArrival',
        args: { shipmentId: 'a', trailer: 'twin' },
        occurredAt: '2026-11-23T08:00:00.000Z',
        hash: 'twin',
      },
    ]);
    world.reachable = false;
    await outbox.add(arrival('a', 'mine-1'));
    await outbox.add(arrival('a', 'mine-2'));
    world.reachable = true;
    await outbox.pump();
    expect(outbox.clientId).toBe('client-0002');
    expect(server.lastN('client-0002')).toBe(2);
    expect([...server.effects.values()]).toEqual([1, 1, 1]);
    world.echo();
    expect(outbox.pending()).toEqual([]);
    expect((await outbox.add(arrival('a', 'mine-3'))).mutation.n).toBe(3);
  });

  it('sends again from where the server says it is behind', async () => {
    const world = await startOutbox();
    const { server, outbox, echo } = world;
    server.put(shipmentRow('a'));
    for (let n = 1; n <= 3; n += 1) await outbox.add(arrival('a', `T${n}`));
    await settled();
    echo();
    server.restore(2);
    await outbox.add(arrival('a', 'T4'));
    await settled();
    expect(world.logged).toContain('outbox.stopped');
    expect(server.lastN(outbox.clientId)).toBe(4);
    expect(server.rows().get('shipment:a')?.row.trailer).toBe('T4');
  });

  it('gives a server restored from a backup what it lost', async () => {
    const { server, outbox, echo, clock } = await startOutbox();
    server.put(shipmentRow('a'));
    for (let n = 1; n <= 3; n += 1) await outbox.add(arrival('a', `T${n}`));
    await settled();
    echo();
    await clock.advance(5_000);
    server.restore(2, 'epoch-2');
    await outbox.reconcile(server.lastN(outbox.clientId), 3);
    await outbox.pump();
    expect(server.lastN(outbox.clientId)).toBe(3);
    expect(server.rows().get('shipment:a')?.row.trailer).toBe('T3');
    await outbox.reconcile(server.lastN(outbox.clientId), 3);
    expect(outbox.pending().filter(({ state }) => state === 'pending')).toEqual([]);
  });

  it('starts a new numbering when the server lost more than the journal still has', async () => {
    const { server, outbox, echo, clock, journal } = await startOutbox();
    server.put(shipmentRow('a'));
    for (let n = 1; n <= 3; n += 1) await outbox.add(arrival('a', `T${n}`));
    await settled();
    echo();
    await clock.advance(5_000);
    journal.db.prepare('DELETE FROM mutation WHERE n = 1').run();
    server.restore(0, 'epoch-2');
    server.put(shipmentRow('a'));
    const old = outbox.clientId;
    await outbox.reconcile(0, 3);
    await outbox.pump();
    expect(outbox.clientId).not.toBe(old);
    expect(server.lastN(outbox.clientId)).toBe(2);
  });

  it('puts work the server cannot read aside and moves the rest up', async () => {
    const world = await startOutbox();
    const { server, outbox } = world;
    server.put(shipmentRow('a'));
    world.wire = async (clientId, mutations) => {
      const bad = mutations.findIndex(({ args }) => args.trailer === 'poison');
      const reply = server.push(clientId, bad < 0 ? mutations : mutations.slice(0, bad));
      const n = mutations[bad]?.n ?? 0;
      return bad < 0 ? reply : { ...reply, stoppedBy: { n, code: 'malformed', message: 'cannot be read' } };
    };
    world.reachable = false;
    for (const trailer of ['T1', 'poison', 'T3']) await outbox.add(arrival('a', trailer));
    world.reachable = true;
    await outbox.pump();
    expect(
      outbox
        .all()
        .filter(({ state }) => state === 'needs_person')
        .map(({ mutation, verdict }) => [mutation.args.trailer, verdict?.code]),
    ).toEqual([['poison', 'malformed']]);
    expect(server.rows().get('shipment:a')?.row.trailer).toBe('T3');
  });

  it('finds the one piece for which a whole batch is refused', async () => {
    const world = await startOutbox();
    const { server, outbox } = world;
    server.put(shipmentRow('a'));
    world.wire = async (clientId, mutations) => {
      if (mutations.some(({ args }) => args.trailer === 'huge')) throw new LinkFault('too_large', 'too large');
      return server.push(clientId, mutations);
    };
    world.reachable = false;
    for (const trailer of ['T1', 'huge', 'T3']) await outbox.add(arrival('a', trailer));
    world.reachable = true;
    await outbox.pump();
    expect(
      world.outbox
        .all()
        .filter(({ state }) => state === 'needs_person')
        .map(({ verdict }) => verdict?.code),
    ).toEqual(['too_large']);
    expect(server.rows().get('shipment:a')?.row.trailer).toBe('T3');
  });

  it('waits, and hands nothing to a person, when the token or the server is the trouble', async () => {
    for (const code of ['token_expired', 'storage_full', 'stopping'] as const) {
      const world = await startOutbox();
      world.server.put(shipmentRow('a'));
      world.wire = () => Promise.reject(new LinkFault(code, code));
      await world.outbox.add(arrival('a'));
      await settled();
      expect(world.outbox.pending()).toHaveLength(1);
      world.wire = async (clientId, mutations) => world.server.push(clientId, mutations);
      await world.clock.advance(15_000);
      expect(world.server.lastN(world.outbox.clientId)).toBe(1);
    }
  });

  it('does not ask a server in a tight loop that is never content', async () => {
    const world = await startOutbox();
    const { clientId } = world.outbox;
    world.wire = async () => ({
      verdicts: [],
      lastN: 0,
      stoppedBy: { n: 1, code: 'identity_conflict', message: 'in use' },
    });
    await world.outbox.add(arrival('a'));
    for (let turn = 0; turn < 50; turn += 1) await settled();
    expect(world.sent.length).toBeLessThanOrEqual(12);
    expect(world.outbox.clientId).not.toBe(clientId);
    expect(world.outbox.pending()).toHaveLength(1);
    expect(world.clock.timers).toBe(1);
  });

  it('sends nobody’s work under another name', async () => {
    const world = await startOutbox();
    const { server, outbox } = world;
    server.put(shipmentRow('a'));
    world.reachable = false;
    await outbox.add(arrival('a', 'by Mara'));
    const maras = outbox.clientId;
    await outbox.setOwner(IVO);
    await outbox.add(arrival('a', 'by Ivo'));
    world.reachable = true;
    await outbox.pump();
    expect(outbox.clientId).not.toBe(maras);
    expect([server.lastN(maras), server.lastN(outbox.clientId)]).toEqual([0, 1]);
    expect(outbox.all().map(({ userName }) => userName)).toEqual(['Mara', 'Ivo']);
    await outbox.setOwner(MARA);
    await outbox.pump();
    expect(server.lastN(maras)).toBe(1);
  });

  it('has everything again after a restart, answered work included', async () => {
    const clock = new FakeClock();
    const journal = new StationJournal(':memory:', () => clock.now());
    const before = await startOutbox(journal, clock);
    before.server.put(shipmentRow('a'));
    await before.outbox.add(arrival('a', 'T1'));
    await settled();
    before.reachable = false;
    await before.outbox.add(arrival('a', 'T2'));
    const after = await startOutbox(journal, clock);
    expect(after.outbox.clientId).toBe(before.outbox.clientId);
    expect(after.outbox.pendingOn('a').map(({ state, mutation }) => [state, mutation.args.trailer])).toEqual([
      ['answered', 'T1'],
      ['pending', 'T2'],
    ]);
  });

  it('takes nothing more once it is stopped', async () => {
    const { outbox } = await startOutbox();
    await outbox.stop();
    await expect(outbox.add(arrival('a'))).rejects.toThrow();
  });
});
