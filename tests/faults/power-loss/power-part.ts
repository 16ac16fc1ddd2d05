import type { PartResult } from '../support/part.ts';
import { cutPower, NORMAL, type Side } from './power-cuts.ts';

const LIVES = 10;
const CUTS = 200;
const SIDES: readonly Side[] = ['server', 'outbox'];

/** Per side and unit of `more`: ten lives, most of them killed at some operation, and two hundred cuts of each. */
export const runPowerLoss = async (more: number, say: (line: string) => void): Promise<PartResult> => {
  const failures: string[] = [];
  const figures: string[] = [];
  for (const side of SIDES) {
    let cuts = 0;
    for (let life = 0; life < LIVES * more; life += 1) {
      const killAt = life % LIVES === 0 ? 0 : 40 + ((life * 389) % 3_000);
      const { done, failure, operations } = await cutPower(side, { cuts: CUTS, seed: life + 1, killAt });
      cuts += done;
      if (failure !== null) failures.push(`${side}: ${failure}`);
      say(`${side}, life ${life + 1}: ${operations} operations, ${done} cuts, ${failure ?? 'nothing lost'}`);
    }
    const control = await cutPower(side, { cuts: 500, seed: 1, patches: NORMAL[side] });
    if (control.failure === null)
      failures.push(`synchronous=NORMAL on the ${side} was not found in ${control.done} cuts`);
    figures.push(`${side}: ${cuts} cuts in ${LIVES * more} lives, NORMAL found with cut ${control.done}`);
    say(`${side}, synchronous=NORMAL: ${control.failure ?? 'NOT FOUND'}`);
  }
  return { summary: figures.join('; '), failures };
};
