import type { StationReport } from '#contract/wire/station-report.ts';
import { LinkFault } from './link-fault.ts';
import { keyOf } from './open-work.ts';
import type { Cancel, Clock, Log, Work } from './ports.ts';
import { placeOf } from './station-report.ts';

/** Work is answered in milliseconds: what is still there at the second look is waiting. */
const LOOK_MS = 500;
/** Work is held back no longer than this for the first report. */
const PATIENCE_MS = 2_000;
const RETRY_MS = 10_000;

export type TalkPorts = {
  readonly clock: Clock;
  readonly log: Log;
  /** Work without a verdict that closing its shipment has to wait for, oldest first. */
  readonly unsent: () => readonly Work[];
  readonly compose: (unsent: readonly Work[], leaving: boolean) => Promise<StationReport>;
  /** Rejects with a `LinkFault`. */
  readonly send: (report: StationReport) => Promise<void>;
  /** After which time it is all told again. */
  readonly repeatMs: number;
  /** Work may go by this way from now on: the server has heard what there is, or will not. */
  readonly onSpoken: () => void;
};

const placesOf = (works: readonly Work[]): Set<string> => new Set(works.map(placeOf));
const isSame = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  some.size === others.size && [...some].every((each) => others.has(each));

/** A server from before there were reports, by socket or HTTP. */
const doesNotKnow = (error: unknown): boolean =>
  error instanceof LinkFault && (error.code === 'unknown_event' || error.code === 'not_found');

/** What one server is told by one way: everything at once, and then what changes. None of it ever rejects. */
export class ReportTalk {
  readonly #ports: TalkPorts;
  #hasSpoken = false;
  #hasEnded = false;
  #isUnderstood = true;
  #isLeaving = false;
  /** The last report that was acknowledged, as text, and the unsent work in it. */
  #said = '';
  #unsentSaid: ReadonlySet<string> = new Set();
  #shipmentsSaid: ReadonlySet<string | null> = new Set();
  /** Something is to be told besides unsent work. */
  #hasNews = false;
  /** Unsent work that was there at the last look. */
  #seen: ReadonlySet<string> = new Set();
  #sending: Promise<void> | null = null;
  #isFailing = false;
  #patience: Cancel | null = null;
  #look: Cancel | null = null;
  #again: Cancel | null = null;

  constructor(ports: TalkPorts) {
    this.#ports = ports;
  }

  /** Whether work may go by this way. */
  get hasSpoken(): boolean {
    return this.#hasSpoken;
  }

  get isUnderstood(): boolean {
    return this.#isUnderstood;
  }

  start(): void {
    const unsent = this.#ports.unsent();
    this.#seen = new Set(unsent.map(keyOf));
    this.#patience = this.#ports.clock.setTimer(PATIENCE_MS, () => this.#speaks());
    void this.#tell(unsent).then(() => this.#speaks());
  }

  /** Work has come or gone. `isNews`: also where all of it is answered soon. */
  changed(isNews: boolean): void {
    // What is told after the goodbye would take it back.
    if (this.#isLeaving) return;
    this.#hasNews ||= isNews;
    // The line may be gone a moment later.
    if (isNews && this.#hasSpoken && this.#isUnderstood && !this.#hasEnded) this.#lookNow();
    else this.#lookSoon();
  }

  /** What was told may have been understood otherwise than it would be now. */
  repeat(): void {
    this.#said = '';
    this.changed(true);
  }

  /** The last report, with all that is unsent; then nothing more is told. */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#quiet();
    await this.#sending;
    if (!this.#isUnderstood || this.#hasEnded) return;
    const { compose, send, unsent, log } = this.#ports;
    try {
      const report = await compose(unsent(), true);
      if (!this.#hasEnded) await send(report);
    } catch {
      log('report.not_left');
    }
    this.end();
  }

  end(): void {
    this.#hasEnded = true;
    this.#patience?.();
    this.#quiet();
  }

  #quiet(): void {
    this.#look?.();
    this.#again?.();
    this.#look = null;
    this.#again = null;
  }

  #speaks(): void {
    if (this.#hasSpoken || this.#hasEnded) return;
    this.#hasSpoken = true;
    this.#patience?.();
    this.#ports.onSpoken();
  }

  #lookSoon(): void {
    if (this.#hasEnded || this.#isLeaving || !this.#isUnderstood) return;
    this.#look ??= this.#ports.clock.setTimer(LOOK_MS, () => {
      this.#look = null;
      this.#lookNow();
    });
  }

  #lookNow(): void {
    if (this.#sending !== null) {
      this.#lookSoon();
      return;
    }
    const unsent = this.#ports.unsent();
    // On a shipment that was told of, more work or the same under another number goes on waiting without a gap.
    const waiting = unsent.filter((work) => this.#seen.has(keyOf(work)) || this.#shipmentsSaid.has(work.shipmentId));
    this.#seen = new Set(unsent.map(keyOf));
    if (waiting.length < unsent.length) this.#lookSoon();
    const isDue = this.#hasNews || !isSame(placesOf(waiting), this.#unsentSaid);
    if (isDue && !this.#isFailing) void this.#tell(waiting);
  }

  #tell(unsent: readonly Work[]): Promise<void> {
    this.#sending = this.#send(unsent).finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #send(unsent: readonly Work[]): Promise<void> {
    const { compose, send, repeatMs } = this.#ports;
    this.#hasNews = false;
    try {
      const report = await compose(unsent, false);
      const text = JSON.stringify(report);
      if (this.#hasEnded) return;
      if (text !== this.#said) await send(report);
      this.#said = text;
      this.#unsentSaid = placesOf(unsent);
      this.#shipmentsSaid = new Set(unsent.map(({ shipmentId }) => shipmentId));
      this.#tellAgain(repeatMs);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error: unknown): void {
    this.#isUnderstood = !doesNotKnow(error);
    if (this.#hasEnded) return;
    const code = error instanceof LinkFault ? error.code : 'other';
    this.#ports.log(this.#isUnderstood ? 'report.not_sent' : 'report.not_known', { code });
    this.#quiet();
    if (!this.#isUnderstood) return;
    this.#isFailing = true;
    this.#tellAgain(RETRY_MS);
  }

  #tellAgain(afterMs: number): void {
    this.#again?.();
    this.#again = null;
    if (this.#hasEnded || this.#isLeaving) return;
    this.#again = this.#ports.clock.setTimer(afterMs, () => {
      this.#again = null;
      this.#isFailing = false;
      this.#said = '';
      this.#hasNews = true;
      this.#lookNow();
    });
  }
}
