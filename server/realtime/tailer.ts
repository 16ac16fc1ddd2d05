import type { Frame } from '#contract/wire/sync.ts';
import type { Cancel, Clock } from '../core/clock.ts';
import type { Group } from '../core/scope.ts';
import type { RawChange, Storage } from '../core/storage.ts';

/** Who hears what the tailer reads. `emitFrame` must hand the frame to the group's room before it returns. */
export type TailerOutlet = {
  readonly emitFrame: (group: Group, frame: Frame) => void;
  readonly emitChange: (change: RawChange) => void;
  readonly onFault: (error: unknown) => void;
};

export type TailerTimes = {
  /** Milliseconds that commits are gathered before they are read; 0 reads as soon as the sockets have been looked at. */
  readonly coalesceMs: number;
  /** Milliseconds between looks when no doorbell rang: a lost doorbell costs this, never data. */
  readonly pollMs: number;
  /** Milliseconds after which a quiet group is told where the head is. */
  readonly quietMs: number;
  /** Milliseconds a group waits to hear that changes were made, all of which it may not see. */
  readonly unseenMs: number;
};
const TAILER_TIMES: TailerTimes = { coalesceMs: 0, pollMs: 250, quietMs: 5_000, unseenMs: 1_000 };

/** `to`: where the last frame ended that was emitted; `scannedTo`: how far beyond it nothing is this group's to see. */
type Tail = { readonly group: Group; to: number; scannedTo: number; emittedAt: number };

const CHANGES_A_READ = 1000;
/**
 * Reading the log and writing to hundreds of sockets takes its time. For this many times as long the tailer then rests and lets commits
 * gather, so that it never takes more than a sixth of the process, and many changes a second cost few reads and few frames. A lone
 * change never waits.
 */
const REST = 5;
const MOST_REST_MS = 50;

/**
 * Reads the log on and hands it out: frames to groups, single changes to the guide's events. One per node. Each group that
 * somebody listens to has a tail of its own; `tail.to` moves in the same tick as its frame is emitted, which is what lets a
 * socket join its room without a gap (`admit`).
 */
export class Tailer {
  readonly #storage: Storage;
  readonly #outlet: TailerOutlet;
  readonly #clock: Clock;
  readonly #times: TailerTimes;
  readonly #tails = new Map<string, Tail>();
  #changesTo: number;
  #restUntil = 0;
  /** Calls off the next look at the log, when one is due. */
  #callOff: Cancel | null = null;
  #running: Promise<void> | null = null;
  #stopped = false;
  #callOffPoll: Cancel = () => undefined;
  readonly #unsubscribe: () => void;

  constructor(storage: Storage, outlet: TailerOutlet, clock: Clock, times: TailerTimes = TAILER_TIMES) {
    this.#storage = storage;
    this.#outlet = outlet;
    this.#clock = clock;
    this.#times = times;
    this.#changesTo = storage.position().head;
    this.#unsubscribe = storage.onCommit(() => this.#ring());
    this.#poll();
  }

  /** Changes committed that were not handed on yet. */
  lag(): number {
    return Math.max(0, this.#storage.position().head - this.#changesTo);
  }

  /**
   * Lets a reader whose last frame ended at `to` into the live stream of its group: `join` is called, and true returned, when no
   * frame after `to` can have been emitted. Synchronous on purpose: an await between comparing and joining would be the gap.
   */
  admit(group: Group, to: number, join: () => void): boolean {
    const tail = this.#tails.get(group.id);
    // A reader ahead of the tail hears some changes twice, which its cursor drops; one behind would miss some.
    if (tail !== undefined && to < tail.to) return false;
    if (tail === undefined) this.#tails.set(group.id, { group, to, scannedTo: to, emittedAt: this.#clock.elapsed() });
    join();
    return true;
  }

  /** Nobody of this group listens any more. */
  forget(groupId: string): void {
    this.#tails.delete(groupId);
  }

  /** Stops reading; resolves when a read that was under way has ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#unsubscribe();
    this.#callOffPoll();
    this.#callOff?.();
    await this.#running;
  }

  #poll(): void {
    this.#callOffPoll = this.#clock.setTimer(this.#times.pollMs, () => {
      this.#poll();
      this.#ring();
    });
  }

  #ring(): void {
    if (this.#stopped || this.#callOff !== null || this.#running !== null) return;
    const waitMs = Math.max(this.#times.coalesceMs, this.#restUntil - this.#clock.elapsed());
    this.#callOff = this.#clock.setTimer(waitMs, () => this.#look());
  }

  #look(): void {
    this.#callOff = null;
    const started = this.#clock.elapsed();
    this.#running = this.#readOn()
      .then(() => this.#rest(started))
      .catch((error: unknown) => this.#failed(error))
      .finally(() => {
        this.#running = null;
        // Commits during the read did not ring through.
        if (this.lag() > 0) this.#ring();
      });
  }

  async #readOn(): Promise<void> {
    // Frames first: stations act on them, and the guide's events only repeat what they say.
    for (const tail of [...this.#tails.values()]) {
      // One group's trouble is not the others': a row that cannot be projected for suppliers stops no station.
      await this.#extend(tail).catch((error: unknown) => this.#failed(error));
    }
    if (this.lag() === 0) return;
    const { to, changes } = await this.#storage.readChanges(this.#changesTo, CHANGES_A_READ);
    if (this.#stopped) return;
    this.#changesTo = to;
    for (const change of changes) this.#outlet.emitChange(change);
  }

  #rest(started: number): void {
    const now = this.#clock.elapsed();
    // Not over a longer wait that trouble has asked for.
    this.#restUntil = Math.max(this.#restUntil, now + Math.min(MOST_REST_MS, (now - started) * REST));
  }

  /** Trouble is looked at again with the next poll: at once would be the same trouble, thousands of times a second. */
  #failed(error: unknown): void {
    this.#restUntil = this.#clock.elapsed() + this.#times.pollMs;
    this.#outlet.onFault(error);
  }

  async #extend(tail: Tail): Promise<void> {
    for (let more = true; more; ) {
      const { head } = this.#storage.position();
      const silentMs = this.#clock.elapsed() - tail.emittedAt;
      const patienceMs = tail.scannedTo > tail.to ? this.#times.unseenMs : this.#times.quietMs;
      if (head <= tail.scannedTo && silentMs < patienceMs) return;
      const page = await this.#storage.readFrame(tail.group, tail.scannedTo);
      if (this.#stopped || this.#tails.get(tail.group.id) !== tail) return;
      tail.scannedTo = page.to;
      more = page.to < page.head;
      const waitMs = page.to > tail.to ? this.#times.unseenMs : this.#times.quietMs;
      // Not emitted, so not moved on either: the next frame starts where the last one that was heard ended.
      if (page.changes.length === 0 && (more || silentMs < waitMs)) continue;
      const frame = { ...page, from: tail.to };
      tail.to = page.to;
      tail.emittedAt = this.#clock.elapsed();
      this.#outlet.emitFrame(tail.group, frame);
    }
  }
}
