import type { RequestArgs, RequestChannel, RequestResults } from '#contract/bridge/channels.ts';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Configured, HistoryView, Saved, Session, StationSettings } from '#contract/bridge/view.ts';
import type { Board } from './board.ts';
import type { Inbox } from './inbox.ts';
import { LinkFault } from './link-fault.ts';
import type { Outbox } from './outbox.ts';
import { planWork } from './plan-work.ts';
import type { Cache, Clock, HttpPort, Log, NewId, SocketPort } from './ports.ts';
import type { Presence } from './presence.ts';
import { StoreFault } from './store-fault.ts';
import type { ViewModel } from './view-model.ts';

const EMIT_MS = 10_000;
const SEARCH_LIMIT = 200;

/** What the page may ask; arguments have been checked by the bridge. */
export type Handlers = {
  readonly [C in RequestChannel]: (...args: RequestArgs[C]) => Promise<RequestResults[C]>;
};

export type RequestPorts = {
  readonly view: ViewModel;
  readonly board: Board;
  readonly outbox: Outbox;
  readonly inbox: Inbox;
  readonly presence: Presence;
  readonly cache: Pick<Cache, 'history' | 'keepHistory'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly clockOffsetMs: () => number | null;
  readonly session: () => Session | null;
  readonly connection: () => ConnectionState;
  readonly socket: Pick<SocketPort, 'request' | 'isConnected'>;
  /** Null when nobody is signed in. */
  readonly http: () => Pick<HttpPort, 'history'> | null;
  readonly retryNow: () => void;
  /** Why nothing can be saved on this device, or null. */
  readonly journalProblem: () => string | null;
  readonly configure: (address: { serverUrl: string; token: string }) => Promise<Configured>;
  readonly signOut: () => Promise<void>;
  readonly changeSettings: (change: RequestArgs['settings:set'][0]) => Promise<StationSettings>;
  /** False while the station is stopping, or its person signs out. */
  readonly isTaking: () => boolean;
};

/** What happened and what to do; that nothing was saved is in each of them. */
const NOT_SAVED: Readonly<Partial<Record<StoreFault['kind'], string>>> = {
  full: 'The disk of this station is full. This was not saved; tell IT, make room and save again.',
  locked: 'Another program holds the file with the unsent work. This was not saved; close it and save again.',
  read_only: 'This station may not write to its own folder any more. This was not saved; tell IT.',
  corrupt:
    'The file with the unsent work is damaged. This was not saved. Start the station again: what can be read is brought before you.',
};

const notSaved = (error: unknown): Saved => {
  const kind = error instanceof StoreFault ? error.kind : 'other';
  const message =
    NOT_SAVED[kind] ??
    'This could not be written to the disk of this station, so it was not saved. Save again; if it happens again, tell IT.';
  return { ok: false, code: kind === 'full' ? 'disk_full' : 'not_saved', message };
};

const save = async (ports: RequestPorts, ...[type, args, base]: RequestArgs['work:save']): Promise<Saved> => {
  const problem = ports.journalProblem();
  if (problem !== null) return { ok: false, code: 'not_saved', message: problem };
  if (!ports.isTaking()) {
    return { ok: false, code: 'not_saved', message: 'The station is closing. This was not saved.' };
  }
  const now = new Date(ports.clock.now()).toISOString();
  const { newId } = ports;
  const at = {
    session: ports.session(),
    connection: ports.connection(),
    now,
    clockOffsetMs: ports.clockOffsetMs(),
    newId,
  };
  const plan = planWork(type, args, base, at);
  if (!plan.ok) return plan;
  const shipmentNumber = ports.board.numberOf(plan.work.shipmentId);
  try {
    const stored = await ports.outbox.add({ ...plan.work, shipmentNumber });
    return { ok: true, n: stored.mutation.n };
  } catch (error) {
    ports.log('work.not_saved', { type, kind: error instanceof StoreFault ? error.kind : 'other' });
    return notSaved(error);
  }
};

const history = async (ports: RequestPorts, shipmentId: string): Promise<HistoryView> => {
  const none: HistoryView = { history: [], fetchedAt: null, stale: true };
  if (ports.session() === null) return none;
  const http = ports.http();
  if (http !== null && ports.connection().kind !== 'offline') {
    try {
      const entries = await http.history(shipmentId);
      const fetchedAt = new Date(ports.clock.now()).toISOString();
      await ports.cache.keepHistory(shipmentId, entries, fetchedAt).catch(() => ports.log('history.not_kept'));
      return { history: entries, fetchedAt, stale: false };
    } catch (error) {
      ports.log('history.not_fetched', { code: error instanceof LinkFault ? error.code : 'other' });
    }
  }
  return (await ports.cache.history(shipmentId)) ?? none;
};

const emit = async (
  ports: RequestPorts,
  ...[event, payload]: RequestArgs['link:emit']
): Promise<RequestResults['link:emit']> => {
  const shipmentId = typeof payload.shipmentId === 'string' ? payload.shipmentId : null;
  // Presence keeps the room, so that it is joined again after a reconnect.
  if (event === 'join:shipment' && shipmentId !== null) ports.presence.keep(shipmentId);
  if (event === 'leave:shipment' && shipmentId !== null) ports.presence.forget(shipmentId);
  try {
    return await ports.socket.request(event, { ...payload, shipmentId: shipmentId ?? '' }, EMIT_MS);
  } catch (error) {
    const message = error instanceof LinkFault ? error.message : 'The server did not answer.';
    return { ok: false, code: 'stopping', message };
  }
};

/** Every request of the bridge. None of them rejects for a reason a person could do something about: that is in the answer. */
export const createRequests = (ports: RequestPorts): Handlers => ({
  'view:get': () => ports.view.get(),
  'shipment:open': async (id) => {
    ports.presence.open(id);
    return ports.view.shipment(id);
  },
  'shipment:leave': async (id) => {
    ports.presence.leave(id);
    return null;
  },
  'shipment:history': (id) => history(ports, id),
  'shipment:search': async (text) => (ports.session() === null ? [] : ports.board.search(text, SEARCH_LIMIT)),
  'work:save': (...args) => save(ports, ...args),
  'work:handled': async (clientId, n) => {
    await ports.outbox.markHandled(clientId, n);
    return null;
  },
  'typing:set': async (shipmentId, isTyping) => {
    if (!ports.socket.isConnected()) return null;
    const event = isTyping ? 'typing:start' : 'typing:stop';
    ports.socket.request(event, { shipmentId }, EMIT_MS).catch(() => undefined);
    return null;
  },
  'link:retry': async () => {
    ports.retryNow();
    return null;
  },
  'link:emit': (...args) => emit(ports, ...args),
  'station:configure': (address) => ports.configure(address),
  'station:sign-out': async () => {
    await ports.signOut();
    return null;
  },
  'settings:set': async (change) => {
    await ports.changeSettings(change);
    ports.view.touch('settings');
    return null;
  },
  'inbox:seen': async (seqs) => {
    await ports.inbox.markSeen(seqs);
    return null;
  },
});
