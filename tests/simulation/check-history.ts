import type { HistoryEntry } from '#contract/wire/http.ts';
import type { DecidedWork, Piece } from './decided-work.ts';
import type { JournalRow } from './station-node.ts';
import { require } from './violation.ts';

export type HistoryRow = { readonly shipment_id: string; readonly position: number; readonly row: string };

type Kept = HistoryEntry & { readonly shipmentId: string; readonly position: number; isTold: boolean };

const shipmentOf = ({ args }: JournalRow): unknown => (JSON.parse(args) as { shipmentId?: string }).shipmentId ?? '';

/** Every piece of the log is told in history, once, by whom and when it happened. */
const checkPieces = (kept: readonly Kept[], pieces: ReadonlyMap<number, Piece>): void => {
  const bySeq = new Map<number, Kept[]>();
  for (const entry of kept) if (entry.seq !== null) bySeq.set(entry.seq, [...(bySeq.get(entry.seq) ?? []), entry]);
  for (const [seq, { last }] of pieces) {
    const [entry, another] = bySeq.get(seq) ?? [];
    require(entry !== undefined, 'lost', 'history keeps it', () => `nothing is told of ${seq} (${last.command})`);
    require(another === undefined, 'duplicated', 'history keeps it', () => `${seq} (${last.command}) is told twice`);
    if (entry === undefined) continue;
    const isSo =
      entry.command === last.command &&
      entry.occurredAt === last.occurredAt &&
      entry.actor.id === last.actor.id &&
      entry.outcome === 'applied' &&
      entry.shipmentId === (last.shipmentId ?? '');
    require(isSo, 'diverged', 'history keeps it', () => `${seq} (${last.command}) is told as ${JSON.stringify(entry)}`);
    bySeq.delete(seq);
  }
  const [left] = bySeq.keys();
  require(left === undefined, 'duplicated', 'history keeps it', () => `history tells of ${left}, where nothing ends`);
};

/** Everything that was applied, and everything that came too late to be, stands in history with the time it was done. */
export const checkHistory = (
  rows: readonly HistoryRow[],
  pieces: ReadonlyMap<number, Piece>,
  works: readonly DecidedWork[],
): void => {
  const kept = rows.map(({ shipment_id: shipmentId, position, row }): Kept => {
    return { ...(JSON.parse(row) as HistoryEntry), shipmentId, position, isTold: false };
  });
  checkPieces(kept, pieces);
  const at = new Map<number, Kept[]>();
  for (const entry of kept) at.set(entry.position, [...(at.get(entry.position) ?? []), entry]);
  for (const { name, verdict, asked } of works) {
    if (verdict.verdict !== 'applied' && verdict.verdict !== 'superseded') continue;
    const entry = at
      .get(verdict.seq)
      ?.find(
        (each) =>
          !each.isTold &&
          each.outcome === verdict.verdict &&
          asked.some(
            (row) =>
              row.type === each.command &&
              row.occurred_at === each.occurredAt &&
              row.user_id === each.actor.id &&
              shipmentOf(row) === each.shipmentId,
          ),
      );
    require(entry !== undefined, 'lost', 'history keeps it', () =>
      `${name} (${asked[0]?.type} of ${asked[0]?.occurred_at}) was ${verdict.verdict} at ${verdict.seq}, and history does not tell of it`);
    if (entry !== undefined) entry.isTold = true;
  }
};
