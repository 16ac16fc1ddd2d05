import { describe, expect, it } from 'vitest';
import { FakeClock, settled } from './fake-clock.ts';
import { MemoryCache } from './memory-cache.ts';
import type { WorkedOnce } from './ports.ts';
import { WorkedOn } from './worked-on.ts';

const HOUR = 60 * 60 * 1000;
const NOW = Date.parse('2026-11-23T08:00:00.000Z');
const iso = (ms: number): string => new Date(ms).toISOString();

/** A journal that says which windows it was asked for. */
const start = (rows: readonly WorkedOnce[] = [], tookMs = 0) => {
  const clock = new FakeClock(NOW);
  const asked: [string, string][] = [];
  const turns: (() => void)[] = [];
  let elapsed = 0;
  const setTimer = (_ms: number, run: () => void) => {
    turns.push(run);
    return () => undefined;
  };
  const worked = new WorkedOn({
    clock: { now: () => clock.now(), elapsed: () => elapsed, setTimer },
    journal: {
      workedOn: async (_server, from, before) => {
        asked.push([from, before]);
        elapsed += tookMs;
        return rows.filter(({ at }) => at >= from && at < before);
      },
    },
    cache: new MemoryCache(),
    server: 'srv',
    now: () => clock.now(),
  });
  return { clock, asked, turns, worked };
};

describe('what was worked on lately', () => {
  it('is read window by window, none twice and none left out, over the last seven days', async () => {
    const at = (hours: number, shipmentId: string): WorkedOnce => ({
      clientId: 'client-1',
      shipmentId,
      at: iso(NOW - hours * HOUR),
    });
    const { asked, worked } = start([at(0, 'now'), at(167, 'six days'), at(169, 'seven days'), at(0.5, 'six days')]);
    await worked.load(() => true);
    expect(Object.fromEntries(await worked.open())).toEqual({ 'client-1': ['now', 'six days'] });
    for (const [place, [from]] of asked.entries()) expect(asked[place + 1]?.[1] ?? from).toBe(from);
    expect(Date.parse(asked[0]?.[1] ?? '')).toBeGreaterThan(NOW);
    expect(Date.parse(asked.at(-1)?.[0] ?? '')).toBeLessThanOrEqual(NOW - 168 * HOUR);
  });

  it('is read with a turn for others in between where it takes long, and not on when nobody wants it', async () => {
    const { asked, turns, worked } = start([], 3);
    let isWanted = true;
    const loading = worked.load(() => isWanted);
    await settled();
    expect(asked).toHaveLength(2);
    turns.shift()?.();
    await settled();
    expect(asked).toHaveLength(4);
    isWanted = false;
    turns.shift()?.();
    await loading;
    expect(asked).toHaveLength(4);
  });

  it('says whether a shipment is news', async () => {
    const { clock, worked } = start();
    expect([worked.touch('client-1', 'a'), worked.touch('client-1', 'a'), worked.touch('client-2', 'a')]).toEqual([
      true,
      false,
      true,
    ]);
    await clock.advance(8 * 24 * HOUR);
    expect(worked.touch('client-1', 'a')).toBe(true);
  });
});
