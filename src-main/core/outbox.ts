import { PROBLEMS, type ProblemCode } from '#contract/wire/errors.ts';
import { type Cursor, MAX_PUSH, type Mutation, type PushReply } from '#contract/wire/sync.ts';
import { Backoff } from './backoff.ts';
import { canonicalJson } from './canonical-json.ts';
import { isWorthRetrying, LinkFault, refusalOf } from './link-fault.ts';
import type { Cancel, Clock, Hash, Journal, Log, NewId, NewWork, Owner, Random, Refused, Work } from './ports.ts';
import { SerialQueue } from './serial-queue.ts';

/** Characters of one batch, well under the server's message limit of 1 MB whatever the encoding. */
const BATCH_CHARS = 200_000;
const DONE_DELAY_MS = 2_000;
/** Sends in a row without a verdict before the back-off takes over, lest a confused server be asked in a tight loop. */
const MOST_BARREN = 10;

/**
 * What came of a batch: there was `nothing` to send; `verdicts`; none, but it is worth sending `otherwise` at once; or none
 * before some time has passed.
 */
type Sent = 'nothing' | 'verdicts' | 'otherwise' | 'later';

export type OutboxPorts = {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly random: Random;
  readonly hash: Hash;
  readonly newId: NewId;
  readonly log: Log;
  /** Over whichever link there is; rejects with a `LinkFault`. */
  readonly send: (clientId: string, mutations: readonly Mutation[]) => Promise<PushReply>;
  readonly isReachable: () => boolean;
  readonly cursor: () => Cursor | null;
  /** The work on these shipments changed (null: work that is not about one). */
  readonly onChanged: (shipmentIds: ReadonlySet<string | null>) => void;
};

const keyOf = (work: Work): string => `${work.mutation.clientId}:${work.mutation.n}`;

/** Work on its way to the server: on disk before anybody is told "saved", and there until its verdict and its echo have come. */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #backoff: Backoff;
  /** Everything not done, oldest first. */
  #open = new Map<string, Work>();
  #inFlight: ReadonlySet<string> = new Set();
  #owner: Owner | null = null;
  #clientId = '';
  #pumping: Promise<void> | null = null;
  #wanted = false;
  /** Batches and what changes their numbering, one at a time: work under way must not be numbered anew. */
  readonly #turns = new SerialQueue();
  /** Reads and writes of the journal together with what is in memory, one at a time, so that the two never differ. */
  readonly #books = new SerialQueue();
  #stopped = false;
  #batchLimit = MAX_PUSH;
  #retry: Cancel | null = null;
  #done: Work[] = [];
  #writeDone: Cancel | null = null;

  constructor(ports: OutboxPorts) {
    this.#ports = ports;
    this.#backoff = new Backoff(ports.random);
  }

  get clientId(): string {
    return this.#clientId;
  }

  load(): Promise<void> {
    return this.#books.run(async () => {
      this.#open = new Map((await this.#ports.journal.openWork()).map((work) => [keyOf(work), work]));
    });
  }

  /** Whose work is taken and sent from now on; null stops both. Others' unsent work stays until they are back. */
  setOwner(owner: Owner | null): Promise<void> {
    return this.#turns.run(async () => {
      this.#clientId = owner === null ? '' : await this.#ports.journal.setOwner(owner, this.#ports.newId());
      this.#owner = owner;
      this.#ports.onChanged(this.#shipments([...this.#open.values()]));
    });
  }

  /** Rejects with a `StoreFault` when the disk did not take it; then nothing was saved. */
  async add(work: NewWork): Promise<Work> {
    const owner = this.#owner;
    if (owner === null || this.#stopped) throw new Error('nobody is signed in');
    const { type, args, base, occurredAt } = work;
    const hash = this.#ports.hash(canonicalJson({ type, args, base: base ?? null, occurredAt }));
    const stored = await this.#books.run(async () => {
      const added = await this.#ports.journal.append(owner.key, work, hash);
      this.#open.set(keyOf(added), added);
      return added;
    });
    this.#ports.onChanged(new Set([stored.shipmentId]));
    void this.pump();
    return stored;
  }

  /** Work that is on screen but not yet in the cache, oldest first. */
  pendingOn(shipmentId: string): Work[] {
    return this.pending().filter((work) => work.shipmentId === shipmentId);
  }

  pending(): Work[] {
    return this.all().filter(({ state }) => state === 'pending' || state === 'answered');
  }

  /** All that is not done, of everybody who works at this server; while nobody is signed in, at any. */
  all(): Work[] {
    const server = this.#owner?.server;
    return [...this.#open.values()].filter((work) => server === undefined || work.server === server);
  }

  isInFlight(work: Work): boolean {
    return this.#inFlight.has(keyOf(work));
  }

  markHandled(clientId: string, n: number): Promise<void> {
    return this.#books.run(async () => {
      const work = this.#open.get(`${clientId}:${n}`);
      if (work?.state !== 'needs_person') return;
      await this.#ports.journal.markHandled(clientId, n);
      this.#replace([{ ...work, state: 'handled' }]);
    });
  }

  /** The server can be reached (again): send, without waiting for the back-off. */
  wake(): void {
    this.#backoff.reset();
    void this.pump();
  }

  /** The cache has come to this position: what was waiting for its echo is done. */
  settle(cursor: Cursor): void {
    const passed = [...this.#open.values()].filter(
      ({ state, verdict, verdictEpoch }) =>
        state === 'answered' && verdict !== null && (verdictEpoch !== cursor.epoch || verdict.seq <= cursor.seq),
    );
    if (passed.length === 0) return;
    for (const work of passed) this.#open.delete(keyOf(work));
    this.#ports.onChanged(this.#shipments(passed));
    // Writing it down can wait: after a crash the verdict and the cursor say the same again.
    this.#done.push(...passed);
    this.#writeDone ??= this.#ports.clock.setTimer(DONE_DELAY_MS, () => void this.#flushDone());
  }

  /**
   * The server says that it has answered up to `serverLastN`; before it was asked, this station already held answers up to
   * `knownN`. If it now has fewer, it was restored from a backup: what it lost is sent again.
   */
  async reconcile(serverLastN: number, knownN: number): Promise<void> {
    if (serverLastN >= knownN) return;
    const clientId = this.#clientId;
    await this.#turns.run(async () => {
      if (this.#owner === null || clientId !== this.#clientId) return;
      this.#ports.log('outbox.server_lost_work', { serverLastN, knownN });
      await this.#resendFrom(serverLastN + 1);
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.();
    await this.#flushDone();
  }

  /** Sends what there is, batch after batch, one in flight; resolves when nothing more can be sent now. Never rejects. */
  pump(): Promise<void> {
    this.#wanted = true;
    this.#pumping ??= this.#pumpOn();
    return this.#pumping;
  }

  async #pumpOn(): Promise<void> {
    // Asked for while it was about to end: it goes round once more, or that call would be lost.
    while (this.#wanted) {
      this.#wanted = false;
      this.#retry?.();
      this.#retry = null;
      try {
        await this.#sendAll();
      } catch (error) {
        this.#ports.log('outbox.failed', { message: error instanceof Error ? error.message : 'unknown' });
        this.#retryLater();
      }
    }
    this.#pumping = null;
  }

  async #sendAll(): Promise<void> {
    for (let barren = 0; ; ) {
      const sent = await this.#turns.run(() => this.#sendBatch());
      if (sent === 'nothing') return;
      barren = sent === 'verdicts' ? 0 : barren + 1;
      if (sent === 'later' || barren > MOST_BARREN) {
        this.#retryLater();
        return;
      }
    }
  }

  #retryLater(): void {
    if (!this.#stopped) this.#retry = this.#ports.clock.setTimer(this.#backoff.next(), () => void this.pump());
  }

  #canSend(): boolean {
    return !this.#stopped && this.#owner !== null && this.#ports.isReachable();
  }

  #nextBatch(): Work[] {
    const mine = [...this.#open.values()]
      .filter((work) => work.state === 'pending' && work.mutation.clientId === this.#clientId)
      .sort((a, b) => a.mutation.n - b.mutation.n);
    let chars = 0;
    const end = mine.findIndex((work, index) => {
      chars += JSON.stringify(work.mutation).length;
      return index >= this.#batchLimit || (index > 0 && chars > BATCH_CHARS);
    });
    return end < 0 ? mine : mine.slice(0, end);
  }

  async #sendBatch(): Promise<Sent> {
    const batch = this.#canSend() ? this.#nextBatch() : [];
    if (batch.length === 0) return 'nothing';
    const clientId = this.#clientId;
    this.#setInFlight(batch);
    try {
      const reply = await this.#ports.send(
        clientId,
        batch.map(({ mutation }) => mutation),
      );
      const news = await this.#takeVerdicts(clientId, reply);
      this.#batchLimit = MAX_PUSH;
      if (reply.stoppedBy !== undefined) return await this.#stoppedBy(reply.stoppedBy, batch);
      return news ? 'verdicts' : 'later';
    } catch (error) {
      return await this.#notSent(error, batch);
    } finally {
      this.#setInFlight([]);
    }
  }

  /** False when none of them was news. */
  async #takeVerdicts(clientId: string, reply: PushReply): Promise<boolean> {
    if (reply.verdicts.length === 0) return false;
    this.#backoff.reset();
    const answered = await this.#books.run(async () => {
      const epoch = this.#ports.cursor()?.epoch ?? null;
      const stored = await this.#ports.journal.storeVerdicts(clientId, reply.verdicts, epoch);
      this.#replace(stored);
      return stored.length;
    });
    const cursor = this.#ports.cursor();
    if (cursor !== null) this.settle(cursor);
    return answered > 0;
  }

  async #stoppedBy(stop: NonNullable<PushReply['stoppedBy']>, batch: readonly Work[]): Promise<Sent> {
    this.#ports.log('outbox.stopped', { code: stop.code, n: stop.n, expected: stop.expected ?? null });
    if (stop.code === 'identity_conflict') return await this.#renumber(null);
    if (stop.code === 'out_of_order') {
      const first = batch[0]?.mutation.n ?? 1;
      if (stop.expected === undefined || stop.expected >= first) return 'later';
      return await this.#resendFrom(stop.expected);
    }
    return await this.#refusedOne(stop.n, stop.code, stop.message);
  }

  /** Nothing is known of the batch, or it was refused as a whole. */
  async #notSent(error: unknown, batch: readonly Work[]): Promise<Sent> {
    if (!(error instanceof LinkFault)) throw error;
    if (isWorthRetrying(error) || refusalOf(error) !== null || error.code === null) return 'later';
    const [first] = batch;
    if (batch.length > 1 || first === undefined) {
      // One of them is the reason: send one by one until it shows.
      this.#batchLimit = 1;
      return 'otherwise';
    }
    return await this.#refusedOne(first.mutation.n, error.code, error.message);
  }

  /** The server can give no verdict on `n`, so it would block all that follows: it goes to a person, the rest moves up. */
  async #refusedOne(n: number, code: ProblemCode, message: string): Promise<Sent> {
    if (PROBLEMS[code].retry || refusalOf(new LinkFault(code, message)) !== null) return 'later';
    return await this.#renumber({ n, code, message });
  }

  async #renumber(refused: Refused | null): Promise<Sent> {
    if (this.#owner === null) return 'later';
    const before = [...this.#open.values()];
    this.#clientId = this.#ports.newId();
    await this.#ports.journal.renumber(this.#owner.key, this.#clientId, refused);
    await this.load();
    this.#ports.onChanged(this.#shipments(before));
    return 'otherwise';
  }

  async #resendFrom(n: number): Promise<Sent> {
    const complete = await this.#ports.journal.reopenAnswered(this.#clientId, n - 1);
    if (!complete) return await this.#renumber(null);
    await this.load();
    this.#ports.onChanged(this.#shipments([...this.#open.values()]));
    return 'otherwise';
  }

  #replace(works: readonly Work[]): void {
    for (const work of works) this.#open.set(keyOf(work), work);
    this.#ports.onChanged(this.#shipments(works));
  }

  #setInFlight(batch: readonly Work[]): void {
    this.#inFlight = new Set(batch.map(keyOf));
    if (batch.length > 0) this.#ports.onChanged(this.#shipments(batch));
  }

  #shipments(works: readonly Work[]): Set<string | null> {
    return new Set(works.map(({ shipmentId }) => shipmentId));
  }

  async #flushDone(): Promise<void> {
    this.#writeDone?.();
    this.#writeDone = null;
    const done = this.#done;
    this.#done = [];
    try {
      for (const clientId of new Set(done.map(({ mutation }) => mutation.clientId))) {
        const ns = done.filter(({ mutation }) => mutation.clientId === clientId).map(({ mutation }) => mutation.n);
        await this.#ports.journal.markDone(clientId, ns);
      }
    } catch {
      // The disk is full, say. The next start finds verdict and cursor, and comes to the same.
      this.#ports.log('outbox.done_not_written');
    }
  }
}
