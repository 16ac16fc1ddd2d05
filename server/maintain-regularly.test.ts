import { describe, expect, it } from 'vitest';
import { maintainRegularly } from './maintain-regularly.ts';

const times = { firstMs: 5, everyMs: 10 };

describe('maintainRegularly', () => {
  it('runs again and again, one at a time, also after a failure, until it is stopped', async () => {
    let [runs, atOnce, most] = [0, 0, 0];
    const failures: object[] = [];
    const maintain = async (): Promise<void> => {
      runs += 1;
      atOnce += 1;
      most = Math.max(most, atOnce);
      await new Promise((resolve) => setTimeout(resolve, 15));
      atOnce -= 1;
      if (runs === 1) throw new Error('disk hiccup');
    };
    const stop = maintainRegularly({ maintain }, { error: (fields) => failures.push(fields) }, times);
    await expect.poll(() => runs).toBeGreaterThanOrEqual(3);
    stop();
    await new Promise((resolve) => setTimeout(resolve, 40));
    const after = runs;
    await new Promise((resolve) => setTimeout(resolve, 40));
    expect([runs, most, failures.length]).toEqual([after, 1, 1]);
  });

  it('does nothing when it is stopped first', async () => {
    let runs = 0;
    const maintain = async (): Promise<void> => {
      runs += 1;
    };
    maintainRegularly({ maintain }, { error: () => undefined }, times)();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(runs).toBe(0);
  });
});
