import type { RawChange } from '../../server/core/storage.ts';

/** What a log adds up to so far: the last change of every row, and the rows that hang on each shipment. */
export class LogIndex {
  readonly #last = new Map<string, RawChange>();
  readonly #parts = new Map<string, Set<string>>();

  take(change: RawChange): void {
    const { entity, id, shipmentId, op } = change;
    const key = `${entity}:${id}`;
    this.#last.set(key, change);
    if (shipmentId === null || entity === 'shipment') return;
    const parts = this.#parts.get(shipmentId) ?? new Set();
    this.#parts.set(shipmentId, parts);
    if (op === 'put') parts.add(key);
    else parts.delete(key);
  }

  /** The last change of a row; undefined when there was none. */
  last({ entity, id }: Pick<RawChange, 'entity' | 'id'>): RawChange | undefined {
    return this.#last.get(`${entity}:${id}`);
  }

  /** Keys of the rows that hang on a shipment now. */
  partsOf(shipmentId: string): ReadonlySet<string> {
    return this.#parts.get(shipmentId) ?? new Set();
  }
}
