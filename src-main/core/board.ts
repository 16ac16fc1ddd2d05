import type { BoardShipment } from '#contract/bridge/view.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { isOpen } from '#contract/domain/status.ts';
import type { ScanEffect } from './apply-command.ts';
import type { Outbox } from './outbox.ts';
import { overlayShipment } from './overlay.ts';
import type { Cache, Places, Work } from './ports.ts';

/** Ended shipments stay on the board for this long. */
const ENDED_FOR_MS = 12 * 60 * 60 * 1000;
const SCANS_KEPT = 2_000;
/** A shipment is read so often at most when work on it keeps coming. */
const READS = 3;

const withoutParts = (detail: ShipmentDetail): Shipment => {
  const { lines, handlingUnits, documents, inspections, rejections, holds, discrepancies, notes, ...shipment } = detail;
  return shipment;
};

const isSame = (works: readonly Work[], others: readonly Work[]): boolean =>
  works.length === others.length && works.every(({ mutation }, at) => mutation.n === others[at]?.mutation.n);

export type BoardPorts = {
  readonly cache: Pick<Cache, 'board' | 'shipments' | 'detail' | 'search'>;
  readonly outbox: Pick<Outbox, 'pending' | 'pendingOn'>;
  readonly places: () => Places;
  /** Server time, ms since 1970. */
  readonly now: () => number;
};

export type BoardChange = { readonly put: readonly BoardShipment[]; readonly gone: readonly string[] };

/** The shipments a screen shows without asking: everything in work and what ended in the last 12 hours, with pending work on top. */
export class Board {
  readonly #ports: BoardPorts;
  #shipments = new Map<string, BoardShipment>();
  /** Scans made here lately, so that undoing one shows at once even when the server has it already. */
  readonly #scans = new Map<string, ScanEffect>();

  constructor(ports: BoardPorts) {
    this.#ports = ports;
  }

  all(): readonly BoardShipment[] {
    return [...this.#shipments.values()];
  }

  clear(): void {
    this.#shipments = new Map();
  }

  async load(): Promise<void> {
    const rows = await this.#ports.cache.board(new Date(this.#endedSince()).toISOString());
    this.#shipments = new Map(rows.map((row) => [row.id, { ...row, pending: false }]));
    const touched = new Set(this.#ports.outbox.pending().map(({ shipmentId }) => shipmentId));
    await this.refresh([...touched].filter((id) => id !== null));
  }

  /** Reads these shipments again. Only what differs from before is in the answer. */
  async refresh(ids: readonly string[]): Promise<BoardChange> {
    const plain = ids.filter((id) => this.#ports.outbox.pendingOn(id).length === 0);
    const rows = await this.#ports.cache.shipments(plain);
    const read: [string, BoardShipment | null][] = [];
    for (const id of ids) {
      const row = rows.get(id);
      read.push([id, row === undefined ? await this.#withPending(id) : { ...row, pending: false }]);
    }
    // All was read: what is said to have changed below has.
    const put: BoardShipment[] = [];
    const gone: string[] = [];
    for (const [id, shipment] of read) {
      if (shipment !== null && this.#isShown(shipment)) {
        this.#shipments.set(id, shipment);
        put.push(shipment);
      } else if (this.#shipments.delete(id)) gone.push(id);
    }
    return { put, gone };
  }

  numberOf(id: string | null): string | null {
    return id === null ? null : (this.#shipments.get(id)?.number ?? null);
  }

  /** What has ended so long ago that it comes off at the next refresh. */
  outdated(): string[] {
    return this.all()
      .filter((shipment) => !this.#isShown(shipment))
      .map(({ id }) => id);
  }

  async detail(id: string): Promise<ShipmentDetail | null> {
    const { cache, outbox } = this.#ports;
    let works = outbox.pendingOn(id);
    let found = await cache.detail(id);
    // Work that was settled during the read is in the row now, but perhaps not in the one that was read.
    for (let tries = 0; tries < READS && !isSame(works, outbox.pendingOn(id)); tries += 1) {
      works = outbox.pendingOn(id);
      found = await cache.detail(id);
    }
    const base = found?.detail ?? null;
    if (works.length === 0) return base;
    this.#forgetOldScans();
    return overlayShipment(base, works, this.#ports.places(), this.#scans, found?.seqs);
  }

  async search(text: string, limit: number): Promise<readonly BoardShipment[]> {
    const found = await this.#ports.cache.search(text, limit);
    return found.map((row) => this.#shipments.get(row.id) ?? { ...row, pending: false });
  }

  /** Bounds the memory of scans; undoing is offered for seconds, so the oldest are of no use. */
  #forgetOldScans(): void {
    for (const scanId of this.#scans.keys()) {
      if (this.#scans.size <= SCANS_KEPT) return;
      this.#scans.delete(scanId);
    }
  }

  async #withPending(id: string): Promise<BoardShipment | null> {
    const detail = await this.detail(id);
    if (detail === null) return null;
    return { ...withoutParts(detail), pending: this.#ports.outbox.pendingOn(id).length > 0 };
  }

  #isShown(shipment: Shipment): boolean {
    return isOpen(shipment.status) || Date.parse(shipment.statusChangedAt) >= this.#endedSince();
  }

  #endedSince(): number {
    return this.#ports.now() - ENDED_FOR_MS;
  }
}
