import type { PushChannel, Pushes } from '#contract/bridge/channels.ts';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Configured } from '#contract/bridge/view.ts';
import type { Frame } from '#contract/wire/sync.ts';
import { Board } from './core/board.ts';
import { Inbox } from './core/inbox.ts';
import { unreachable } from './core/link-fault.ts';
import { Outbox } from './core/outbox.ts';
import { overlayPlaces } from './core/overlay-places.ts';
import type { Cancel, Clock, Hash, Log, NewId, Places, Random, SettingsStore, SocketPort } from './core/ports.ts';
import { Presence } from './core/presence.ts';
import { createRequests, type Handlers } from './core/requests.ts';
import { ServerClock } from './core/server-clock.ts';
import { originTag, ownerOf, type SignedIn, scopeKey, signedIn } from './core/session.ts';
import { ViewModel } from './core/view-model.ts';
import { checkServer } from './link/check-server.ts';
import { readToken } from './link/read-token.ts';
import { LinkSession } from './link-session.ts';
import { StationCache } from './store/cache.ts';
import { openJournal } from './store/open-journal.ts';

const TIDY_MS = 5 * 60 * 1000;
/** Verdicts are kept this long: a server restored from a backup gets back what it lost since. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const NO_PLACES: Places = { warehouses: [], doors: [], suppliers: [], capacities: [] };
const PLACE_PARTS = ['warehouses', 'doors', 'capacities'] as const;
const PLACES: ReadonlySet<string> = new Set(['warehouse', 'door', 'supplier', 'capacity']);

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
  readonly toast: (item: Pushes['inbox:alert']) => void;
  readonly push: <C extends PushChannel>(channel: C, payload: Pushes[C]) => void;
};

export type Station = {
  readonly handlers: Handlers;
  start(): Promise<void>;
  /** The network came back or the device woke up. */
  retryNow(): void;
  stop(): Promise<void>;
};

class RunningStation implements Station {
  readonly handlers: Handlers;
  readonly #options: StationOptions;
  readonly #cache: StationCache;
  readonly #opened: ReturnType<typeof openJournal>;
  readonly #serverClock: ServerClock;
  readonly #outbox: Outbox;
  readonly #board: Board;
  readonly #presence: Presence;
  readonly #inbox: Inbox;
  readonly #view: ViewModel;
  #places = NO_PLACES;
  #signedIn: SignedIn | null = null;
  #link: LinkSession | null = null;
  #offline: ConnectionState;
  #stopping = false;
  #tidy: Cancel | null = null;
  #socketUp = false;

  constructor(options: StationOptions) {
    const { dir, clock, random, hash, newId, log } = options;
    this.#options = options;
    this.#offline = { kind: 'offline', since: new Date(clock.now()).toISOString() };
    this.#opened = openJournal(`${dir}/journal.db`, () => clock.now(), log);
    this.#cache = new StationCache({ dir, now: () => clock.now(), log });
    const cache = this.#cache;
    const { journal } = this.#opened;
    this.#serverClock = new ServerClock(clock);
    this.#outbox = new Outbox({
      journal,
      clock,
      random,
      hash,
      newId,
      log,
      send: (clientId, mutations) =>
        this.#link?.send(clientId, mutations) ?? Promise.reject(unreachable('Nobody is signed in.')),
      isReachable: () => this.#link?.isReachable() === true,
      cursor: () => cache.position()?.cursor ?? null,
      onChanged: (ids) => {
        this.#view.touchShipments(ids);
        this.#view.touch('work', 'unsent', ...(ids.has(null) ? PLACE_PARTS : []));
      },
    });
    const outbox = this.#outbox;
    const places = (): Places => overlayPlaces(this.#places, outbox.pending());
    this.#board = new Board({ cache, outbox, places, now: () => this.#serverClock.now() });
    const socket = this.#socket();
    const userId = (): string | null => this.#signedIn?.session.userId ?? null;
    this.#presence = new Presence({ clock, socket, userId, onChanged: (id) => this.#view.touchShipments([id]) });
    this.#inbox = new Inbox({
      journal,
      cache,
      reader: () => this.#reader(),
      toast: options.toast,
      alert: (item) => options.push('inbox:alert', item),
      onChanged: () => this.#view.touch('inbox'),
    });
    this.#view = new ViewModel({
      clock,
      outbox,
      places,
      board: this.#board,
      presence: this.#presence,
      connection: () => this.#connection(),
      session: () => this.#signedIn?.session ?? null,
      settings: () => options.settings.settings(),
      syncedAt: () => cache.position()?.syncedAt ?? null,
      clockOffsetMs: () => this.#serverClock.offsetMs,
      inbox: () => this.#inbox.items,
      push: (patch) => options.push('view:changed', patch),
      pushShipment: (shipment) => options.push('shipment:changed', shipment),
    });
    this.handlers = this.#requests(socket);
  }

  async start(): Promise<void> {
    await this.#outbox.load();
    const server = await this.#options.settings.server();
    const claims = server === null ? null : readToken(server.token);
    if (server !== null && claims !== null) await this.#signIn(signedIn(server.serverUrl, server.token, claims));
    else if (server !== null) this.#options.log('session.token_unreadable');
    this.#keepTidy();
  }

  retryNow(): void {
    this.#link?.retryNow();
  }

  /** In this order: nothing new is taken, the link goes down, and only then the files are closed. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#tidy?.();
    this.#view.stop();
    await this.#link?.stop();
    await this.#outbox.stop();
    await this.#cache.close();
    this.#opened.journal.close();
  }

  #requests(socket: Pick<SocketPort, 'request' | 'isConnected'>): Handlers {
    const { clock, newId, log, settings } = this.#options;
    return createRequests({
      view: this.#view,
      board: this.#board,
      outbox: this.#outbox,
      inbox: this.#inbox,
      presence: this.#presence,
      cache: this.#cache,
      clock,
      newId,
      log,
      socket,
      clockOffsetMs: () => this.#serverClock.offsetMs,
      session: () => this.#signedIn?.session ?? null,
      connection: () => this.#connection(),
      http: () => this.#link?.http ?? null,
      retryNow: () => this.retryNow(),
      journalProblem: () => this.#opened.problem?.sentence ?? null,
      configure: (address) => this.#configure(address),
      signOut: () => this.#signOut(),
      changeSettings: (change) => settings.change(change),
      isTaking: () => !this.#stopping,
    });
  }

  async #configure({ serverUrl, token }: { serverUrl: string; token: string }): Promise<Configured> {
    const { log, settings } = this.#options;
    const checked = await checkServer(serverUrl, token, log);
    if (!checked.ok) return checked;
    const { session } = checked.signedIn;
    try {
      await settings.saveServer({ serverUrl: session.serverUrl, token });
    } catch {
      const message = 'The server accepts this, but the settings of this station could not be written. Tell IT.';
      return { ok: false, code: 'internal', message };
    }
    await this.#signIn(checked.signedIn);
    return { ok: true, session };
  }

  async #signIn(next: SignedIn): Promise<void> {
    const { hash } = this.#options;
    await this.#endLink();
    if (this.#signedIn !== null && this.#signedIn.session.serverUrl !== next.session.serverUrl)
      this.#serverClock.forget();
    const scope = scopeKey(next, hash);
    if (this.#cache.scope() !== scope) await this.#cache.reset(scope);
    this.#signedIn = next;
    await this.#outbox.setOwner(ownerOf(next, hash));
    await this.#inbox.load();
    await this.#reload();
    this.#link = this.#newLink();
    this.#link.start();
    await this.#inbox.showUnshown();
  }

  async #signOut(): Promise<void> {
    await this.#endLink();
    this.#presence.leaveAll();
    await this.#options.settings.forgetToken();
    this.#signedIn = null;
    await this.#outbox.setOwner(null);
    this.#view.reset();
    this.#touchAll();
  }

  #newLink(): LinkSession {
    const { app, clock, random, log, push } = this.#options;
    return new LinkSession({
      app,
      clock,
      random,
      log,
      url: this.#signedIn?.session.serverUrl ?? '',
      token: () => this.#signedIn?.token ?? '',
      outbox: this.#outbox,
      journal: this.#opened.journal,
      serverNow: () => this.#serverClock.now(),
      refreshToken: () => this.#newerToken(),
      onState: () => {
        this.#view.touch('connection');
        if (this.#link?.isReachable() === true) this.#outbox.wake();
      },
      onSocket: (socketId) => {
        this.#socketUp = socketId !== null;
        if (socketId === null) this.#presence.disconnected();
        else this.#presence.connected(socketId);
      },
      onGuide: (event) => {
        this.#presence.heard(event);
        push('socket:event', event);
      },
      onMeasured: (latencyMs, offsetMs) => {
        this.#serverClock.measured(latencyMs, offsetMs);
        this.#view.touch('clockOffsetMs');
      },
      sync: {
        cache: this.#cache,
        beforeApply: (frame) => this.#inbox.note(frame),
        applied: (frame) => this.#applied(frame),
        rebuilt: async (position) => {
          await this.#inbox.skipTo(position);
          await this.#reload();
          this.#outbox.settle(position.cursor);
        },
      },
    });
  }

  async #applied(frame: Frame): Promise<void> {
    if (frame.changes.some(({ entity }) => PLACES.has(entity))) {
      this.#places = await this.#cache.places();
      this.#view.touch(...PLACE_PARTS);
    }
    this.#view.touchShipments(new Set(frame.changes.map(({ shipmentId }) => shipmentId)));
    this.#view.touch('syncedAt');
    this.#outbox.settle({ epoch: frame.epoch, seq: frame.to, chain: frame.chain });
    await this.#inbox.announce(frame);
  }

  async #endLink(): Promise<void> {
    const link = this.#link;
    this.#link = null;
    this.#offline = { kind: 'offline', since: new Date(this.#options.clock.now()).toISOString() };
    await link?.stop();
  }

  /** The whole view anew: other rows, or another person. */
  async #reload(): Promise<void> {
    this.#places = await this.#cache.places();
    this.#view.reset();
    this.#touchAll();
  }

  #touchAll(): void {
    this.#view.touch('connection', 'session', 'settings', 'syncedAt', 'unsent', 'work', 'inbox', ...PLACE_PARTS);
  }

  /** IT may have put another token into the settings, or a person has signed in anew on another screen. */
  async #newerToken(): Promise<string | null> {
    const stored = await this.#options.settings.server();
    const now = this.#signedIn;
    if (stored === null || now === null || stored.token === now.token) return null;
    const claims = readToken(stored.token);
    if (claims === null || stored.serverUrl !== now.session.serverUrl || claims.sub !== now.session.userId) return null;
    this.#signedIn = signedIn(stored.serverUrl, stored.token, claims);
    this.#view.touch('session');
    return stored.token;
  }

  #reader(): ReturnType<ConstructorParameters<typeof Inbox>[0]['reader']> {
    if (this.#signedIn === null) return null;
    const { userId, role } = this.#signedIn.session;
    const tag = originTag(this.#outbox.clientId, this.#options.hash);
    return { userId, role, isOwn: ({ origin }) => origin === tag };
  }

  #connection(): ConnectionState {
    return this.#link?.state ?? this.#offline;
  }

  /** Whichever socket there is now. */
  #socket(): Pick<SocketPort, 'request' | 'isConnected'> {
    return {
      isConnected: () => this.#socketUp && this.#link?.socket.isConnected() === true,
      request: (event, payload, timeoutMs) =>
        this.#link?.socket.request(event, payload, timeoutMs) ?? Promise.reject(unreachable('Nobody is signed in.')),
    };
  }

  #keepTidy(): void {
    this.#view.touchShipments(this.#board.outdated());
    const before = new Date(this.#options.clock.now() - KEPT_MS).toISOString();
    this.#opened.journal.prune(before).catch(() => this.#options.log('journal.not_pruned'));
    this.#tidy = this.#options.clock.setTimer(TIDY_MS, () => this.#keepTidy());
  }
}

/** Everything of a station but its window: tests run it on plain Node. Opening the files never fails for what is in them. */
export const createStation = (options: StationOptions): Station => new RunningStation(options);
