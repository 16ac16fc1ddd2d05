import { EventEmitter } from 'node:events';
import { copyFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import Database from 'better-sqlite3';
import type { DownEvent, DownPayload } from '#contract/wire/down.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import type { Frame } from '#contract/wire/sync.ts';
import { type Access, scopeOf } from '../../server/access.ts';
import { AccessChanges } from '../../server/access-changes.ts';
import type { Clock } from '../../server/core/clock.ts';
import type { Group } from '../../server/core/scope.ts';
import { StationBook } from '../../server/core/station-book.ts';
import type { Storage } from '../../server/core/storage.ts';
import { Turnstile } from '../../server/core/turnstile.ts';
import { ChangeWaiters } from '../../server/http/change-waiters.ts';
import type { HttpPorts } from '../../server/http/ports.ts';
import { syncRoutes } from '../../server/http/routes/sync.ts';
import { userRoutes } from '../../server/http/routes/users.ts';
import { SnapshotShelf } from '../../server/http/snapshot-shelf.ts';
import { limitsOf } from '../../server/limits.ts';
import { groupRoom } from '../../server/realtime/dock-socket.ts';
import { createHandlers } from '../../server/realtime/event-handlers.ts';
import { type EventDoor, handleEvent } from '../../server/realtime/handle-event.ts';
import { Presence } from '../../server/realtime/presence.ts';
import { Tailer } from '../../server/realtime/tailer.ts';
import { createReceivePush } from '../../server/receive-push.ts';
import { genesis } from '../../server/storage/digest.ts';
import { openSqliteStorage } from '../../server/storage/open-sqlite-storage.ts';
import { createTakeReport } from '../../server/take-report.ts';
import type { StoredChange } from './history.ts';
import { Machine } from './machine.ts';
import { claimsOf, type Person } from './people.ts';
import { type Session, Sessions } from './sessions.ts';
import type { World } from './world.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Short, so that a schedule of minutes has positions that are no longer kept. */
const RETENTION = { logDays: 20_000 / DAY, logChanges: 12, ledgerDays: 90 };

type Route = {
  readonly handler: (request: object, reply: object) => Promise<unknown>;
  readonly query?: { parse: (value: unknown) => unknown };
};
type Request = {
  readonly query?: object;
  readonly params?: object;
  readonly body?: unknown;
  readonly gone?: AbortSignal;
  readonly sent?: (text: string) => void;
};
type RouteOptions = { readonly schema?: { readonly querystring?: { parse: (value: unknown) => unknown } } };

export const accessOf = ({ sub, name, role, warehouses, supplierId }: Person): Access => ({
  actor: { id: sub, name, role },
  scope: scopeOf(role, warehouses, supplierId ?? null),
  expiresAt: Number.MAX_SAFE_INTEGER,
});

const CHANGED = 'What you may see has just been changed. Ask again; what you sent may have been done already.';

/** Storage whose reads take their time, as they would from a disk or over a network. */
const slow = (storage: Storage, machine: Machine, look: ServerPorts['frame']): Storage => {
  const { chance } = machine.world;
  const take = async <T>(read: () => Promise<T>): Promise<T> => {
    await machine.pause();
    const result = await read();
    await machine.pause();
    return result;
  };
  return {
    ...storage,
    lastN: (clientId) => take(() => storage.lastN(clientId)),
    chainAt: (seq) => take(() => storage.chainAt(seq)),
    readFrame: (group, from, limit) => {
      const most = limit ?? (chance.once(4) ? 1 + chance.below(6) : 1000);
      return take(async () => {
        const frame = await storage.readFrame(group, from, most);
        // What a process that was killed had half done goes on here for a moment; nobody gets it.
        if (machine.isAlive) look(group, frame);
        return frame;
      });
    },
    readChanges: (from, limit) => take(() => storage.readChanges(from, limit)),
    snapshotPage: (group, after, limit) => {
      const most = Math.min(limit, chance.once(2) ? 1 + chance.below(12) : limit);
      // The whole of a snapshot takes seconds where there is much of it.
      return machine.pause(200).then(() => take(() => storage.snapshotPage(group, after, most)));
    },
  };
};

/** What the server tells whoever checks. */
export type ServerPorts = {
  /** A frame was read. */
  readonly frame: (group: Group, frame: Frame) => void;
  /** From now on somebody's access is another; called before anything follows from it. */
  readonly accessChanged: () => void;
};

/** The server from one start to its end, everything but Fastify and Socket.IO themselves. */
export class ServerNode {
  readonly machine: Machine;
  readonly dir: string;
  storage!: Storage;
  stations!: StationBook;
  /** Straight into the file, for whoever checks. */
  looker!: Database.Database;
  readonly #ports: ServerPorts;
  readonly #world: World;
  #sessions!: Sessions;
  #access!: AccessChanges;
  #changes!: Database.Statement<[number], StoredChange>;
  #verdict!: Database.Statement<[string, number]>;
  readonly #routes = new Map<string, Route>();
  #door!: EventDoor;
  #tailer!: Tailer;
  #ids = 0;
  readonly faults: string[] = [];

  constructor(world: World, dir: string, name: string, ports: ServerPorts) {
    this.#ports = ports;
    this.#world = world;
    this.dir = dir;
    this.machine = new Machine(name, world);
  }

  async start(): Promise<void> {
    await this.#world.finish(this.machine, () => this.#start());
    this.looker = new Database(join(this.dir, 'dockline.db'), { readonly: true });
    this.#changes = this.looker.prepare('SELECT * FROM change WHERE seq > ? ORDER BY seq');
    this.#verdict = this.looker.prepare('SELECT 1 FROM ledger WHERE client_id = ? AND n = ?');
  }

  async #start(): Promise<void> {
    const { machine } = this;
    const clock: Clock = machine.clock;
    const stations = new StationBook(clock.now);
    this.stations = stations;
    const opened = await openSqliteStorage({
      file: join(this.dir, 'dockline.db'),
      clock: () => new Date(clock.now()),
      newId: () => this.newId(),
      retention: RETENTION,
      waitingFor: (shipmentId, asker) => stations.waitingFor(shipmentId, asker),
    });
    const storage = slow(opened, machine, this.#ports.frame);
    this.storage = storage;
    const quiet = () => undefined;
    const { catchUps, snapshots: snapshotRules } = limitsOf();
    const turnstiles = { catchUp: new Turnstile(catchUps, clock), snapshots: new Turnstile(snapshotRules, clock) };
    const presence = new Presence();
    this.#access = await AccessChanges.open(storage, (error) => this.faults.push(String(error)));
    this.#sessions = new Sessions(presence, (groupId) => this.#tailer.forget(groupId));
    const outlet = {
      emitFrame: (group: Group, frame: DownPayload['sync:frame']) =>
        this.#sessions.emit(groupRoom(group), 'sync:frame', frame),
      emitChange: () => undefined,
      onFault: (error: unknown) => this.faults.push(String(error)),
    };
    this.#tailer = new Tailer(storage, outlet, clock);
    const receivePush = createReceivePush(
      storage,
      (access) => this.#access.now(access),
      clock.now,
      () => undefined,
    );

    const log = {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (fields: object) => this.faults.push(String(Object.values(fields)[0])),
    };
    const meter = { eventReceived: quiet, eventSent: quiet, refused: quiet };
    stations.load(await storage.keptReports());
    const takeReport = createTakeReport(storage, stations, (access) => this.#access.now(access));
    const handlerPorts = {
      storage,
      receivePush,
      takeReport,
      stations,
      presence,
      tailer: this.#tailer,
      catchUps: turnstiles.catchUp,
      tell: () => undefined,
      now: clock.now,
    };
    const handlers = createHandlers(handlerPorts);
    this.#door = { handlers, admit: quiet, meter, log };
    const waiters = new ChangeWaiters(storage, clock);
    const snapshots = new SnapshotShelf({
      storage,
      folder: join(this.dir, 'snapshots'),
      clock,
      newId: () => this.newId(),
    });
    const ports = {
      storage,
      waiters,
      receivePush,
      takeReport,
      snapshots,
      turnstiles,
      accessChanges: this.#access,
      now: clock.now,
    } as Partial<HttpPorts> as HttpPorts;
    const add =
      (method: string) =>
      (path: string, { schema }: RouteOptions, handler: Route['handler']) => {
        const query = schema?.querystring;
        this.#routes.set(`${method} ${path}`, { handler, ...(query === undefined ? {} : { query }) });
      };
    await syncRoutes(ports)({ get: add('GET'), post: add('POST') } as never, {});
    await userRoutes(ports)({ put: add('PUT') } as never, {});
    this.#access.onChange(this.#ports.accessChanged);
    this.#access.onChange((userId) => this.#sessions.accessChanged(userId, (access) => this.#access.now(access)));
    this.#access.onChange((userId) => snapshots.cutOff(userId));
    this.#access.onChange((userId) => waiters.wake(userId));
  }

  /** What another connection reads of the log after a position. */
  changesAfter(seq: number): StoredChange[] {
    return this.#changes.all(seq);
  }

  /** Whether another connection finds a verdict in the ledger. */
  hasVerdict(clientId: string, n: number): boolean {
    return this.#verdict.get(clientId, n) !== undefined;
  }

  /** Clients whose stations have said that they may have more to tell of a shipment, as another connection reads it. */
  reportsOn(shipmentId: string): Set<string> {
    type Row = { client_id: string; unsent_on: string; worked_on: string };
    const rows = this.looker.prepare('SELECT * FROM station_report WHERE has_left = 0').all() as Row[];
    const names = ({ unsent_on, worked_on }: Row): string[] => [
      ...Object.keys(JSON.parse(unsent_on) as object),
      ...(JSON.parse(worked_on) as string[]),
    ];
    return new Set(rows.filter((row) => names(row).includes(shipmentId)).map(({ client_id }) => client_id));
  }

  /** Whether the history says that stations were knowingly not waited for. */
  saidWhyWithout(shipmentId: string, closedAt: string): boolean {
    const rows = this.looker
      .prepare('SELECT row FROM history WHERE shipment_id = ?')
      .pluck()
      .all(shipmentId) as string[];
    return rows.some((row) => {
      const { command, recordedAt, details } = JSON.parse(row) as HistoryEntry;
      return command === 'closeShipment' && recordedAt === closedAt && 'withoutStations' in details;
    });
  }

  /** Chain before the first change. */
  genesis(): string {
    return genesis(this.storage.position().epoch);
  }

  newId(): string {
    this.#ids += 1;
    const { chance } = this.#world;
    return `srv-${this.#ids}-${chance.below(1e9).toString(36)}`;
  }

  /** A connection of whoever has this token. */
  accept(token: string, send: (event: DownEvent, payload: unknown) => void): Session {
    return this.#sessions.accept(this.newId(), this.#verify(token), send);
  }

  hangUp(session: Session): void {
    this.#sessions.hangUp(session);
    this.stations.hungUp(session.socket.id);
  }

  /** What came in over a connection. */
  take({ socket }: Session, event: string, payload: unknown, reply: (answer: object) => void): void {
    void handleEvent(this.#door, socket, [event, payload, reply]);
  }

  /**
   * A request to one of the routes; rejects with a `ProblemError`. As in the product, an answer that was made for what somebody
   * saw before their access was changed is held back. `sent` is called in the moment in which one is not.
   */
  async ask(token: string, method: string, path: string, given: Request): Promise<unknown> {
    const route = this.#routes.get(`${method} ${path}`);
    if (route === undefined) throw new Error(`no route ${method} ${path}`);
    const { gone, sent = () => undefined, query, ...rest } = given;
    const socket = new EventEmitter();
    gone?.addEventListener('abort', () => socket.emit('close'), { once: true });
    let answer: unknown;
    const reply = {
      header: () => reply,
      type: () => reply,
      code: () => reply,
      send: (body: unknown) => (answer = body),
    };
    const changes = this.#access;
    let signedIn = this.#verify(token);
    const request = {
      get access() {
        signedIn = changes.now(signedIn);
        return signedIn;
      },
      answersFor: signedIn,
      query: route.query?.parse(query ?? {}),
      headers: { 'accept-encoding': 'gzip' },
      raw: { socket },
      ...rest,
    };
    const returned = (await route.handler(request, reply)) ?? answer;
    if (returned instanceof Readable) return returned;
    if (request.answersFor !== request.access) throw new ProblemError('too_fast', CHANGED);
    sent(JSON.stringify(returned) ?? '');
    return returned;
  }

  /** Pieces of a snapshot, each a gzip of its own; destroyed when it is broken off. */
  async snapshot(token: string, query: object): Promise<Readable> {
    return (await this.ask(token, 'GET', '/api/sync/snapshot', { query })) as Readable;
  }

  /** As by kill -9: the files stay as they are at this instant, in a folder of their own. Call between events. */
  kill(image: string): void {
    if (this.machine.isAlive) copyImage(this.dir, image);
    else if (image !== '') throw new Error('this server is dead already');
    this.machine.isAlive = false;
    this.machine.closeFiles();
    this.looker.close();
    this.#sessions.hangUpAll();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #verify(token: string): Access {
    const { person, issuedAt } = claimsOf(token);
    return this.#access.judge(accessOf(person), issuedAt);
  }
}

/** A folder as it is at this instant. `cpSync` does the same, at twice the price. */
export const copyImage = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) copyImage(source, copy);
    else copyFileSync(source, copy);
  }
};

/** Whether the server says it cannot, rather than fails. */
export const codeOf = (error: unknown): string | null => (error instanceof ProblemError ? error.code : null);
