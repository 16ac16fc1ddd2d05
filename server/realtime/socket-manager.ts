import type { Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { ProblemError } from '#contract/wire/errors.ts';
import type { Viewer } from '#contract/wire/presence.ts';
import type { Frame } from '#contract/wire/sync.ts';
import type { Overrule, Verify } from '../access.ts';
import type { Clock } from '../core/clock.ts';
import { type Group, groupOf } from '../core/scope.ts';
import type { StationBook } from '../core/station-book.ts';
import type { RawChange, Storage } from '../core/storage.ts';
import type { Turnstile } from '../core/turnstile.ts';
import type { ReceivePush } from '../receive-push.ts';
import type { TakeReport } from '../take-report.ts';
import { admitHandshakes } from './admit-handshakes.ts';
import { tellViewers, tellWarehouse } from './audiences.ts';
import {
  type DockServer,
  type DockSocket,
  groupRoom,
  type RealtimeLog,
  type RealtimeMeter,
  shipmentRoom,
} from './dock-socket.ts';
import { createHandlers } from './event-handlers.ts';
import { type EventDoor, handleEvent } from './handle-event.ts';
import { HandshakeRates, type HandshakeRules } from './handshake-rates.ts';
import { Presence, type Told } from './presence.ts';
import { tellGone, tellPresence } from './presence-events.ts';
import { enterWarehouses, reseat } from './reseat.ts';
import { type EventRates, signIn } from './sign-in.ts';
import { SlowConsumers } from './slow-consumers.ts';
import { Tailer } from './tailer.ts';
import { WaitingTeller } from './tell-waiting.ts';

export type RealtimePorts = {
  readonly storage: Storage;
  readonly verify: Verify;
  readonly accessNow: Overrule['now'];
  readonly receivePush: ReceivePush;
  readonly takeReport: TakeReport;
  readonly stations: StationBook;
  readonly meter: RealtimeMeter;
  readonly log: RealtimeLog;
  readonly clock: Clock;
  readonly allowedOrigins: readonly string[];
  readonly rates: EventRates;
  readonly handshakes: HandshakeRules;
  /** Where those wait who catch up by many changes. */
  readonly catchUps: Turnstile;
};

/** Milliseconds between looks for expired tokens, silent viewers and forgotten typing. */
const SWEEP_MS = 500;
/** Milliseconds that events under way get at shutdown. */
const SETTLE_MS = 5_000;
const GROUP_ROOM = 'group:';

/**
 * The socket side of the server: who is connected, what they look at, and who hears what. Changes reach it from the log only
 * (`Tailer`), never from a request.
 */
export class SocketManager {
  readonly #ports: RealtimePorts;
  readonly #io: DockServer;
  readonly #presence = new Presence();
  readonly #tailer: Tailer;
  readonly #door: EventDoor;
  readonly #waiting: WaitingTeller;
  readonly #underWay = new Set<Promise<void>>();
  readonly #slow = new SlowConsumers({
    drop: (socket) => this.#dropFromStream(socket),
    invite: (socket) => socket.emit('sync:scope', { group: socket.data.group.id, reason: 'behind' }),
  });
  #sweep: NodeJS.Timeout | null = null;
  #isOpen = true;

  constructor(ports: RealtimePorts) {
    this.#ports = ports;
    const { now } = ports.clock;
    const handshakes = new HandshakeRates(ports.handshakes, now());
    this.#io = new Server({
      serveClient: false,
      perMessageDeflate: false,
      // No connection state recovery: the log replaces it, and it would claim to have recovered what it had not.
      transports: ['polling', 'websocket'],
      pingInterval: 5_000,
      pingTimeout: 7_000,
      // Above the megabyte that an event may have, so that one too large is answered rather than hung up on.
      maxHttpBufferSize: 4 * 1024 * 1024,
      cors: { origin: [...ports.allowedOrigins], credentials: true },
      allowRequest: admitHandshakes(ports.allowedOrigins, {
        isOpen: () => this.#isOpen,
        takesAnother: (address) => handshakes.take(address, now()),
      }),
    });
    const { storage, receivePush, takeReport, stations, catchUps, meter, log } = ports;
    const outlet = {
      emitFrame: (group: Group, frame: Frame) => this.#emitFrame(group, frame),
      emitChange: (change: RawChange) => this.#tellOf(change),
      onFault: (error: unknown) => log.error({ err: error }, 'the log could not be read on; trying again'),
    };
    this.#tailer = new Tailer(storage, outlet, ports.clock);
    const tell = (told: readonly Told[]): void => tellPresence(this.#io, told, now, meter);
    const handlers = createHandlers({
      storage,
      receivePush,
      takeReport,
      stations,
      catchUps,
      presence: this.#presence,
      tailer: this.#tailer,
      tell,
      now,
    });
    this.#waiting = new WaitingTeller({ io: () => this.#io, stations, now, meter });
    this.#door = { handlers, admit: (socket, event) => this.#admit(socket, event), meter, log };
  }

  /** Starts listening on an HTTP server; call once. */
  initialize(httpServer: HttpServer): void {
    const { verify, rates, clock, meter } = this.#ports;
    const { now } = clock;
    this.#io.attach(httpServer);
    this.#io.use(signIn(verify, rates, now, meter.refused));
    this.#io.on('connection', (socket) => this.#welcome(socket));
    this.#io.sockets.adapter.on('delete-room', (room: string) => {
      if (room.startsWith(GROUP_ROOM)) this.#tailer.forget(room.slice(GROUP_ROOM.length));
    });
    this.#sweep = setInterval(() => this.#sweepOnce(now()), SWEEP_MS);
  }

  /** Tells everybody looking at the change's shipment of it, each as they may see it. */
  broadcastShipmentUpdate(change: RawChange): void {
    const { entity, id, warehouseTo: warehouseId, supplierId } = change;
    if (entity === 'shipment') this.#presence.place(id, { warehouseId, supplierId });
    tellViewers(this.#io, change, this.#ports.meter, (shipmentId, socketIds) => this.#hide(shipmentId, socketIds));
  }

  /** Tells everybody looking at its shipment of a committed document. */
  broadcastDocumentUpload(change: RawChange): void {
    tellViewers(this.#io, change, this.#ports.meter, () => undefined);
  }

  /** Who looks at a shipment now, in the order they came. */
  getShipmentViewers(shipmentId: string): Viewer[] {
    return this.#presence.viewers(shipmentId);
  }

  /** Sockets that are signed in. */
  connections(): number {
    return this.#io.sockets.sockets.size;
  }

  /** Committed changes that sockets have not heard of yet. */
  lag(): number {
    return this.#tailer.lag();
  }

  /**
   * To be called in the tick in which this person's access changes: from here on their sockets are where they may be now, and
   * they are told to say hello again.
   */
  accessChanged(userId: string): void {
    const own = [...this.#io.sockets.sockets.values()].filter(({ data }) => data.access.actor.id === userId);
    const { accessNow, clock, meter } = this.#ports;
    const told = own.flatMap((socket) => reseat(socket, accessNow(socket.data.access), this.#presence));
    tellPresence(this.#io, told, clock.now, meter);
    for (const socket of own) {
      socket.emit('sync:scope', { group: socket.data.group.id, reason: 'access' });
      meter.eventSent('sync:scope');
    }
  }

  /**
   * Lets events under way finish and be acknowledged, refuses new ones as `stopping`, then hangs up. The transport is closed rather
   * than the session, so that clients come back by themselves, later and spread out by their back-off.
   */
  async shutdown(): Promise<void> {
    this.#isOpen = false;
    if (this.#sweep !== null) clearInterval(this.#sweep);
    const settled = Promise.allSettled(this.#underWay);
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, SETTLE_MS);
    await Promise.race([settled, late]);
    clearTimeout(timer);
    await this.#tailer.stop();
    this.#waiting.stop();
    this.#io.engine?.close();
  }

  #welcome(socket: DockSocket): void {
    // Between signing in and being here, a change has passed it by.
    const access = this.#ports.accessNow(socket.data.access);
    const { actor } = access;
    socket.data.access = access;
    socket.data.group = groupOf(access.scope);
    enterWarehouses(socket);
    // Never passed on: a client could name an event `error`, which Node throws when nobody listens.
    socket.use((packet) => {
      const handled = handleEvent(this.#door, socket, packet).finally(() => this.#underWay.delete(handled));
      this.#underWay.add(handled);
    });
    socket.on('disconnect', (reason) => {
      const told = this.#presence.drop(socket.id);
      this.#ports.stations.hungUp(socket.id);
      tellPresence(this.#io, told, this.#ports.clock.now, this.#ports.meter);
      this.#ports.log.debug({ socketId: socket.id, reason }, 'socket closed');
    });
    this.#ports.log.debug({ socketId: socket.id, userId: actor.id, role: actor.role }, 'socket opened');
  }

  #admit({ data }: DockSocket, event: string): void {
    if (!this.#isOpen) throw new ProblemError('stopping');
    const now = this.#ports.clock.now();
    const isTyping = event === 'typing:start' || event === 'typing:stop';
    const isMuch = (isTyping && !data.typing.take(now)) || (event === 'sync:report' && !data.reports.take(now));
    if (!data.events.take(now) || isMuch) throw new ProblemError('too_fast');
  }

  #emitFrame(group: Group, frame: Frame): void {
    this.#ports.meter.eventSent('sync:frame');
    // The adapter encodes the packet, WebSocket frame included, once for the whole room.
    this.#io.to(groupRoom(group)).emit('sync:frame', frame);
  }

  #tellOf(change: RawChange): void {
    if (change.entity === 'capacity') tellWarehouse(this.#io, change, this.#ports.meter);
    else if (change.entity === 'document') this.broadcastDocumentUpload(change);
    else this.broadcastShipmentUpdate(change);
  }

  /** A shipment has gone to where these may not see it. */
  #hide(shipmentId: string, socketIds: readonly string[]): void {
    this.#io.in([...socketIds]).socketsLeave(shipmentRoom(shipmentId));
    const told = socketIds.flatMap((socketId) => this.#presence.leave(shipmentId, socketId));
    const { clock, meter } = this.#ports;
    tellPresence(this.#io, told, clock.now, meter);
    tellGone(this.#io, told, clock.now, meter);
  }

  #dropFromStream(socket: DockSocket): void {
    const room = groupRoom(socket.data.group);
    if (!socket.rooms.has(room)) return;
    void socket.leave(room);
    this.#ports.meter.refused('slow_consumer');
    this.#ports.log.warn(
      { socketId: socket.id, userId: socket.data.access.actor.id },
      'slow socket, dropped to pulling',
    );
  }

  #sweepOnce(now: number): void {
    const { sockets } = this.#io.sockets;
    for (const socket of sockets.values()) {
      this.#slow.look(socket);
      // Engine.IO closes a connection whose heartbeat fails, so an open one was heard from.
      if (socket.conn.readyState === 'open') socket.data.heardAt = now;
      if (socket.data.access.expiresAt > now) continue;
      this.#ports.log.info(
        { socketId: socket.id, userId: socket.data.access.actor.id },
        'token expired, socket closed',
      );
      this.#ports.meter.refused('token_expired');
      socket.disconnect(true);
    }
    this.#ports.stations.expire();
    const told = this.#presence.expire(now, (socketId) => sockets.get(socketId)?.data.heardAt);
    tellPresence(this.#io, told, this.#ports.clock.now, this.#ports.meter);
  }
}
