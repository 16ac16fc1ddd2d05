import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { SnapshotRow } from '#contract/wire/sync.ts';
import { FakeServer, shipmentRow } from '../core/fake-server.ts';
import type { CacheRebuild } from '../core/ports.ts';
import { StationCache } from './cache.ts';

let dir: string;
let now: number;
let logged: string[];
const open: StationCache[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-cache-'));
  now = Date.parse('2026-11-23T08:00:00.000Z');
  logged = [];
});
afterEach(async () => {
  for (const cache of open.splice(0)) await cache.close();
  rmSync(dir, { recursive: true, force: true });
});

const start = (): StationCache => {
  const cache = new StationCache({ dir, now: () => now, log: (event) => logged.push(event) });
  open.push(cache);
  return cache;
};
const stop = async (cache: StationCache): Promise<void> => {
  open.splice(open.indexOf(cache), 1);
  await cache.close();
};
const files = () => readdirSync(dir).filter((name) => /^cache-\d+\.db$/.test(name));
const _current = () => join(dir, readFileSync(join(dir, 'cache.current'), 'utf8'));

const server = (...shipments: Shipment[]): FakeServer => {
  const made = new FakeServer();
  for (const shipment of shipments) made.put(shipment);
  return made;
};
const ids = async (cache: StationCache) => (await cache.board('2026-11-22T20:00:00.000Z')).map(({ id }) => id).sort();

describe('a cache that is being filled', () => {
  const row = (id: string): SnapshotRow => {
    return { kind: 'row', entity: 'shipment', id, seq: 1, shipmentId: id, row: shipmentRow(id) };
  };
  /** What a reader sees, and how much of everything that is. */
  const seen = async (cache: StationCache) => [cache.coverage(), await ids(cache)];

  it('is read as it comes while there is nothing else, and is no position to go on from', async () => {
    const cache = start();
    expect(await seen(cache)).toEqual(['none', []]);
    const rebuild = await cache.beginRebuild();
    await rebuild.setPosition({ cursor: { epoch: 'e', seq: 1, chain: 'c' }, group: 'g', syncedAt: null });
    expect(await seen(cache)).toEqual(['none', []]);
    await rebuild.addRows([row('a')]);
    await rebuild.addRows([row('b')]);
    expect(await seen(cache)).toEqual(['part', ['a', 'b']]);
    expect((await cache.search('SHP-b', 10)).map(({ id }) => id)).toEqual(['b']);
    expect(cache.position()).toBeNull();
    await rebuild.swap();
    expect(await seen(cache)).toEqual(['whole', ['a', 'b']]);
    expect(files()).toHaveLength(1);
  });

  it('is not read beside one that is whole', async () => {
    const cache = start();
    await cache.apply(server(shipmentRow('old')).frame(0), null);
    const rebuild = await cache.beginRebuild();
    await rebuild.addRows([row('a')]);
    expect(await seen(cache)).toEqual(['whole', ['old']]);
    await rebuild.abandon(true);
    expect(files()).toHaveLength(1);
  });

  it('stays readable when the snapshot broke off, until the next one has rows, and over no restart', async () => {
    const cache = start();
    const first = await cache.beginRebuild();
    await first.addRows([row('a'), row('b')]);
    await first.abandon(true);
    expect(await seen(cache)).toEqual(['part', ['a', 'b']]);
    const next = await cache.beginRebuild();
    expect(await seen(cache)).toEqual(['part', ['a', 'b']]);
    await next.addRows([row('a')]);
    expect(await seen(cache)).toEqual(['part', ['a']]);
    await next.abandon(true);
    await stop(cache);
    const again = start();
    expect(await seen(again)).toEqual(['none', []]);
    expect(files()).toHaveLength(1);
  });

  it.each([
    ['its disk failed', async (_cache: StationCache, rebuild: CacheRebuild) => rebuild.abandon(false)],
    ['the view changes', async (cache: StationCache) => cache.reset('other')],
    ['rows are cleared', async (cache: StationCache) => cache.clear()],
    ['the empty one is set aside', async (cache: StationCache) => cache.setAside()],
  ])('goes when %s', async (_why, happens) => {
    const cache = start();
    const rebuild = await cache.beginRebuild();
    await rebuild.addRows([row('a')]);
    if (happens.length === 1) await rebuild.abandon(true);
    await happens(cache, rebuild);
    expect(await seen(cache)).toEqual(['none', []]);
    expect(files()).toHaveLength(1);
  });

  it('is removed at the next start when the station was killed, and the one in use stays', async () => {
    const cache = start();
    await cache.apply(server(shipmentRow('a')).frame(0), null);
    const rebuild = await cache.beginRebuild();
    await rebuild.addRows([]);
    expect(files()).toHaveLength(2);
    await stop(cache);
    const again = start();
    expect(files()).toHaveLength(1);
    expect(await ids(again)).toEqual(['a']);
  });
});
