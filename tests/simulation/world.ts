import { createHash, type Hash } from 'node:crypto';
import { turnOfTheLoop } from './loop.ts';
import type { Machine } from './machine.ts';
import { Chance } from './random.ts';

type Event = {
  readonly at: number;
  readonly order: number;
  readonly machine: Machine | null;
  readonly label: string;
  run: (() => void) | null;
};

const START = Date.parse('2026-11-23T08:00:00.000Z');

/**
 * Time and order of everything. Whatever any part waits for (timers, the loop's turns, messages, slow disks) is an event here;
 * one runs at a time, and all promises settle before the next. The same seed makes the same order.
 */
export class World {
  readonly chance: Chance;
  /** Real milliseconds since the start, which never jump. */
  elapsed = 0;
  /** How far the clock on the wall was moved on while nothing happened. */
  slept = 0;
  /** Whose code runs now. */
  current: Machine | null = null;
  /** No slice ever ends while somebody only looks. */
  isFrozen = false;
  events = 0;
  /** Looked at after every event. */
  watch: (machine: Machine | null) => void = () => undefined;
  readonly #queue: Event[] = [];
  readonly #trace: Hash = createHash('sha256');
  #order = 0;
  #busyMs = 0;

  constructor(seed: number) {
    this.chance = new Chance(seed);
  }

  wall(): number {
    return Math.floor(START + this.elapsed + this.slept);
  }

  /** What code reads as `performance.now()`: now and then a slice of work is over. */
  busy(): number {
    if (!this.isFrozen && this.chance.once(12)) this.#busyMs += 5;
    return this.elapsed + this.#busyMs;
  }

  after(delayMs: number, machine: Machine | null, label: string, run: () => void): () => void {
    const event: Event = { at: this.elapsed + Math.max(0, delayMs), order: this.#order, machine, label, run };
    this.#order += 1;
    this.#push(event);
    return () => {
      event.run = null;
    };
  }

  /** Begins something as `machine`, and lets everything that can settle at once do so. What it promises may come later. */
  async as(machine: Machine | null, run: () => unknown): Promise<void> {
    const before = this.current;
    this.current = machine;
    try {
      run();
      await turnOfTheLoop();
    } finally {
      this.current = before;
    }
  }

  /** Begins something as `machine` and lets time pass until it is done. */
  async finish<T>(machine: Machine, run: () => Promise<T>): Promise<T> {
    let outcome: { readonly value: T } | { readonly error: unknown } | null = null;
    const begin = (): void =>
      void run().then(
        (value) => {
          outcome = { value };
        },
        (error: unknown) => {
          outcome = { error };
        },
      );
    await this.as(machine, begin);
    for (let waits = 0; outcome === null; waits += 1) {
      if (waits > 10_000) throw new Error(`${machine.name} never came to an end of it`);
      await this.advance(1);
    }
    const done = outcome as { readonly value: T } | { readonly error: unknown };
    if ('error' in done) throw done.error;
    return done.value;
  }

  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    for (;;) {
      const next = this.#queue[0];
      if (next === undefined || next.at > end) break;
      this.#pop();
      const { run, machine } = next;
      if (run === null || machine?.isAlive === false) continue;
      this.elapsed = Math.max(this.elapsed, next.at);
      this.events += 1;
      this.note(`${next.at.toFixed(3)} ${machine?.name ?? '-'} ${next.label}`);
      this.current = machine;
      run();
      await turnOfTheLoop();
      this.current = null;
      this.watch(machine);
    }
    this.elapsed = end;
  }

  note(line: string): void {
    this.#trace.update(line);
    this.#trace.update('\n');
  }

  traceHash(): string {
    return this.#trace.copy().digest('hex');
  }

  #push(event: Event): void {
    const queue = this.#queue;
    let at = queue.push(event) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = queue[parent] as Event;
      if (isBefore(above, event)) break;
      queue[at] = above;
      at = parent;
    }
    queue[at] = event;
  }

  #pop(): void {
    const queue = this.#queue;
    const last = queue.pop() as Event;
    if (queue.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= queue.length) break;
      const right = queue[child + 1];
      if (right !== undefined && isBefore(right, queue[child] as Event)) child += 1;
      if (isBefore(last, queue[child] as Event)) break;
      queue[at] = queue[child] as Event;
      at = child;
    }
    queue[at] = last;
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);
