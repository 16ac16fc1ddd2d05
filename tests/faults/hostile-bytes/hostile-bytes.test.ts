import { afterAll, describe, expect, it } from 'vitest';
import { removeFolders } from '../support/dock.ts';
import { attackServer } from './attack-server.ts';
import { assertKeepsNothing, leakOf } from './heap.ts';
import { runChild } from './run-child.ts';

afterAll(removeFolders);

// A slice of the hundred thousand of `npm run faults -- --part bytes`.
describe('hostile bytes', () => {
  it('leave the server standing: events, packets and requests, each answered by the table', async () => {
    expect(await attackServer({ events: 1_000, packets: 400, requests: 1_500 }, 1)).toMatchObject({ inputs: 2_900 });
  });

  it('that leave something behind each are found out', async () => {
    const kept = attackServer({ events: 1_000, packets: 0, requests: 0 }, 1, [leakOf(6_000)]);
    await expect(kept).rejects.toThrow(/the server keeps \d+ bytes of each/);
  });

  it('do not come through the doors of the station, and do not stay in its memory', async () => {
    const { inputs, taken, refused, grewBy } = await runChild('doors-child.ts', 4_000, 600, 1);
    expect(inputs).toBe(4_600);
    expect(Number(taken)).toBeGreaterThan(500);
    expect(Number(refused)).toBeGreaterThan(500);
    assertKeepsNothing('the door', Number(grewBy), 2_300);
  });

  it('in the station’s files cost no work that can be read, and no start', async () => {
    const { failures, asBefore, rescued, cacheSetAside } = await runChild('files-child.ts', 120, 1);
    expect(failures).toEqual([]);
    for (const count of [asBefore, rescued, cacheSetAside]) expect(Number(count)).toBeGreaterThan(0);
  });
});
