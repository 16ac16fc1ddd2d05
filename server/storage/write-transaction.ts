import type { Shipment } from '#contract/domain/shipment.ts';
import { BulkWrite } from './bulk-write.ts';
import { internalColumns, partColumns, placeColumns, shipmentColumns, tableOf } from './columns.ts';
import { compiled, type Session } from './compiled.ts';
import { nextChain } from './digest.ts';
import {
  type ChangeTable,
  type HistoryTable,
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
const SHIPMENT_COLUMNS = [
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
] as const;
const SHIPMENT = new BulkWrite('shipment', SHIPMENT_COLUMNS, {
  key: ['id'],
  set: ['warehouse_id', 'status', 'open', 'door_id', 'eta_ms', 'search', 'seq', 'row'],
});
/**
 * For shipments whose warehouse, door and ETA stay: by far the most writes, and each index that is touched is a page more to make
 * durable.
 */
const SHIPMENT_ROW = new BulkWrite('shipment', SHIPMENT_COLUMNS, {
  key: ['id'],
  set: ['status', 'open', 'search', 'seq', 'row'],
});
const PART = new BulkWrite('part', ['entity', 'id', 'shipment_id', 'gtin', 'content_hash', 'parent_id', 'seq', 'row'], {
  key: ['entity', 'id'],
  set: ['gtin', 'content_hash', 'parent_id', 'seq', 'row'],
});
const PLACE = new BulkWrite('place', ['entity', 'id', 'warehouse_id', 'seq', 'row'], {
  key: ['entity', 'id'],
  set: ['warehouse_id', 'seq', 'row'],
});
const INTERNAL = new BulkWrite('internal', ['kind', 'shipment_id', 'id', 'live', 'row'], {
  key: ['kind', 'shipment_id', 'id'],
  set: ['live', 'row'],
});
const HISTORY = new BulkWrite('history', ['shipment_id', 'position', 'id', 'row'], null);
const LEDGER = new BulkWrite('ledger', ['client_id', 'n', 'payload_hash', 'verdict', 'recorded_at'], null);
const CLIENT = new BulkWrite('client', ['client_id', 'last_n', 'user_id', 'seen_at'], {
  key: ['client_id'],
  set: ['last_n', 'user_id', 'seen_at'],
});

/** Where the log stands after a transaction; `base` is where it stood before. */
export type Written = { readonly base: number; readonly head: number; readonly chain: string };

/**
 * Writes a transaction. Everything has been read and decided by now; what is left is to take the numbers and write, with no
 * reading and no rule in between, because from the `update` on every other writer waits: numbers become visible in the
 * order they were given, and a rollback gives them back. That is what makes the log gap-free in commit order.
 */
export const writeTransaction = async (transaction: Transaction): Promise<Written> => {
  const { session, changes } = transaction;
  const before = await takeNumbers(session, changes.length);
  const { rows, chain } = numbered(transaction, before.base, before.chain);
  await CHANGE.run(session, rows);
  await writeRows(session, changes, before.base);
  await writeInternals(transaction);
  await HISTORY.run(session, historyRows(transaction, before.base));
  await writeLedger(transaction, before.base);
  if (changes.length > 0) await session.run({ ...SET_CHAIN(session.db), parameters: [chain, STREAM] });
  return { base: before.base, head: before.base + changes.length, chain };
};

type Stream = { readonly head: number; readonly chain: string };

const READ_STREAM = compiled((db) =>
  db.selectFrom('stream').select(['head', 'chain']).where('id', '=', STREAM).compile(),
);
const TAKE_NUMBERS = compiled((db) => {
  const update = db.updateTable('stream').set((eb) => ({ head: eb('head', '+', 0) }));
  return update.where('id', '=', STREAM).returning(['head', 'chain']).compile();
});
const SET_CHAIN = compiled((db) => db.updateTable('stream').set({ chain: '' }).where('id', '=', STREAM).compile());

const takeNumbers = async ({ db, run }: Session, count: number): Promise<{ base: number; chain: string }> => {
  const query = count === 0 ? READ_STREAM(db) : { ...TAKE_NUMBERS(db), parameters: [count, STREAM] };
  const [stream] = (await run(query)) as Stream[];
  if (stream === undefined) throw new Error('the database has no stream');
  return { base: Number(stream.head) - count, chain: stream.chain };
};

const historyRows = ({ history }: Transaction, base: number): HistoryTable[] =>
  history.map(({ draft: { shipmentId, ...entry }, offset, position }) => {
    const seq = offset === null ? null : base + offset;
    return {
      shipment_id: shipmentId ?? '',
      position: base + position,
      id: entry.id,
      row: JSON.stringify({ ...entry, seq }),
    };
  });

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

type Last = { readonly first: StagedChange; change: StagedChange; seq: number };

const INDEXED = ['warehouseId', 'doorId', 'eta'] as const;

/** Whether a shipment's columns that are in an index are as they were before this transaction. */
const keepsIndexes = ({ first, change }: Last): boolean => {
  const before = first.write.before as Shipment | null;
  const after = change.write.row as Shipment;
  return before !== null && INDEXED.every((field) => before[field] === after[field]);
};

/** Writes each row once, as the last change of it left it. */
const writeRows = async (session: Session, changes: readonly StagedChange[], base: number): Promise<void> => {
  const last = new Map<string, Last>();
  for (const [index, change] of changes.entries()) {
    const key = `${change.write.entity}:${change.write.id}`;
    const seq = base + index + 1;
    last.set(key, { first: last.get(key)?.first ?? change, change, seq });
  }
  const shipments: ShipmentTable[] = [];
  const shipmentRows: ShipmentTable[] = [];
  const parts: PartTable[] = [];
  const places: PlaceTable[] = [];
  for (const each of last.values()) {
    const { write, text } = each.change;
    const table = tableOf(write.entity);
    const was = each.first.write.before as { readonly shipmentId?: string } | null;
    // Taken away and made again on another shipment within one commit: where a part belongs is no part of an update.
    const moved = table === 'part' && was !== null && was.shipmentId !== write.shipmentId;
    if (text === null || moved) {
      await session.db.deleteFrom('part').where('entity', '=', write.entity).where('id', '=', write.id).execute();
    }
    if (text === null) continue;
    if (table === 'shipment') {
      const columns = shipmentColumns(write.row as Shipment, each.seq, text);
      (keepsIndexes(each) ? shipmentRows : shipments).push(columns);
    } else if (table === 'part') parts.push(partColumns(write, each.seq, text));
    else places.push(placeColumns(write, each.seq, text));
  }
  await SHIPMENT.run(session, shipments);
  await SHIPMENT_ROW.run(session, shipmentRows);
  await PART.run(session, parts);
  await PLACE.run(session, places);
};

const writeInternals = async ({ session, internals }: Transaction): Promise<void> => {
  if (internals.length === 0) return;
  const last = new Map<string, InternalTable>();
  for (const write of internals)
    last.set(`${write.kind}:${write.row.shipmentId}:${write.row.id}`, internalColumns(write));
  await INTERNAL.run(session, [...last.values()]);
};

const writeLedger = async ({ session, verdicts, now }: Transaction, base: number): Promise<void> => {
  if (verdicts.length === 0) return;
  const clients = new Map<string, { client_id: string; last_n: number; user_id: string; seen_at: string }>();
  const rows = verdicts.map(({ clientId, userId, hash, offset, verdict }) => {
    clients.set(clientId, { client_id: clientId, last_n: verdict.n, user_id: userId, seen_at: now });
    const text = JSON.stringify({ ...verdict, seq: base + offset });
    return { client_id: clientId, n: verdict.n, payload_hash: hash, verdict: text, recorded_at: now };
  });
  await LEDGER.run(session, rows);
  await CLIENT.run(session, [...clients.values()]);
};
