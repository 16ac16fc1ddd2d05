import type { RawChange } from '../../server/core/storage.ts';
import type { LogIndex } from './log-index.ts';
import { require } from './violation.ts';

const ON_THE_ROAD: readonly unknown[] = ['announced', 'in_transit'];

/** Rows that have to move with their shipment before the transaction ends. Kept from one call to the next, as the log comes in pieces. */
export class Moves {
  readonly #left = new Map<string, RawChange>();

  take(change: RawChange, index: LogIndex, ends: boolean): void {
    const before = index.last(change);
    const { entity, id, warehouseFrom, warehouseTo } = change;
    if (entity === 'shipment' && before !== undefined && before.warehouseTo !== warehouseTo) {
      const { command, row } = change;
      require(command === 'amendShipment' && ON_THE_ROAD.includes(row?.status), 'illegal', 'moves', () =>
        `${command} moved ${id}, which is ${String(row?.status)}`);
      for (const part of index.partsOf(id)) this.#left.set(part, change);
    }
    const move = this.#left.get(`${entity}:${id}`);
    if (move !== undefined) {
      const isAlong =
        warehouseFrom === move.warehouseFrom && warehouseTo === move.warehouseTo && warehouseFrom !== warehouseTo;
      require(isAlong, 'leaked', 'transaction atomicity', () =>
        `${entity} ${id} went from ${warehouseFrom} to ${warehouseTo}, not with its shipment`);
      this.#left.delete(`${entity}:${id}`);
    }
    if (!ends) return;
    const [behind] = this.#left.keys();
    require(behind === undefined, 'leaked', 'transaction atomicity', () =>
      `${behind} stayed behind when its shipment was sent elsewhere`);
  }
}
