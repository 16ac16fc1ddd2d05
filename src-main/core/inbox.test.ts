import { afterEach, describe, expect, it } from 'vitest';
import { closeInboxes, startInbox as start, withShipments } from '../inbox-for-tests.ts';
import { IVO } from '../outbox-for-tests.ts';
import { shipmentRow } from './fake-server.ts';
import { StoreFault } from './store-fault.ts';

afterEach(closeInboxes);

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
