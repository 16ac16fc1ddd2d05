import { Transform, type TransformCallback } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a network does to bytes on their way, besides losing them. Changes take effect at once. */
export type Weather = {
  latencyMs: number;
  /** At most this much on top, drawn anew for every chunk; order is kept. */
  jitterMs: number;
  /** Bytes that go out at a time; 0 for as they come. */
  sliceBytes: number;
  isUpHeld: boolean;
  isDownHeld: boolean;
};

/** One direction of one connection. `look` may shorten a chunk, or keep it back for good by answering null. */
export class Valve extends Transform {
  readonly #weather: Weather;
  readonly #isHeld: () => boolean;
  readonly #look: (chunk: Buffer) => Buffer | null;
  #letGo: (() => void) | null = null;

  constructor(weather: Weather, isHeld: () => boolean, look: (chunk: Buffer) => Buffer | null = (chunk) => chunk) {
    super();
    this.#weather = weather;
    this.#isHeld = isHeld;
    this.#look = look;
  }

  /** The weather may have changed. */
  look(): void {
    if (!this.#isHeld()) this.#letGo?.();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pass(chunk).then(
      () => done(),
      () => done(),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#letGo?.();
    done(error);
  }

  async #pass(chunk: Buffer): Promise<void> {
    const { latencyMs, jitterMs, sliceBytes } = this.#weather;
    const waitMs = latencyMs + Math.random() * jitterMs;
    if (waitMs > 0) await sleep(waitMs);
    while (this.#isHeld() && !this.destroyed) await new Promise<void>((resolve) => (this.#letGo = resolve));
    const seen = this.#look(chunk);
    if (seen === null || this.destroyed) return;
    if (sliceBytes === 0) {
      this.push(seen);
      return;
    }
    for (let at = 0; at < seen.length && !this.destroyed; at += sliceBytes) {
      this.push(seen.subarray(at, at + sliceBytes));
      // So that each goes out by itself.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
