import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame } from '#contract/wire/sync.ts';
import type { Clock } from '../core/clock.ts';
import { groupOf } from '../core/scope.ts';
import type { RawChange, Storage } from '../core/storage.ts';
import { Turnstile } from '../core/turnstile.ts';
import { openSqliteStorage } from '../storage/open-sqlite-storage.ts';
import { systemClock } from '../system-clock.ts';
import { answerHello } from './hello.ts';
import { Tailer, type TailerTimes } from './tailer.ts';

const staff = groupOf({ role: 'lead', warehouses: null, supplierId: null });
const dallas = groupOf({ role: 'lead', warehouses: ['DAL'], supplierId: null });
const operator = { id: 'operator', name: 'Operator', role: 'admin' as const };

let folder: string;
let storage: Storage;
let tailer: Tailer | null = null;
const frames: Frame[] = [];
const changes: RawChange[] = [];
const faults: unknown[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dockline-tailer-'));
  storage = await openSqliteStorage({ file: join(folder, 'd.db'), clock: () => new Date(), newId: uuidv7 });
  for (const list of [frames, changes, faults]) list.length = 0;
});
afterEach(async () => {
  await tailer?.stop();
  await storage.close();
  await rm(folder, { recursive: true, force: true });
});

const start = (times: Partial<TailerTimes> = {}, on: Storage = storage, clock: Clock = systemClock()) => {
  const outlet = {
    emitFrame: (_group: unknown, frame: Frame) => frames.push(frame),
    emitChange: (change: RawChange) => changes.push(change),
    onFault: (error: unknown) => faults.push(error),
  };
  tailer = new Tailer(on, outlet, clock, {
    coalesceMs: 0,
    pollMs: 20,
    quietMs: 60_000,
    unseenMs: 50,
    ...times,
  });
  return tailer;
};
const defineWarehouse = (warehouseId: string, name = warehouseId) =>
  storage.submit([
    {
      command: { type: 'defineWarehouse', args: { warehouseId, name, timeZone: 'UTC' } },
      actor: operator,
      scope: null,
      occurredAt: new Date().toISOString(),
      late: 'refuse',
    },
  ]);

describe('the tailer', () => {
  it('hands on what is committed, once, without gaps', async () => {
    const at = start();
    at.admit(staff, 0, () => undefined);
    for (let made = 0; made < 20; made += 1) await defineWarehouse(`W${made}`);
    await expect.poll(() => frames.at(-1)?.to).toBe(20);
    expect(frames.map(({ from }) => from)).toEqual([0, ...frames.slice(0, -1).map(({ to }) => to)]);
    expect(frames.flatMap((frame) => frame.changes.map(({ seq }) => seq))).toEqual(
      Array.from({ length: 20 }, (_, n) => n + 1),
    );
    await expect.poll(() => changes.map(({ seq }) => seq)).toEqual(Array.from({ length: 20 }, (_, n) => n + 1));
    expect(at.lag()).toBe(0);
  });

  it('gathers commits that come together into few frames', async () => {
    start({ coalesceMs: 30 }).admit(staff, 0, () => undefined);
    await Promise.all(Array.from({ length: 20 }, (_, made) => defineWarehouse(`W${made}`)));
    await expect.poll(() => frames.at(-1)?.to).toBe(20);
    expect(frames.length).toBeLessThanOrEqual(2);
  });

  it('rests after a turn for five times as long as it took, the reading included', async () => {
    let elapsed = 0;
    const waits: number[] = [];
    const real = systemClock();
    const clock: Clock = {
      now: real.now,
      elapsed: () => elapsed,
      setTimer: (delayMs, run) => {
        if (delayMs === 60_000) return () => undefined;
        waits.push(delayMs);
        return real.setTimer(0, run);
      },
    };
    const readChanges: Storage['readChanges'] = (...asked) => {
      elapsed += 2;
      return storage.readChanges(...asked);
    };
    start({ pollMs: 60_000 }, { ...storage, readChanges }, clock);
    await defineWarehouse('DAL');
    await expect.poll(() => changes).toHaveLength(1);
    await defineWarehouse('HOU');
    await expect.poll(() => changes).toHaveLength(2);
    elapsed += 1_000;
    await defineWarehouse('AUS');
    await expect.poll(() => changes).toHaveLength(3);
    expect(waits).toEqual([0, 10, 0]);
  });

  it('does not need the doorbell', async () => {
    start({}, { ...storage, onCommit: () => () => undefined }).admit(staff, 0, () => undefined);
    await defineWarehouse('W1');
    await expect.poll(() => frames.length).toBe(1);
  });

  it('reads for nobody when nobody listens, but keeps up', async () => {
    const at = start();
    await defineWarehouse('W1');
    await expect.poll(() => at.lag()).toBe(0);
    expect(frames).toEqual([]);
    at.admit(staff, 1, () => undefined);
    at.forget(staff.id);
    await defineWarehouse('W2');
    await expect.poll(() => at.lag()).toBe(0);
    expect(frames).toEqual([]);
  });

  it('tells a quiet group where the head is, and one that sees nothing that others move', async () => {
    start({ quietMs: 50 }).admit(dallas, 0, () => undefined);
    await expect.poll(() => frames.length).toBeGreaterThan(1);
    expect(frames.at(-1)).toMatchObject({ from: 0, to: 0, changes: [] });
    await defineWarehouse('JOL');
    await expect.poll(() => frames.at(-1)).toMatchObject({ from: 0, to: 1, changes: [], group: dallas.id });
  });

  it('goes on after a read that failed', async () => {
    let failures = 3;
    const flaky: Storage = {
      ...storage,
      readFrame: async (...of) => {
        if (failures-- > 0) throw new Error('disk hiccup');
        return storage.readFrame(...of);
      },
    };
    start({}, flaky).admit(staff, 0, () => undefined);
    await defineWarehouse('W1');
    await expect.poll(() => frames.length).toBe(1);
    expect(faults).toHaveLength(3);
  });

  it('emits nothing after it was stopped', async () => {
    const at = start();
    at.admit(staff, 0, () => undefined);
    const committed = defineWarehouse('W1');
    await at.stop();
    await committed;
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(frames).toEqual([]);
  });
});

describe('admit', () => {
  it('joins before it returns: comparing and joining are one step', () => {
    let joined = false;
    expect(start().admit(staff, 0, () => (joined = true))).toBe(true);
    expect(joined).toBe(true);
  });

  it('lets in who is level or ahead, and not who is behind', async () => {
    const at = start();
    at.admit(staff, 0, () => undefined);
    await defineWarehouse('W1');
    await expect.poll(() => frames.length).toBe(1);
    expect(at.admit(staff, 0, () => expect.fail('joined'))).toBe(false);
    expect(at.admit(staff, 1, () => undefined)).toBe(true);
    expect(at.admit(staff, 2, () => undefined)).toBe(true);
    expect(at.admit(dallas, 0, () => undefined)).toBe(true);
  });
});

describe('a reader whose page takes long', () => {
  it('is let in without a gap, however far the log moved on meanwhile', async () => {
    const rooms = new Set<(frame: Frame) => void>();
    const outlet = {
      emitFrame: (_group: unknown, frame: Frame) => {
        for (const take of rooms) take(frame);
      },
      emitChange: () => undefined,
      onFault: (error: unknown) => faults.push(error),
    };
    const at = new Tailer(storage, outlet, systemClock(), { coalesceMs: 1, pollMs: 20, quietMs: 60_000, unseenMs: 50 });
    tailer = at;
    const slow: Storage = {
      ...storage,
      readFrame: async (...of) => {
        const frame = await storage.readFrame(...of);
        await new Promise((resolve) => setTimeout(resolve, 5));
        return frame;
      },
    };
    let made = 0;
    let running = true;
    const writing = (async () => {
      while (running) {
        await defineWarehouse(`W${++made}`);
        await new Promise((resolve) => setTimeout(resolve, 6));
      }
    })();
    const gaps: string[] = [];
    const enter = async (): Promise<void> => {
      const { epoch } = storage.position();
      let cursor = { epoch, seq: 0, chain: (await storage.chainAt(0)) ?? '' };
      const take = (frame: Frame): void => {
        if (frame.to <= cursor.seq) return;
        if (frame.from > cursor.seq) gaps.push(`${frame.from} after ${cursor.seq}`);
        cursor = { epoch, seq: frame.to, chain: frame.chain };
      };
      const admit = (to: number): boolean => at.admit(staff, to, () => rooms.add(take));
      const catchUps = new Turnstile({ places: 2, queue: 100, patienceMs: 5_000 }, systemClock());
      const ports = { storage: slow, catchUps, now: Date.now, admit, sayUpgrade: () => undefined };
      for (let isLive = false; !isLive; )
        await answerHello(ports, staff, { protocol: 1, clientId: 'station-1', cursor }, ({ frame, state }) => {
          if (frame !== null) take(frame);
          isLive = state === 'live';
        });
    };
    while (made < 30) await enter();
    running = false;
    await writing;
    expect(gaps).toEqual([]);
    expect(faults).toEqual([]);
  }, 20_000);

  it('brings a group what it sees at once, although thousands of changes before it are not its own', async () => {
    const many = Array.from({ length: 100 }, (_, n) => n);
    for (let part = 0; part < 25; part += 1) await Promise.all(many.map((n) => defineWarehouse(`W${part}-${n}`)));
    await defineWarehouse('DAL');
    start({ unseenMs: 60_000 }).admit(dallas, 0, () => undefined);
    await expect.poll(() => frames.length, { timeout: 5_000 }).toBe(1);
    expect(frames[0]).toMatchObject({ from: 0, to: 2_501, changes: [{ id: 'DAL' }] });
  });

  it('goes on for the others when one group cannot be read, and does not ask again at once', async () => {
    const readFrame: Storage['readFrame'] = (group, ...rest) =>
      group.id === staff.id ? Promise.reject(new Error('no such row')) : storage.readFrame(group, ...rest);
    const at = start({ unseenMs: 10 }, { ...storage, readFrame });
    at.admit(staff, 0, () => undefined);
    at.admit(dallas, 0, () => undefined);
    await defineWarehouse('DAL');
    await expect.poll(() => [frames.length, changes.length]).toEqual([1, 1]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(faults.length).toBeGreaterThan(1);
    expect(faults.length).toBeLessThan(50);
  });

  it('says where the head is although the clock was set back', async () => {
    let wall = Date.now();
    start({}, storage, { ...systemClock(), now: () => wall }).admit(dallas, 0, () => undefined);
    wall -= 3_600_000;
    await defineWarehouse('W1');
    await expect.poll(() => frames.length).toBe(1);
  });
});
