import type { Actor } from '#contract/domain/roles.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import type { Change } from '#contract/wire/sync.ts';
import type { RawChange } from '../core/storage.ts';
import { genesis } from './digest.ts';
import { type ChangeTable, type Db, STREAM } from './schema.ts';

/** Bytes of rows after which a page ends, at the next end of a transaction. */
const MOST_BYTES = 512 * 1024;

export type RawPage = {
  readonly epoch: string;
  readonly head: number;
  readonly to: number;
  /** Chain at `to`. */
  readonly chain: string;
  readonly changes: readonly RawChange[];
};

const toChange = (row: ChangeTable): RawChange => ({
  seq: Number(row.seq),
  entity: row.entity as Change['entity'],
  id: row.entity_id,
  op: row.op as Change['op'],
  row: row.row === null ? null : (JSON.parse(row.row) as Record<string, unknown>),
  shipmentId: row.shipment_id,
  command: row.command as Change['command'],
  actor: JSON.parse(row.actor) as Actor,
  origin: row.origin,
  occurredAt: row.occurred_at,
  recordedAt: row.recorded_at,
  warehouseFrom: row.warehouse_from,
  warehouseTo: row.warehouse_to,
  supplierId: row.supplier_id,
});

/** How many of these rows make whole transactions within the byte limit; at least one transaction if there is a whole one. */
const wholeRows = (rows: readonly ChangeTable[]): number => {
  let bytes = 0;
  let whole = 0;
  for (const [index, row] of rows.entries()) {
    bytes += row.row?.length ?? 0;
    if (bytes > MOST_BYTES && whole > 0) break;
    if (row.tx_end === 1) whole = index + 1;
  }
  return whole;
};

/** A transaction larger than a page is read whole: half of one must never be seen. */
const firstTransaction = async (db: Db, from: number): Promise<ChangeTable[]> => {
  const ends = db.selectFrom('change').select('seq').where('seq', '>', from).where('tx_end', '=', 1);
  const end = await ends.orderBy('seq').limit(1).executeTakeFirstOrThrow();
  const rows = db.selectFrom('change').selectAll().where('seq', '>', from).where('seq', '<=', Number(end.seq));
  return rows.orderBy('seq').execute();
};

/** The log's own promise, asserted on every read: dense from `from`, ending where a transaction ends. */
const assertContiguous = (from: number, rows: readonly ChangeTable[]): void => {
  for (const [index, row] of rows.entries()) {
    if (Number(row.seq) !== from + index + 1) throw new Error(`the log has a gap after ${from + index}`);
  }
  if (rows.length > 0 && rows.at(-1)?.tx_end !== 1) throw new Error(`half a transaction was read after ${from}`);
};

/** Throws `cursor_too_old` when the log was pruned over this position since the page was begun. */
const requireKept = async (db: Db, from: number): Promise<void> => {
  const stream = await db.selectFrom('stream').select('floor').where('id', '=', STREAM).executeTakeFirstOrThrow();
  if (from < Number(stream.floor)) throw new ProblemError('cursor_too_old');
};

/** Chain at a position; null when that is not kept, or no transaction ends there. */
export const chainAt = async (db: Db, seq: number): Promise<string | null> => {
  if (seq === 0) {
    const stream = await db.selectFrom('stream').select('epoch').where('id', '=', STREAM).executeTakeFirstOrThrow();
    return genesis(stream.epoch);
  }
  const row = await db.selectFrom('change').select('chain').where('seq', '=', seq).executeTakeFirst();
  return row?.chain ?? null;
};

/**
 * Whole transactions after `from`, at most about `limit` changes. Throws `cursor_ahead` and `cursor_too_old` for positions
 * this log cannot be read from.
 */
export const readPage = async (db: Db, from: number, limit: number): Promise<RawPage> => {
  const stream = await db.selectFrom('stream').selectAll().where('id', '=', STREAM).executeTakeFirstOrThrow();
  const head = Number(stream.head);
  if (from > head) throw new ProblemError('cursor_ahead');
  if (from < Number(stream.floor)) throw new ProblemError('cursor_too_old');
  const select = db.selectFrom('change').selectAll().where('seq', '>', from).orderBy('seq');
  let rows = await select.limit(Math.max(1, limit)).execute();
  rows = rows.slice(0, wholeRows(rows));
  if (rows.length === 0 && head > from) rows = await firstTransaction(db, from);
  if (Number(rows[0]?.seq ?? 0) > from + 1) await requireKept(db, from);
  assertContiguous(from, rows);
  const last = rows.at(-1);
  const to = last === undefined ? from : Number(last.seq);
  const chain = last === undefined ? await chainAt(db, from) : last.chain;
  if (chain === null)
    throw new ProblemError('cursor_too_old', 'No transaction ends at that position. Take a new snapshot.');
  return { epoch: stream.epoch, head: Math.max(head, to), to, chain, changes: rows.map(toChange) };
};
