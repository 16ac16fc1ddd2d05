import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Shipment } from '#contract/domain/shipment.ts';
import { FakeServer } from '../core/fake-server.ts';
import { StationCache } from './cache.ts';

/** A folder and a clock for each test of a file, from `begin` to `end`, and the caches begun there, which end with it. */
export const cacheFolder = () => {
  const world = { dir: '', now: 0, logged: [] as string[] };
  const open: StationCache[] = [];
  return {
    world,
    begin: (): void => {
      const now = Date.parse('2026-11-23T08:00:00.000Z');
      Object.assign(world, { dir: mkdtempSync(join(tmpdir(), 'dockline-cache-')), now, logged: [] });
    },
    end: async (): Promise<void> => {
      for (const cache of open.splice(0)) await cache.close();
      rmSync(world.dir, { recursive: true, force: true });
    },
    start: (): StationCache => {
      const log = (event: string): void => void world.logged.push(event);
      const cache = new StationCache({ dir: world.dir, now: () => world.now, log });
      open.push(cache);
      return cache;
    },
    stop: async (cache: StationCache): Promise<void> => {
      open.splice(open.indexOf(cache), 1);
      await cache.close();
    },
    /** Names of the cache files there are. */
    files: (): string[] => readdirSync(world.dir).filter((name) => /^cache-\d+\.db$/.test(name)),
    /** Path of the one in use. */
    current: (): string => join(world.dir, readFileSync(join(world.dir, 'cache.current'), 'utf8')),
  };
};

export const serverOf = (...shipments: Shipment[]): FakeServer => {
  const made = new FakeServer();
  for (const shipment of shipments) made.put(shipment);
  return made;
};

/** Ids on the board. */
export const idsOf = async (cache: StationCache): Promise<string[]> =>
  (await cache.board('2026-11-22T20:00:00.000Z')).map(({ id }) => id).sort();
