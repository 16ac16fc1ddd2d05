import type { HistoryView } from '#contract/bridge/view.ts';
import {
  type ENTITY_NAMES,
  type EntityName,
  SHIPMENT_PARTS,
  type ShipmentDetail,
  type ShipmentPart,
} from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Cache, Places, Requested } from '../core/ports.ts';
import { searchable } from './cache-schema.ts';
import type { Db } from './open-database.ts';
import type { Slicer } from './slicer.ts';

// Rows were checked at the door before they were written, so they are read as what they are.

/** Ids asked for in one statement; SQLite's own limit is far higher, but a slice is short. */
const IDS_PER_READ = 100;
const ROWS_PER_SLICE = 4_000;

export const readRows = async (
  db: Db,
  slicer: Slicer,
  entity: EntityName,
  ids: readonly string[],
): Promise<Map<string, Record<string, unknown>>> => {
  const rows = new Map<string, Record<string, unknown>>();
  for (let at = 0; at < ids.length; at += IDS_PER_READ) {
    const some = ids.slice(at, at + IDS_PER_READ);
    const marks = some.map(() => '?').join(',');
    const sql = `SELECT id, body FROM row WHERE entity = ? AND id IN (${marks})`;
    for (const { id, body } of db.prepare<unknown[], { id: string; body: string }>(sql).all(entity, ...some)) {
      rows.set(id, JSON.parse(body));
    }
    await slicer.breathe();
  }
  return rows;
};

export const readShipments = async (db: Db, slicer: Slicer, ids: readonly string[]): Promise<Map<string, Shipment>> =>
  (await readRows(db, slicer, 'shipment', ids)) as unknown as Map<string, Shipment>;

export const readBoard = async (db: Db, slicer: Slicer, endedSince: string): Promise<Shipment[]> => {
  const sql = `SELECT id FROM board WHERE open = 1 UNION ALL SELECT id FROM board WHERE open = 0 AND changed_at >= ?`;
  const ids = db.prepare<[string], string>(sql).pluck().all(endedSince);
  return [...(await readShipments(db, slicer, ids)).values()];
};

const PART_LISTS = {
  line: 'lines',
  handlingUnit: 'handlingUnits',
  document: 'documents',
  inspection: 'inspections',
  rejection: 'rejections',
  hold: 'holds',
  discrepancy: 'discrepancies',
  note: 'notes',
} as const satisfies Record<ShipmentPart, keyof ShipmentDetail>;

type PartRow = { readonly entity: EntityName; readonly id: string; readonly seq: number; readonly body: string };

export const readDetail = async (db: Db, slicer: Slicer, id: string): ReturnType<Cache['detail']> => {
  const sql = 'SELECT entity, id, seq, body FROM row WHERE shipment_id = ? ORDER BY id';
  const found = db.prepare<[string], PartRow>(sql).all(id);
  const parts = Object.fromEntries(SHIPMENT_PARTS.map((part) => [PART_LISTS[part], [] as unknown[]]));
  let shipment: Shipment | null = null;
  for (const { entity, body } of found) {
    const row: unknown = JSON.parse(body);
    if (entity === 'shipment') shipment = row as Shipment;
    else parts[PART_LISTS[entity as ShipmentPart]]?.push(row);
    await slicer.breathe();
  }
  if (shipment === null) return null;
  const detail = { ...shipment, ...parts } as ShipmentDetail;
  detail.lines.sort((a, b) => a.lineNumber - b.lineNumber);
  return { detail, seqs: new Map(found.map((row) => [`${row.entity}:${row.id}`, row.seq])) };
};

export const readPlaces = async (db: Db, slicer: Slicer): Promise<Places> => {
  const all = (entity: (typeof ENTITY_NAMES)[number]): unknown[] =>
    db
      .prepare<[string], string>('SELECT body FROM row WHERE entity = ? ORDER BY id')
      .pluck()
      .all(entity)
      .map((body) => JSON.parse(body));
  const warehouses = all('warehouse') as Places['warehouses'];
  const doors = all('door') as Places['doors'];
  await slicer.breathe();
  return {
    warehouses,
    doors,
    suppliers: all('supplier') as Places['suppliers'],
    capacities: all('capacity') as Places['capacities'],
  };
};

export const readRequested = async (db: Db, slicer: Slicer): Promise<Requested[]> => {
  const read = db.prepare<[string], { id: string; seq: number; body: string }>(
    `SELECT id, seq, body FROM row WHERE entity = 'inspection' AND id > ? ORDER BY id LIMIT ${IDS_PER_READ}`,
  );
  const found: Requested[] = [];
  for (let rows = read.all(''); rows.length > 0; rows = read.all(rows.at(-1)?.id ?? '')) {
    for (const { seq, body } of rows) {
      const inspection = JSON.parse(body) as Requested['inspection'];
      if (inspection.status === 'requested') found.push({ seq, inspection });
    }
    await slicer.breathe();
  }
  return found.sort((a, b) => a.seq - b.seq);
};

/** The last number given to a row: none is counted one by one, and those that have gone count too. */
export const countRows = (db: Db): number =>
  db.prepare<[], number | null>('SELECT max(rowid) FROM row').pluck().get() ?? 0;

type Hit = { readonly id: string; readonly open: number; readonly changed_at: string };

/** Every word has to occur somewhere; those in work first, then the latest. A scan of narrow rows, in slices. */
export const searchShipments = async (db: Db, slicer: Slicer, text: string, limit: number): Promise<Shipment[]> => {
  const words = searchable(text).split(/\s+/).filter(Boolean);
  const last = db.prepare<[], number | null>('SELECT max(rowid) FROM board').pluck().get() ?? 0;
  const tests = words.map(() => 'AND instr(words, ?) > 0').join(' ');
  const find = db.prepare<unknown[], Hit>(
    `SELECT id, open, changed_at FROM board WHERE rowid > ? AND rowid <= ? ${tests}`,
  );
  const hits: Hit[] = [];
  for (let at = 0; at < last; at += ROWS_PER_SLICE) {
    hits.push(...find.all(at, at + ROWS_PER_SLICE, ...words));
    await slicer.breathe();
  }
  hits.sort((a, b) => b.open - a.open || (a.changed_at < b.changed_at ? 1 : -1));
  const ids = hits.slice(0, limit).map(({ id }) => id);
  const rows = await readShipments(db, slicer, ids);
  return ids.map((id) => rows.get(id)).filter((row) => row !== undefined);
};

export const readHistory = (db: Db, shipmentId: string): HistoryView | null => {
  const sql = 'SELECT fetched_at, body FROM history WHERE shipment_id = ?';
  const row = db.prepare<[string], { fetched_at: string; body: string }>(sql).get(shipmentId);
  return row === undefined ? null : { history: JSON.parse(row.body), fetchedAt: row.fetched_at, stale: true };
};
