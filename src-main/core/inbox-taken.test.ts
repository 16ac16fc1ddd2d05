import { afterEach, describe, expect, it } from 'vitest';
import { closeInboxes, startInbox as start, withShipments } from '../inbox-for-tests.ts';
import { StoreFault } from './store-fault.ts';

afterEach(closeInboxes);

describe('an inspection that somebody has taken', () => {
  const RITA = { id: 'rita', name: 'Rita', role: 'inspector' } as const;
  const inspection = (status: 'requested' | 'claimed') => ({
    entity: 'inspection' as const,
    id: 'i1',
    op: 'put' as const,
    shipmentId: 's0',
    row: { id: 'i1', shipmentId: 's0', status, claimedBy: status === 'claimed' ? RITA : null, completedBy: null },
    command: status === 'claimed' ? ('claimInspection' as const) : ('requestInspection' as const),
    ...(status === 'claimed' ? { actor: RITA } : {}),
  });
  const asked = [['SHP-s0 needs an inspection', null]];
  const taken = [['SHP-s0 needs an inspection', 'Rita']];
  const said = ({ inbox }: Pick<Awaited<ReturnType<typeof start>>, 'inbox'>) =>
    inbox.items.map(({ title, takenBy }) => [title, takenBy]);

  it('is asked of nobody any more: the toast goes, and the item says who has it', async () => {
    const world = await withShipments(1);
    world.server.commit(inspection('requested'));
    await world.take();
    expect(said(world)).toEqual(asked);
    world.server.commit(inspection('claimed'));
    await world.take();
    expect(said(world)).toEqual(taken);
    expect(world.inbox.items[0]?.seen).toBe(true);
    expect(world.withdrawn).toEqual(world.toasts.map(({ seq }) => seq));
    await world.take();
    expect(world.withdrawn).toHaveLength(1);
  });

  it('comes to no screen when both are told at once, also after a crash in between', async () => {
    for (const crash of ['before apply', 'before announce', null] as const) {
      const world = await withShipments(1);
      world.server.commit(inspection('requested'), inspection('claimed'));
      await world.take(crash);
      const after = await start(world.journal, world.cache, world.server);
      await after.take();
      await after.inbox.showUnshown();
      expect(said(after)).toEqual(taken);
      expect([...world.toasts, ...after.toasts]).toEqual([]);
    }
  });

  it.each(['markTaken', 'inbox'] as const)(
    'is noticed later where the journal refuses it at %s, and its rows come',
    async (what) => {
      const world = await withShipments(1);
      world.server.commit(inspection('requested'));
      await world.take();
      const works = world.journal[what];
      Object.assign(world.journal, { [what]: () => Promise.reject(new StoreFault('locked', 'held')) });
      world.server.commit(inspection('claimed'));
      await world.take();
      expect([said(world), world.cache.position()?.cursor.seq]).toEqual([asked, world.server.head]);
      Object.assign(world.journal, { [what]: works });
      world.ports.elapsed = 30_000;
      await world.inbox.announce(world.server.frame(world.server.head));
      expect(said(world)).toEqual(taken);
      expect(world.withdrawn).toHaveLength(1);
    },
  );

  it('is noticed in rows that came as a whole', async () => {
    const world = await withShipments(1);
    world.server.commit(inspection('requested'));
    await world.take();
    await world.inbox.settle();
    expect(said(world)).toEqual(asked);
    world.server.commit(inspection('claimed'));
    await world.begin();
    await world.inbox.settle();
    expect(said(world)).toEqual(taken);
    expect(world.withdrawn).toHaveLength(1);
  });

  const gone = [['SHP-s0 needs an inspection', '']];
  const sentAway = { ...inspection('requested'), op: 'evict' as const, row: null, command: 'amendShipment' as const };

  it('has gone elsewhere with its shipment: it is asked of nobody here, until it comes back', async () => {
    const world = await withShipments(1);
    world.server.commit(inspection('requested'));
    await world.take();
    world.server.commit(sentAway);
    await world.take();
    expect(said(world)).toEqual(gone);
    expect(world.withdrawn).toHaveLength(1);
    world.server.commit({ ...inspection('requested'), command: 'amendShipment' });
    await world.take();
    expect(said(world)).toEqual([...asked, ...gone]);
  });

  it('is still asked for when it went and came back within one frame', async () => {
    const world = await withShipments(1);
    world.server.commit(inspection('requested'));
    await world.take();
    world.server.commit(sentAway, { ...inspection('requested'), command: 'amendShipment' });
    await world.take();
    expect(world.withdrawn).toEqual([]);
    expect(said(world).every(([, takenBy]) => takenBy === null)).toBe(true);
  });

  it('is missed in rows that came as a whole, but not in those that have not come to it', async () => {
    const world = await withShipments(1);
    world.server.commit(inspection('requested'));
    await world.take('before apply');
    const after = await start(world.journal, world.cache, world.server);
    await after.inbox.settle();
    expect(said(after)).toEqual(asked);
    await after.take();
    world.server.commit(sentAway);
    await world.begin();
    await after.inbox.settle();
    expect(said(after)).toEqual(gone);
  });
});
