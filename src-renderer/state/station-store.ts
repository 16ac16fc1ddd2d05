import { createStore, type StoreApi } from 'zustand/vanilla';
import type { StationApi } from '#contract/bridge/station-api.ts';
import type { BoardShipment, InboxItem, ShipmentView, StationView, ViewPatch } from '#contract/bridge/view.ts';

// A projection of what the main process pushes, with no rules of its own: patches in order of rev, and the open shipment.

/** The shipment on screen: `missing` is not known here, `failed` could not be read. */
export type OpenShipment = {
  readonly id: string;
  readonly phase: 'loading' | 'ready' | 'missing' | 'failed';
  readonly view: ShipmentView | null;
};

/** The view as pushed, with the rows as a map, plus what the page itself has open. */
export type StationState = Omit<StationView, 'shipments'> & {
  readonly phase: 'starting' | 'ready' | 'failed';
  /** Every shipment of the board by id; a row keeps its identity until it changes, so that only changed rows render. */
  readonly rows: ReadonlyMap<string, BoardShipment>;
  readonly open: OpenShipment | null;
  /** Shipments this page has joined: others see this person viewing them. */
  readonly joined: readonly string[];
  /** Alerts not yet dismissed, newest first. */
  readonly alerts: readonly InboxItem[];
  /** Subscribes and reads the whole view. Returns what ends the subscriptions. */
  start(): Promise<() => void>;
  join(shipmentId: string): Promise<ShipmentView | null>;
  leave(shipmentId: string): Promise<void>;
  openShipment(shipmentId: string): Promise<void>;
  closeShipment(): Promise<void>;
  dismissAlert(seq: number): void;
};

/** A vanilla store: tests drive it without React. */
export type StationStore = StoreApi<StationState>;

const NOTHING: Omit<StationView, 'shipments'> = {
  rev: -1,
  connection: { kind: 'connecting', attempt: 0, since: new Date(0).toISOString() },
  session: null,
  settings: { stationName: '', doorId: null, screenInches: 21.5, theme: 'system', sounds: true },
  syncedAt: null,
  coverage: 'none',
  clockOffsetMs: null,
  journalProblem: null,
  warehouses: [],
  doors: [],
  capacities: [],
  unsent: 0,
  work: [],
  inbox: [],
};

const rowsOf = (shipments: readonly BoardShipment[]): Map<string, BoardShipment> =>
  new Map(shipments.map((shipment) => [shipment.id, shipment]));

/** `rows` with every patch's puts and gones applied; the same map when none of them touches a shipment. */
const patchRows = (rows: ReadonlyMap<string, BoardShipment>, patches: readonly ViewPatch[]) => {
  const changes = patches.flatMap(({ shipments }) => (shipments === undefined ? [] : [shipments]));
  if (changes.length === 0) return rows;
  let next = new Map(rows);
  for (const { put, gone, reset } of changes) {
    if (reset === true) next = new Map();
    for (const row of put) next.set(row.id, row);
    for (const id of gone) next.delete(id);
  }
  return next;
};

/** Without those that ask for what somebody has taken meanwhile. */
const stillAsked = (alerts: readonly InboxItem[], inbox: readonly InboxItem[] | undefined): readonly InboxItem[] => {
  const taken = new Set(inbox?.flatMap(({ seq, takenBy }) => (takenBy === null ? [] : [seq])));
  return alerts.some(({ seq }) => taken.has(seq)) ? alerts.filter(({ seq }) => !taken.has(seq)) : alerts;
};

/** Applies patches newer than `state.rev`, in the order they came. */
export const applyPatches = (state: StationState, patches: readonly ViewPatch[]): Partial<StationState> => {
  let rev = state.rev;
  const fresh = patches.filter((patch) => {
    if (patch.rev <= rev) return false;
    rev = patch.rev;
    return true;
  });
  if (fresh.length === 0) return {};
  const slices: Partial<Omit<StationView, 'shipments'>> = Object.assign(
    {},
    ...fresh.map(({ shipments: _, ...rest }) => rest),
  );
  return { ...slices, rev, rows: patchRows(state.rows, fresh), alerts: stillAsked(state.alerts, slices.inbox) };
};

/** The first patch after a quiet moment waits this long for others: one frame. */
const FRAME_MS = 16;
/** While patches keep coming, ten renders a second are as fast as anybody reads; more would only take the scroll's frames. */
const REST_MS = 100;

type Later = (run: () => void, ms: number) => void;

/** Collects patches and hands them on together. Those that come before `ready` wait: they build on rows not here yet. */
const gatherPatches = (later: Later, ready: () => boolean, apply: (patches: readonly ViewPatch[]) => void) => {
  let waiting: ViewPatch[] = [];
  let scheduled = false;
  const flush = (): void => {
    scheduled = false;
    if (!ready() || waiting.length === 0) return;
    const patches = waiting;
    waiting = [];
    apply(patches);
    scheduled = true;
    later(flush, REST_MS);
  };
  const receive = (patch: ViewPatch): void => {
    waiting.push(patch);
    if (scheduled) return;
    scheduled = true;
    later(flush, FRAME_MS);
  };
  return { receive, flush };
};

/**
 * @param later runs a function after so many ms; injected by tests. Patches that arrive meanwhile are applied together.
 */
export const createStationStore = (station: StationApi, later: Later = setTimeout): StationStore =>
  createStore<StationState>()((set, get) => {
    const { receive, flush } = gatherPatches(
      later,
      () => get().phase === 'ready',
      (patches) => set((state) => applyPatches(state, patches)),
    );
    const show = (view: ShipmentView): void => {
      if (get().open?.id === view.id) set({ open: { id: view.id, phase: 'ready', view } });
    };

    return {
      ...NOTHING,
      phase: 'starting',
      rows: new Map(),
      open: null,
      joined: [],
      alerts: [],

      async start() {
        set({ phase: 'starting' });
        const ends = [
          station.onViewChanged(receive),
          station.onShipmentChanged(show),
          station.onAlert((item) => {
            set(({ alerts }) => ({ alerts: [item, ...alerts.filter(({ seq }) => seq !== item.seq)] }));
          }),
        ];
        const end = (): void => {
          for (const unsubscribe of ends) unsubscribe();
        };
        try {
          const { shipments, ...slices } = await station.getView();
          set({ ...slices, rows: rowsOf(shipments), phase: 'ready' });
          flush();
        } catch {
          end();
          set({ phase: 'failed' });
        }
        return end;
      },

      async join(shipmentId) {
        set(({ joined }) => (joined.includes(shipmentId) ? {} : { joined: [...joined, shipmentId] }));
        return station.openShipment(shipmentId);
      },

      async leave(shipmentId) {
        set(({ joined }) => ({ joined: joined.filter((id) => id !== shipmentId) }));
        await station.leaveShipment(shipmentId);
      },

      async openShipment(shipmentId) {
        set({ open: { id: shipmentId, phase: 'loading', view: null } });
        try {
          const view = await get().join(shipmentId);
          if (view !== null) show(view);
          else if (get().open?.id === shipmentId) set({ open: { id: shipmentId, phase: 'missing', view: null } });
        } catch {
          if (get().open?.id === shipmentId) set({ open: { id: shipmentId, phase: 'failed', view: null } });
        }
      },

      async closeShipment() {
        const { open, leave } = get();
        if (open === null) return;
        set({ open: null });
        // A leave that fails costs nothing: the server's lease on "viewing" ends by itself.
        await leave(open.id).catch(() => undefined);
      },

      dismissAlert(seq) {
        set(({ alerts }) => ({ alerts: alerts.filter((item) => item.seq !== seq) }));
      },
    };
  });
