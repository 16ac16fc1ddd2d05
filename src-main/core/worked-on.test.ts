import { describe, expect, it } from 'vitest';
import { settled } from './fake-clock.ts';
import { MemoryCache } from './memory-cache.ts';
import type { WorkedOnce } from './ports.ts';
import { WorkedOn } from './worked-on.ts';

type Row = WorkedOnce['works'][number];

/** A journal that says before which rows it was asked. */
const start = (rows: readonly Row[] = [], tookMs = 0) => {
  const asked: (number | null)[] = [];
  const turns: (() => void)[] = [];
  let elapsed = 0;
  const setTimer = (_ms: number, run: () => void) => {
    turns.push(run);
    return () => undefined;
  };
  const last = Math.max(0, ...rows.map(({ row }) => row));
  const worked = new WorkedOn({
    clock: { now: () => 0, elapsed: () => elapsed, setTimer },
    journal: {
      workedOn: async (_server, before, most) => {
        asked.push(before);
        elapsed += tookMs;
        const end = before ?? last + 1;
        const works = rows.filter(({ row }) => row < end && row >= end - most);
        return { works, next: end - most > 1 ? end - most : null };
      },
    },
    cache: new MemoryCache(),
    server: 'srv',
  });
  return { asked, turns, worked };
};
const at = (row: number, shipmentId: string): Row => ({ clientId: 'client-1', shipmentId, row });

describe('what was worked on lately', () => {
  it('is read window by window, the latest first, and not for ever', async () => {
    const { asked, worked } = start([
      at(70_000, 'now'),
      at(20_001, 'lately'),
      at(20_000, 'long ago'),
      at(69_000, 'lately'),
    ]);
    await worked.load(() => true);
    expect(Object.fromEntries(await worked.open())).toEqual({ 'client-1': ['now', 'lately'] });
    expect(asked.slice(0, 3)).toEqual([null, 69_001, 68_001]);
    expect(asked).toHaveLength(50);
  });

  it('ends where the journal does', async () => {
    const { asked, worked } = start([at(1_500, 'b'), at(1, 'a')]);
    await worked.load(() => true);
    expect(Object.fromEntries(await worked.open())).toEqual({ 'client-1': ['b', 'a'] });
    expect(asked).toEqual([null, 501]);
  });

  it('is read with a turn for others in between where it takes long, and not on when nobody wants it', async () => {
    const { asked, turns, worked } = start([at(70_000, 'now')], 3);
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

  it('says whether a shipment is news, and has what is worked on now before all else', async () => {
    const { worked } = start([at(7, 'a'), at(9, 'b')]);
    await worked.load(() => true);
    expect([worked.touch('client-1', 'a'), worked.touch('client-1', 'c'), worked.touch('client-2', 'a')]).toEqual([
      false,
      true,
      true,
    ]);
    expect(Object.fromEntries(await worked.open())).toEqual({ 'client-1': ['c', 'a', 'b'], 'client-2': ['a'] });
  });
});
