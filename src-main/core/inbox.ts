import type { InboxItem } from '#contract/bridge/view.ts';
import type { EntityName } from '#contract/domain/entities.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import type { Change, Cursor, Frame } from '#contract/wire/sync.ts';
import type { Bookmark, Parting } from './bookmarks.ts';
import type { Before } from './news-of.ts';
import { NewsPosition } from './news-position.ts';
import { newsSince } from './news-since.ts';
import {
  DIGEST_ABOVE,
  digestOf,
  inboxItems,
  isQuiet,
  type Known,
  missedDigest,
  type Reader,
  type Taken,
  takenIn,
  takerOf,
  type Waiting,
} from './notify-policy.ts';
import type { Cache, Clock, Journal, Log, Toasts } from './ports.ts';
import { stillAsked } from './still-asked.ts';
import { StoreFault } from './store-fault.ts';

const SHOWN = 200;
/** Between two tries to fetch news that is overdue: while one waits for an answer, frames wait for it. */
const TRY_AGAIN_MS = 30_000;
/** The disk is this station's own: nobody else is asked in vain. */
const DISK_AGAIN_MS = 1_000;

export type InboxPorts = {
  readonly journal: Journal;
  readonly cache: Pick<Cache, 'rows' | 'shipments' | 'requested' | 'position'>;
  /** The page of changes after a cursor. Rejects with a `LinkFault`. */
  readonly changes: (cursor: Cursor) => Promise<Frame>;
  readonly clock: Pick<Clock, 'elapsed'>;
  readonly log: Log;
  /** Server time, ms since 1970. */
  readonly serverNow: () => number;
  readonly reader: () => Reader | null;
  readonly toasts: Toasts;
  readonly alert: (item: InboxItem) => void;
  readonly onChanged: () => void;
};

/** Whether what is sent from one warehouse to another comes into this view by that. */
const seesMoves = (group: string | undefined): boolean =>
  group?.startsWith('staff:') === true && group !== 'staff:*' && !group.includes(',');

type Statuses = ReadonlyMap<string, Before>;

/** What is kept of a shipment's row from one page to the next. */
const statusOf = (row: Change['row']): Before => (row === null ? 'unknown' : { status: row.status });

/**
 * What concerns the signed-in person. A row is written before the frame's rows are, keyed by seq and below a watermark:
 * a crash in between applies the frame again and finds the row there, so each item exists exactly once. Where the rows came another
 * way, the changes are fetched for their own sake. A toast is marked as shown before it is shown, so it appears at most once.
 */
export class Inbox {
  readonly #ports: InboxPorts;
  readonly #position: NewsPosition;
  #unshown: InboxItem[] = [];
  /** When news that was asked for in vain is asked for again; `Clock.elapsed`. */
  #tryAt: number | null = null;
  /** What was taken, or its being shown as taken, may not have been written. */
  #isUnsettled = false;
  /** While pages of a long absence come in, they add to one digest. */
  #digest: { readonly seq: number; readonly count: number } | null = null;
  /** Digests of nothing but routine. */
  readonly #quietDigests = new Set<number>();
  #items: readonly InboxItem[] = [];

  constructor(ports: InboxPorts) {
    this.#ports = ports;
    this.#position = new NewsPosition(ports.journal, ports.cache);
  }

  get items(): readonly InboxItem[] {
    return this.#items;
  }

  /** Of whoever is signed in now: nothing begun for somebody else goes on. */
  async load(): Promise<void> {
    // At once: a journal that cannot be read must not leave one person's items to the next.
    this.#position.forget();
    this.#items = [];
    this.#digest = null;
    this.#quietDigests.clear();
    this.#unshown = [];
    this.#tryAt = null;
    this.#unshown = await this.#ports.journal.unshown();
    await this.#reload();
    // Last, as it may write: where nothing can be written there is still something to read.
    await this.#position.load();
  }

  /**
   * Before the frame's rows replace what they are compared with. Where news is overdue, these changes are fetched with it. Rejects as the
   * cache does; a journal that takes nothing keeps no rows from coming.
   */
  async note(frame: Frame): Promise<void> {
    const from = this.#ports.cache.position()?.cursor.seq ?? 0;
    // What was looked at before a crash is no news again, but the cache does not have it yet: what follows is compared with it.
    const unapplied = frame.changes.filter(({ seq }) => seq > from);
    if (await this.#isLevel()) {
      const watermark = Math.max(from, this.#position.seq);
      const isFresh = ({ seq }: { readonly seq: number }): boolean => seq > watermark;
      const items = unapplied.some(isFresh) ? (await this.#itemsOf(unapplied, null)).filter(isFresh) : [];
      if (frame.to > watermark) await this.#unlessRefused(() => this.#add(this.#position.after(frame), items));
    }
    // After what asks for it, and again after a crash: it may be the same frame that brings both.
    await this.#unlessRefused(() => this.#withdraw(takenIn(unapplied)));
  }

  /** What the journal refuses is overdue, and goes by what the rows and the bookmark say when it takes something again. */
  async #unlessRefused(write: () => Promise<void>): Promise<void> {
    try {
      await write();
    } catch (error) {
      if (!(error instanceof StoreFault)) throw error;
      this.#overdue(error);
      this.#isUnsettled = true;
      await this.#position.fallBehind().catch(() => undefined);
    }
  }

  /**
   * After rows came as a whole: what was said from where the inbox stands to where they are. Rejects with a `LinkFault`, or as the disk
   * does; what was found until then stands, and the next call goes on from there.
   */
  async catchUp(): Promise<void> {
    const { journal, cache, changes } = this.#ports;
    const to = cache.position();
    if (to === null || (await this.#position.isLevel())) return;
    this.#digest = null;
    // Two reports of one step may have come in the same millisecond: the second is told by the first, be it a page before.
    const statuses = new Map<string, Before>();
    for await (const step of newsSince({ changes }, await journal.bookmarks(), to)) {
      if (step.changes === null) await this.#addPlain(step.upTo, await this.#missed(step.upTo), step.parting);
      else {
        await this.#add(step.upTo, await this.#itemsOf(step.changes, statuses), step.parting);
        await this.#withdraw(takenIn(step.changes));
        for (const { entity, id, row } of step.changes) if (entity === 'shipment') statuses.set(id, statusOf(row));
      }
    }
    await this.#position.follow();
    this.#digest = null;
  }

  /** Before the rows go, or are followed by somebody else's inbox. */
  hold(): Promise<void> {
    return this.#position.hold();
  }

  async #itemsOf(changes: readonly Change[], statuses: Statuses | null): Promise<InboxItem[]> {
    const reader = this.#ports.reader();
    return reader === null ? [] : inboxItems(changes, reader, await this.#known(changes, statuses));
  }

  async #add(upTo: Bookmark, items: readonly InboxItem[], parting: Parting | null = null): Promise<void> {
    const last = items.at(-1);
    if (last === undefined && parting === null) return this.#position.pass(upTo);
    if (last === undefined || (this.#digest === null && items.length <= DIGEST_ABOVE)) {
      return this.#addPlain(upTo, items, parting);
    }
    this.#digest = { seq: this.#digest?.seq ?? last.seq, count: (this.#digest?.count ?? 0) + items.length };
    const digest = digestOf(this.#digest.seq, this.#digest.count, last.at);
    if (!items.every(isQuiet)) this.#quietDigests.delete(digest.seq);
    else if (this.#digest.count === items.length) this.#quietDigests.add(digest.seq);
    await this.#addPlain(upTo, [digest], parting);
  }

  async #addPlain(upTo: Bookmark, items: readonly InboxItem[], parting: Parting | null): Promise<void> {
    const added = await this.#ports.journal.addInbox(upTo, items, parting);
    this.#position.moved(upTo);
    const grown = new Set(added.flatMap(({ kind, seq }) => (kind === 'digest' ? [seq] : [])));
    this.#unshown = [...this.#unshown.filter(({ seq }) => !grown.has(seq)), ...added];
  }

  /** A disk that takes nothing keeps no rows from coming: what they say is fetched when it does again. */
  async #isLevel(): Promise<boolean> {
    try {
      return await this.#position.isLevel();
    } catch (error) {
      this.#overdue(error);
      return false;
    }
  }

  #overdue(error: unknown): void {
    const { clock, log } = this.#ports;
    this.#tryAt = clock.elapsed() + (error instanceof StoreFault ? DISK_AGAIN_MS : TRY_AGAIN_MS);
    log('inbox.overdue', { message: error instanceof Error ? error.message : 'unknown' });
  }

  /** After the frame's rows are on disk. */
  async announce(frame: Frame): Promise<void> {
    if (frame.to < frame.head) return;
    await this.#catchUpIfDue();
    this.#digest = null;
    await this.showUnshown();
  }

  async #catchUpIfDue(): Promise<void> {
    if (this.#tryAt !== null && this.#ports.clock.elapsed() < this.#tryAt) return;
    this.#tryAt = null;
    if ((await this.#isLevel()) && !this.#isUnsettled) return;
    try {
      await this.catchUp();
      await this.settle();
      if (this.#isUnsettled) await this.#reload();
      this.#isUnsettled = false;
    } catch (error) {
      this.#overdue(error);
    }
  }

  /**
   * For rows that came another way than change by change: what somebody has taken meanwhile, or is not here any more, is asked of
   * nobody.
   */
  async settle(): Promise<void> {
    const waiting = await this.#ports.journal.toTake();
    if (waiting.length === 0) return;
    const at = this.#ports.cache.position()?.cursor ?? null;
    // An item is written before its row: one that the cache has not come to yet is not gone.
    const isToCome = ({ epoch, seq }: Waiting): boolean => at === null || (epoch === at.epoch && seq > at.seq);
    const toCome = new Set(waiting.filter(isToCome).map(({ inspectionId }) => inspectionId));
    const ids = [...new Set(waiting.map(({ inspectionId }) => inspectionId))];
    const rows = await this.#ports.cache.rows('inspection', ids);
    const taken = ids.flatMap((inspectionId): Taken[] => {
      const row = rows.get(inspectionId);
      if (row === undefined) return toCome.has(inspectionId) ? [] : [{ inspectionId, by: '' }];
      const by = takerOf(row as unknown as Inspection);
      return by === null ? [] : [{ inspectionId, by }];
    });
    await this.#withdraw(taken);
  }

  async markSeen(seqs: readonly number[]): Promise<void> {
    await this.#ports.journal.markSeen(seqs);
    await this.#reload();
  }

  async showUnshown(): Promise<void> {
    const items = this.#unshown;
    const last = items.at(-1);
    if (last === undefined) return;
    this.#unshown = [];
    try {
      await this.#ports.journal.markShown(items.map(({ seq }) => seq));
    } catch (error) {
      this.#unshown = [...items, ...this.#unshown];
      throw error;
    }
    await this.#reload();
    const loud = items.filter((item) => !isQuiet(item) && !this.#quietDigests.has(item.seq));
    this.#quietDigests.clear();
    const show = loud.length > DIGEST_ABOVE ? [digestOf(last.seq, loud.length, last.at)] : loud;
    for (const item of show) {
      this.#ports.alert(item);
      this.#ports.toasts.show(item);
    }
  }

  async #withdraw(taken: readonly Taken[]): Promise<void> {
    if (taken.length === 0) return;
    const seqs = await this.#ports.journal.markTaken(taken);
    if (seqs.length === 0) return;
    this.#unshown = this.#unshown.filter(({ seq }) => !seqs.includes(seq));
    this.#ports.toasts.withdraw(seqs);
    await this.#reload();
  }

  async #reload(): Promise<void> {
    this.#items = await this.#ports.journal.inbox(SHOWN);
    this.#ports.onChanged();
  }

  /** One item for what can no longer be told one by one, and what there still is to do of it, unless that is too much as well. */
  async #missed({ seq }: Bookmark): Promise<InboxItem[]> {
    const { journal, cache, serverNow } = this.#ports;
    const waiting = new Set((await journal.toTake()).map(({ inspectionId }) => inspectionId));
    const asked = await this.#itemsOf(stillAsked(await cache.requested(), waiting), new Map());
    const items = asked.length > DIGEST_ABOVE ? [] : asked;
    const taken = new Set(items.map((item) => item.seq));
    let free = seq;
    while (taken.has(free)) free -= 1;
    return [...items, missedDigest(free, new Date(serverNow()).toISOString())];
  }

  /**
   * What the changes are compared with: the rows here, or, where these were fetched as a whole and say nothing about what was before,
   * the `statuses` of shipments that were looked at just before.
   */
  async #known(changes: readonly Change[], statuses: Statuses | null): Promise<Known> {
    const { cache } = this.#ports;
    const before = new Map<EntityName, Map<string, Record<string, unknown>>>();
    for (const entity of statuses === null ? new Set(changes.map((change) => change.entity)) : []) {
      const ids = changes.filter((change) => change.entity === entity).map(({ id }) => id);
      before.set(entity, await cache.rows(entity, ids));
    }
    const shipmentIds = changes.flatMap(({ shipmentId }) => (shipmentId === null ? [] : [shipmentId]));
    const shipments = await cache.shipments([...new Set(shipmentIds)]);
    const rowBefore = ({ entity, id }: Change): Before => {
      if (statuses === null) return before.get(entity)?.get(id) ?? null;
      return (entity === 'shipment' ? statuses.get(id) : undefined) ?? 'unknown';
    };
    return {
      row: rowBefore,
      shipment: (id) => shipments.get(id) ?? null,
      seesMoves: seesMoves(cache.position()?.group),
    };
  }
}
