import { afterEach, describe, expect, it } from 'vitest';
import { closeInboxes, startInbox as start, withShipments } from '../inbox-for-tests.ts';
import { IVO } from '../outbox-for-tests.ts';
import { shipmentRow } from './fake-server.ts';
import { LinkFault } from './link-fault.ts';
import { MemoryCache } from './memory-cache.ts';
import { StoreFault } from './store-fault.ts';

afterEach(closeInboxes);

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

  it('go on from where an older version was for whoever signs in first, and say to others that messages may be missing', async () => {
    const world = await away();
    const mara = { ...IVO, key: 'srv:mara', userId: 'mara' };
    await world.journal.setOwner(mara, 'client-0002');
    await world.journal.addInbox({ ...world.server.cursorAt(2), view: '', at: '' }, []);
    world.journal.db.exec(`UPDATE bookmark SET chain = '', view = '', at = ''; UPDATE follower SET owner = ''`);
    const first = await start(world.journal, world.cache, world.server);
    world.move('s1');
    await first.take();
    expect(titles(first)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
    await first.inbox.hold();
    await world.journal.setOwner(mara, 'client-0002');
    await first.inbox.load();
    for (const shipment of ['s2', 's3']) {
      world.move(shipment);
      await first.take();
      // Once, and from then on as everybody.
      expect(titles(first)).toEqual([
        'Messages may be missing here',
        ...(shipment === 's3' ? ['SHP-s3 has arrived'] : []),
      ]);
    }
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

  const refused = (): Promise<never> => Promise.reject(new StoreFault('full', 'no room'));

  it.each(['the same process', 'the next'])(
    'keep coming where the journal refuses an item; %s fetches it',
    async (who) => {
      const world = await away();
      const { addInbox, setFollowing } = world.journal;
      // Not even that the inbox follows no more can be written.
      Object.assign(world.journal, { addInbox: refused, setFollowing: refused });
      world.move('s1');
      await world.take();
      world.move('s2');
      await world.take();
      expect([titles(world), world.cache.position()?.cursor.seq]).toEqual([['SHP-s0 has arrived'], 7]);
      if (who === 'the next') await expect(world.inbox.hold()).rejects.toMatchObject({ kind: 'full' });
      Object.assign(world.journal, { addInbox, setFollowing });
      const then = who === 'the next' ? await start(world.journal, world.cache, world.server) : world;
      if (who === 'the next') {
        // It stands in the journal that the inbox follows, until somebody looks at where it stands.
        expect(await then.journal.isFollowing()).toBe(true);
        await then.inbox.note(world.server.frame(7));
        expect(await then.journal.isFollowing()).toBe(false);
      }
      then.ports.elapsed = 30_000;
      await then.take();
      expect(titles(then)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived', 'SHP-s2 has arrived']);
      expect(then.toasts.map(({ title }) => title).slice(-2)).toEqual(['SHP-s1 has arrived', 'SHP-s2 has arrived']);
    },
  );

  it.each(['the same process', 'the next'])(
    'bring what they missed if nothing could be written as they went; to %s',
    async (who) => {
      const world = await away();
      const { setFollowing } = world.journal;
      world.move('s1');
      world.journal.setFollowing = refused;
      await expect(world.inbox.hold()).rejects.toMatchObject({ kind: 'full' });
      world.cache.file = new MemoryCache().file;
      world.cache.file.apply(world.server.frame(0, world.server.head), null);
      world.journal.setFollowing = setFollowing;
      const then = who === 'the next' ? await start(world.journal, world.cache, world.server) : world;
      await then.take();
      expect(titles(then)).toEqual(['SHP-s0 has arrived', 'SHP-s1 has arrived']);
    },
  );

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
