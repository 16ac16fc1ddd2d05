import { afterEach, describe, expect, it } from 'vitest';
import type { InboxItem } from '#contract/bridge/view.ts';
import { StationJournal } from '../store/journal.ts';
import { FakeServer, shipmentRow } from './fake-server.ts';
import { Inbox } from './inbox.ts';
import { MemoryCache } from './memory-cache.ts';
import { StoreFault } from './store-fault.ts';

const IVO = { key: 'srv:ivo', userId: 'ivo', userName: 'Ivo', role: 'inspector', server: 'srv' };

const open: StationJournal[] = [];
afterEach(() => {
  for (const journal of open.splice(0)) journal.close();
});

const start = async (
  journal = new StationJournal(':memory:', () => 0),
  cache = new MemoryCache(),
  server = new FakeServer(),
) => {
  if (!open.includes(journal)) open.push(journal);
  await journal.setOwner(IVO, 'client-0001');
  const toasts: InboxItem[] = [];
  const alerts: InboxItem[] = [];
  const withdrawn: number[] = [];
  const inbox = new Inbox({
    journal,
    cache,
    reader: () => ({ userId: 'ivo', role: 'inspector', isOwn: () => false }),
    toasts: {
      withdraw: (seqs) => withdrawn.push(...seqs),
      show: (item) => {
        // At most once on the screen: it is marked before it is shown.
        expect(journal.db.prepare('SELECT count(*) FROM inbox WHERE shown = 0 AND seq = ?').pluck().get(item.seq)).toBe(
          0,
        );
        toasts.push(item);
      },
    },
    alert: (item) => alerts.push(item),
    onChanged: () => undefined,
  });
  await inbox.load();
  const begin = async (): Promise<void> => {
    cache.file.apply(server.frame(cache.position()?.cursor.seq ?? 0), null);
  };
  /** As the engine: note, apply, announce. */
  const take = async (crash: 'before apply' | 'before announce' | null = null): Promise<void> => {
    const frame = server.frame(cache.position()?.cursor.seq ?? 0);
    await inbox.note(frame);
    if (crash === 'before apply') return;
    await cache.apply(frame, null);
    if (crash === 'before announce') return;
    await inbox.announce(frame);
  };
  const move = (id: string): void =>
    void server.put(shipmentRow(id, { status: 'arrived' }), { command: 'recordArrival' });
  return { journal, cache, server, inbox, toasts, alerts, withdrawn, begin, take, move };
};

const withShipments = async (count: number) => {
  const world = await start();
  for (let n = 0; n < count; n += 1) world.server.put(shipmentRow(`s${n}`));
  await world.begin();
  return world;
};

describe('Inbox', () => {
  it('keeps an item, alerts in the app and toasts, once', async () => {
    const { inbox, toasts, alerts, take, move } = await withShipments(1);
    move('s0');
    await take();
    await take();
    expect(inbox.items.map(({ title }) => title)).toEqual(['SHP-s0 has arrived']);
    expect(toasts).toHaveLength(1);
    expect(alerts).toHaveLength(1);
  });

  it('has each item exactly once, whatever the crash', async () => {
    for (const crash of ['before apply', 'before announce'] as const) {
      const before = await withShipments(1);
      before.move('s0');
      await before.take(crash);
      const after = await start(before.journal, before.cache, before.server);
      await after.take();
      await after.inbox.showUnshown();
      expect(after.inbox.items).toHaveLength(1);
      expect([...before.toasts, ...after.toasts]).toHaveLength(1);
    }
  });

  it('takes no step for news again because the frame that brought it comes a second time, and longer', async () => {
    const before = await withShipments(1);
    before.move('s0');
    await before.take('before apply');
    // Something else about the same shipment, by somebody else: its row has the status that is known by now.
    before.server.put(shipmentRow('s0', { status: 'arrived', trailer: 'T-1' }), { command: 'amendShipment' });
    const after = await start(before.journal, before.cache, before.server);
    await after.take();
    expect(after.inbox.items.map(({ title }) => title)).toEqual(['SHP-s0 has arrived']);
  });

  it('makes one digest of more than twenty', async () => {
    const { inbox, toasts, take, move } = await withShipments(30);
    for (let n = 0; n < 20; n += 1) move(`s${n}`);
    await take();
    expect(toasts).toHaveLength(20);
    const again = await withShipments(30);
    for (let n = 0; n < 21; n += 1) again.move(`s${n}`);
    await again.take();
    expect(again.toasts.map(({ title }) => title)).toEqual(['21 changes at once']);
    expect(again.inbox.items).toHaveLength(1);
    expect(inbox.items).toHaveLength(20);
  });

  it('makes one digest of a long absence, page by page', async () => {
    const { inbox, server, toasts, take, move } = await withShipments(100);
    server.pageSize = 40;
    for (let n = 0; n < 100; n += 1) move(`s${n}`);
    await take();
    expect(toasts).toEqual([]);
    await take();
    await take();
    expect(toasts.map(({ title }) => title)).toEqual(['100 changes at once']);
    expect(inbox.items.map(({ title }) => title)).toEqual(['100 changes at once']);
    move('s1');
    server.put(shipmentRow('s1', { status: 'at_door' }), { command: 'reportAtDoor' });
    await take();
    expect(inbox.items).toHaveLength(2);
  });

  it('tells nothing of a snapshot, and nothing twice after one', async () => {
    const { inbox, cache, server, take, move } = await withShipments(2);
    move('s0');
    await inbox.skipTo({ cursor: server.cursorAt(server.head), group: server.group, syncedAt: null }, false);
    await take();
    expect(inbox.items).toEqual([]);
    cache.file.at = null;
    await take();
    expect(inbox.items).toEqual([]);
    move('s1');
    await take();
    expect(inbox.items).toHaveLength(1);
  });

  it('brings what a restored server says under numbers that were news once before', async () => {
    const { inbox, cache, server, take, move, toasts } = await withShipments(3);
    move('s0');
    move('s1');
    await take();
    expect(inbox.items).toHaveLength(2);
    // Back to before both; the epoch is the same.
    server.restore(3);
    move('s2');
    await inbox.skipTo({ cursor: server.cursorAt(3), group: server.group, syncedAt: null }, true);
    cache.file = new MemoryCache().file;
    cache.file.apply(server.frame(0, 3), null);
    await take();
    // The later of two items stands for their number.
    expect(inbox.items.map(({ title }) => title).sort()).toEqual(['SHP-s1 has arrived', 'SHP-s2 has arrived']);
    expect(toasts.map(({ title }) => title).at(-1)).toBe('SHP-s2 has arrived');
  });

  it('makes no noise of routine', async () => {
    const { inbox, server, toasts, alerts, take } = await withShipments(1);
    const lena = { id: 'lena', name: 'Lena', role: 'lead' } as const;
    const row = { id: 'd1', shipmentId: 's0', documentType: 'packing_list', fileName: 'p.pdf' };
    server.commit({
      entity: 'document',
      id: 'd1',
      op: 'put',
      row,
      shipmentId: 's0',
      command: 'attachDocument',
      actor: lena,
    });
    await take();
    expect([toasts, alerts, inbox.items]).toEqual([[], [], []]);
  });

  it('remembers what was seen', async () => {
    const { inbox, take, move } = await withShipments(2);
    move('s0');
    move('s1');
    await take();
    const [latest] = inbox.items;
    await inbox.markSeen([latest!.seq]);
    expect(inbox.items.map(({ seen }) => seen)).toEqual([true, false]);
  });

  it('does not count what one person missed into the digest of the next', async () => {
    const { journal, inbox, server, take, move, toasts } = await withShipments(40);
    server.pageSize = 25;
    for (let n = 0; n < 30; n += 1) move(`s${n}`);
    await take();
    // In the middle of catching up somebody else signs in.
    await journal.setOwner({ ...IVO, key: 'srv:mara', userId: 'mara' }, 'client-0002');
    await inbox.load();
    await take();
    expect(inbox.items.map(({ title }) => title).sort()).toEqual(
      [25, 26, 27, 28, 29].map((n) => `SHP-s${n} has arrived`),
    );
    expect(toasts).toHaveLength(5);
  });

  it('shows later what could not be marked as shown', async () => {
    const { journal, inbox, take, move, toasts } = await withShipments(2);
    const { markShown } = journal;
    journal.markShown = () => Promise.reject(new StoreFault('full', 'no room'));
    move('s0');
    await expect(take()).rejects.toMatchObject({ kind: 'full' });
    expect(toasts).toEqual([]);
    journal.markShown = markShown;
    move('s1');
    await take();
    expect(toasts.map(({ title }) => title)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
    expect(inbox.items).toHaveLength(2);
  });

  it('is each person’s own', async () => {
    const { journal, inbox, take, move } = await withShipments(1);
    move('s0');
    await take();
    await journal.setOwner({ ...IVO, key: 'srv:mara', userId: 'mara' }, 'client-0002');
    await inbox.load();
    expect(inbox.items).toEqual([]);
    await journal.setOwner(IVO, 'client-0001');
    await inbox.load();
    expect(inbox.items).toHaveLength(1);
  });
});

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
