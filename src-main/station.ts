import type { Configured } from '#contract/bridge/view.ts';
import { isOpen, type ShipmentStatus } from '#contract/domain/status.ts';
import type { Frame, SnapshotRow } from '#contract/wire/sync.ts';
import type { Cancel } from './core/ports.ts';
import { createRequests, type Handlers } from './core/requests.ts';
import { SerialQueue } from './core/serial-queue.ts';
import { cacheScope, mayKeepRows, ownerOf, type SignedIn, scopeKey, signedIn } from './core/session.ts';
import { checkServer } from './link/check-server.ts';
import { readToken } from './link/read-token.ts';
import { LinkSession } from './link-session.ts';
import { buildParts, type Parts, PLACE_PARTS, type StationOptions } from './station-parts.ts';

const TIDY_MS = 5 * 60 * 1000;
/** Verdicts are kept this long: a server restored from a backup gets back what it lost since. */
const KEPT_MS = 30 * 24 * 60 * 60 * 1000;
const PLACES: ReadonlySet<string> = new Set(['warehouse', 'door', 'supplier', 'capacity']);

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
  readonly #parts: Parts;
  /** One change of person or server at a time. */
  readonly #changes = new SerialQueue();
  #stopping = false;
  /** Somebody signs out: what is saved while the server is told that nothing more comes would be work that nobody waits for. */
  #leaving = false;
  #tidy: Cancel | null = null;

  constructor(options: StationOptions) {
    this.#options = options;
    this.#parts = buildParts(options);
    this.handlers = this.#requests();
  }

  /** Never rejects: a window that shows nothing of use is still more use than none. */
  async start(): Promise<void> {
    await this.#try('outbox.not_loaded', () => this.#parts.outbox.load());
    await this.#try('station.not_signed_in', async () => {
      const server = await this.#options.settings.server();
      const claims = server === null ? null : readToken(server.token);
      if (server !== null && claims !== null) {
        const person = signedIn(server.serverUrl, server.token, claims);
        await this.#changes.run(() => this.#signIn(person));
      } else if (server !== null) this.#options.log('session.token_unreadable');
    });
    this.#keepTidy();
  }

  retryNow(): void {
    this.#parts.now.link?.retryNow();
  }

  /** In this order: nothing new is taken, the server is told what is left, the link goes down, and only then the files are closed. */
  async stop(): Promise<void> {
    if (this.#stopping) return;
    this.#stopping = true;
    const { now, view, outbox, inbox, cache, journal } = this.#parts;
    this.#tidy?.();
    await this.#changes.idle();
    await now.link?.leave();
    await now.link?.stop();
    await this.#try('inbox.not_held', () => inbox.hold());
    await outbox.stop();
    await view.stop();
    await cache.close();
    journal.close();
  }

  #requests(): Handlers {
    const { clock, newId, log, settings } = this.#options;
    const { now, journal, serverClock, ...parts } = this.#parts;
    return createRequests({
      ...parts,
      clock,
      newId,
      log,
      clockOffsetMs: () => serverClock.offsetMs,
      http: () => now.link?.http ?? null,
      retryNow: () => this.retryNow(),
      journalProblem: () => journal.problem?.sentence ?? null,
      configure: (address) => this.#changes.run(() => this.#configure(address)),
      signOut: () => this.#changes.run(() => this.#signOut()),
      changeSettings: (change) => settings.change(change),
      isTaking: () => !this.#stopping && !this.#leaving,
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
    // Quitting does not wait for settings or a server: what they bring comes to nobody.
    if (this.#stopping) return;
    const { hash } = this.#options;
    const { now, cache, outbox, inbox, serverClock } = this.#parts;
    const isOtherServer = now.signedIn?.session.serverUrl !== next.session.serverUrl;
    // At the same server the next person's report says what is left of this one's.
    await this.#endLink(isOtherServer);
    if (isOtherServer) serverClock.forget();
    const scope = cacheScope(next, hash);
    if (cache.isDamaged()) await cache.setAside();
    if (!mayKeepRows(cache.scope(), cache.position()?.group ?? null, next, hash)) await cache.reset(scope);
    else if (cache.scope() !== scope) await this.#try('cache.not_handed_over', () => cache.handOver(scope));
    await outbox.setOwner(ownerOf(next, hash));
    // In the same turn of the loop as the owner: work must not be planned for one person and numbered for another.
    now.signedIn = next;
    await this.#try('inbox.not_loaded', () => inbox.load());
    await this.#try('cache.not_read', () => this.#reload());
    await this.#try('inbox.not_settled', () => inbox.settle());
    now.link = this.#newLink();
    now.link.start();
    await this.#try('inbox.not_shown', () => inbox.showUnshown());
  }

  #signOut(): Promise<void> {
    this.#leaving = true;
    return this.#handBack().finally(() => {
      this.#leaving = false;
    });
  }

  async #handBack(): Promise<void> {
    const { now, presence, outbox, view } = this.#parts;
    await this.#endLink(true);
    presence.leaveAll();
    // Where nothing may be written they are signed out until the next start.
    await this.#try('settings.token_not_forgotten', () => this.#options.settings.forgetToken());
    now.signedIn = null;
    await outbox.setOwner(null);
    view.reset();
    this.#touchAll();
  }

  #newLink(): LinkSession {
    const { app, clock, random, hash, log, push, openLinks, settings } = this.#options;
    const { now, cache, journal, outbox, presence, inbox, serverClock, view } = this.#parts;
    return new LinkSession({
      app,
      clock,
      random,
      log,
      openLinks,
      outbox,
      url: now.signedIn?.session.serverUrl ?? '',
      token: () => now.signedIn?.token ?? '',
      journal: journal.journal,
      serverNow: () => serverClock.now(),
      report: {
        outbox,
        journal: journal.journal,
        server: now.signedIn === null ? '' : ownerOf(now.signedIn, hash).server,
        stationName: () => settings.settings().stationName,
      },
      refreshToken: () => this.#newerToken(),
      onState: () => view.touch('connection'),
      onReachable: () => outbox.wake(),
      onSocket: (socketId) => {
        now.isSocketUp = socketId !== null;
        if (socketId === null) presence.disconnected();
        else presence.connected(socketId);
      },
      onGuide: (event) => {
        presence.heard(event);
        push('socket:event', event);
      },
      onWaiting: (event) => presence.waits(event),
      onMeasured: (latencyMs, offsetMs) => {
        serverClock.measured(latencyMs, offsetMs);
        view.touch('clockOffsetMs');
      },
      sync: {
        cache,
        beforeApply: (frame) => inbox.note(frame),
        applied: (frame) => this.#applied(frame),
        cleared: () => this.#reload(),
        arrived: (rows, isFirst) => this.#try('view.not_filled', () => this.#arrived(rows, isFirst)),
        beforeLoss: () => inbox.hold(),
        rebuilt: async (position) => {
          outbox.settle(position.cursor);
          outbox.recheck();
          await this.#reload();
          await this.#try('inbox.overdue', () => inbox.catchUp());
          await this.#try('inbox.not_settled', () => inbox.settle());
          await this.#try('inbox.not_shown', () => inbox.showUnshown());
        },
      },
    });
  }

  async #applied(frame: Frame): Promise<void> {
    const { now, cache, view, outbox, inbox } = this.#parts;
    // Before anything is awaited: rows and the work on top of them change for the page in one step.
    outbox.settle({ epoch: frame.epoch, seq: frame.to, chain: frame.chain });
    view.touchShipments(new Set(frame.changes.map(({ shipmentId }) => shipmentId)));
    view.touch('syncedAt');
    if (frame.changes.some(({ entity }) => PLACES.has(entity))) {
      now.places = await cache.places();
      view.touch(...PLACE_PARTS);
    }
    await this.#try('inbox.not_shown', () => inbox.announce(frame));
  }

  /** Of a snapshot that is still coming: what stands on the board as open work, and what is looked at right now. */
  async #arrived(rows: readonly SnapshotRow[], isFirst: boolean): Promise<void> {
    if (isFirst) return this.#reload();
    const { now, cache, view, presence } = this.#parts;
    const watched = presence.openIds();
    const isShown = ({ entity, row, shipmentId }: SnapshotRow): boolean =>
      (entity === 'shipment' && isOpen(row.status as ShipmentStatus)) ||
      (shipmentId !== null && watched.includes(shipmentId));
    view.touchShipments(new Set(rows.filter(isShown).map(({ shipmentId }) => shipmentId)));
    if (!rows.some(({ entity }) => PLACES.has(entity))) return;
    now.places = await cache.places();
    view.touch(...PLACE_PARTS);
  }

  /** `isLeaving`: nobody goes on at this server. */
  async #endLink(isLeaving: boolean): Promise<void> {
    const { now } = this.#parts;
    const { link } = now;
    now.link = null;
    now.offline = { kind: 'offline', since: new Date(this.#options.clock.now()).toISOString() };
    if (isLeaving) await link?.leave();
    await link?.stop();
    await this.#try('inbox.not_held', () => this.#parts.inbox.hold());
  }

  /** The whole view anew: other rows, or another person. */
  async #reload(): Promise<void> {
    const { now, cache, view } = this.#parts;
    now.places = await cache.places();
    view.reset();
    this.#touchAll();
  }

  #touchAll(): void {
    const { view } = this.#parts;
    view.touch('connection', 'session', 'settings', 'syncedAt', 'coverage', 'unsent', 'work', 'inbox', ...PLACE_PARTS);
  }

  /** IT may have put another token into the settings, or a person has signed in anew on another screen. */
  async #newerToken(): Promise<string | null> {
    const stored = await this.#options.settings.server();
    const { now, view } = this.#parts;
    const before = now.signedIn;
    if (stored === null || before === null || stored.token === before.token) return null;
    const claims = readToken(stored.token);
    const { session } = before;
    if (claims === null || stored.serverUrl !== session.serverUrl || claims.sub !== session.userId) return null;
    const next = signedIn(stored.serverUrl, stored.token, claims);
    const { hash } = this.#options;
    if (scopeKey(next, hash) !== scopeKey(before, hash) || next.session.role !== session.role) {
      // They may see and do other things now: rows, work and screens begin anew, as for somebody else.
      void this.#changes.run(async () => {
        if (now.signedIn === before) await this.#try('station.not_signed_in', () => this.#signIn(next));
      });
      return null;
    }
    now.signedIn = next;
    view.touch('session');
    return stored.token;
  }

  async #try(what: string, run: () => Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.#options.log(what, { message: error instanceof Error ? error.message : 'unknown' });
    }
  }

  #keepTidy(): void {
    if (this.#stopping) return;
    const { view, board, journal, serverClock } = this.#parts;
    const { clock, log } = this.#options;
    view.touchShipments(board.outdated());
    if (serverClock.offsetMs !== null) {
      const before = new Date(serverClock.now() - KEPT_MS).toISOString();
      journal.journal.prune(before).catch(() => log('journal.not_pruned'));
    }
    this.#tidy = clock.setTimer(TIDY_MS, () => this.#keepTidy());
  }
}

/** Everything of a station but its window: tests run it on plain Node. Opening the files never fails for what is in them. */
export const createStation = (options: StationOptions): Station => new RunningStation(options);
