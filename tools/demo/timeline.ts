/** Prints what happens at the demo's dock, and keeps every latency for the summary at the end. */
export class Timeline {
  readonly #started = performance.now();
  readonly #latencies: { what: string; ms: number }[] = [];

  say(who: string, what: string): void {
    const seconds = ((performance.now() - this.#started) / 1000).toFixed(1).padStart(5);
    console.log(`${seconds} s  ${who.padEnd(8)} ${what}`);
  }

  /** Times from `act` to the end of `seen`: what somebody does here until somebody else has it on the screen there. */
  async measure(who: string, what: string, act: () => Promise<unknown>, seen: () => Promise<unknown>): Promise<void> {
    const watching = seen();
    const from = performance.now();
    await Promise.all([act(), watching]);
    const ms = performance.now() - from;
    this.#latencies.push({ what, ms });
    this.say(who, `${what}: on the other screen after ${ms.toFixed(0)} ms`);
  }

  summary(): string {
    const sorted = this.#latencies.map(({ ms }) => ms).sort((a, b) => a - b);
    const middle = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
    return `${sorted.length} things measured from act to the other screen: median ${middle.toFixed(0)} ms, slowest ${(sorted.at(-1) ?? 0).toFixed(0)} ms`;
  }
}
