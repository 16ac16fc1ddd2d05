import { beforeEach, describe, expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

type Timer = { readonly delayMs: number; readonly run: () => void };

let timers: Set<Timer>;
const clock = {
  setTimer: (delayMs: number, run: () => void) => {
    const timer = { delayMs, run };
    timers.add(timer);
    return () => void timers.delete(timer);
  },
};
const runOut = (): void => {
  for (const timer of timers) timer.run();
  timers.clear();
};
beforeEach(() => {
  timers = new Set();
});

const turnstile = (queue = 2): Turnstile => new Turnstile({ places: 1, queue, patienceMs: 50 }, clock);

describe('a turnstile', () => {
  it('lets in as many as there are places, the others in the order they came', async () => {
    const gate = turnstile();
    const order: string[] = [];
    const first = await gate.enter();
    const second = gate.enter().then((leave) => {
      order.push('second');
      return leave;
    });
    const third = gate.enter().then((leave) => {
      order.push('third');
      return leave;
    });
    await Promise.resolve();
    expect(order).toEqual([]);
    first();
    (await second)();
    (await third)();
    expect(order).toEqual(['second', 'third']);
    expect(gate.waiting).toBe(0);
    expect(timers.size).toBe(0);
  });

  it('frees a place once, however often its holder leaves', async () => {
    const gate = turnstile();
    const leave = await gate.enter();
    leave();
    leave();
    await gate.enter();
    let isIn = false;
    void gate.enter().then(() => {
      isIn = true;
    });
    await Promise.resolve();
    expect(isIn).toBe(false);
  });

  it('asks whoever comes to a full queue to come back', async () => {
    const gate = turnstile(1);
    await gate.enter();
    void gate.enter();
    await expect(gate.enter()).rejects.toMatchObject({ code: 'too_fast' });
    expect(gate.waiting).toBe(1);
  });

  it('lets nobody wait longer than they have patience, and forgets them', async () => {
    const gate = turnstile();
    const leave = await gate.enter();
    const late = gate.enter();
    runOut();
    await expect(late).rejects.toMatchObject({ code: 'too_fast' });
    leave();
    await expect(gate.enter()).resolves.toBeTypeOf('function');
  });

  it('gives the place back when the work inside fails', async () => {
    const gate = turnstile();
    await expect(gate.pass(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await gate.pass(async () => 'yes')).toBe('yes');
  });
});
