import type { Cancel, Clock } from '../core/clock.ts';
import type { Group } from '../core/scope.ts';
import type { Storage } from '../core/storage.ts';

/** Whoever waits: `userId` is woken when what they may see is changed. */
export type Waiting = { readonly group: Group; readonly userId: string; readonly from: number };
type Waiter = { readonly userId: string; readonly from: number; readonly resolve: () => void };
type Watch = { readonly group: Group; scannedTo: number; readonly waiters: Set<Waiter> };

/** Milliseconds between a commit and the look at it: a burst of commits is one look. */
const SETTLE_MS = 5;

/**
 * Long polls waiting for something they may see. However many wait, each commit costs one read per group, not one per poll.
 */
export class ChangeWaiters {
  readonly #storage: Storage;
  readonly #watches = new Map<string, Watch>();
  readonly #unsubscribe: () => void;
  readonly #clock: Clock;
  /** Calls off the next look, when one is due. */
  #callOff: Cancel | null = null;
  #released = false;

  constructor(storage: Storage, clock: Clock) {
    this.#clock = clock;
    this.#storage = storage;
    this.#unsubscribe = storage.onCommit(() => this.#look());
  }

  /**
   * Resolves when the group has a visible change after `from`, when `ms` have passed, when `signal` aborts, when what the user
   * may see is changed, or when the server stops; never rejects. The caller reads again to learn which.
   */
  async wait({ group, userId, from }: Waiting, ms: number, signal: AbortSignal): Promise<void> {
    if (this.#released || signal.aborted) return;
    const { promise, resolve: settle } = Promise.withResolvers<void>();
    const resolve = (): void => settle();
    const waiter: Waiter = { userId, from, resolve };
    const watch = this.#watches.get(group.id) ?? { group, scannedTo: from, waiters: new Set<Waiter>() };
    this.#watches.set(group.id, watch);
    // The one furthest behind decides from where to look; the others are spared changes they have by `from`.
    watch.scannedTo = Math.min(watch.scannedTo, from);
    watch.waiters.add(waiter);
    const callOff = this.#clock.setTimer(ms, resolve);
    signal.addEventListener('abort', resolve, { once: true });
    // A commit may have come between the caller's read and now.
    if (this.#storage.position().head > from) this.#look();
    await promise;
    callOff();
    signal.removeEventListener('abort', resolve);
    watch.waiters.delete(waiter);
    if (watch.waiters.size === 0) this.#watches.delete(group.id);
  }

  /** Ends this person's waits. */
  wake(userId: string): void {
    for (const { waiters } of this.#watches.values())
      for (const waiter of waiters) if (waiter.userId === userId) waiter.resolve();
  }

  /** Ends every wait now and for good. */
  release(): void {
    this.#released = true;
    this.#unsubscribe();
    this.#callOff?.();
    for (const { waiters } of this.#watches.values()) for (const { resolve } of waiters) resolve();
  }

  #look(): void {
    if (this.#released || this.#callOff !== null || this.#watches.size === 0) return;
    this.#callOff = this.#clock.setTimer(SETTLE_MS, () => {
      this.#callOff = null;
      for (const watch of [...this.#watches.values()]) this.#scan(watch).catch(() => this.#wakeAll(watch));
    });
  }

  async #scan(watch: Watch): Promise<void> {
    const from = watch.scannedTo;
    const frame = await this.#storage.readFrame(watch.group, from);
    // Somebody further behind may have come meanwhile: then it is looked at again from there.
    if (watch.scannedTo === from) watch.scannedTo = frame.to;
    const last = frame.changes.at(-1)?.seq ?? 0;
    for (const waiter of watch.waiters) if (waiter.from < last) waiter.resolve();
    if (frame.to < frame.head) this.#look();
  }

  /** A read that failed is for the polls themselves to report. */
  #wakeAll(watch: Watch): void {
    for (const { resolve } of watch.waiters) resolve();
  }
}
