import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupOf } from '../core/scope.ts';
import type { Storage } from '../core/storage.ts';
import { openSqliteStorage } from '../storage/open-sqlite-storage.ts';
import { systemClock } from '../system-clock.ts';
import { ChangeWaiters } from './change-waiters.ts';

const staff = groupOf({ role: 'lead', warehouses: null, supplierId: null });
const dallas = groupOf({ role: 'lead', warehouses: ['DAL'], supplierId: null });

let folder: string;
let storage: Storage;
let reads: string[];
let waiters: ChangeWaiters;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dockline-waiters-'));
  storage = await openSqliteStorage({ file: join(folder, 'd.db'), clock: () => new Date(), newId: uuidv7 });
  reads = [];
  waiters = new ChangeWaiters(
    {
      ...storage,
      readFrame: (group, ...rest) => {
        reads.push(group.id);
        return storage.readFrame(group, ...rest);
      },
    },
    systemClock(),
  );
});
afterEach(async () => {
  waiters.release();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

const never = new AbortController().signal;
const define = (warehouseId: string) =>
  storage.submit([
    {
      command: { type: 'defineWarehouse', args: { warehouseId, name: warehouseId, timeZone: 'UTC' } },
      actor: { id: 'a', name: 'A', role: 'admin' },
      scope: null,
      occurredAt: new Date().toISOString(),
      late: 'refuse',
    },
  ]);
const took = async (wait: Promise<void>): Promise<number> => {
  const started = performance.now();
  await wait;
  return performance.now() - started;
};

describe('waiting for changes', () => {
  it('ends with the first change that may be seen', async () => {
    const wait = took(waiters.wait({ group: staff, userId: 'u', from: 0 }, 5000, never));
    await define('JOL');
    expect(await wait).toBeLessThan(2000);
  });

  it('does not end with one that may not', async () => {
    const wait = took(waiters.wait({ group: dallas, userId: 'u', from: 0 }, 300, never));
    await define('JOL');
    expect(await wait).toBeGreaterThanOrEqual(290);
  });

  it('sees what was committed before it began', async () => {
    await define('JOL');
    expect(await took(waiters.wait({ group: staff, userId: 'u', from: 0 }, 5000, never))).toBeLessThan(2000);
    expect(await took(waiters.wait({ group: staff, userId: 'u', from: 1 }, 100, never))).toBeGreaterThanOrEqual(90);
  });

  it('goes by where each one stands', async () => {
    await define('JOL');
    const ahead = took(waiters.wait({ group: staff, userId: 'u', from: 1 }, 300, never));
    const behind = took(waiters.wait({ group: staff, userId: 'u', from: 0 }, 5000, never));
    expect(await behind).toBeLessThan(250);
    expect(await ahead).toBeGreaterThanOrEqual(290);
  });

  it('looks again from where one stands who came while it was looking further on', async () => {
    for (const warehouseId of ['JOL', 'DAL']) await define(warehouseId);
    const { promise: finished, resolve: finish } = Promise.withResolvers<void>();
    const asked: number[] = [];
    const readFrame: Storage['readFrame'] = async (group, from) => {
      asked.push(from);
      if (asked.length === 1) await finished;
      return storage.readFrame(group, from);
    };
    const slow = new ChangeWaiters({ ...storage, readFrame }, systemClock());
    const ahead = slow.wait({ group: dallas, userId: 'u', from: 2 }, 5000, never);
    await define('VEN');
    await expect.poll(() => asked).toEqual([2]);
    const behind = took(slow.wait({ group: dallas, userId: 'u', from: 1 }, 5000, never));
    finish();
    expect(await behind).toBeLessThan(2000);
    slow.release();
    await ahead;
  });

  it('costs one read per commit and group, however many wait', async () => {
    const waits = Array.from({ length: 200 }, (_, at) =>
      waiters.wait({ group: at % 2 === 0 ? staff : dallas, userId: 'u', from: 0 }, 150, never),
    );
    await define('JOL');
    await Promise.all(waits);
    expect(reads.length).toBeLessThanOrEqual(6);
  });

  it('ends when the asker has gone, and when the server stops', async () => {
    const gone = new AbortController();
    const first = took(waiters.wait({ group: staff, userId: 'u', from: 0 }, 5000, gone.signal));
    gone.abort();
    expect(await first).toBeLessThan(1000);
    const second = took(waiters.wait({ group: staff, userId: 'u', from: 0 }, 5000, never));
    waiters.release();
    expect(await second).toBeLessThan(1000);
    expect(await took(waiters.wait({ group: staff, userId: 'u', from: 0 }, 5000, never))).toBeLessThan(1000);
  });

  it('ends for the one person whose access was changed', async () => {
    const mine = took(waiters.wait({ group: staff, userId: 'mara', from: 0 }, 5000, never));
    const others = took(waiters.wait({ group: staff, userId: 'ivo', from: 0 }, 300, never));
    waiters.wake('mara');
    expect(await mine).toBeLessThan(200);
    expect(await others).toBeGreaterThanOrEqual(290);
  });

  it('ends when it cannot be known', async () => {
    const failing = new ChangeWaiters(
      { ...storage, readFrame: () => Promise.reject(new Error('disk hiccup')) },
      systemClock(),
    );
    const wait = took(failing.wait({ group: staff, userId: 'u', from: 0 }, 5000, never));
    await define('JOL');
    expect(await wait).toBeLessThan(2000);
    failing.release();
  });
});
