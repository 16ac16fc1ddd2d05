import type { InboxItem } from '#contract/bridge/view.ts';
import type { EntityName } from '#contract/domain/entities.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import type { Change, Frame } from '#contract/wire/sync.ts';
import {
  DIGEST_ABOVE,
  digestOf,
  inboxItems,
  isQuiet,
  type Known,
  type Reader,
  type Taken,
  takenIn,
  takerOf,
  type Waiting,
} from './notify-policy.ts';
import type { Cache, Journal, Position, Toasts } from './ports.ts';

const SHOWN = 200;

export type InboxPorts = {
  readonly journal: Journal;
  readonly cache: Pick<Cache, 'rows' | 'shipments' | 'position'>;
  readonly reader: () => Reader | null;
  readonly toasts: Toasts;
  readonly alert: (item: InboxItem) => void;
  readonly onChanged: () => void;
};

/**
 * What concerns the signed-in person. A row is written before the frame's rows are, keyed by seq and below a watermark:
 * a crash in between applies the frame again and finds the row there, so each item exists exactly once. A toast is marked
 * as shown before it is shown, so it appears at most once.
 */
export class Inbox {
  readonly #ports: InboxPorts;
  #unshown: InboxItem[] = [];
  /** While pages of a long absence come in, they add to one digest. */
  #digest: { readonly seq: number; readonly count: number } | null = null;
  /** Digests of nothing but routine. */
  readonly #quietDigests = new Set<number>();
  #items: readonly InboxItem[] = [];

  constructor(ports: InboxPorts) {
    this.#ports = ports;
  }

  get items(): readonly InboxItem[] {
    return this.#items;
  }

  /** Of whoever is signed in now: nothing begun for somebody else goes on. */
  async load(): Promise<void> {
    this.#digest = null;
    this.#quietDigests.clear();
    this.#unshown = [];
    this.#unshown = await this.#ports.journal.unshown();
    await this.#reload();
  }

  /** Before the frame's rows replace what they are compared with. */
  async note(frame: Frame): Promise<void> {
    const reader = this.#ports.reader();
    const from = this.#ports.cache.position()?.cursor.seq ?? 0;
    const watermark = Math.max(from, await this.#ports.journal.notifiedUpTo(frame.epoch));
    // What was looked at before a crash is no news again, but the cache does not have it yet: what follows is compared with it.
    const unapplied = frame.changes.filter(({ seq }) => seq > from);
    const isFresh = ({ seq }: { readonly seq: number }): boolean => seq > watermark;
    const items =
      reader === null || !unapplied.some(isFresh)
        ? []
        : inboxItems(unapplied, reader, await this.#known(unapplied)).filter(isFresh);
    await this.#add(frame, items);
    // After what asks for it, and again after a crash: it may be the same frame that brings both.
    await this.#withdraw(takenIn(unapplied));
  }

  async #add(frame: Frame, items: readonly InboxItem[]): Promise<void> {
    const last = items.at(-1);
    if (last === undefined) return;
    if (this.#digest === null && items.length <= DIGEST_ABOVE) {
      await this.#ports.journal.addInbox(frame.epoch, frame.to, items);
      this.#unshown.push(...items);
      return;
    }
    this.#digest = { seq: this.#digest?.seq ?? last.seq, count: (this.#digest?.count ?? 0) + items.length };
    const digest = digestOf(this.#digest.seq, this.#digest.count, last.at);
    if (!items.every(isQuiet)) this.#quietDigests.delete(digest.seq);
    else if (this.#digest.count === items.length) this.#quietDigests.add(digest.seq);
    await this.#ports.journal.addInbox(frame.epoch, frame.to, [digest]);
    this.#unshown = [...this.#unshown.filter(({ seq }) => seq !== digest.seq), digest];
  }

  /** After the frame's rows are on disk. */
  async announce(frame: Frame): Promise<void> {
    if (frame.to < frame.head) return;
    this.#digest = null;
    await this.showUnshown();
  }

  /**
   * Nothing of a snapshot is news: only what comes after it. In another history that is counted from this position on, even
   * where the lost one had come further.
   */
  async skipTo({ cursor }: Position, isOtherHistory: boolean): Promise<void> {
    this.#digest = null;
    if (isOtherHistory) await this.#ports.journal.forgetInboxAfter(cursor.epoch, cursor.seq);
    await this.#ports.journal.addInbox(cursor.epoch, cursor.seq, []);
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

  async #known(changes: readonly Change[]): Promise<Known> {
    const { cache } = this.#ports;
    const before = new Map<EntityName, Map<string, Record<string, unknown>>>();
    for (const entity of new Set(changes.map((change) => change.entity))) {
      const ids = changes.filter((change) => change.entity === entity).map(({ id }) => id);
      before.set(entity, await cache.rows(entity, ids));
    }
    const shipmentIds = changes.flatMap(({ shipmentId }) => (shipmentId === null ? [] : [shipmentId]));
    const shipments = await cache.shipments([...new Set(shipmentIds)]);
    return {
      row: ({ entity, id }) => before.get(entity)?.get(id) ?? null,
      shipment: (id) => shipments.get(id) ?? null,
    };
  }
}
