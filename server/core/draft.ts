import type { EntityName, EntityRow, ShipmentPart } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { InternalWrite, Write } from './decision.ts';
import type { InternalKind, InternalRows, State } from './state.ts';

type Slot = { entity: EntityName; id: string; row: EntityRow[EntityName] | null };

/** Kinds that stand on their own; every other row names the shipment it belongs to. */
const PLACES: ReadonlySet<EntityName> = new Set(['warehouse', 'door', 'supplier', 'capacity']);

const isPart = (entity: EntityName): entity is ShipmentPart => !PLACES.has(entity) && entity !== 'shipment';

/**
 * State as one command is changing it: reads see its own writes, and nothing leaves it until `writes()`. A row put twice
 * is written once, in the place of its first put, so a change log holds one image per row and command.
 */
export class Draft {
  readonly #state: State;
  readonly #slots = new Map<string, Slot>();
  readonly #internals = new Map<string, InternalWrite>();

  constructor(state: State) {
    this.#state = state;
  }

  /** State as it was before this command. */
  get before(): State {
    return this.#state;
  }

  row<N extends EntityName>(entity: N, id: string): EntityRow[N] | null {
    const slot = this.#slots.get(`${entity}:${id}`);
    return slot === undefined ? this.#state.row(entity, id) : (slot.row as EntityRow[N] | null);
  }

  parts<N extends ShipmentPart>(entity: N, shipmentId: string): EntityRow[N][] {
    const rows = new Map(this.#state.parts(entity, shipmentId).map((row) => [row.id, row]));
    for (const slot of this.#slots.values()) {
      if (slot.entity !== entity) continue;
      const row = slot.row as EntityRow[N] | null;
      if (row === null) rows.delete(slot.id);
      else if (row.shipmentId === shipmentId) rows.set(slot.id, row);
    }
    return [...rows.values()];
  }

  internal<K extends InternalKind>(kind: K, shipmentId: string, id: string): InternalRows[K] | null {
    const write = this.#internals.get(`${kind}:${shipmentId}:${id}`);
    return write === undefined ? this.#state.internal(kind, shipmentId, id) : (write.row as InternalRows[K]);
  }

  put<N extends EntityName>(entity: N, row: EntityRow[N]): void {
    this.#slots.set(`${entity}:${row.id}`, { entity, id: row.id, row });
  }

  del(entity: ShipmentPart, id: string): void {
    this.#slots.set(`${entity}:${id}`, { entity, id, row: null });
  }

  putInternal(write: InternalWrite): void {
    this.#internals.set(`${write.kind}:${write.row.shipmentId}:${write.row.id}`, write);
  }

  /** Whether this command touched any row of a kind. */
  touched(entity: EntityName): boolean {
    for (const slot of this.#slots.values()) if (slot.entity === entity) return true;
    return false;
  }

  internals(): InternalWrite[] {
    return [...this.#internals.values()];
  }

  /** The shipment's own row first: what hangs on it must never reach a reader before it. */
  writes(): Write[] {
    const writes = [...this.#slots.values()].map((slot) => this.#write(slot));
    return writes.sort((a, b) => Number(b.entity === 'shipment') - Number(a.entity === 'shipment'));
  }

  #write(slot: Slot): Write {
    const { entity, id, row } = slot;
    const before = this.#state.row(entity, id);
    const op = row === null ? 'del' : 'put';
    const base = { entity, id, op, row, before } as const;
    if (isPart(entity)) {
      const shipmentId = ((row ?? before) as EntityRow[ShipmentPart]).shipmentId;
      const shipment = this.row('shipment', shipmentId);
      const warehouse = shipment?.warehouseId ?? null;
      const supplierId = shipment?.supplierId ?? null;
      // Where it was seen before is not where it goes with a shipment that is sent elsewhere.
      const from = before && (this.#state.row('shipment', shipmentId)?.warehouseId ?? null);
      return { ...base, shipmentId, warehouseFrom: from, warehouseTo: warehouse, supplierId };
    }
    const owner = entity === 'shipment' ? ((row as Shipment | null)?.supplierId ?? null) : null;
    return {
      ...base,
      shipmentId: entity === 'shipment' ? id : null,
      warehouseFrom: warehouseOf(entity, before),
      warehouseTo: warehouseOf(entity, row),
      supplierId: entity === 'supplier' ? id : owner,
    };
  }
}

/** The warehouse a place or shipment belongs to; null for suppliers, which belong to none. */
const warehouseOf = (entity: EntityName, row: EntityRow[EntityName] | null): string | null => {
  if (row === null) return null;
  if (entity === 'shipment' || entity === 'door') return (row as EntityRow['shipment' | 'door']).warehouseId;
  return entity === 'warehouse' || entity === 'capacity' ? row.id : null;
};
