import type { Frame, HelloReply, SnapshotRow } from '#contract/wire/sync.ts';
import { type Applied, judgeFrame } from './judge-frame.ts';
import { LinkFault } from './link-fault.ts';
import type { Cache, Clock, HttpPort, Log, Position } from './ports.ts';
import { rebuildCache } from './rebuild.ts';

export type ReplicaPorts = {
  readonly cache: Cache;
  readonly http: Pick<HttpPort, 'changes' | 'snapshot'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Before a frame's rows are written: what it means to people is noted first, so that a crash in between repeats, not loses. */
  readonly beforeApply: (frame: Frame) => Promise<void>;
  /** After a frame's rows and cursor are on disk. */
  readonly applied: (frame: Frame) => Promise<void>;
  /** The rows are gone because they may be none of this person's business any more; others are asked for. */
  readonly cleared: () => Promise<void>;
  /** These rows of a snapshot can be read before it is whole, as there is nothing else here to show. */
  readonly arrived?: (rows: readonly SnapshotRow[], isFirst: boolean) => Promise<void>;
  /** Before rows go as a whole, or are fetched anew: how far they came is noted while they are here to say it. */
  readonly beforeLoss?: () => Promise<void>;
  /** The cache was replaced as a whole. */
  readonly rebuilt: (position: Position) => Promise<void>;
};

/** Why rows are fetched anew. */
export type Why = NonNullable<HelloReply['reason']> | 'foreign' | 'position_lost' | 'history_lost' | 'damaged';

/**
 * The rows on this station and what is told about them. All that arrives, by whatever link, ends in the same `apply`; what does not
 * fit is fetched anew. One call at a time: the sync engine sees to that.
 */
export class Replica {
  readonly #ports: ReplicaPorts;
  #serverNow: () => number;
  #replaced = 0;

  constructor(ports: ReplicaPorts) {
    this.#ports = ports;
    this.#serverNow = () => ports.clock.now();
  }

  /** ISO instants of `syncedAt` come from it, once the server's clock has been measured. */
  setServerClock(now: () => number): void {
    this.#serverNow = now;
  }

  position(): Position | null {
    return this.#ports.cache.position();
  }

  /** How often the rows were replaced as a whole: what was asked about those before says nothing about these. */
  get replaced(): number {
    return this.#replaced;
  }

  /** A page asked for from the cursor: anything but a fit means another history or view. False when it did not fit. */
  async applyPage(frame: Frame): Promise<boolean> {
    const result = await this.apply(frame);
    if (result === 'foreign') await this.rebuild('foreign');
    // Without a position the cache was damaged; with one, the server has another history.
    else if (result === 'rebuild') await this.rebuild(this.position() === null ? 'damaged' : 'history_lost');
    return result === 'applied' || result === 'dropped';
  }

  /** A frame, by whatever way it came: rows and cursor together, or nothing. */
  async apply(frame: Frame): Promise<Applied> {
    const { cache, beforeApply, applied } = this.#ports;
    const result = judgeFrame(frame, cache.position());
    if (result !== 'applied') {
      // A frame that ends at the cursor and at the head says that nothing is missing up to now.
      if (result === 'dropped' && frame.to === frame.head && frame.to === cache.position()?.cursor.seq) {
        cache.touch(new Date(this.#serverNow()).toISOString());
        await applied({ ...frame, changes: [] });
      }
      return result;
    }
    try {
      await beforeApply(frame);
      await cache.apply(frame, this.#syncedAt(frame));
    } catch (error) {
      if (!cache.isDamaged()) throw error;
      await this.setAside();
      return 'rebuild';
    }
    await applied(frame);
    return result;
  }

  /** The file is beyond use: it is kept under another name, and an empty one begun. */
  async setAside(): Promise<void> {
    this.#ports.log('cache.corrupt');
    await this.#holdOn();
    this.#replaced += 1;
    await this.#ports.cache.setAside();
  }

  /** Rows of another view must not stay on screen until the new ones are here, or for good if they never come. */
  async clear(): Promise<void> {
    await this.#holdOn();
    this.#replaced += 1;
    await this.#ports.cache.clear();
    await this.#ports.cleared();
  }

  /** Everything anew, in the place of what there is. Rejects with a `LinkFault`, or as the disk does. */
  async rebuild(why: Why): Promise<void> {
    this.#ports.log('sync.rebuild', { why });
    if (why === 'foreign') await this.clear();
    const { cache, http, arrived, cleared } = this.#ports;
    await this.#holdOn();
    try {
      const position = await rebuildCache(cache, {
        http,
        syncedAt: (frame) => this.#syncedAt(frame),
        ...(arrived !== undefined && cache.position() === null ? { arrived } : {}),
      });
      this.#replaced += 1;
      await this.#ports.rebuilt(position);
    } catch (error) {
      // A disk that failed: what could be read of the snapshot so far cannot any more.
      if (!(error instanceof LinkFault)) await cleared();
      throw error;
    }
  }

  /** Rows go, and others come, even where that cannot be written down. */
  async #holdOn(): Promise<void> {
    const { beforeLoss, log } = this.#ports;
    await beforeLoss?.().catch(() => log('sync.not_held'));
  }

  #syncedAt(frame: Frame): string | null {
    const before = this.position()?.syncedAt ?? null;
    return frame.to >= frame.head ? new Date(this.#serverNow()).toISOString() : before;
  }
}
