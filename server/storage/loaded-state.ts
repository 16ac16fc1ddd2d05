import type { EntityName, EntityRow, ShipmentPart } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Decision } from '../core/decision.ts';
import { AT_DOOR, gtinKey, type InternalKind, type InternalRows, type Scan, type State } from '../core/state.ts';
import { keyOf, type Query, type QueryOf } from './query.ts';

/** Thrown when a rule asks for something that has not been read: read it and decide anew. Never leaves storage. */
export class Absent extends Error {
  readonly query: Query;

  constructor(query: Query) {
    super(`not read yet: ${keyOf(query)}`);
    this.name = 'Absent';
    this.query = query;
  }
}

type AnyRow = EntityRow[EntityName];
/** A list that was read: the query it answers and the ids in it; rows themselves stand once, in `#rows`. */
type List = { readonly query: Query; readonly ids: Set<string> };

/** Which rows of which entity a list query is about; null for queries that are not lists of rows. */
const listEntity = (query: Query): EntityName | null => {
  if (query.want === 'parts') return query.entity;
  if (query.want === 'linesBy') return 'line';
  if (query.want === 'unitsIn') return 'handlingUnit';
  return query.want === 'atDoor' || query.want === 'byNumber' ? 'shipment' : null;
};

const isIn = (query: Query, row: AnyRow): boolean => {
  switch (query.want) {
    case 'parts':
      return (row as EntityRow[ShipmentPart]).shipmentId === query.shipmentId;
    case 'linesBy': {
      const line = row as EntityRow['line'];
      if (line.shipmentId !== query.shipmentId) return false;
      if (query.field === 'unit') return line.handlingUnitId === query.value;
      return line.gtin !== null && gtinKey(line.gtin) === query.value;
    }
    case 'unitsIn':
      return (row as EntityRow['handlingUnit']).parentId === query.parentId;
    case 'atDoor':
      return (row as Shipment).doorId === query.doorId && AT_DOOR.has((row as Shipment).status);
    case 'byNumber':
      return (row as Shipment).supplierId === query.supplierId && (row as Shipment).number === query.number;
    default:
      return false;
  }
};

/**
 * What one transaction has read, with what its commands have decided so far laid over it: later commands of the same
 * transaction see earlier ones. `mark` and `rollback` are its savepoints.
 */
export class LoadedState implements State {
  readonly #rows = new Map<string, AnyRow | null>();
  readonly #lists = new Map<string, List>();
  readonly #listsOf = new Map<EntityName, List[]>();
  readonly #internals = new Map<string, InternalRows[InternalKind] | null>();
  readonly #scans = new Map<string, Map<string, Scan>>();
  readonly #contents = new Map<string, boolean>();
  #undo: (() => void)[] = [];

  row<N extends EntityName>(entity: N, id: string): EntityRow[N] | null {
    const row = this.#rows.get(`${entity}:${id}`);
    if (row === undefined) throw new Absent({ want: 'row', entity, id });
    return row as EntityRow[N] | null;
  }

  parts<N extends ShipmentPart>(entity: N, shipmentId: string): EntityRow[N][] {
    return this.#list(entity, { want: 'parts', entity, shipmentId });
  }

  linesBy(field: 'gtin' | 'unit', shipmentId: string, value: string): EntityRow['line'][] {
    return this.#list('line', { want: 'linesBy', field, shipmentId, value });
  }

  unitsIn(shipmentId: string, parentId: string): EntityRow['handlingUnit'][] {
    return this.#list('handlingUnit', { want: 'unitsIn', shipmentId, parentId });
  }

  atDoor(doorId: string): Shipment[] {
    return this.#list('shipment', { want: 'atDoor', doorId });
  }

  byNumber(supplierId: string | null, number: string): Shipment | null {
    return this.#list('shipment', { want: 'byNumber', supplierId, number })[0] ?? null;
  }

  hasContent(contentHash: string): boolean {
    const known = this.#contents.get(contentHash);
    if (known === undefined) throw new Absent({ want: 'content', contentHash });
    return known;
  }

  internal<K extends InternalKind>(kind: K, shipmentId: string, id: string): InternalRows[K] | null {
    const query = { want: 'internal', kind, shipmentId, id } as const;
    const row = this.#internals.get(keyOf(query));
    if (row === undefined) throw new Absent(query);
    return row as InternalRows[K] | null;
  }

  scansOf(shipmentId: string): Scan[] {
    const scans = this.#scans.get(shipmentId);
    if (scans === undefined) throw new Absent({ want: 'scansOf', shipmentId });
    return [...scans.values()];
  }

  /** Whether a query can be answered. */
  has(query: Query): boolean {
    if (query.want === 'row') return this.#rows.has(keyOf(query));
    if (query.want === 'internal') return this.#internals.has(keyOf(query));
    if (query.want === 'scansOf') return this.#scans.has(query.shipmentId);
    return query.want === 'content' ? this.#contents.has(query.contentHash) : this.#lists.has(keyOf(query));
  }

  /** Takes in one row as read, unless this transaction already has it (and may have changed it). */
  loadRow(entity: EntityName, id: string, row: AnyRow | null): void {
    const key = `${entity}:${id}`;
    if (!this.#rows.has(key)) this.#rows.set(key, row);
  }

  /** Takes in the answer to a list query; rows changed by this transaction are judged as they are now. */
  loadList(query: Query, found: readonly AnyRow[]): void {
    const entity = listEntity(query);
    if (entity === null || this.#lists.has(keyOf(query))) return;
    for (const row of found) this.loadRow(entity, row.id, row);
    const list: List = { query, ids: new Set() };
    const prefix = `${entity}:`;
    for (const row of found) {
      const now = this.#rows.get(prefix + row.id);
      if (now && isIn(query, now)) list.ids.add(row.id);
    }
    // A row this transaction made or moved may belong here although the database does not know it yet.
    for (const [key, row] of this.#rows)
      if (row !== null && key.startsWith(prefix) && isIn(query, row)) list.ids.add(row.id);
    const key = keyOf(query);
    this.#lists.set(key, list);
    this.#listsOf.set(entity, [...(this.#listsOf.get(entity) ?? []), list]);
    // Read over what may yet be taken back: with that, the list goes too and is read anew.
    this.#undo.push(() => {
      this.#lists.delete(key);
      this.#listsOf.set(entity, this.#listsOf.get(entity)?.filter((each) => each !== list) ?? []);
    });
  }

  loadInternal(query: QueryOf<'internal'>, row: InternalRows[InternalKind] | null): void {
    const key = keyOf(query);
    if (!this.#internals.has(key)) this.#internals.set(key, row);
  }

  loadScans(shipmentId: string, found: readonly Scan[]): void {
    if (this.#scans.has(shipmentId)) return;
    for (const scan of found) this.loadInternal({ want: 'internal', kind: 'scan', shipmentId, id: scan.id }, scan);
    const scans = new Map<string, Scan>();
    for (const [key, row] of this.#internals) {
      if (row === null || !key.startsWith('internal scan:')) continue;
      const scan = row as Scan;
      if (scan.shipmentId === shipmentId && !scan.voided) scans.set(scan.id, scan);
    }
    this.#scans.set(shipmentId, scans);
    this.#undo.push(() => this.#scans.delete(shipmentId));
  }

  loadContent(contentHash: string, known: boolean): void {
    if (!this.#contents.has(contentHash)) this.#contents.set(contentHash, known);
  }

  /** A savepoint: give it to `rollback` to take back everything applied since. */
  mark(): number {
    return this.#undo.length;
  }

  rollback(mark: number): void {
    for (const undo of this.#undo.splice(mark).reverse()) undo();
  }

  /** Lays a decision over what was read. */
  apply({ writes, internals }: Decision): void {
    for (const { entity, id, row } of writes) {
      this.#set(this.#rows, `${entity}:${id}`, row);
      for (const list of this.#listsOf.get(entity) ?? []) this.#member(list, id, row !== null && isIn(list.query, row));
      if (entity === 'document' && row !== null) {
        this.#set(this.#contents, (row as EntityRow['document']).contentHash, true);
      }
    }
    for (const { kind, row } of internals) {
      this.#set(this.#internals, keyOf({ want: 'internal', kind, shipmentId: row.shipmentId, id: row.id }), row);
      const scans = kind === 'scan' ? this.#scans.get(row.shipmentId) : undefined;
      if (scans !== undefined && kind === 'scan') this.#setScan(scans, row);
    }
  }

  #list<N extends EntityName>(_entity: N, query: Query): EntityRow[N][] {
    const list = this.#lists.get(keyOf(query));
    if (list === undefined) throw new Absent(query);
    return [...list.ids].map((id) => this.#rows.get(`${_entity}:${id}`) as EntityRow[N]);
  }

  #set<V>(map: Map<string, V>, key: string, value: V): void {
    const before = map.get(key);
    const had = map.has(key);
    map.set(key, value);
    this.#undo.push(() => (had ? map.set(key, before as V) : map.delete(key)));
  }

  #setScan(scans: Map<string, Scan>, scan: Scan): void {
    const before = scans.get(scan.id);
    if (scan.voided) scans.delete(scan.id);
    else scans.set(scan.id, scan);
    this.#undo.push(() => (before === undefined ? scans.delete(scan.id) : scans.set(scan.id, before)));
  }

  #member({ ids }: List, id: string, belongs: boolean): void {
    if (ids.has(id) === belongs) return;
    if (belongs) ids.add(id);
    else ids.delete(id);
    this.#undo.push(() => (belongs ? ids.delete(id) : ids.add(id)));
  }
}
