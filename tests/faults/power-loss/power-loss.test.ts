import { describe, expect, it } from 'vitest';
import { whyNoPowerCuts } from './build-shim.ts';
import { cutPower, NORMAL, type Side } from './power-cuts.ts';

// A slice: `npm run faults -- --part power` cuts thousands of times.
const SIDES: readonly Side[] = ['server', 'outbox'];

// Where only npm is to be had, these are counted as skipped and the reason is said; `.ci/run` brings a compiler, and may not skip them.
const why = process.env.CI ? null : whyNoPowerCuts();
if (why !== null) console.warn(`Power cuts were not tried. ${why}`);

describe.runIf(why === null)('when the power goes', () => {
  it.each(SIDES)('the %s keeps all that it told, at any moment of a whole life', async (side) => {
    expect(await cutPower(side, { cuts: 60, seed: 1 })).toMatchObject({ done: 60, failure: null });
  });

  it.each(SIDES)('the %s keeps all that it told, killed in the middle', async (side) => {
    const killAt = side === 'server' ? 700 : 900;
    expect(await cutPower(side, { cuts: 10, seed: 2, killAt })).toMatchObject({ done: 10, failure: null });
  });

  it.each(SIDES)('the %s is none yet, or whole, when its first start is cut short', async (side) => {
    expect(await cutPower(side, { cuts: 60, seed: 4, killAt: 60 })).toMatchObject({ done: 60, failure: null });
  });

  it.each(SIDES)('and synchronous=NORMAL on the %s would have been found', async (side) => {
    const { failure, done } = await cutPower(side, { cuts: 500, seed: 3, patches: NORMAL[side] });
    expect(failure).toMatch(/up to \d+, kept up to \d+/);
    console.log(`synchronous=NORMAL on the ${side}: found with cut ${done}`);
  });
});
