import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { Heartbeat } from './heartbeat.ts';

const start = () => {
  const clock = new FakeClock();
  const seen = { pings: 0, deadAt: null as number | null };
  const heartbeat = new Heartbeat(
    clock,
    () => {
      seen.pings += 1;
    },
    () => {
      seen.deadAt = clock.elapsed();
    },
  );
  heartbeat.start();
  return { clock, heartbeat, seen };
};

describe('Heartbeat', () => {
  it('pings at once and every 5 s while it is answered', async () => {
    const { clock, heartbeat, seen } = start();
    for (let second = 0; second < 60; second += 1) {
      heartbeat.heard();
      await clock.advance(1_000);
    }
    expect(seen).toEqual({ pings: 13, deadAt: null });
  });

  it('notices a dead link within 12 s of the last sign of life, whenever that was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 6_000 }), { maxLength: 30 }), async (gaps) => {
        const { clock, heartbeat, seen } = start();
        let last = 0;
        for (const gap of gaps) {
          await clock.advance(gap);
          if (seen.deadAt !== null) break;
          heartbeat.heard();
          last = clock.elapsed();
        }
        await clock.advance(12_000);
        expect(seen.deadAt).not.toBeNull();
        expect((seen.deadAt ?? 0) - last).toBeLessThanOrEqual(12_000);
      }),
      { numRuns: 200 },
    );
  });

  it('is dead once, and leaves no timer behind', async () => {
    const { clock, seen } = start();
    await clock.advance(60_000);
    expect(seen.deadAt).toBe(6_500);
    expect(clock.timers).toBe(0);
  });

  it('asks for a faster answer when checked', async () => {
    const { clock, heartbeat, seen } = start();
    heartbeat.heard();
    await clock.advance(1_000);
    heartbeat.check();
    expect(seen.pings).toBe(2);
    await clock.advance(3_000);
    expect(seen.deadAt).toBe(4_000);
  });

  it('does not let a dead link live on because somebody keeps asking', async () => {
    const { clock, heartbeat, seen } = start();
    heartbeat.heard();
    for (let ms = 0; ms < 12_000 && seen.deadAt === null; ms += 1_000) {
      await clock.advance(1_000);
      heartbeat.check();
    }
    expect(seen.deadAt).toBe(4_000);
  });

  it('does nothing after stop, not even when checked', async () => {
    const { clock, heartbeat, seen } = start();
    heartbeat.stop();
    heartbeat.check();
    await clock.advance(60_000);
    expect(seen).toEqual({ pings: 1, deadAt: null });
    expect(clock.timers).toBe(0);
  });
});
