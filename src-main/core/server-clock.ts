import type { Clock } from './ports.ts';

const KEPT = 8;

/**
 * How far this device's clock is ahead of the server's. Of the last measurements the one with the shortest round trip is
 * believed: its error is at most half of that trip.
 */
export class ServerClock {
  readonly #clock: Clock;
  #samples: { readonly latencyMs: number; readonly offsetMs: number }[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  measured(latencyMs: number, offsetMs: number): void {
    this.#samples = [...this.#samples.slice(1 - KEPT), { latencyMs, offsetMs }];
  }

  /** Whole milliseconds, positive when the device is ahead; null until measured. */
  get offsetMs(): number | null {
    const [first, ...rest] = this.#samples;
    if (first === undefined) return null;
    return Math.round(rest.reduce((best, each) => (each.latencyMs < best.latencyMs ? each : best), first).offsetMs);
  }

  /** Server time in milliseconds since 1970, as well as it is known. */
  now(): number {
    return this.#clock.now() - (this.offsetMs ?? 0);
  }

  nowIso(): string {
    return new Date(this.now()).toISOString();
  }

  /** Another server has another clock. */
  forget(): void {
    this.#samples = [];
  }
}
