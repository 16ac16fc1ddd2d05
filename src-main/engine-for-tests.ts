import assert from 'node:assert/strict';
import type { Cursor, Frame, SnapshotLine } from '#contract/wire/sync.ts';
import { FakeClock } from './core/fake-clock.ts';
import { FakeServer } from './core/fake-server.ts';
import { MemoryCache } from './core/memory-cache.ts';
import type { Position } from './core/ports.ts';
import { SyncEngine } from './core/sync-engine.ts';

/** An engine over rows in memory and a log in memory, which says what it was told and asked. */
export const startEngine = () => {
  const server = new FakeServer();
  const cache = new MemoryCache();
  const applied: Frame[] = [];
  const noted: Frame[] = [];
  const rebuilt: Position[] = [];
  /** Where the rows were each time before they went, or were fetched anew. */
  const losses: (number | null)[] = [];
  /** Rows left each time they were cleared. */
  const cleared: number[] = [];
  const said: (number | null)[] = [];
  /** Rows of a snapshot that could be read before it was whole; true where they were its first. */
  const arrived: [number, boolean][] = [];
  const world = {
    server,
    cache,
    applied,
    noted,
    rebuilt,
    losses,
    cleared,
    said,
    arrived,
    ports: { beforeLoss: async (): Promise<void> => void losses.push(cache.file.at?.cursor.seq ?? null) },
    note: async (each: Frame): Promise<void> => void noted.push(each),
    changes: async (cursor: Cursor): Promise<Frame> => server.changes(cursor),
    snapshot: () => server.snapshot() as AsyncIterable<SnapshotLine>,
  };
  const engine = new SyncEngine({
    cache,
    clock: new FakeClock(),
    log: () => undefined,
    http: {
      changes: (cursor) => world.changes(cursor),
      snapshot: () => world.snapshot(),
    },
    beforeApply: (each) => world.note(each),
    applied: async (each) => void applied.push(each),
    cleared: async () => void cleared.push(cache.file.rows.size),
    arrived: async (rows, isFirst) => void arrived.push([rows.length, isFirst]),
    beforeLoss: () => world.ports.beforeLoss(),
    rebuilt: async (position) => void rebuilt.push(position),
  });
  const hello = async (cursor: Parameters<FakeServer['hello']>[0]) => {
    said.push(cursor?.seq ?? null);
    return server.hello(cursor);
  };
  const same = (): void => {
    const mine = [...cache.file.rows].map(([key, { row }]) => [key, row]);
    const theirs = [...server.rows()].map(([key, { row }]) => [key, row]);
    assert.deepEqual(Object.fromEntries(mine), Object.fromEntries(theirs));
    assert.deepEqual(engine.position()?.cursor, server.cursorAt(server.head));
  };
  return Object.assign(world, { engine, hello, same });
};
