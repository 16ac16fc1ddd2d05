import type { PageEvent, Pushes } from '#contract/bridge/channels.ts';
import type { StationApi } from '#contract/bridge/station-api.ts';
import type {
  BoardShipment,
  Configured,
  HistoryView,
  InboxItem,
  Saved,
  ShipmentView,
  StationView,
  ViewPatch,
} from '#contract/bridge/view.ts';
import type { DownPayload, GuideEvent } from '#contract/wire/down.ts';
import type { Ack } from '#contract/wire/up.ts';
import { view as sampleView } from './sample.ts';

// Stands in for the bridge in tests of the page: answers what it was told to answer and remembers what it was asked.

type Listeners<T> = Set<(value: T) => void>;

const channel = <T>(): { on: (listener: (value: T) => void) => () => void; tell: (value: T) => void } => {
  const listeners: Listeners<T> = new Set();
  return {
    on: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    tell: (value) => {
      for (const listener of listeners) listener(value);
    },
  };
};

export type Answers = {
  view: StationView;
  shipments: Map<string, ShipmentView>;
  history: HistoryView;
  found: readonly BoardShipment[];
  saved: Saved;
  configured: Configured;
  ack: Ack<PageEvent>;
  /** Method that rejects, as a broken bridge would. */
  broken: keyof StationApi | null;
};

export type FakeStation = {
  readonly station: StationApi;
  readonly answers: Answers;
  readonly calls: { readonly name: keyof StationApi; readonly args: readonly unknown[] }[];
  /** Arguments of every call of one method. */
  callsOf(name: keyof StationApi): (readonly unknown[])[];
  push(patch: ViewPatch): void;
  pushShipment(shipment: ShipmentView): void;
  pushEvent(event: DownPayload[GuideEvent]): void;
  pushAlert(item: InboxItem): void;
  pushScreen(target: Pushes['screen:open']): void;
};

export const createFakeStation = (
  part: Partial<StationView> = {},
  details: readonly ShipmentView[] = [],
): FakeStation => {
  const changed = channel<ViewPatch>();
  const shown = channel<ShipmentView>();
  const events = channel<DownPayload[GuideEvent]>();
  const alerts = channel<InboxItem>();
  const screens = channel<Pushes['screen:open']>();
  const answers: Answers = {
    view: sampleView(part),
    shipments: new Map(details.map((detail) => [detail.id, detail])),
    history: { history: [], fetchedAt: null, stale: false },
    found: [],
    saved: { ok: true, n: 1 },
    configured: { ok: false, code: 'unreachable', message: '' },
    ack: { ok: true, at: '2026-11-23T15:00:00.000Z' },
    broken: null,
  };
  const calls: FakeStation['calls'] = [];
  const asked = <T>(name: keyof StationApi, args: readonly unknown[], answer: T): Promise<T> => {
    calls.push({ name, args });
    return answers.broken === name ? Promise.reject(new Error(`${name} failed`)) : Promise.resolve(answer);
  };

  const station: StationApi = {
    getView: () => asked('getView', [], answers.view),
    onViewChanged: changed.on,
    openShipment: (id) => asked('openShipment', [id], answers.shipments.get(id) ?? null),
    leaveShipment: (id) => asked('leaveShipment', [id], null),
    onShipmentChanged: shown.on,
    getHistory: (id) => asked('getHistory', [id], answers.history),
    search: (text) => asked('search', [text], answers.found),
    save: (type, args, base) => asked('save', [type, args, base], answers.saved),
    markHandled: (clientId, n) => asked('markHandled', [clientId, n], null),
    setTyping: (id, typing) => asked('setTyping', [id, typing], null),
    retryNow: () => asked('retryNow', [], null),
    emit: (event, payload) => asked('emit', [event, payload], answers.ack),
    onSocketEvent: events.on,
    configure: (server) => asked('configure', [server], answers.configured),
    signOut: () => asked('signOut', [], null),
    setSettings: (change) => asked('setSettings', [change], null),
    markSeen: (seqs) => asked('markSeen', [seqs], null),
    onScreenOpen: screens.on,
    onAlert: alerts.on,
  };
  return {
    station,
    answers,
    calls,
    callsOf: (name) => calls.filter((call) => call.name === name).map(({ args }) => args),
    push: changed.tell,
    pushShipment: shown.tell,
    pushEvent: events.tell,
    pushAlert: alerts.tell,
    pushScreen: screens.tell,
  };
};
