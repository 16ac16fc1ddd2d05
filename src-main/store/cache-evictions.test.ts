import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SnapshotRow } from '#contract/wire/sync.ts';
import { FakeServer, shipmentRow } from '../core/fake-server.ts';
import { StationCache } from './cache.ts';

// A shipment may leave what a station sees and come back while its snapshot is being read.

let dir: string;
let cache: StationCache;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-evictions-'));
  cache = new StationCache({ dir, now: () => 0, log: () => undefined });
});
afterEach(async () => {
  await cache.close();
  rmSync(dir, { recursive: true, force: true });
});

const evicted = { entity: 'shipment', id: 'a', op: 'evict', row: null, shipmentId: 'a' } as const;

/** A server whose log says that `a` was here, left and, perhaps, came back; as a snapshot that was begun before reads it in the end. */
const fill = async (isBack: boolean): Promise<void> => {
  const server = new FakeServer();
  server.put(shipmentRow('a'));
  const begun = { cursor: server.cursorAt(1), group: server.group, syncedAt: null };
  const before = server.frame(0).changes[0]?.row ?? {};
  server.commit(evicted);
  if (isBack) server.put(shipmentRow('a', { trailer: 'TX-77' }));
  const [now] = [...server.rows().values()];
  const row: SnapshotRow = {
    kind: 'row',
    entity: 'shipment',
    id: 'a',
    shipmentId: 'a',
    seq: now?.seq ?? 1,
    row: now?.row ?? before,
  };
  const rebuild = await cache.beginRebuild();
  await rebuild.addRows([row]);
  await rebuild.setPosition(begun);
  await rebuild.apply(server.frame(1), null);
  await rebuild.swap();
};

it.each([
  ['stands on the board and is found when it is back', true, ['a']],
  ['is gone when it is not', false, []],
])('a shipment that left while the snapshot was read %s', async (_what, isBack, ids) => {
  await fill(isBack);
  expect((await cache.board('2026-11-22T20:00:00.000Z')).map(({ id }) => id)).toEqual(ids);
  expect((await cache.search('SHP-a', 10)).map(({ id }) => id)).toEqual(ids);
  expect((await cache.rows('shipment', ['a'])).size).toBe(ids.length);
});
