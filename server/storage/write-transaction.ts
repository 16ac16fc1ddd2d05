import type { Shipment } from '#contract/domain/shipment.ts';
import { BulkWrite } from './bulk-write.ts';
import { internalColumns, partColumns, placeColumns, shipmentColumns, tableOf } from './columns.ts';
import { nextChain } from './digest.ts';
import {
  type ChangeTable,
  type Db,
  type InternalTable,
  type PartTable,
  type PlaceTable,
  type ShipmentTable,
  STREAM,
} from './schema.ts';
import type { StagedChange, Transaction } from './transaction.ts';

const CHANGE = new BulkWrite(
  'change',
  [
    'seq',
    'tx_end',
    'entity',
    'entity_id',
    'op',
    'row',
    'shipment_id',
    'command',
    'actor',
    'origin',
    'warehouse_from',
    'warehouse_to',
    'supplier_id',
    'occurred_at',
    'recorded_at',
    'chain',
  ],
  null,
);
const SHIPMENT = new BulkWrite(
  'shipment',
  [
    'id',
    'warehouse_id',
    'supplier_id',
    'supplier_key',
    'number',
    'status',
    'open',
    'door_id',
    'eta_ms',
    'search',
    'seq',
    'row',
  ],
  ['id'],
);
const PART = new BulkWrite(
  'part',
  ['entity', 'id', 'shipment_id', 'lookup', 'parent_id', 'seq', 'row'],
  ['entity', 'id'],
);
const PLACE = new BulkWrite('place', ['entity', 'id', 'warehouse_id', 'seq', 'row'], ['entity', 'id']);
const INTERNAL = new BulkWrite('internal', ['kind', 'id', 'shipment_id', 'live', 'row'], ['kind', 'id']);
const HISTORY = new BulkWrite('history', ['shipment_id', 'seq', 'row'], null);
const LEDGER = new BulkWrite('ledger', ['client_id', 'n', 'payload_hash', 'verdict', 'recorded_at'], null);
const CLIENT = new BulkWrite('client', ['client_id', 'last_n', 'user_id', 'seen_at'], ['client_id']);

/** Where the log stands after a transaction; `base` is where it stood before. */
export type Written = { readonly base: number; readonly head: number; readonly chain: string };

/**
 * Writes a transaction. Everything has been read and decided by now; what is left is to take the numbers and write, with no
 * reading and no rule in between, because from the `update` on every other writer waits: numbers become visible in the
 * order they were given, and a rollback gives them back. That is what makes the log gap-free in commit order.
 */
export const writeTransaction = async (transaction: Transaction): Promise<Written> => {
  const { db, changes } = transaction;
  const before = await takeNumbers(db, changes.length);
  const { rows, chain } = numbered(transaction, before.base, before.chain);
  await CHANGE.run(db, rows);
  await writeRows(db, changes, before.base);
  await writeInternals(transaction);
  await HISTORY.run(
    db,
    transaction.history.map(({ draft: { shipmentId, ...entry }, offset }) => {
      const seq = offset === null ? null : before.base + offset;
      return { shipment_id: shipmentId, seq, row: JSON.stringify({ ...entry, seq }) };
    }),
  );
  await writeLedger(transaction, before.base);
  if (changes.length > 0) await db.updateTable('stream').set({ chain }).where('id', '=', STREAM).execute();
  return { base: before.base, head: before.base + changes.length, chain };
};

const takeNumbers = async (db: Db, count: number): Promise<{ base: number; chain: string }> => {
  const stream =
    count === 0
      ? await db.selectFrom('stream').select(['head', 'chain']).where('id', '=', STREAM).executeTakeFirstOrThrow()
      : await db
          .updateTable('stream')
          .set((eb) => ({ head: eb('head', '+', count) }))
          .where('id', '=', STREAM)
          .returning(['head', 'chain'])
          .executeTakeFirstOrThrow();
  return { base: Number(stream.head) - count, chain: stream.chain };
};

/** Change rows with their numbers, and the chain over them, moved on at the end of every piece. */
const numbered = ({ changes, now }: Transaction, base: number, chainBefore: string) => {
  const actors = new Map<object, string>();
  let chain = chainBefore;
  let texts: string[] = [];
  const rows = changes.map((change, index): ChangeTable => {
    const { write, text } = change;
    const seq = base + index + 1;
    const actor = actors.get(change.actor) ?? JSON.stringify(change.actor);
    actors.set(change.actor, actor);
    texts.push(`${seq} ${write.op} ${write.entity} ${write.id} ${change.command} ${text ?? ''}`);
    if (change.ends) {
      chain = nextChain(chain, texts);
      texts = [];
    }
    return {
      seq,
      tx_end: Number(change.ends),
      entity: write.entity,
      entity_id: write.id,
      op: write.op,
      row: text,
      shipment_id: write.shipmentId,
      command: change.command,
      actor,
      origin: change.origin,
      warehouse_from: write.warehouseFrom,
      warehouse_to: write.warehouseTo,
      supplier_id: write.supplierId,
      occurred_at: change.occurredAt,
      recorded_at: now,
      chain: change.ends ? chain : null,
    };
  });
  return { rows, chain };
};

/** Writes each row once, as the last change of it left it. */
const writeRows = async (db: Db, changes: readonly StagedChange[], base: number): Promise<void> => {
  const last = new Map<string, { change: StagedChange; seq: number }>();
  changes.forEach((change, index) => {
    last.set(`${change.write.entity}:${change.write.id}`, { change, seq: base + index + 1 });
  });
  const shipments: ShipmentTable[] = [];
  const parts: PartTable[] = [];
  const places: PlaceTable[] = [];
  for (const { change, seq } of last.values()) {
    const { write, text } = change;
    if (text === null) {
      await db.deleteFrom('part').where('entity', '=', write.entity).where('id', '=', write.id).execute();
      continue;
    }
    const table = tableOf(write.entity);
    if (table === 'shipment') shipments.push(shipmentColumns(write.row as Shipment, seq, text));
    else if (table === 'part') parts.push(partColumns(write, seq, text));
    else places.push(placeColumns(write, seq, text));
  }
  await SHIPMENT.run(db, shipments);
  await PART.run(db, parts);
  await PLACE.run(db, places);
};

const writeInternals = async ({ db, internals }: Transaction): Promise<void> => {
  if (internals.length === 0) return;
  const last = new Map<string, InternalTable>();
  for (const write of internals) last.set(`${write.kind}:${write.row.id}`, internalColumns(write));
  await INTERNAL.run(db, [...last.values()]);
};

const writeLedger = async ({ db, verdicts, now }: Transaction, base: number): Promise<void> => {
  if (verdicts.length === 0) return;
  const clients = new Map<string, { client_id: string; last_n: number; user_id: string; seen_at: string }>();
  const rows = verdicts.map(({ clientId, userId, hash, offset, verdict }) => {
    clients.set(clientId, { client_id: clientId, last_n: verdict.n, user_id: userId, seen_at: now });
    const text = JSON.stringify({ ...verdict, seq: base + offset });
    return { client_id: clientId, n: verdict.n, payload_hash: hash, verdict: text, recorded_at: now };
  });
  await LEDGER.run(db, rows);
  await CLIENT.run(db, [...clients.values()]);
};
