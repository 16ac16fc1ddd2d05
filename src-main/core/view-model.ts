import type { ConnectionState } from '#contract/bridge/connection.ts';
import type {
  BoardShipment,
  InboxItem,
  Session,
  ShipmentView,
  StationSettings,
  StationView,
  ViewPatch,
  WorkItem,
} from '#contract/bridge/view.ts';
import type { Board, BoardChange } from './board.ts';
import type { Outbox } from './outbox.ts';
import type { Cancel, Clock, Places } from './ports.ts';
import type { Presence } from './presence.ts';
import { SerialQueue } from './serial-queue.ts';
import { workItem } from './work-item.ts';

/** At most one push in this time: a frame of a thousand changes is one repaint. */
const COALESCE_MS = 16;
/** Unsent work shown one by one; the number of all of it is in `unsent`. */
const WORK_SHOWN = 300;

type Part = Exclude<keyof StationView, 'rev' | 'shipments'>;

export type ViewPorts = {
  readonly clock: Clock;
  readonly board: Board;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly connection: () => ConnectionState;
  readonly session: () => Session | null;
  readonly settings: () => StationSettings;
  readonly syncedAt: () => string | null;
  readonly clockOffsetMs: () => number | null;
  readonly places: () => Places;
  readonly inbox: () => readonly InboxItem[];
  readonly push: (patch: ViewPatch) => void;
  readonly pushShipment: (shipment: ShipmentView) => void;
};

/** The projection the page sees: whole on request, and then what changed, numbered. */
export class ViewModel {
  readonly #ports: ViewPorts;
  readonly #queue = new SerialQueue();
  readonly #dirty = new Set<Part>();
  #ids = new Set<string>();
  #reset = false;
  #rev = 0;
  #timer: Cancel | null = null;
  /** What was last sent of each part, as text, so that nothing is sent that did not change. */
  readonly #sent = new Map<Part, string>();

  constructor(ports: ViewPorts) {
    this.#ports = ports;
  }

  touch(...parts: readonly Part[]): void {
    for (const part of parts) this.#dirty.add(part);
    this.#schedule();
  }

  touchShipments(ids: Iterable<string | null>): void {
    for (const id of ids) if (id !== null) this.#ids.add(id);
    this.#schedule();
  }

  /** The rows were replaced as a whole. */
  reset(): void {
    this.#reset = true;
    this.#schedule();
  }

  /** Everything, with a number no push has yet had; pushes after it have greater ones. */
  async get(): Promise<StationView> {
    await this.flush();
    return this.#queue.run(async () => {
      this.#rev += 1;
      const parts = Object.fromEntries(this.#parts().map((part) => [part, this.#read(part)]));
      return { ...(parts as Omit<StationView, 'rev' | 'shipments'>), rev: this.#rev, shipments: this.#shipments() };
    });
  }

  async shipment(id: string): Promise<ShipmentView | null> {
    if (this.#ports.session() === null) return null;
    const { board, outbox, presence } = this.#ports;
    const detail = await board.detail(id);
    if (detail === null) return null;
    const pending = outbox.pendingOn(id).map((work) => this.#item(work));
    return { ...detail, pending, viewers: presence.viewers(id), typing: presence.typing(id) };
  }

  /** Sends what has changed so far. */
  flush(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    return this.#queue.run(() => this.#flush());
  }

  stop(): void {
    this.#timer?.();
    this.#timer = null;
  }

  #schedule(): void {
    this.#timer ??= this.#ports.clock.setTimer(COALESCE_MS, () => {
      this.#timer = null;
      void this.flush();
    });
  }

  async #flush(): Promise<void> {
    const { board, presence } = this.#ports;
    const parts = [...this.#dirty];
    const ids = [...this.#ids];
    const reset = this.#reset;
    this.#dirty.clear();
    this.#ids = new Set();
    this.#reset = false;
    let change: BoardChange = { put: [], gone: [] };
    if (reset && this.#ports.session() === null) board.clear();
    else if (reset) await board.load();
    else if (this.#ports.session() !== null) change = await board.refresh(ids);
    const changed = parts.filter((part) => this.#differs(part));
    if (reset || change.put.length > 0 || change.gone.length > 0 || changed.length > 0) {
      this.#rev += 1;
      const values = Object.fromEntries(changed.map((part) => [part, this.#read(part)]));
      const shipments = reset ? { put: this.#shipments(), gone: [], reset } : change;
      const some = reset || change.put.length > 0 || change.gone.length > 0;
      this.#ports.push({ rev: this.#rev, ...values, ...(some ? { shipments } : {}) });
    }
    for (const id of presence.openIds()) if (reset || ids.includes(id)) await this.#pushShipment(id);
  }

  async #pushShipment(id: string): Promise<void> {
    const shipment = await this.shipment(id);
    if (shipment !== null) this.#ports.pushShipment(shipment);
  }

  #shipments(): readonly BoardShipment[] {
    return this.#ports.session() === null ? [] : this.#ports.board.all();
  }

  #parts(): Part[] {
    return [
      'connection',
      'session',
      'settings',
      'syncedAt',
      'clockOffsetMs',
      'warehouses',
      'doors',
      'capacities',
      'unsent',
      'work',
      'inbox',
    ];
  }

  #differs(part: Part): boolean {
    const text = JSON.stringify(this.#read(part));
    if (this.#sent.get(part) === text) return false;
    this.#sent.set(part, text);
    return true;
  }

  #read(part: Part): StationView[Part] {
    const { connection, session, settings, syncedAt, clockOffsetMs, places, inbox, outbox } = this.#ports;
    const shown = session() !== null;
    switch (part) {
      case 'connection':
        return connection();
      case 'session':
        return session();
      case 'settings':
        return settings();
      case 'syncedAt':
        return shown ? syncedAt() : null;
      case 'clockOffsetMs':
        return clockOffsetMs();
      case 'warehouses':
      case 'doors':
      case 'capacities':
        return shown ? places()[part] : [];
      case 'unsent':
        return outbox.pending().filter(({ state }) => state === 'pending').length;
      case 'work':
        return shown ? this.#work() : [];
      case 'inbox':
        return shown ? inbox() : [];
    }
  }

  #work(): WorkItem[] {
    const all = this.#ports.outbox.all();
    const waiting = all.filter(({ state }) => state === 'pending' || state === 'answered').slice(0, WORK_SHOWN);
    const others = all.filter(({ state }) => state === 'needs_person' || state === 'handled');
    return [...others, ...waiting].map((work) => this.#item(work));
  }

  #item(work: Parameters<typeof workItem>[0]): WorkItem {
    return workItem(work, this.#ports.outbox.isInFlight(work), this.#ports.session()?.userId ?? null);
  }
}
