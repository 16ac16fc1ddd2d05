import { isFarBehind } from '#contract/wire/far-behind.ts';
import type { Frame, HelloReply, SnapshotRow } from '#contract/wire/sync.ts';
import { type Applied, judgeFrame } from './judge-frame.ts';
import { isLostPosition, isOtherHistory, LinkFault, unreachable } from './link-fault.ts';
import type { Cache, Clock, HttpPort, Log, Position, SayHello } from './ports.ts';
import { rebuildCache } from './rebuild.ts';
import { SerialQueue } from './serial-queue.ts';

/** Socket frames held back while something slower goes on; beyond that they are dropped and pulled afterwards. */
const HELD_FRAMES = 256;
/** Snapshots in a row before the try counts as failed and the back-off takes over. */
const MAX_REBUILDS = 3;

export type SyncEnginePorts = {
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
  /**
   * Before rows that were fetched anew take the place of the old. `isOtherHistory`: the server was restored, and what it has
   * forgotten comes no more; the numbers of it are given to other changes.
   */
  readonly beforeSwap?: (position: Position, isOtherHistory: boolean) => Promise<void>;
  /** The cache was replaced as a whole. */
  readonly rebuilt: (position: Position) => Promise<void>;
};

type Why = NonNullable<HelloReply['reason']> | 'foreign' | 'position_lost' | 'history_lost' | 'damaged';
const OTHER_HISTORY: ReadonlySet<Why> = new Set(['fork', 'epoch_changed', 'history_lost']);

/** Keeps the cache level with the server. Socket frames, catch-up pages and polls all end in the same `#apply`. */
export class SyncEngine {
  readonly #ports: SyncEnginePorts;
  readonly #queue = new SerialQueue();
  #sayHello: SayHello | null = null;
  #serverNow: () => number;
  #missed = false;
  #pullWaits = false;
  /** How often the rows were replaced as a whole. */
  #replaced = 0;
  #stopped = false;

  constructor(ports: SyncEnginePorts) {
    this.#ports = ports;
    this.#serverNow = () => ports.clock.now();
  }

  /** Tells the engine the server's clock, once it has been measured; ISO instants of `syncedAt` come from it. */
  setServerClock(now: () => number): void {
    this.#serverNow = now;
  }

  position(): Position | null {
    return this.#ports.cache.position();
  }

  /**
   * Over a fresh socket: hello and pages until the server says live. Holds the queue all the while, so frames that come
   * in between wait their turn. Rejects with a `LinkFault`.
   */
  catchUp(sayHello: SayHello): Promise<void> {
    this.#sayHello = sayHello;
    return this.#run(() => this.#helloUntilLive(sayHello));
  }

  /** The socket is gone: gaps are closed by the next poll or hello, not by asking a dead socket. */
  socketGone(): void {
    this.#sayHello = null;
  }

  /** A frame the server pushed. */
  async receive(frame: Frame): Promise<void> {
    if (this.#queue.size > HELD_FRAMES) {
      this.#missed = true;
      return;
    }
    await this.#run(async () => {
      const result = this.#missed ? 'gap' : await this.#apply(frame);
      if (result === 'applied' || result === 'dropped') return;
      this.#missed = false;
      this.#ports.log('sync.pull', { why: result });
      await this.#pull();
    });
  }

  /** Something was missed or could not be read: ask from the cursor. One that waits for its turn stands for all after it. */
  async pull(): Promise<void> {
    if (this.#pullWaits) return;
    this.#pullWaits = true;
    await this.#run(() => {
      this.#pullWaits = false;
      return this.#pull();
    });
  }

  /** What this station may see has changed. `group` is the new view, null when the server did not say it legibly. */
  scopeChanged(group: string | null): Promise<void> {
    return this.#run(async () => {
      const at = this.position();
      const isOther = at === null ? this.#ports.cache.coverage() === 'part' : group !== null && at.group !== group;
      if (isOther) await this.#clear();
      await this.#pull();
    });
  }

  /** Somebody who read the cache found it damaged. */
  cacheDamaged(): Promise<void> {
    return this.#run(async () => {
      if (!this.#ports.cache.isDamaged()) return;
      await this.#setAside();
      await this.#pull();
    });
  }

  /**
   * One page over HTTP, and those after it; waits outside the queue. Without a position, and where more is missing than is worth
   * paging through, it takes the snapshot. Rejects with a `LinkFault`.
   */
  async poll(waitSeconds: number): Promise<void> {
    const at = this.position();
    const asked = this.#replaced;
    if (at === null) return this.#rebuildIf(() => this.position() === null, 'no_cursor');
    const isHere = (): boolean => asked === this.#replaced && this.position()?.cursor.seq === at.cursor.seq;
    const { http, cache } = this.#ports;
    let frame: Frame;
    try {
      frame = await http.changes(at.cursor, waitSeconds);
    } catch (error) {
      if (!isLostPosition(error)) throw error;
      return this.#rebuildIf(isHere, isOtherHistory(error) ? 'history_lost' : 'position_lost');
    }
    // Whoever asks for changes gets them, however many: over HTTP it is the station that knows better. Over the socket it is told.
    const isSame = frame.epoch === at.cursor.epoch && frame.group === at.group;
    if (isSame && (await isFarBehind(frame.head - at.cursor.seq, () => cache.countRows())))
      return this.#rebuildIf(isHere, 'too_far_behind');
    // An answer to a question from before a rebuild says nothing about the rows there are now.
    const fits = await this.#run(async () => asked === this.#replaced && (await this.#applyPage(frame)));
    if (fits && frame.to < frame.head && frame.to > at.cursor.seq) await this.poll(0);
  }

  /** Nothing is written any more when this resolves, whatever was still on its way. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#sayHello = null;
    await this.#queue.idle();
  }

  #run<T>(task: () => Promise<T>): Promise<T> {
    return this.#queue.run(() => {
      if (this.#stopped) throw unreachable('This connection was ended.');
      return task();
    });
  }

  /** Several may have found the same fault before the first of them got its turn. */
  #rebuildIf(isDue: () => boolean, why: Why): Promise<void> {
    return this.#run(async () => {
      if (isDue()) await this.#rebuild(why);
    });
  }

  async #pull(): Promise<void> {
    if (this.#sayHello !== null) await this.#helloUntilLive(this.#sayHello);
  }

  async #helloUntilLive(sayHello: SayHello): Promise<void> {
    for (let rebuilds = 0; rebuilds <= MAX_REBUILDS; ) {
      const at = this.position();
      const reply = await sayHello(at?.cursor ?? null);
      const frame = reply.frame;
      const foreign = at !== null && reply.group !== at.group;
      if (at === null || reply.state === 'snapshot' || frame === null || foreign) {
        rebuilds += 1;
        await this.#rebuild(foreign ? 'foreign' : (reply.reason ?? 'no_cursor'));
        continue;
      }
      if (!(await this.#applyPage(frame))) rebuilds += 1;
      else if (reply.state === 'live') return;
      else if (frame.to <= at.cursor.seq) throw unreachable('The server sent a page that leads nowhere.');
    }
    throw unreachable('The server and this station cannot agree on a position.');
  }

  /** A page asked for from the cursor: anything but a fit means another history or view. False when it did not fit. */
  async #applyPage(frame: Frame): Promise<boolean> {
    const result = await this.#apply(frame);
    if (result === 'foreign') await this.#rebuild('foreign');
    // Without a position the cache was damaged; with one, the server has another history.
    else if (result === 'rebuild') await this.#rebuild(this.position() === null ? 'damaged' : 'history_lost');
    return result === 'applied' || result === 'dropped';
  }

  async #apply(frame: Frame): Promise<Applied> {
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
      await this.#setAside();
      return 'rebuild';
    }
    await applied(frame);
    return result;
  }

  async #setAside(): Promise<void> {
    this.#ports.log('cache.corrupt');
    this.#replaced += 1;
    await this.#ports.cache.setAside();
  }

  /** Rows of another view must not stay on screen until the new ones are here, or for good if they never come. */
  async #clear(): Promise<void> {
    this.#replaced += 1;
    await this.#ports.cache.clear();
    await this.#ports.cleared();
  }

  async #rebuild(why: Why): Promise<void> {
    this.#ports.log('sync.rebuild', { why });
    if (why === 'foreign') await this.#clear();
    const { cache, http, beforeSwap, arrived, cleared } = this.#ports;
    const isOther = OTHER_HISTORY.has(why);
    try {
      const position = await rebuildCache(cache, {
        http,
        syncedAt: (frame) => this.#syncedAt(frame),
        beforeSwap: async (at) => await beforeSwap?.(at, isOther),
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

  #syncedAt(frame: Frame): string | null {
    const before = this.position()?.syncedAt ?? null;
    return frame.to >= frame.head ? new Date(this.#serverNow()).toISOString() : before;
  }
}
