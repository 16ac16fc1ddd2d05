import assert from 'node:assert/strict';
import type { InboxItem } from '#contract/bridge/view.ts';
import type { Cursor, Frame } from '#contract/wire/sync.ts';
import { FakeServer, shipmentRow } from './core/fake-server.ts';
import { Inbox } from './core/inbox.ts';
import { MemoryCache } from './core/memory-cache.ts';
import { IVO } from './outbox-for-tests.ts';
import { StationJournal } from './store/journal.ts';

// An inbox on a real journal, over rows in memory and a server in memory; it is Ivo's.

const open: StationJournal[] = [];
/** Call after each test. */
export const closeInboxes = (): void => {
  for (const journal of open.splice(0)) journal.close();
};

export const startInbox = async (
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
        const unshown = journal.db.prepare('SELECT count(*) FROM inbox WHERE shown = 0 AND seq = ?');
        assert.equal(unshown.pluck().get(item.seq), 0);
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

/** Where so many shipments have been announced, and are known. */
export const withShipments = async (count: number) => {
  const world = await startInbox();
  for (let n = 0; n < count; n += 1) world.server.put(shipmentRow(`s${n}`));
  await world.begin();
  return world;
};
