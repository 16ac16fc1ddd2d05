import type { Cancel, Clock } from './ports.ts';

const EVERY_MS = 5_000;
/** 5 s until the next ping plus this stays under the 12 s within which a dead link has to be noticed. */
const ANSWER_WITHIN_MS = 6_500;
/** When somebody asks (resume from sleep, network back), an answer has to come faster. */
const CHECK_WITHIN_MS = 3_000;

/**
 * Notices a link that died without a word: half-open TCP, a sleeping access point. TCP itself takes minutes and
 * Socket.IO's own ping 45 s. Anything heard counts as life.
 */
export class Heartbeat {
  readonly #clock: Clock;
  readonly #ping: () => void;
  readonly #dead: () => void;
  #next: Cancel | null = null;
  #deadline: Cancel | null = null;
  /** When that is, by `elapsed`. */
  #deadAt = 0;

  /** `ping` sends one and does not wait; `dead` is called once, after which the heartbeat has stopped. */
  constructor(clock: Clock, ping: () => void, dead: () => void) {
    this.#clock = clock;
    this.#ping = ping;
    this.#dead = dead;
  }

  start(): void {
    this.stop();
    this.#beat(ANSWER_WITHIN_MS);
  }

  /** Call on everything that comes in. */
  heard(): void {
    this.#deadline?.();
    this.#deadline = null;
  }

  /** Pings now. However often it is asked for, an answer that is due stays due. */
  check(): void {
    if (this.#next === null) return;
    this.#next();
    if (this.#deadline !== null && this.#deadAt > this.#clock.elapsed() + CHECK_WITHIN_MS) this.heard();
    this.#beat(CHECK_WITHIN_MS);
  }

  stop(): void {
    this.#next?.();
    this.#next = null;
    this.heard();
  }

  #beat(within: number): void {
    this.#ping();
    if (this.#deadline === null) this.#expect(within);
    this.#next = this.#clock.setTimer(EVERY_MS, () => this.#beat(ANSWER_WITHIN_MS));
  }

  #expect(within: number): void {
    this.#deadAt = this.#clock.elapsed() + within;
    this.#deadline = this.#clock.setTimer(within, () => {
      this.stop();
      this.#dead();
    });
  }
}
