import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotRow } from '#contract/wire/sync.ts';
import { shipmentRow } from '../core/fake-server.ts';
import type { CacheRebuild } from '../core/ports.ts';
import type { StationCache } from './cache.ts';
import { cacheFolder, idsOf, serverOf } from './cache-for-tests.ts';

const { begin, end, start, stop, files } = cacheFolder();
beforeEach(begin);
afterEach(end);

describe('a cache that is being filled', () => {
  const row = (id: string): SnapshotRow => {
    return { kind: 'row', entity: 'shipment', id, seq: 1, shipmentId: id, row: shipmentRow(id) };
  };
  /** What a reader sees, and how much of everything that is. */
  const seen = async (cache: StationCache) => [cache.coverage(), await idsOf(cache)];

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
    await cache.apply(serverOf(shipmentRow('old')).frame(0), null);
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
    await cache.apply(serverOf(shipmentRow('a')).frame(0), null);
    const rebuild = await cache.beginRebuild();
    await rebuild.addRows([]);
    expect(files()).toHaveLength(2);
    await stop(cache);
    const again = start();
    expect(files()).toHaveLength(1);
    expect(await idsOf(again)).toEqual(['a']);
  });
});
