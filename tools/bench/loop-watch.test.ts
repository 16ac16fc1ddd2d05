import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { LoopWatch } from './loop-watch.ts';

const hold = (ms: number): void => {
  const until = performance.now() + ms;
  while (performance.now() < until);
};

test('a stall is seen with its length, wherever in the work it lies', async () => {
  const early = new LoopWatch();
  await early.during(async () => {
    hold(120);
    await sleep(20);
  });
  const late = new LoopWatch();
  await late.during(async () => {
    await sleep(20);
    hold(120);
  });
  for (const { stalls } of [early, late]) {
    expect(stalls.max).toBeGreaterThan(115);
    expect(stalls.p50).toBeLessThan(60);
    expect(stalls.looks).toBeGreaterThan(2);
  }
});

test('a thread that waits holds no processor', async () => {
  const watch = new LoopWatch();
  await watch.during(async () => {
    hold(60);
    await sleep(20);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 150);
  });
  expect(watch.stalls.max).toBeGreaterThan(140);
  expect(watch.held.max).toBeGreaterThan(20);
  expect(watch.held.max).toBeLessThan(120);
});

test('what was not watched is not seen', async () => {
  const watch = new LoopWatch();
  await watch.during(async () => hold(5));
  hold(80);
  await watch.during(async () => hold(5));
  expect(watch.stalls).toMatchObject({ looks: 2 });
  expect(watch.stalls.max).toBeLessThan(70);
});
