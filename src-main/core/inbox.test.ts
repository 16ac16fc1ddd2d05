import { afterEach, describe, expect, it } from 'vitest';
import type { InboxItem } from '#contract/bridge/view.ts';
import type { Cursor, Frame } from '#contract/wire/sync.ts';
import { StationJournal } from '../store/journal.ts';
import { FakeServer, shipmentRow } from './fake-server.ts';
import { Inbox } from './inbox.ts';
import { LinkFault } from './link-fault.ts';
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
  const ports = { changes: (cursor: Cursor): Frame | Promise<Frame> => server.changes(cursor), elapsed: 0 };
  const inbox = new Inbox({
    journal,
    cache,
    changes: async (cursor) => ports.changes(cursor),
    clock: { elapsed: () => ports.elapsed },
    log: () => undefined,
    serverNow: () => Date.parse('2026-11-23T12:00:00.000Z'),
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
    await inbox.catchUp();
  };
  /** As when rows are fetched anew, for whatever reason. */
  const rebuild = async (crash: 'before the news' | null = null): Promise<void> => {
    await inbox.hold();
    cache.file = new MemoryCache().file;
    cache.file.apply(server.frame(0, server.head), null);
    if (crash !== null) return;
    await inbox.catchUp();
    await inbox.settle();
    await inbox.showUnshown();
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
  return { journal, cache, server, inbox, ports, toasts, alerts, withdrawn, begin, rebuild, take, move };
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

  it('begins with the rows where somebody is new', async () => {
    const { journal, inbox, cache, server, begin, take, move } = await start();
    server.put(shipmentRow('s0'));
    move('s0');
    await begin();
    expect([inbox.items, await journal.isFollowing()]).toEqual([[], true]);
    move('s0');
    server.put(shipmentRow('s0', { status: 'at_door' }), { command: 'reportAtDoor' });
    await take();
    expect(inbox.items.map(({ title }) => title)).toEqual(['SHP-s0 is at the door']);
    expect((await journal.bookmarks()).at(-1)).toEqual({
      ...cache.position()?.cursor,
      view: server.group,
      at: new Date(Date.parse('2026-11-23T08:00:00.000Z') + 4_000).toISOString(),
    });
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

describe('rows that were fetched anew', () => {
  const titles = ({ inbox }: Pick<Awaited<ReturnType<typeof start>>, 'inbox'>) =>
    inbox.items.map(({ title }) => title).sort();
  /** A station that has seen `s0` arrive, and then nothing of what happened while it was away. */
  const away = async () => {
    const world = await withShipments(4);
    world.move('s0');
    await world.take();
    return world;
  };

  it('bring the news of the time between, once, and what comes after it', async () => {
    const world = await away();
    world.move('s1');
    world.server.put(shipmentRow('s1', { status: 'arrived', trailer: 'T-1' }), { command: 'amendShipment' });
    await world.rebuild();
    expect(titles(world)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
    expect(world.toasts).toHaveLength(2);
    world.move('s2');
    await world.take();
    await world.rebuild();
    expect(titles(world)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived', 'SHP-s2 has arrived']);
    expect(world.toasts).toHaveLength(3);
  });

  it.each(['epoch-1', 'epoch-2'])(
    'bring what a restored server says, under whatever numbers and name (%s)',
    async (epoch) => {
      const world = await away();
      world.move('s1');
      await world.take();
      world.server.restore(5, epoch);
      world.server.later(60_000);
      world.move('s2');
      world.move('s3');
      await world.rebuild();
      // Of two items under one number, the later stands for it; the other is kept.
      expect(titles(world)).toEqual(['SHP-s0 has arrived', 'SHP-s2 has arrived', 'SHP-s3 has arrived']);
      expect(world.journal.db.prepare('SELECT count(*) FROM inbox').pluck().get()).toBe(4);
      expect(world.toasts.map(({ title }) => title).slice(2)).toEqual(['SHP-s2 has arrived', 'SHP-s3 has arrived']);
      await world.rebuild();
      expect(world.toasts).toHaveLength(4);
    },
  );

  it('bring it after a crash, at whatever point', async () => {
    const before = await away();
    before.move('s1');
    before.move('s2');
    await before.rebuild('before the news');
    const after = await start(before.journal, before.cache, before.server);
    expect(await before.journal.isFollowing()).toBe(false);
    // What is told of later changes meanwhile waits for its turn.
    before.move('s3');
    after.server.pageSize = 1;
    let pages = 0;
    after.ports.changes = (cursor) => {
      pages += 1;
      if (pages > 1) throw new LinkFault(null, 'down');
      return after.server.changes(cursor);
    };
    await after.take();
    expect(titles(after)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
    const last = await start(before.journal, before.cache, before.server);
    await last.inbox.announce(last.server.frame(last.server.head));
    expect(titles(last)).toEqual(['SHP-s0', 'SHP-s1', 'SHP-s2', 'SHP-s3'].map((name) => `${name} has arrived`));
    expect([...before.toasts, ...after.toasts, ...last.toasts]).toHaveLength(4);
    expect(await before.journal.isFollowing()).toBe(true);
  });

  it('ask for the news again half a minute after that was in vain, and hold up nothing meanwhile', async () => {
    const world = await away();
    world.move('s1');
    world.ports.changes = () => Promise.reject(new LinkFault(null, 'down'));
    await expect(world.rebuild()).rejects.toBeInstanceOf(LinkFault);
    world.move('s2');
    await world.take();
    let asked = 0;
    world.ports.changes = async (cursor) => {
      asked += 1;
      return world.server.changes(cursor);
    };
    world.ports.elapsed = 29_000;
    await world.take();
    expect([titles(world), asked]).toEqual([['SHP-s0 has arrived'], 0]);
    world.ports.elapsed = 30_000;
    await world.take();
    expect(titles(world)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived', 'SHP-s2 has arrived']);
    expect(asked).toBe(1);
  });

  it('take a step that is reported again in the same moment for one, also on another page', async () => {
    const world = await away();
    world.server.pageSize = 1;
    const at = world.server.frame(0, 1).changes[0]?.recordedAt ?? '';
    const once = { status: 'arrived', statusChangedAt: at, updatedAt: at } as const;
    world.server.put(shipmentRow('s1', once), { command: 'recordArrival' });
    world.server.put(shipmentRow('s1', { ...once, trailer: 'T-1' }), { command: 'recordArrival' });
    await world.rebuild();
    expect(titles(world)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
  });

  it('make one digest of much, and of nothing that was in it before', async () => {
    const world = await withShipments(60);
    for (let n = 0; n < 25; n += 1) world.move(`s${n}`);
    await world.rebuild();
    expect(titles(world)).toEqual(['25 changes at once']);
    world.server.later(60_000);
    world.server.restore(80);
    world.move('s50');
    await world.rebuild();
    expect(titles(world)).toEqual(['25 changes at once', 'SHP-s50 has arrived']);
  });

  it('say that messages may be missing when those of before can no longer be had', async () => {
    const world = await away();
    world.move('s1');
    world.move('s2');
    world.server.floor = 6;
    await world.rebuild();
    expect(titles(world)).toEqual(['Messages may be missing here', 'SHP-s0 has arrived']);
    expect(world.toasts.map(({ kind }) => kind)).toEqual(['status', 'digest']);
    world.move('s3');
    await world.take();
    await world.rebuild();
    expect(titles(world)).toEqual(['Messages may be missing here', 'SHP-s0 has arrived', 'SHP-s3 has arrived']);
  });

  it('then still ask for the inspections that nobody has taken, each once', async () => {
    const world = await away();
    const by = (id: string) => ({ id, name: id, role: 'lead' }) as const;
    const request = (id: string, requestedBy: string, status = 'requested') =>
      world.server.commit({
        entity: 'inspection',
        id,
        op: 'put',
        row: { id, shipmentId: 's1', status, requestedBy: by(requestedBy), requestedAt: '2026-11-23T08:00:00.000Z' },
        shipmentId: 's1',
        command: 'requestInspection',
        actor: by(requestedBy),
      });
    request('i-known', 'lena');
    await world.take();
    request('i-missed', 'lena');
    request('i-own', 'ivo');
    request('i-done', 'lena', 'completed');
    // The last change of all asks as well: both it and that something is missing have a number of their own.
    request('i-last', 'lena');
    world.server.floor = 8;
    await world.rebuild();
    const asked = world.inbox.items.flatMap(({ inspectionId, takenBy }) => (takenBy === null ? [inspectionId] : []));
    expect(asked.filter((id) => id !== null).sort()).toEqual(['i-known', 'i-last', 'i-missed']);
    expect(titles(world)).toContain('Messages may be missing here');
    expect(new Set(world.inbox.items.map(({ seq }) => seq)).size).toBe(world.inbox.items.length);
    for (let n = 0; n < 21; n += 1) request(`i${n}`, 'lena');
    world.server.floor = world.server.head - 1;
    const before = world.inbox.items.length;
    await world.rebuild();
    // Too many to be told one by one.
    expect(world.inbox.items.length).toBe(before + 1);
  });

  it('are no news in another view, where everything is new', async () => {
    const world = await away();
    world.move('s1');
    world.server.group = 'staff:W2';
    await world.rebuild();
    expect(titles(world)).toEqual(['SHP-s0 has arrived']);
    world.move('s2');
    await world.take();
    expect(titles(world)).toEqual(['SHP-s0 has arrived', 'SHP-s2 has arrived']);
  });

  it('go on from where an older version was', async () => {
    const world = await away();
    world.journal.db.exec(`UPDATE bookmark SET chain = '', view = '', at = ''; UPDATE follower SET owner = ''`);
    world.move('s1');
    const after = await start(world.journal, world.cache, world.server);
    await after.take();
    expect(titles(after)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
    world.journal.db.exec(`UPDATE bookmark SET chain = '', view = '', at = ''; UPDATE follower SET owner = ''`);
    world.move('s2');
    // It had no rows left, and nothing else to tell a history by.
    world.cache.file = new MemoryCache().file;
    const upgraded = await start(world.journal, world.cache, world.server);
    await upgraded.rebuild();
    expect(titles(upgraded)).toEqual(['Messages may be missing here', 'SHP-s0 has arrived', 'SHP-s1 has arrived']);
  });

  it('bring each person at a shared station what they have missed', async () => {
    const world = await away();
    await world.inbox.hold();
    await world.journal.setOwner({ ...IVO, key: 'srv:mara', userId: 'mara' }, 'client-0002');
    await world.inbox.load();
    world.move('s1');
    await world.take();
    await world.rebuild();
    expect(titles(world)).toEqual(['SHP-s1 has arrived']);
    await world.inbox.hold();
    await world.journal.setOwner(IVO, 'client-0001');
    await world.inbox.load();
    world.move('s2');
    await world.take();
    expect(titles(world)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived', 'SHP-s2 has arrived']);
  });

  it('keep coming where the journal takes nothing; the news follows when it does', async () => {
    const world = await away();
    await world.inbox.hold();
    const { setFollowing } = world.journal;
    world.journal.setFollowing = () => Promise.reject(new StoreFault('full', 'no room'));
    world.move('s1');
    await world.take();
    expect([titles(world), world.cache.position()?.cursor.seq]).toEqual([['SHP-s0 has arrived'], 6]);
    world.journal.setFollowing = setFollowing;
    world.ports.elapsed = 30_000;
    await world.take();
    expect(titles(world)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
  });

  it('is noted how far it came although nothing of it was news', async () => {
    const world = await away();
    for (let n = 0; n < 70; n += 1) {
      world.server.put(shipmentRow('s0', { status: 'arrived', trailer: `${n}` }));
      await world.take();
    }
    expect((await world.journal.bookmarks()).map(({ seq }) => seq)).toEqual([4, 5, 69]);
    await world.inbox.hold();
    expect((await world.journal.bookmarks()).at(-1)).toMatchObject(world.server.cursorAt(75));
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
