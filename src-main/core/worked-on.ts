import { isOpen } from '#contract/domain/status.ts';
import type { Cache, Clock, Journal, WorkedOnce } from './ports.ts';

/** Pieces of work, of everybody here together, before which nothing is expected to have a sequel: days of a busy kiosk. Counted, as clocks lie. */
const LATELY = 50_000;
/** Read from the journal at once. */
const WINDOW = 1_000;
/** Read without a turn of the loop for others. */
const SLICE_MS = 5;
/** Shipments of one client id that are looked at. */
const MOST_EACH = 1_000;

export type WorkedOnPorts = {
  readonly clock: Clock;
  readonly journal: Pick<Journal, 'workedOn'>;
  readonly cache: Pick<Cache, 'shipments'>;
  /** Opaque key of the server whose shipments these are. */
  readonly server: string;
};

/** Later than any row of a journal. */
const THIS_START = Number.MAX_SAFE_INTEGER / 2;

/** Which shipments were worked on lately at this station, under which client id. */
export class WorkedOn {
  readonly #ports: WorkedOnPorts;
  /** In which order they were last worked on, by client id and shipment. */
  readonly #last = new Map<string, Map<string, number>>();
  /** Left out when they were last asked for, because they had ended. */
  readonly #ended = new Set<string>();
  #touched = 0;

  constructor(ports: WorkedOnPorts) {
    this.#ports = ports;
  }

  /** Notes work of this moment; true when the shipment was not among them. */
  touch(clientId: string, shipmentId: string): boolean {
    this.#touched += 1;
    return this.#note(clientId, shipmentId, THIS_START + this.#touched);
  }

  /** Whether this shipment has ended when they were last asked for. */
  leftOut(shipmentId: string): boolean {
    return this.#ended.has(shipmentId);
  }

  /** What the journal knows of the time before; as far as it had come when nobody wants it any more. Rejects with a `StoreFault`. */
  async load(isWanted: () => boolean): Promise<void> {
    const { clock, journal, server } = this.#ports;
    let begun = clock.elapsed();
    let before: number | null = null;
    for (let read = 0; isWanted() && read < LATELY; read += WINDOW) {
      const { works, next }: WorkedOnce = await journal.workedOn(server, before, WINDOW);
      for (const { clientId, shipmentId, row } of works) this.#note(clientId, shipmentId, row);
      if (next === null) return;
      before = next;
      if (clock.elapsed() - begun < SLICE_MS) continue;
      await new Promise<void>((resolve) => void clock.setTimer(0, resolve));
      begun = clock.elapsed();
    }
  }

  /** By client id, latest first, without those that have ended as far as the cache can be read and knows. */
  async open(): Promise<Map<string, string[]>> {
    const latest = this.#latest();
    const all = [...new Set([...latest.values()].flat())];
    const rows = await this.#ports.cache.shipments(all).catch(() => null);
    this.#ended.clear();
    for (const id of all) {
      const row = rows?.get(id);
      if (row !== undefined && !isOpen(row.status)) this.#ended.add(id);
    }
    return new Map([...latest].map(([clientId, ids]) => [clientId, ids.filter((id) => !this.#ended.has(id))]));
  }

  #note(clientId: string, shipmentId: string, at: number): boolean {
    const own = this.#last.get(clientId) ?? new Map<string, number>();
    this.#last.set(clientId, own);
    const before = own.get(shipmentId);
    own.set(shipmentId, Math.max(at, before ?? at));
    return before === undefined;
  }

  #latest(): Map<string, string[]> {
    const latest = [...this.#last].map(([clientId, own]): [string, string[]] => {
      const byOrder = [...own].sort(([, a], [, b]) => b - a);
      return [clientId, byOrder.slice(0, MOST_EACH).map(([id]) => id)];
    });
    return new Map(latest);
  }
}
