import { argsOf, askerOf, type DecidedWork, type Piece } from './decided-work.ts';
import type { History } from './history.ts';
import { require } from './violation.ts';

/**
 * Work that may be applied without any row being another: words about a picture that is still to come, and the taking back of a scan
 * over which a count was set since. Nothing else.
 */
const mayChangeNothing = ({ verdict, asked }: DecidedWork, { log }: History): boolean => {
  const before = log.slice(0, verdict.seq).map(({ raw }) => raw);
  return asked.some((row) => {
    const { documentId, shipmentId } = argsOf(row);
    if (row.type === 'addPhoto') return !before.some(({ entity, id }) => entity === 'document' && id === documentId);
    if (row.type !== 'voidScan') return false;
    return before.some((raw) => raw.command === 'setCount' && raw.shipmentId === shipmentId);
  });
};

/** What was applied stands in the log exactly once, where its verdict says and as it was asked for, and the log has no others. */
export const checkEffects = (
  history: History,
  pieces: ReadonlyMap<number, Piece>,
  works: readonly DecidedWork[],
): void => {
  const open = new Map([...pieces].filter(([, { last }]) => last.origin !== null));
  for (const work of works) {
    const { name, origin, verdict, asked } = work;
    if (verdict.verdict !== 'applied') continue;
    const piece = open.get(verdict.seq);
    const isOwn = piece?.last.origin === origin && askerOf(work, piece.last) !== undefined;
    if (isOwn) open.delete(verdict.seq);
    require(isOwn || mayChangeNothing(work, history), 'lost', 'exactly-once effect', () =>
      `${name} (${asked[0]?.type}) was applied at ${verdict.seq}, of which the log knows nothing`);
  }
  for (const [seq, { last }] of open) {
    require(false, 'duplicated', 'exactly-once effect', () =>
      `change ${seq} (${last.command}) of ${last.origin} stands in no ledger`);
  }
};

/** Names that are given once are given once in the log, too. */
export const checkCarriers = ({ log }: History): void => {
  const carriers = new Map<string, number>();
  const last = new Map<string, unknown>();
  for (const { raw } of log) {
    if (raw.entity !== 'shipment' || raw.command !== 'amendShipment') continue;
    const carrier = raw.row?.carrier as string | null;
    if (carrier === null || last.get(raw.id) === carrier) continue;
    last.set(raw.id, carrier);
    carriers.set(carrier, (carriers.get(carrier) ?? 0) + 1);
  }
  for (const [carrier, times] of carriers) {
    require(times === 1, 'duplicated', 'exactly-once effect', () => `${carrier} was set ${times} times`);
  }
};
