import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame, SnapshotRow } from '#contract/wire/sync.ts';
import { shipmentRow } from '../core/fake-server.ts';
import { rebuildCache } from '../core/rebuild.ts';
import { cacheFolder, idsOf, serverOf } from './cache-for-tests.ts';

const { begin, end, world, start, stop, files, current } = cacheFolder();
beforeEach(begin);
afterEach(end);

describe('rows and cursor', () => {
  it('are written together and are here again after a restart', async () => {
    const log = serverOf(shipmentRow('a'), shipmentRow('b'));
    const cache = start();
    expect(cache.position()).toBeNull();
    await cache.apply(log.frame(0), '2026-11-23T08:00:00.000Z');
    const position = { cursor: log.cursorAt(2), group: log.group, syncedAt: '2026-11-23T08:00:00.000Z' };
    expect(cache.position()).toEqual(position);
    expect(await cache.countRows()).toBe(2);
    await stop(cache);
    const again = start();
    expect(again.position()).toEqual(position);
    expect(await idsOf(again)).toEqual(['a', 'b']);
  });

  it('stay as they were when the frame cannot be written', async () => {
    const log = serverOf(shipmentRow('a'));
    const cache = start();
    await cache.apply(log.frame(0), null);
    log.put(shipmentRow('b'));
    const bad = {
      ...log.frame(1),
      changes: [...log.frame(1).changes, { ...log.frame(1).changes[0]!, seq: 3, row: { loop: 1n } }],
    };
    await expect(cache.apply(bad as unknown as Frame, null)).rejects.toThrow();
    expect(cache.position()?.cursor.seq).toBe(1);
    expect(await idsOf(cache)).toEqual(['a']);
    await cache.apply(log.frame(1), null);
    expect(await idsOf(cache)).toEqual(['a', 'b']);
  });

  it('never show half a frame, however long it takes', async () => {
    const log = serverOf();
    for (let n = 0; n < 3_000; n += 1) log.put(shipmentRow(`s${n}`, { carrier: 'x'.repeat(200) }));
    const cache = start();
    const seen = new Set<number>();
    const applying = cache.apply(log.frame(0, 3_000), null);
    let done = false;
    void applying.then(() => {
      done = true;
    });
    while (!done) {
      seen.add((await cache.board('2026-11-22T20:00:00.000Z')).length);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await applying;
    expect([...seen].filter((count) => count !== 0 && count !== 3_000)).toEqual([]);
  });

  it('change a row only for a later change', async () => {
    const log = serverOf(shipmentRow('a', { trailer: 'old' }), shipmentRow('a', { trailer: 'new' }));
    const cache = start();
    const rebuild = await cache.beginRebuild();
    const row = (seq: number, trailer: string): SnapshotRow => ({
      kind: 'row',
      entity: 'shipment',
      id: 'a',
      seq,
      shipmentId: 'a',
      row: shipmentRow('a', { trailer }),
    });
    await rebuild.addRows([row(2, 'new')]);
    await rebuild.setPosition({ cursor: log.cursorAt(0), group: log.group, syncedAt: null });
    await rebuild.apply(log.frame(0, 1), null);
    await rebuild.swap();
    expect((await cache.shipments(['a'])).get('a')?.trailer).toBe('new');
  });

  it('note now and then up to when nothing was missing', async () => {
    const cache = start();
    cache.touch('2026-11-23T08:00:00.000Z');
    await cache.apply(serverOf(shipmentRow('a')).frame(0), '2026-11-23T08:00:00.000Z');
    cache.touch('2026-11-23T08:00:05.000Z');
    expect(cache.position()?.syncedAt).toBe('2026-11-23T08:00:05.000Z');
    cache.touch('2026-11-23T08:02:00.000Z');
    await stop(cache);
    expect(start().position()?.syncedAt).toBe('2026-11-23T08:02:00.000Z');
  });
});

describe('reading', () => {
  const at = (hour: string) => `2026-11-23T${hour}:00:00.000Z`;

  it('shows what is in work and what ended lately', async () => {
    const cache = start();
    const log = serverOf(
      shipmentRow('open', { statusChangedAt: '2020-01-01T00:00:00.000Z' }),
      shipmentRow('late', { status: 'closed', statusChangedAt: at('07') }),
      shipmentRow('old', { status: 'refused', statusChangedAt: at('01') }),
    );
    await cache.apply(log.frame(0), null);
    expect((await cache.board(at('06'))).map(({ id }) => id).sort()).toEqual(['late', 'open']);
  });

  it('reads a shipment with everything on it, lines in the notice’s order', async () => {
    const cache = start();
    const log = serverOf(shipmentRow('a'));
    const part = (entity: 'line' | 'note', id: string, more: object) =>
      log.commit({ entity, id, op: 'put', row: { id, shipmentId: 'a', ...more }, shipmentId: 'a' });
    part('line', 'x', { lineNumber: 2 });
    part('line', 'y', { lineNumber: 1 });
    part('note', 'n', { text: 'leans' });
    await cache.apply(log.frame(0), null);
    const found = await cache.detail('a');
    expect(found?.detail).toMatchObject({
      id: 'a',
      lines: [{ id: 'y' }, { id: 'x' }],
      notes: [{ id: 'n' }],
      holds: [],
    });
    expect(Object.fromEntries(found?.seqs ?? [])).toEqual({ 'shipment:a': 1, 'line:x': 2, 'line:y': 3, 'note:n': 4 });
    expect(await cache.detail('z')).toBeNull();
    expect([...(await cache.rows('line', ['x', 'q'])).keys()]).toEqual(['x']);
  });

  it('forgets a shipment that left with everything on it', async () => {
    const cache = start();
    const log = serverOf(shipmentRow('a'), shipmentRow('b'));
    log.commit({
      entity: 'line',
      id: 'x',
      op: 'put',
      row: { id: 'x', shipmentId: 'a', lineNumber: 1 },
      shipmentId: 'a',
    });
    await cache.apply(log.frame(0), null);
    await cache.keepHistory('a', [], at('08'));
    log.commit({ entity: 'shipment', id: 'a', op: 'evict', row: null, shipmentId: 'a' });
    await cache.apply(log.frame(3), null);
    expect([await cache.detail('a'), await cache.history('a'), (await cache.rows('line', ['x'])).size]).toEqual([
      null,
      null,
      0,
    ]);
    expect(await idsOf(cache)).toEqual(['b']);
    expect(await cache.search('SHP-a', 10)).toEqual([]);
  });

  it('knows the inspections that nobody has taken, in the order of their changes', async () => {
    const cache = start();
    const log = serverOf(shipmentRow('a'));
    for (let n = 250; n > 0; n -= 1) {
      const status = n % 50 === 0 ? 'requested' : 'completed';
      log.commit({ entity: 'inspection', id: `i${n}`, op: 'put', row: { id: `i${n}`, status }, shipmentId: 'a' });
    }
    await cache.apply(log.frame(0), null);
    const found = (await cache.requested()).map(({ seq, inspection }) => [inspection.id, seq]);
    expect(found).toEqual([250, 200, 150, 100, 50].map((n) => [`i${n}`, 252 - n]));
  });

  it('finds by every word, without case or accents, those in work first', async () => {
    const cache = start();
    const log = serverOf(
      shipmentRow('a', {
        supplierName: 'Müller & Söhne',
        trailer: 'TX-77',
        status: 'closed',
        statusChangedAt: at('07'),
      }),
      shipmentRow('b', { supplierName: 'Muller Foods', poNumbers: ['4711', '4712'], statusChangedAt: at('03') }),
      shipmentRow('c', { supplierName: 'Other', statusChangedAt: at('05') }),
    );
    await cache.apply(log.frame(0), null);
    const find = async (text: string, limit = 10) => (await cache.search(text, limit)).map(({ id }) => id);
    expect(await find('muller')).toEqual(['b', 'a']);
    expect(await find('MÜLLER tx')).toEqual(['a']);
    expect(await find('4712')).toEqual(['b']);
    expect(await find('%')).toEqual([]);
    expect(await find('')).toEqual(['c', 'b', 'a']);
    expect(await find('', 2)).toHaveLength(2);
  });

  it('keeps the places, and a copy of a history', async () => {
    const cache = start();
    const log = serverOf();
    log.commit({
      entity: 'warehouse',
      id: 'W1',
      op: 'put',
      row: { id: 'W1', name: 'Joliet', timeZone: 'UTC' },
      shipmentId: null,
    });
    await cache.apply(log.frame(0), null);
    expect(await cache.places()).toEqual({
      warehouses: [{ id: 'W1', name: 'Joliet', timeZone: 'UTC' }],
      doors: [],
      suppliers: [],
      capacities: [],
    });
    await cache.keepHistory('a', [], at('08'));
    expect(await cache.history('a')).toEqual({ history: [], fetchedAt: at('08'), stale: true });
  });
});

describe('files', () => {
  it('are replaced as a whole by a rebuild, and reads go on meanwhile', async () => {
    const cache = start();
    await cache.apply(serverOf(shipmentRow('old')).frame(0), null);
    const before = current();
    const log = serverOf(shipmentRow('a'), shipmentRow('b'));
    const http = { changes: async () => log.frame(2), snapshot: () => log.snapshot() };
    const rebuilding = rebuildCache(cache, { http, syncedAt: () => null });
    expect(await idsOf(cache)).toEqual(['old']);
    await rebuilding;
    expect(await idsOf(cache)).toEqual(['a', 'b']);
    expect(current()).not.toBe(before);
    expect(files()).toHaveLength(1);
  });

  it('wait for a reader before they go', async () => {
    const log = serverOf();
    for (let n = 0; n < 2_000; n += 1) log.put(shipmentRow(`s${n}`));
    const cache = start();
    await cache.apply(log.frame(0, 2_000), null);
    const reading = cache.board('2026-11-22T20:00:00.000Z');
    await cache.reset('other');
    expect(await reading).toHaveLength(2_000);
    expect(await idsOf(cache)).toEqual([]);
  });

  it('that were set aside go when the view changes: who comes next may not see their rows', async () => {
    const cache = start();
    await cache.reset('mine');
    await cache.apply(serverOf(shipmentRow('a')).frame(0), null);
    await cache.setAside();
    expect(readdirSync(world.dir).filter((name) => name.includes('corrupt'))).not.toEqual([]);
    await cache.reset('other');
    expect(readdirSync(world.dir).filter((name) => name.includes('corrupt'))).toEqual([]);
  });

  it('are handed over with their rows, and the next ones are of whom they were handed to', async () => {
    const cache = start();
    await cache.reset('mine');
    const log = serverOf(shipmentRow('a'));
    await cache.apply(log.frame(0), null);
    await cache.handOver('ours');
    expect([cache.scope(), await idsOf(cache)]).toEqual(['ours', ['a']]);
    await stop(cache);
    const again = start();
    expect([again.scope(), await idsOf(again)]).toEqual(['ours', ['a']]);
    await again.clear();
    await stop(again);
    expect(start().scope()).toBe('ours');
  });

  it('are started empty for another view, and the view is remembered', async () => {
    const cache = start();
    expect(cache.scope()).toBeNull();
    await cache.reset('mine');
    await cache.apply(serverOf(shipmentRow('a')).frame(0), null);
    const log = serverOf(shipmentRow('b'));
    await rebuildCache(cache, {
      http: { changes: async () => log.frame(1), snapshot: () => log.snapshot() },
      syncedAt: () => null,
    });
    await stop(cache);
    const again = start();
    expect(again.scope()).toBe('mine');
    await again.reset('other');
    expect([again.scope(), again.position(), await idsOf(again)]).toEqual(['other', null, []]);
  });
});

describe('a bad cache', () => {
  const damages: [string, (path: string) => void][] = [
    ['no database at all', (path) => writeFileSync(path, 'garbage '.repeat(2_000))],
    ['cut off', (path) => truncateSync(path, 9_000)],
    [
      'zeroed in the middle',
      (path) => {
        const bytes = readFileSync(path);
        bytes.fill(0, 4096, 12_288);
        writeFileSync(path, bytes);
      },
    ],
    [
      'with a flipped byte in a page header',
      (path) => {
        const bytes = readFileSync(path);
        bytes[4096] = (bytes[4096] ?? 0) ^ 0xff;
        writeFileSync(path, bytes);
      },
    ],
  ];

  it.each(damages)('%s is set aside, and an empty one begins', async (_name, damage) => {
    const log = serverOf();
    for (let n = 0; n < 50; n += 1) log.put(shipmentRow(`s${n}`));
    const cache = start();
    await cache.apply(log.frame(0), null);
    await stop(cache);
    const path = current();
    for (const side of ['-wal', '-shm']) rmSync(path + side, { force: true });
    damage(path);
    const again = start();
    expect([again.position(), world.logged]).toEqual([null, ['cache.corrupt']]);
    expect(readdirSync(world.dir).filter((name) => /^cache-\d+\.db\.corrupt-[^.]*Z$/.test(name))).toHaveLength(1);
    await again.apply(log.frame(0), null);
    expect(await idsOf(again)).toHaveLength(50);
  });

  it('that is missing, emptied or of another version starts empty', async () => {
    for (const harm of ['missing', 'emptied', 'pointer', 'version'] as const) {
      const cache = start();
      await cache.apply(serverOf(shipmentRow('a')).frame(0), null);
      await stop(cache);
      const path = current();
      for (const side of ['-wal', '-shm']) rmSync(path + side, { force: true });
      if (harm === 'missing') rmSync(path);
      if (harm === 'emptied') truncateSync(path, 0);
      if (harm === 'pointer') writeFileSync(join(world.dir, 'cache.current'), '../../etc/passwd');
      if (harm === 'version') {
        const bytes = readFileSync(path);
        bytes.writeUInt32BE(999, 60);
        writeFileSync(path, bytes);
      }
      const again = start();
      expect(again.position(), harm).toBeNull();
      await stop(again);
      rmSync(world.dir, { recursive: true, force: true });
      mkdirSync(world.dir);
    }
  });

  it('is set aside while the station runs, too', async () => {
    const cache = start();
    await cache.reset('mine');
    await cache.apply(serverOf(shipmentRow('a')).frame(0), null);
    await cache.setAside();
    expect([cache.position(), cache.scope(), await idsOf(cache)]).toEqual([null, 'mine', []]);
    await cache.apply(serverOf(shipmentRow('b')).frame(0), null);
    await stop(cache);
    expect(await idsOf(start())).toEqual(['b']);
  });

  it('does not fill the disk: two damaged ones are kept', async () => {
    for (let n = 0; n < 4; n += 1) {
      const cache = start();
      await cache.apply(serverOf(shipmentRow('a')).frame(0), null);
      await stop(cache);
      world.now += 60_000;
      writeFileSync(current(), 'garbage '.repeat(2_000));
    }
    await stop(start());
    expect(readdirSync(world.dir).filter((name) => name.includes('.corrupt-')).length).toBeLessThanOrEqual(2);
  });

  it('in a folder that cannot be written gives way to a temporary one', async () => {
    const blocked = join(world.dir, 'file');
    writeFileSync(blocked, '');
    world.dir = blocked;
    const cache = start();
    await cache.apply(serverOf(shipmentRow('a')).frame(0), null);
    expect(await idsOf(cache)).toEqual(['a']);
    expect(world.logged).toEqual(['cache.not_opened', 'cache.temporary']);
    expect(existsSync(blocked)).toBe(true);
  });
});
