import { argsOf, askerOf, type DecidedWork, type Piece } from './decided-work.ts';
import type { JournalRow } from './station-node.ts';
import { require } from './violation.ts';

/** What happened, or is true until the server says otherwise: whatever version of the shipment it was seen on. */
const TRUE_ON_ANY: ReadonlySet<string> = new Set(
  `recordDeparture recordArrival recordUnplannedArrival reportAtDoor startUnloading startCounting recordScan voidScan setCount
   completeCount refuseShipment placeHold reportDiscrepancy addPhoto addNote attachDocument recordInspectionResult
   completeInspection reportRejection`.split(/\s+/),
);

/** What scans and counts add up to, by line. Quantities here are whole numbers. */
class Counts {
  readonly #lines = new Map<string, number | null>();
  /** Scans that stand in a count, and no longer can be taken out when a count was set over them. */
  readonly #live = new Map<string, { readonly line: string; readonly quantity: number }>();

  take(asker: JournalRow, piece: Piece): void {
    const args = argsOf(asker);
    const line = String(args.lineId);
    const scan = `${args.shipmentId} ${args.scanId}`;
    const has = piece.changes.some(({ entity, op }) => entity === 'line' && op === 'put');
    if (asker.type === 'setCount') {
      this.#lines.set(line, Number(args.counted));
      for (const [name, live] of this.#live) if (live.line === line) this.#live.delete(name);
    }
    // A line that nobody announced is flagged, and counts for nothing.
    if (asker.type === 'recordScan' && has) {
      const quantity = Number(args.quantity ?? 1);
      this.#lines.set(line, (this.#lines.get(line) ?? 0) + quantity);
      this.#live.set(scan, { line, quantity });
    }
    const live = this.#live.get(scan);
    if (asker.type === 'voidScan' && live !== undefined) {
      this.#lines.set(live.line, (this.#lines.get(live.line) ?? 0) - live.quantity || null);
      this.#live.delete(scan);
    }
  }

  look({ changes }: Piece): void {
    for (const { entity, id, row, seq, command } of changes) {
      if (entity !== 'line' || row === null) continue;
      const counted = row.counted === null ? null : Number(row.counted);
      const expected = this.#lines.get(id) ?? null;
      require(counted === expected, 'diverged', 'counts add up', () =>
        `${command} left ${counted} on ${id} at ${seq}, and its scans make ${expected}`);
    }
  }
}

/** The version of the shipment before a piece of the log. */
const versionsBefore = (pieces: ReadonlyMap<number, Piece>): Map<number, number> => {
  const now = new Map<string, number>();
  const before = new Map<number, number>();
  for (const { seq, changes, last } of pieces.values()) {
    before.set(seq, now.get(last.shipmentId ?? '') ?? 0);
    for (const { entity, id, row } of changes) if (entity === 'shipment') now.set(id, Number(row?.version));
  }
  return before;
};

/** Decisions were made on the shipment as it was, and counts are what was counted: by the log, in its order. */
export const checkDecisions = (pieces: ReadonlyMap<number, Piece>, works: readonly DecidedWork[]): void => {
  const byOrigin = new Map<string, DecidedWork>();
  for (const work of works) {
    const key = `${work.origin} ${work.verdict.seq}`;
    // What changed nothing has the position of what came before it.
    if (work.verdict.verdict === 'applied' && !byOrigin.has(key)) byOrigin.set(key, work);
  }
  const versions = versionsBefore(pieces);
  const counts = new Counts();
  for (const piece of pieces.values()) {
    const { seq, last } = piece;
    const work = byOrigin.get(`${last.origin} ${seq}`);
    const asker = work && askerOf(work, last);
    if (asker !== undefined) counts.take(asker, piece);
    counts.look(piece);
    if (work === undefined || asker === undefined) continue;
    if (asker.base === null || TRUE_ON_ANY.has(asker.type)) continue;
    const { id, version } = JSON.parse(asker.base) as { id: string; version: number };
    const isAsSeen = id !== last.shipmentId || version === versions.get(seq);
    require(isAsSeen, 'illegal', 'decided on what was seen', () =>
      `${work.name} (${asker.type}) was decided on version ${version} of ${id}, which had ${versions.get(seq)}`);
  }
};
