import { sql } from 'kysely';
import type { Actor } from '#contract/domain/roles.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import type { Change } from '#contract/wire/sync.ts';
import type { RawChange } from '../core/storage.ts';
import { compiled, type Session } from './compiled.ts';
import { genesis } from './digest.ts';
import { type ChangeTable, STREAM, type StreamTable } from './schema.ts';

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

const STREAM_ROW = compiled((db) => db.selectFrom('stream').selectAll().where('id', '=', STREAM).compile());
/**
 * Bounded by numbers and not by `limit ?`, whose value SQLite plans by: it would prepare the statement anew every time. The log
 * has no gaps, so the two are the same.
 */
const BETWEEN = compiled((db) => {
  const after = db.selectFrom('change').selectAll().where('seq', '>', 0).where('seq', '<=', 0);
  return after.orderBy('seq').compile();
});
const CHAIN = compiled((db) => db.selectFrom('change').select('chain').where('seq', '=', 0).compile());
const NEXT_END = compiled((db) => {
  const ends = db.selectFrom('change').select('seq').where('seq', '>', 0).where('tx_end', '=', 1);
  return ends.orderBy('seq').limit(sql.lit(1)).compile();
});

const streamRow = async ({ db, run }: Session): Promise<StreamTable> => {
  const [stream] = (await run(STREAM_ROW(db))) as StreamTable[];
  if (stream === undefined) throw new Error('the database has no stream');
  return stream;
};

/** Changes after `from` up to and including `to`. */
const rowsBetween = async ({ db, run }: Session, from: number, to: number): Promise<ChangeTable[]> =>
  (await run({ ...BETWEEN(db), parameters: [from, to] })) as ChangeTable[];

/** A transaction larger than a page is read whole: half of one must never be seen. */
const firstTransaction = async (session: Session, from: number): Promise<ChangeTable[]> => {
  const [end] = (await session.run({ ...NEXT_END(session.db), parameters: [from, 1] })) as Pick<ChangeTable, 'seq'>[];
  if (end === undefined) throw new Error(`no transaction ends after ${from}`);
  return rowsBetween(session, from, Number(end.seq));
};

/** The log's own promise, asserted on every read: dense from `from`, ending where a transaction ends. */
const assertContiguous = (from: number, rows: readonly ChangeTable[]): void => {
  for (const [index, row] of rows.entries()) {
    if (Number(row.seq) !== from + index + 1) throw new Error(`the log has a gap after ${from + index}`);
  }
  if (rows.length > 0 && rows.at(-1)?.tx_end !== 1) throw new Error(`half a transaction was read after ${from}`);
};

/** Throws `cursor_too_old` when the log was pruned over this position since the page was begun. */
const requireKept = async (session: Session, from: number): Promise<void> => {
  const { floor } = await streamRow(session);
  if (from < Number(floor)) throw new ProblemError('cursor_too_old');
};

/** Chain at a position; null when that is not kept, or no transaction ends there. */
export const chainAt = async (session: Session, seq: number): Promise<string | null> => {
  if (seq === 0) return genesis((await streamRow(session)).epoch);
  const { db, run } = session;
  const [row] = (await run({ ...CHAIN(db), parameters: [seq] })) as Pick<ChangeTable, 'chain'>[];
  return row?.chain ?? null;
};

/**
 * Whole transactions after `from`, at most about `limit` changes. Throws `cursor_ahead` and `cursor_too_old` for positions
 * this log cannot be read from.
 */
export const readPage = async (session: Session, from: number, limit: number): Promise<RawPage> => {
  const stream = await streamRow(session);
  const head = Number(stream.head);
  if (from > head) throw new ProblemError('cursor_ahead');
  if (from < Number(stream.floor)) throw new ProblemError('cursor_too_old');
  let rows = await rowsBetween(session, from, from + Math.max(1, limit));
  rows = rows.slice(0, wholeRows(rows));
  if (rows.length === 0 && head > from) rows = await firstTransaction(session, from);
  if (Number(rows[0]?.seq ?? 0) > from + 1) await requireKept(session, from);
  assertContiguous(from, rows);
  const last = rows.at(-1);
  const to = last === undefined ? from : Number(last.seq);
  const chain = last === undefined ? await chainAt(session, from) : last.chain;
  if (chain === null)
    throw new ProblemError('cursor_too_old', 'No transaction ends at that position. Take a new snapshot.');
  return { epoch: stream.epoch, head: Math.max(head, to), to, chain, changes: rows.map(toChange) };
};
