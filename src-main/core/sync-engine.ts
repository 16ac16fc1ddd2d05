import { isFarBehind } from '#contract/wire/far-behind.ts';
import type { Frame } from '#contract/wire/sync.ts';
import { isLostPosition, isOtherHistory, unreachable } from './link-fault.ts';
import type { Position, SayHello } from './ports.ts';
import { Replica, type ReplicaPorts, type Why } from './replica.ts';
import { SerialQueue } from './serial-queue.ts';

/** Socket frames held back while something slower goes on; beyond that they are dropped and pulled afterwards. */
const HELD_FRAMES = 256;
/** Snapshots in a row before the try counts as failed and the back-off takes over. */
const MAX_REBUILDS = 3;

/** Keeps the replica level with the server: asks for what is missing, by whatever link there is, and lets one thing happen at a time. */
export class SyncEngine {
  readonly #ports: ReplicaPorts;
  readonly #replica: Replica;
  readonly #queue = new SerialQueue();
  #sayHello: SayHello | null = null;
  #missed = false;
  #pullWaits = false;
  #stopped = false;

  constructor(ports: ReplicaPorts) {
    this.#ports = ports;
    this.#replica = new Replica(ports);
  }

  /** Tells the engine the server's clock, once it has been measured; ISO instants of `syncedAt` come from it. */
  setServerClock(now: () => number): void {
    this.#replica.setServerClock(now);
  }

  position(): Position | null {
    return this.#replica.position();
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
      const result = this.#missed ? 'gap' : await this.#replica.apply(frame);
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
      if (isOther) await this.#replica.clear();
      await this.#pull();
    });
  }

  /** Somebody who read the cache found it damaged. */
  cacheDamaged(): Promise<void> {
    return this.#run(async () => {
      if (!this.#ports.cache.isDamaged()) return;
      await this.#replica.setAside();
      await this.#pull();
    });
  }

  /**
   * One page over HTTP, and those after it; waits outside the queue. Without a position, and where more is missing than is worth
   * paging through, it takes the snapshot. Rejects with a `LinkFault`.
   */
  async poll(waitSeconds: number): Promise<void> {
    const at = this.position();
    const asked = this.#replica.replaced;
    if (at === null) return this.#rebuildIf(() => this.position() === null, 'no_cursor');
    const isHere = (): boolean => asked === this.#replica.replaced && this.position()?.cursor.seq === at.cursor.seq;
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
    const fits = await this.#run(
      async () => asked === this.#replica.replaced && (await this.#replica.applyPage(frame)),
    );
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
      if (isDue()) await this.#replica.rebuild(why);
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
        await this.#replica.rebuild(foreign ? 'foreign' : (reply.reason ?? 'no_cursor'));
        continue;
      }
      if (!(await this.#replica.applyPage(frame))) rebuilds += 1;
      else if (reply.state === 'live') return;
      else if (frame.to <= at.cursor.seq) throw unreachable('The server sent a page that leads nowhere.');
    }
    throw unreachable('The server and this station cannot agree on a position.');
  }
}
