import { PROBLEMS } from '#contract/wire/errors.ts';
import { type Cursor, MAX_PUSH, type Mutation, type PushReply } from '#contract/wire/sync.ts';
import { Backoff } from './backoff.ts';
import { isWorthRetrying, LinkFault, refusalOf } from './link-fault.ts';
import { keyOf, OpenWork } from './open-work.ts';
import type { Cancel, Clock, Hash, Journal, Log, NewId, NewWork, Owner, Random, Refused, Work } from './ports.ts';
import { SerialQueue } from './serial-queue.ts';
import { StoreFault } from './store-fault.ts';
import { workHash } from './work-hash.ts';

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

/** Work on its way to the server: on disk before anybody is told "saved", and there until its verdict and its echo have come. */
export class Outbox {
  readonly #ports: OutboxPorts;
  readonly #backoff: Backoff;
  readonly #open = new OpenWork();
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
  /** The server may have lost what it answered before. */
  #recheckDue = false;
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
      this.#open.replaceAll(await this.#ports.journal.openWork());
      // Written down a moment after it happened, so the journal may say of work in the cache that it is still to come.
      const cursor = this.#ports.cursor();
      if (cursor !== null) this.#writeSoon(this.#open.takePassed(cursor));
    });
  }

  /** Whose work is taken and sent from now on; null stops both. Others' unsent work stays until they are back. */
  setOwner(owner: Owner | null): Promise<void> {
    return this.#turns.run(async () => {
      this.#clientId = owner === null ? '' : await this.#identify(owner);
      this.#owner = owner;
      this.#open.setServer(owner?.server ?? null);
      this.#recheckDue = owner !== null;
      this.#ports.onChanged(this.#shipments(this.#open.everything()));
    });
  }

  /** Rejects with a `StoreFault` when the disk did not take it; then nothing was saved. */
  async add(work: NewWork): Promise<Work> {
    const owner = this.#owner;
    if (owner === null || this.#stopped) throw new Error('nobody is signed in');
    const hash = workHash(this.#ports.hash, work);
    const stored = await this.#books.run(async () => {
      const added = await this.#ports.journal.append(owner.key, work, hash);
      this.#open.put([added]);
      return added;
    });
    this.#ports.onChanged(new Set([stored.shipmentId]));
    void this.pump();
    return stored;
  }

  /** Work that is on screen but not yet in the cache, oldest first. */
  pendingOn(shipmentId: string): readonly Work[] {
    return this.#open.pendingOn(shipmentId);
  }

  pending(): readonly Work[] {
    return this.#open.pending();
  }

  /** All that is not done, of everybody who works at this server; while nobody is signed in, at any. */
  all(): readonly Work[] {
    return this.#open.here();
  }

  /** What is not done of work saved for other servers, or for this one under another address. */
  elsewhere(): readonly Work[] {
    return this.#open.elsewhere();
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
    const passed = this.#open.takePassed(cursor);
    if (passed.length === 0) return;
    this.#writeSoon(passed);
    this.#ports.onChanged(this.#shipments(passed));
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
      await this.#resendFrom(clientId, serverLastN + 1);
    });
  }

  /**
   * The server's history may be another than the one that answered: with the next push it is asked for the last answer it
   * gave, under every identity its person has had here. Where it has lost that, it is given again what it lost.
   */
  recheck(): void {
    this.#recheckDue = this.#owner !== null;
    void this.pump();
  }

  /** Call when the link has ended. Nothing is written any more when this resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#retry?.();
    await this.#pumping;
    await this.#turns.idle();
    await this.#flushDone();
    this.#writeDone?.();
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
      const sent = await this.#turns.run(() => (this.#recheckDue ? this.#recheck() : this.#sendBatch()));
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

  async #sendBatch(): Promise<Sent> {
    const owner = this.#owner;
    const batch = owner !== null && this.#canSend() ? this.#open.nextBatch(owner.key, this.#batchLimit) : [];
    const [first] = batch;
    if (first === undefined) return 'nothing';
    const { clientId } = first.mutation;
    this.#setInFlight(batch);
    try {
      const reply = await this.#ports.send(
        clientId,
        batch.map(({ mutation }) => mutation),
      );
      const news = await this.#takeVerdicts(clientId, reply);
      this.#batchLimit = MAX_PUSH;
      if (reply.stoppedBy !== undefined) return await this.#stoppedBy(reply.stoppedBy, first);
      return news ? 'verdicts' : 'later';
    } catch (error) {
      return await this.#notSent(error, first, batch.length);
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
    // The journal waits for none of these answers: what is waited for here is not what is on the disk.
    if (answered === 0) await this.load();
    const cursor = this.#ports.cursor();
    if (cursor !== null) this.settle(cursor);
    return answered > 0;
  }

  async #stoppedBy(stop: NonNullable<PushReply['stoppedBy']>, { mutation }: Work): Promise<Sent> {
    this.#ports.log('outbox.stopped', { code: stop.code, n: stop.n, expected: stop.expected ?? null });
    if (stop.code === 'identity_conflict') return await this.#renumber(mutation.clientId, null);
    if (stop.code === 'out_of_order') {
      if (stop.expected === undefined || stop.expected >= mutation.n) return 'later';
      return await this.#resendFrom(mutation.clientId, stop.expected);
    }
    return await this.#refusedOne(mutation.clientId, stop);
  }

  /** Nothing is known of the batch, or it was refused as a whole. */
  async #notSent(error: unknown, { mutation }: Work, size: number): Promise<Sent> {
    if (!(error instanceof LinkFault)) throw error;
    const { code, message } = error;
    if (isWorthRetrying(error) || refusalOf(error) !== null || code === null) return 'later';
    if (size > 1) {
      // One of them is the reason: send one by one until it shows.
      this.#batchLimit = 1;
      return 'otherwise';
    }
    return await this.#refusedOne(mutation.clientId, { n: mutation.n, code, message });
  }

  /** The server can give no verdict on `n`, so it would block all that follows: it goes to a person, the rest moves up. */
  async #refusedOne(clientId: string, { n, code, message }: Refused): Promise<Sent> {
    if (PROBLEMS[code].retry || refusalOf(new LinkFault(code, message)) !== null) return 'later';
    return await this.#renumber(clientId, { n, code, message });
  }

  async #recheck(): Promise<Sent> {
    const owner = this.#owner;
    if (owner === null || !this.#canSend()) return 'nothing';
    for (const last of await this.#ports.journal.lastAnsweredWork(owner.key)) {
      try {
        await this.#recheckOne(last);
      } catch (error) {
        if (isWorthRetrying(error) || refusalOf(error) !== null) return 'later';
      }
    }
    this.#recheckDue = false;
    return 'otherwise';
  }

  async #recheckOne({ mutation, verdict }: Work): Promise<void> {
    const { clientId, n } = mutation;
    const reply = await this.#ports.send(clientId, [mutation]);
    const expected = reply.stoppedBy?.code === 'out_of_order' ? reply.stoppedBy.expected : undefined;
    const again = reply.verdicts.find((each) => each.n === n);
    // Seq 0: so long ago that the server only knows that it answered.
    const isSame = again?.seq === verdict?.seq && again?.verdict === verdict?.verdict;
    const isKnown = again === undefined || again.seq === 0 || isSame;
    if (expected === undefined && isKnown) return;
    this.#ports.log('outbox.server_lost_work', { serverLastN: (expected ?? n) - 1, knownN: n });
    if (again === undefined) return void (await this.#resendFrom(clientId, expected ?? n));
    // It had lost just this one, and has decided it anew.
    await this.#ports.journal.reopenAnswered(clientId, n - 1);
    await this.load();
    await this.#takeVerdicts(clientId, reply);
  }

  async #renumber(clientId: string, refused: Refused | null): Promise<Sent> {
    if (this.#owner === null) return 'later';
    const before = this.#open.everything();
    const fresh = this.#ports.newId();
    await this.#ports.journal.renumber(this.#owner.key, clientId, fresh, refused);
    if (clientId === this.#clientId) this.#clientId = fresh;
    await this.load();
    this.#ports.onChanged(this.#shipments(before));
    return 'otherwise';
  }

  async #resendFrom(clientId: string, n: number): Promise<Sent> {
    const complete = await this.#ports.journal.reopenAnswered(clientId, n - 1);
    if (!complete) return await this.#renumber(clientId, null);
    await this.load();
    this.#ports.onChanged(this.#shipments(this.#open.everything()));
    return 'otherwise';
  }

  /** An identity that cannot be written down yet is written with the first piece of work. */
  async #identify(owner: Owner): Promise<string> {
    const fresh = this.#ports.newId();
    try {
      return await this.#ports.journal.setOwner(owner, fresh);
    } catch (error) {
      this.#ports.log('outbox.no_identity', { kind: error instanceof StoreFault ? error.kind : 'other' });
      return fresh;
    }
  }

  #replace(works: readonly Work[]): void {
    this.#open.put(works);
    this.#ports.onChanged(this.#shipments(works));
  }

  #setInFlight(batch: readonly Work[]): void {
    this.#inFlight = new Set(batch.map(keyOf));
    if (batch.length > 0) this.#ports.onChanged(this.#shipments(batch));
  }

  #shipments(works: readonly Work[]): Set<string | null> {
    return new Set(works.map(({ shipmentId }) => shipmentId));
  }

  /** Writing down that it is done can wait: after a crash the verdict and the cursor say the same again. */
  #writeSoon(done: readonly Work[]): void {
    this.#done.push(...done);
    if (this.#done.length === 0 || this.#stopped) return;
    this.#writeDone ??= this.#ports.clock.setTimer(DONE_DELAY_MS, () => void this.#flushDone());
  }

  async #flushDone(): Promise<void> {
    this.#writeDone?.();
    this.#writeDone = null;
    const done = this.#done;
    this.#done = [];
    try {
      for (const [clientId, works] of Map.groupBy(done, ({ mutation }) => mutation.clientId)) {
        const ns = works.map(({ mutation }) => mutation.n);
        await this.#ports.journal.markDone(clientId, ns);
      }
    } catch (error) {
      this.#ports.log('outbox.done_not_written', { kind: error instanceof StoreFault ? error.kind : 'other' });
      this.#writeSoon(done);
    }
  }
}
