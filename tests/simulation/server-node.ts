import { EventEmitter } from 'node:events';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import Database from 'better-sqlite3';
import type { DownEvent, DownPayload } from '#contract/wire/down.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { tokenClaims } from '#contract/wire/token.ts';
import type { Access } from '../../server/access.ts';
import type { Clock } from '../../server/core/clock.ts';
import { type Group, groupOf } from '../../server/core/scope.ts';
import type { Storage } from '../../server/core/storage.ts';
import { Turnstile } from '../../server/core/turnstile.ts';
import { ChangeWaiters } from '../../server/http/change-waiters.ts';
import type { HttpPorts } from '../../server/http/ports.ts';
import { syncRoutes } from '../../server/http/routes/sync.ts';
import { SnapshotShelf } from '../../server/http/snapshot-shelf.ts';
import { limitsOf } from '../../server/limits.ts';
import { type DockSocket, groupRoom } from '../../server/realtime/dock-socket.ts';
import { createHandlers } from '../../server/realtime/event-handlers.ts';
import { type EventDoor, handleEvent } from '../../server/realtime/handle-event.ts';
import { Presence } from '../../server/realtime/presence.ts';
import { Tailer } from '../../server/realtime/tailer.ts';
import { createReceivePush } from '../../server/receive-push.ts';
import { genesis } from '../../server/storage/digest.ts';
import { openSqliteStorage } from '../../server/storage/open-sqlite-storage.ts';
import { Machine } from './machine.ts';
import type { World } from './world.ts';

const DAY = 24 * 60 * 60 * 1000;
/** Short, so that a schedule of minutes has positions that are no longer kept. */
const RETENTION = { logDays: 20_000 / DAY, logChanges: 12, ledgerDays: 90 };

type Route = {
  readonly handler: (request: object, reply: object) => Promise<unknown>;
  readonly query?: { parse: (value: unknown) => unknown };
};
type RouteOptions = { readonly schema?: { readonly querystring?: { parse: (value: unknown) => unknown } } };

/** One connection as the server has it. */
export type Session = {
  readonly id: string;
  readonly access: Access;
  readonly group: Group;
  connected: boolean;
  readonly rooms: Set<string>;
  readonly send: (event: DownEvent, payload: unknown) => void;
};

export const accessOf = (token: string): Access => {
  const claims = tokenClaims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  const warehouses = claims.warehouses.includes('*') ? null : claims.warehouses;
  return {
    actor: { id: claims.sub, name: claims.name, role: claims.role },
    scope: { role: claims.role, warehouses, supplierId: claims.supplierId ?? null },
    expiresAt: claims.exp * 1000,
  };
};

/** Storage whose reads take their time, as they would from a disk or over a network. */
const slow = (storage: Storage, machine: Machine): Storage => {
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
      return take(() => storage.readFrame(group, from, most));
    },
    readChanges: (from, limit) => take(() => storage.readChanges(from, limit)),
    snapshotPage: (group, after, limit) => {
      const most = Math.min(limit, chance.once(2) ? 1 + chance.below(12) : limit);
      // The whole of a snapshot takes seconds where there is much of it.
      return machine.pause(200).then(() => take(() => storage.snapshotPage(group, after, most)));
    },
  };
};

/** The server from one start to its end, everything but Fastify and Socket.IO themselves. */
export class ServerNode {
  readonly machine: Machine;
  readonly dir: string;
  storage!: Storage;
  /** Straight into the file, for whoever checks. */
  looker!: Database.Database;
  readonly sessions = new Set<Session>();
  readonly #world: World;
  readonly #routes = new Map<string, Route>();
  #door!: EventDoor;
  #tailer!: Tailer;
  #ids = 0;
  readonly faults: string[] = [];

  constructor(world: World, dir: string, name: string) {
    this.#world = world;
    this.dir = dir;
    this.machine = new Machine(name, world);
  }

  async start(): Promise<void> {
    await this.#world.finish(this.machine, () => this.#start());
    this.looker = new Database(join(this.dir, 'dockline.db'), { readonly: true });
  }

  async #start(): Promise<void> {
    const { machine } = this;
    const clock: Clock = machine.clock;
    const opened = await openSqliteStorage({
      file: join(this.dir, 'dockline.db'),
      clock: () => new Date(clock.now()),
      newId: () => this.newId(),
      retention: RETENTION,
    });
    const storage = slow(opened, machine);
    this.storage = storage;
    const quiet = () => undefined;
    const { catchUps, snapshots: snapshotRules } = limitsOf();
    const turnstiles = { catchUp: new Turnstile(catchUps, clock), snapshots: new Turnstile(snapshotRules, clock) };
    const presence = new Presence();
    const outlet = {
      emitFrame: (group: Group, frame: DownPayload['sync:frame']) => this.#emit(groupRoom(group), 'sync:frame', frame),
      emitChange: () => undefined,
      onFault: (error: unknown) => this.faults.push(String(error)),
    };
    this.#tailer = new Tailer(storage, outlet, clock);
    const receivePush = createReceivePush(storage, clock.now, () => undefined);

    const log = {
      debug: quiet,
      info: quiet,
      warn: quiet,
      error: (fields: object) => this.faults.push(String(Object.values(fields)[0])),
    };
    const meter = { eventReceived: quiet, eventSent: quiet, refused: quiet };
    const handlerPorts = {
      storage,
      receivePush,
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
      snapshots,
      turnstiles,
      now: clock.now,
    } as Partial<HttpPorts> as HttpPorts;
    const add =
      (method: string) =>
      (path: string, { schema }: RouteOptions, handler: Route['handler']) => {
        const query = schema?.querystring;
        this.#routes.set(`${method} ${path}`, { handler, ...(query === undefined ? {} : { query }) });
      };
    await syncRoutes(ports)({ get: add('GET'), post: add('POST') } as never, {});
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
  accept(token: string, send: Session['send']): Session {
    const access = accessOf(token);
    const session: Session = {
      id: this.newId(),
      access,
      group: groupOf(access.scope),
      connected: true,
      rooms: new Set(),
      send,
    };
    this.sessions.add(session);
    return session;
  }

  hangUp(session: Session): void {
    session.connected = false;
    this.sessions.delete(session);
    for (const room of session.rooms) {
      const isEmpty = ![...this.sessions].some(({ rooms }) => rooms.has(room));
      if (isEmpty && room.startsWith('group:')) this.#tailer.forget(room.slice('group:'.length));
    }
  }

  /** What came in over a connection. */
  take(session: Session, event: string, payload: unknown, reply: (answer: object) => void): void {
    const socket = {
      id: session.id,
      data: { access: session.access, group: session.group, heardAt: 0 },
      get connected() {
        return session.connected;
      },
      join: (room: string) => void session.rooms.add(room),
      leave: (room: string) => void session.rooms.delete(room),
      emit: (name: DownEvent, data: unknown) => session.send(name, data),
    } as unknown as DockSocket;
    void handleEvent(this.#door, socket, [event, payload, reply]);
  }

  /** A request to one of the routes of sync; rejects with a `ProblemError`. */
  async ask(
    token: string,
    method: string,
    path: string,
    given: { query?: object; body?: unknown; gone?: AbortSignal },
  ): Promise<unknown> {
    const route = this.#routes.get(`${method} ${path}`);
    if (route === undefined) throw new Error(`no route ${method} ${path}`);
    const socket = new EventEmitter();
    given.gone?.addEventListener('abort', () => socket.emit('close'), { once: true });
    let sent: unknown;
    const reply = { header: () => reply, type: () => reply, send: (body: unknown) => (sent = body) };
    const query = route.query?.parse(given.query ?? {});
    const request = {
      access: accessOf(token),
      query,
      body: given.body,
      headers: { 'accept-encoding': 'gzip' },
      raw: { socket },
    };
    const returned = await route.handler(request, reply);
    return returned ?? sent;
  }

  /** Pieces of a snapshot, each a gzip of its own. */
  async snapshot(token: string, query: object): Promise<AsyncIterable<Buffer>> {
    return (await this.ask(token, 'GET', '/api/sync/snapshot', { query })) as Readable;
  }

  /** As by kill -9: the files stay as they are at this instant, in a folder of their own. Call between events. */
  kill(image: string): void {
    if (this.machine.isAlive) copyImage(this.dir, image);
    else if (image !== '') throw new Error('this server is dead already');
    this.machine.isAlive = false;
    this.machine.closeFiles();
    this.looker.close();
    for (const session of this.sessions) session.connected = false;
    this.sessions.clear();
    rmSync(this.dir, { recursive: true, force: true });
  }

  #emit(room: string, event: DownEvent, payload: unknown): void {
    for (const session of this.sessions) if (session.rooms.has(room)) session.send(event, payload);
  }
}

export const copyImage = (from: string, to: string): void => {
  mkdirSync(to, { recursive: true });
  cpSync(from, to, { recursive: true });
};

/** Whether the server says it cannot, rather than fails. */
export const codeOf = (error: unknown): string | null => (error instanceof ProblemError ? error.code : null);
