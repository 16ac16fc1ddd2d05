import type { PushChannel, Pushes } from '#contract/bridge/channels.ts';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Session } from '#contract/bridge/view.ts';
import { Board } from './core/board.ts';
import { Inbox } from './core/inbox.ts';
import { unreachable } from './core/link-fault.ts';
import type { Reader } from './core/notify-policy.ts';
import { Outbox } from './core/outbox.ts';
import { overlayPlaces } from './core/overlay-places.ts';
import type {
  Clock,
  Hash,
  Journal,
  Log,
  NewId,
  Places,
  Random,
  SettingsStore,
  SocketPort,
  Toasts,
} from './core/ports.ts';
import { Presence } from './core/presence.ts';
import { ServerClock } from './core/server-clock.ts';
import { originTag, type SignedIn } from './core/session.ts';
import { ViewModel } from './core/view-model.ts';
import type { LinkSession, OpenLinks } from './link-session.ts';
import { StationCache } from './store/cache.ts';
import { type OpenedJournal, openJournal } from './store/open-journal.ts';
import { patientJournal } from './store/patient-journal.ts';

const NO_PLACES: Places = { warehouses: [], doors: [], suppliers: [], capacities: [] };
/** The parts of the view that show places. */
export const PLACE_PARTS = ['warehouses', 'doors', 'capacities'] as const;

export type StationOptions = {
  /** Folder of `journal.db` and the cache files. */
  readonly dir: string;
  readonly app: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly newId: NewId;
  readonly hash: Hash;
  readonly log: Log;
  readonly settings: SettingsStore;
  readonly toasts: Toasts;
  readonly push: <C extends PushChannel>(channel: C, payload: Pushes[C]) => void;
  readonly openLinks?: OpenLinks;
};

/** What changes while the station runs; everything else is built once. */
export type Now = {
  signedIn: SignedIn | null;
  link: LinkSession | null;
  isSocketUp: boolean;
  /** As the cache has them; unsent work comes on top. */
  places: Places;
  /** What the connection is while there is no link. */
  offline: ConnectionState;
};

export type Parts = {
  readonly now: Now;
  readonly journal: Pick<OpenedJournal, 'problem'> & { readonly journal: Journal; readonly close: () => void };
  readonly cache: StationCache;
  readonly serverClock: ServerClock;
  readonly outbox: Outbox;
  readonly board: Board;
  readonly presence: Presence;
  readonly inbox: Inbox;
  readonly view: ViewModel;
  /** Whichever socket there is. */
  readonly socket: Pick<SocketPort, 'request' | 'isConnected'>;
  readonly connection: () => ConnectionState;
  readonly session: () => Session | null;
};

const socketOf = (now: Now): Parts['socket'] => ({
  isConnected: () => now.isSocketUp && now.link?.socket.isConnected() === true,
  request: (event, payload, timeoutMs) =>
    now.link?.socket.request(event, payload, timeoutMs) ?? Promise.reject(unreachable('Nobody is signed in.')),
});

const buildOutbox = (
  options: StationOptions,
  now: Now,
  opened: Parts['journal'],
  cache: StationCache,
  view: () => ViewModel,
) => {
  const { clock, random, hash, newId, log } = options;
  return new Outbox({
    journal: opened.journal,
    clock,
    random,
    hash,
    newId,
    log,
    send: (clientId, mutations) =>
      now.link?.send(clientId, mutations) ?? Promise.reject(unreachable('Nobody is signed in.')),
    isReachable: () => now.link?.canSend() === true,
    cursor: () => cache.position()?.cursor ?? null,
    onChanged: (ids) => {
      view().touchShipments(ids);
      view().touch('work', 'unsent', ...(ids.has(null) ? PLACE_PARTS : []));
      now.link?.workChanged(ids);
    },
  });
};

/** Opens the files and builds what stands on them. Never fails for what is in the files. */
export const buildParts = (options: StationOptions): Parts => {
  const { dir, clock, hash, log } = options;
  const offline: ConnectionState = { kind: 'offline', since: new Date(clock.now()).toISOString() };
  const now: Now = { signedIn: null, link: null, isSocketUp: false, places: NO_PLACES, offline };
  const serverClock = new ServerClock(clock);
  // What is kept for thirty days must not go because this device believes in another year.
  const opened = openJournal(`${dir}/journal.db`, () => serverClock.now(), log);
  const journal = { ...opened, journal: patientJournal(opened.journal), close: () => opened.journal.close() };
  const cache = new StationCache({ dir, now: () => clock.now(), log, onDamage: () => now.link?.cacheDamaged() });
  const outbox = buildOutbox(options, now, journal, cache, () => view);
  const places = (): Places => overlayPlaces(now.places, outbox.pending());
  const board = new Board({ cache, outbox, places, now: () => serverClock.now() });
  const session = (): Session | null => now.signedIn?.session ?? null;
  const connection = (): ConnectionState => now.link?.state ?? now.offline;
  const socket = socketOf(now);
  const onChanged = (id: string): void => view.touchShipments([id]);
  const presence = new Presence({ clock, socket, onChanged, userId: () => session()?.userId ?? null });
  const reader = (): Reader | null => {
    const person = session();
    const tag = originTag(outbox.clientId, hash);
    return person === null ? null : { userId: person.userId, role: person.role, isOwn: ({ origin }) => origin === tag };
  };
  const inbox = new Inbox({
    journal: journal.journal,
    cache,
    reader,
    clock,
    log,
    serverNow: () => serverClock.now(),
    changes: (cursor) => now.link?.http.changes(cursor, 0) ?? Promise.reject(unreachable('Nobody is signed in.')),
    toasts: options.toasts,
    alert: (item) => options.push('inbox:alert', item),
    onChanged: () => view.touch('inbox'),
  });
  const view: ViewModel = new ViewModel({
    clock,
    log,
    outbox,
    places,
    board,
    presence,
    connection,
    session,
    settings: () => options.settings.settings(),
    syncedAt: () => cache.position()?.syncedAt ?? null,
    coverage: () => cache.coverage(),
    clockOffsetMs: () => serverClock.offsetMs,
    journalProblem: () => (opened.problem === null ? null : { kind: opened.problem.kind, folder: dir }),
    inbox: () => inbox.items,
    push: (patch) => options.push('view:changed', patch),
    pushShipment: (shipment) => options.push('shipment:changed', shipment),
  });
  return { now, journal, cache, serverClock, outbox, board, presence, inbox, view, socket, connection, session };
};
