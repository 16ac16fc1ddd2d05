import type { EntityName, EntityRow, ShipmentPart } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Decision } from './decision.ts';
import { AT_DOOR, gtinKey, type InternalKind, type InternalRows, type Scan, type State } from './state.ts';

/**
 * State in plain maps, all of it always there: the model that storages are held against, and what rules are tried on
 * without one.
 */
export class MemoryState implements State {
  readonly #rows = new Map<string, EntityRow[EntityName]>();
  readonly #internals = new Map<string, InternalRows[InternalKind]>();

  row<N extends EntityName>(entity: N, id: string): EntityRow[N] | null {
    return (this.#rows.get(`${entity}:${id}`) as EntityRow[N] | undefined) ?? null;
  }

  /** All rows of a kind. */
  all<N extends EntityName>(entity: N): EntityRow[N][] {
    const prefix = `${entity}:`;
    return [...this.#rows].flatMap(([key, row]) => (key.startsWith(prefix) ? [row as EntityRow[N]] : []));
  }

  parts<N extends ShipmentPart>(entity: N, shipmentId: string): EntityRow[N][] {
    return this.all(entity).filter((row) => row.shipmentId === shipmentId);
  }

  linesBy(field: 'gtin' | 'unit', shipmentId: string, value: string): EntityRow['line'][] {
    return this.parts('line', shipmentId).filter((line) =>
      field === 'unit' ? line.handlingUnitId === value : line.gtin !== null && gtinKey(line.gtin) === value,
    );
  }

  unitsIn(shipmentId: string, parentId: string): EntityRow['handlingUnit'][] {
    return this.parts('handlingUnit', shipmentId).filter((unit) => unit.parentId === parentId);
  }

  atDoor(doorId: string): Shipment[] {
    return this.all('shipment').filter((shipment) => shipment.doorId === doorId && AT_DOOR.has(shipment.status));
  }

  byNumber(supplierId: string | null, number: string): Shipment | null {
    const found = this.all('shipment').find((each) => each.supplierId === supplierId && each.number === number);
    return found ?? null;
  }

  hasContent(contentHash: string): boolean {
    return this.all('document').some((document) => document.contentHash === contentHash);
  }

  internal<K extends InternalKind>(kind: K, shipmentId: string, id: string): InternalRows[K] | null {
    return (this.#internals.get(JSON.stringify([kind, shipmentId, id])) as InternalRows[K] | undefined) ?? null;
  }

  scansOf(shipmentId: string): Scan[] {
    const scans = [...this.#internals].filter(([key]) => key.startsWith('["scan"')).map(([, row]) => row as Scan);
    return scans.filter((scan) => scan.shipmentId === shipmentId && !scan.voided);
  }

  apply({ writes, internals }: Decision): void {
    for (const { entity, id, row } of writes) {
      if (row === null) this.#rows.delete(`${entity}:${id}`);
      else this.#rows.set(`${entity}:${id}`, row);
    }
    for (const { kind, row } of internals) this.#internals.set(JSON.stringify([kind, row.shipmentId, row.id]), row);
  }
}
