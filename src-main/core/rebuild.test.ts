import { describe, expect, it } from 'vitest';
import type { Cursor, SnapshotLine } from '#contract/wire/sync.ts';
import { FakeServer, shipmentRow } from './fake-server.ts';
import { MemoryCache } from './memory-cache.ts';
import { rebuildCache } from './rebuild.ts';

const level = (): null => null;

/** A cache that is level with a server of some changes, and a snapshot of that server from before the last of them. */
const withOldSnapshot = async () => {
  const server = new FakeServer();
  for (const id of ['a', 'b', 'c']) server.put(shipmentRow(id));
  const snapshot: SnapshotLine[] = [];
  for await (const line of server.snapshot()) snapshot.push(line);
  server.put(shipmentRow('a', { carrier: 'later' }));
  const cache = new MemoryCache();
  await rebuildCache(cache, {
    http: { changes: async (cursor) => server.changes(cursor), snapshot: () => server.snapshot() },
    syncedAt: level,
  });
  async function* old() {
    yield* snapshot;
  }
  return { server, cache, old };
};

describe('a rebuild', () => {
  it('from a snapshot that others share does not go back behind what was shown', async () => {
    const { server, cache, old } = await withOldSnapshot();
    const position = await rebuildCache(cache, {
      http: { changes: async (cursor) => server.changes(cursor), snapshot: old },
      syncedAt: level,
    });
    expect(position.cursor).toEqual(server.cursorAt(4));
  });

  it('takes what there is from a server that was put back', async () => {
    const { server, cache, old } = await withOldSnapshot();
    server.restore(3);
    const position = await rebuildCache(cache, {
      http: { changes: async (cursor) => server.changes(cursor), snapshot: old },
      syncedAt: level,
    });
    expect(position.cursor).toEqual(server.cursorAt(3));
  });

  it('takes no snapshot that begins twice: its rows would be older than its position says', async () => {
    const { server, cache, old } = await withOldSnapshot();
    const before = cache.file;
    async function* twice() {
      const lines = [];
      for await (const line of old()) lines.push(line);
      for await (const line of server.snapshot()) if (line.kind === 'head') lines.splice(1, 0, line);
      yield* lines;
    }
    const http = { changes: async (cursor: Cursor) => server.changes(cursor), snapshot: twice };
    await expect(rebuildCache(cache, { http, syncedAt: level })).rejects.toThrow('began twice');
    expect(cache.file).toBe(before);
  });

  it('takes no page that was meant for another position: what lies between would be missing for good', async () => {
    const { server, cache, old } = await withOldSnapshot();
    const before = cache.file;
    for (const late of [async ({ seq }: Cursor) => server.frame(seq + 1), async () => server.frame(0, 2)]) {
      const rebuilding = rebuildCache(cache, { http: { changes: late, snapshot: old }, syncedAt: level });
      await expect(rebuilding).rejects.toThrow('did not fit');
      expect(cache.file).toBe(before);
    }
  });
});
