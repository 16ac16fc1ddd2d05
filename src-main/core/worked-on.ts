import { isOpen } from '#contract/domain/status.ts';
import type { Cache, Clock, Journal } from './ports.ts';

/** Work of this long ago and longer is not expected to have a sequel. */
const LATELY_MS = 7 * 24 * 60 * 60 * 1000;
/** Read from the journal at once. */
const WINDOW_MS = 6 * 60 * 60 * 1000;
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
  /** Server time, ms since 1970. */
  readonly now: () => number;
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** Which shipments were worked on lately at this station, under which client id. */
export class WorkedOn {
  readonly #ports: WorkedOnPorts;
  /** When it was last worked on, by client id and shipment. */
  readonly #last = new Map<string, Map<string, number>>();
  /** Left out when they were last asked for, because they had ended. */
  readonly #ended = new Set<string>();

  constructor(ports: WorkedOnPorts) {
    this.#ports = ports;
  }

  /** Notes work of this moment; true when the shipment was not among them. */
  touch(clientId: string, shipmentId: string): boolean {
    return this.#note(clientId, shipmentId, this.#ports.now());
  }

  /** Whether this shipment has ended when they were last asked for. */
  leftOut(shipmentId: string): boolean {
    return this.#ended.has(shipmentId);
  }

  /** What the journal knows of the time before; as far as it had come when nobody wants it any more. Rejects with a `StoreFault`. */
  async load(isWanted: () => boolean): Promise<void> {
    const { clock, journal, server, now } = this.#ports;
    const end = now() + WINDOW_MS;
    let begun = clock.elapsed();
    for (let before = end; isWanted() && before > end - WINDOW_MS - LATELY_MS; before -= WINDOW_MS) {
      const found = await journal.workedOn(server, iso(before - WINDOW_MS), iso(before));
      for (const { clientId, shipmentId, at } of found) this.#note(clientId, shipmentId, Date.parse(at));
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
    return before === undefined || before < at - LATELY_MS;
  }

  #latest(): Map<string, string[]> {
    const since = this.#ports.now() - LATELY_MS;
    const latest = [...this.#last].map(([clientId, own]): [string, string[]] => {
      const recent = [...own].filter(([, at]) => at >= since).sort(([, a], [, b]) => b - a);
      return [clientId, recent.slice(0, MOST_EACH).map(([id]) => id)];
    });
    return new Map(latest);
  }
}
