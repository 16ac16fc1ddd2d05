import type { ConnectionState } from '#contract/bridge/connection.ts';
import type {
  BoardShipment,
  Coverage,
  InboxItem,
  JournalProblem,
  Session,
  ShipmentView,
  StationSettings,
  StationView,
  ViewPatch,
  WorkItem,
} from '#contract/bridge/view.ts';
import type { Board } from './board.ts';
import type { Outbox } from './outbox.ts';
import type { Cancel, Clock, Log, Places, Work } from './ports.ts';
import type { Presence } from './presence.ts';
import { SerialQueue } from './serial-queue.ts';
import { workItem } from './work-item.ts';

/** At most one push in this time: a frame of a thousand changes is one repaint. */
const COALESCE_MS = 16;
/** What could not be read is read again after so long, whether or not anything else happens. */
const AGAIN_MS = 1_000;
/** Unsent work shown one by one; the number of all of it is in `unsent`. */
const WORK_SHOWN = 300;

type Part = Exclude<keyof StationView, 'rev' | 'shipments'>;

export type ViewPorts = {
  readonly clock: Clock;
  readonly log: Log;
  readonly board: Board;
  readonly outbox: Outbox;
  readonly presence: Presence;
  readonly connection: () => ConnectionState;
  readonly session: () => Session | null;
  readonly settings: () => StationSettings;
  readonly syncedAt: () => string | null;
  readonly coverage: () => Coverage;
  readonly clockOffsetMs: () => number | null;
  readonly journalProblem: () => JournalProblem | null;
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
  /** How often the rows were replaced. */
  #resets = 0;
  #reset = false;
  #rev = 0;
  #timer: Cancel | null = null;
  #again: Cancel | null = null;
  #stopped = false;
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
    this.#resets += 1;
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
    const resets = this.#resets;
    const detail = await board.detail(id);
    // What was read before is of rows that may be none of this person's business.
    if (resets !== this.#resets) return this.shipment(id);
    if (detail === null) return null;
    const pending = outbox.pendingOn(id).map((work) => this.#item(work));
    const around = {
      viewers: presence.viewers(id),
      typing: presence.typing(id),
      waitingFor: presence.waitingFor(id),
    };
    return { ...detail, pending, ...around };
  }

  /** Sends what has changed so far. Never rejects for what cannot be read. */
  flush(): Promise<void> {
    this.#timer?.();
    this.#timer = null;
    return this.#queue.run(() => this.#flush());
  }

  /** Nothing is read or pushed any more when this resolves. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.();
    this.#timer = null;
    this.#again?.();
    await this.#queue.idle();
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer ??= this.#ports.clock.setTimer(COALESCE_MS, () => {
      this.#timer = null;
      void this.flush();
    });
  }

  async #flush(): Promise<void> {
    const parts = [...this.#dirty];
    const ids = [...this.#ids];
    const reset = this.#reset;
    this.#dirty.clear();
    this.#ids = new Set();
    this.#reset = false;
    const shipments = await this.#readBoard(ids, reset);
    const changed = parts.filter((part) => this.#differs(part));
    if (shipments !== null || changed.length > 0) {
      this.#rev += 1;
      const values = Object.fromEntries(changed.map((part) => [part, this.#read(part)]));
      this.#ports.push({ rev: this.#rev, ...values, ...(shipments === null ? {} : { shipments }) });
    }
    for (const id of this.#ports.presence.openIds()) if (reset || ids.includes(id)) await this.#pushShipment(id);
  }

  /**
   * What is different on the board, null for nothing. A cache that cannot be read is replaced by others; until then the page
   * keeps what it has, unless that may be another person's, and everything else goes on.
   */
  async #readBoard(ids: readonly string[], reset: boolean): Promise<NonNullable<ViewPatch['shipments']> | null> {
    const { board, session } = this.#ports;
    try {
      if (reset && session() !== null) await board.load();
      else if (reset) board.clear();
      const change = reset || session() === null ? { put: [], gone: [] } : await board.refresh(ids);
      if (reset) return { put: this.#shipments(), gone: [], reset };
      return change.put.length > 0 || change.gone.length > 0 ? change : null;
    } catch (error) {
      this.#failed(error, ids);
      if (!reset) return null;
      this.#reset = true;
      board.clear();
      return { put: [], gone: [], reset };
    }
  }

  /** Never rejects: what went wrong here must not take along what else there is to show. */
  #failed(error: unknown, ids: readonly string[]): void {
    this.#ports.log('view.not_read', { message: error instanceof Error ? error.message : 'unknown' });
    for (const id of ids) this.#ids.add(id);
    if (this.#stopped) return;
    this.#again ??= this.#ports.clock.setTimer(AGAIN_MS, () => {
      this.#again = null;
      this.#schedule();
    });
  }

  async #pushShipment(id: string): Promise<void> {
    try {
      const shipment = await this.shipment(id);
      if (shipment !== null) this.#ports.pushShipment(shipment);
    } catch (error) {
      this.#failed(error, [id]);
    }
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
      'coverage',
      'clockOffsetMs',
      'journalProblem',
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
    const { connection, session, settings, syncedAt, coverage, clockOffsetMs, places, inbox, outbox } = this.#ports;
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
      case 'coverage':
        return shown ? coverage() : 'none';
      case 'clockOffsetMs':
        return clockOffsetMs();
      case 'journalProblem':
        return this.#ports.journalProblem();
      case 'warehouses':
      case 'doors':
      case 'capacities':
        return shown ? places()[part] : [];
      case 'unsent':
        return [...outbox.pending(), ...outbox.elsewhere()].filter(({ state }) => state === 'pending').length;
      case 'work':
        return shown ? this.#work() : [];
      case 'inbox':
        return shown ? inbox() : [];
    }
  }

  #work(): WorkItem[] {
    const { outbox } = this.#ports;
    const all = [...outbox.all(), ...outbox.elsewhere()];
    const waiting = all.filter(({ state }) => state === 'pending' || state === 'answered').slice(0, WORK_SHOWN);
    const others = all.filter(({ state }) => state === 'needs_person' || state === 'handled');
    const elsewhere = new Set(outbox.elsewhere());
    return [...others, ...waiting].map((work) => this.#item(work, elsewhere.has(work)));
  }

  #item(work: Work, elsewhere = false): WorkItem {
    const signedInUser = this.#ports.session()?.userId ?? null;
    return workItem(work, { inFlight: this.#ports.outbox.isInFlight(work), elsewhere, signedInUser });
  }
}
