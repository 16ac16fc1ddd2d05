import type { DownPayload, GuideEvent } from '#contract/wire/down.ts';
import type { Viewer } from '#contract/wire/presence.ts';
import type { AwaitedStation } from '#contract/wire/station-report.ts';
import type { Cancel, Clock, SocketPort } from './ports.ts';

const ANSWER_MS = 5_000;
/** The server stops a forgotten "is typing" after 5 s; a lost stop must not outlive that by much. */
const TYPING_MS = 6_000;
const KEPT_EVENTS = 100;

type Coming = DownPayload['user:viewing' | 'user:disconnected'];

type Room = {
  viewers: Viewer[];
  readonly typing: Map<string, { readonly name: string; readonly end: Cancel }>;
  /** Who came and went while the answer to a join was on its way: the answer does not know of them. */
  sinceJoin: Coming[];
  waitingFor: readonly AwaitedStation[];
  /** It was told of them while the answer to a join was on its way: what was told is later. */
  isWaitingTold: boolean;
};

export type PresencePorts = {
  readonly clock: Clock;
  readonly socket: Pick<SocketPort, 'request' | 'isConnected'>;
  readonly userId: () => string | null;
  readonly onChanged: (shipmentId: string) => void;
};

/** Who else looks at the shipments open on this station, and who types. Leases in memory: gone with the socket. */
export class Presence {
  readonly #ports: PresencePorts;
  readonly #rooms = new Map<string, Room>();
  #socketId: string | null = null;

  constructor(ports: PresencePorts) {
    this.#ports = ports;
  }

  openIds(): string[] {
    return [...this.#rooms.keys()];
  }

  /** Others at this shipment, without this socket. */
  viewers(shipmentId: string): readonly Viewer[] {
    return this.#rooms.get(shipmentId)?.viewers ?? [];
  }

  /** Names of others typing there. */
  typing(shipmentId: string): readonly string[] {
    return [...(this.#rooms.get(shipmentId)?.typing.values() ?? [])].map(({ name }) => name);
  }

  /** Stations that closing it waits for; none while there is no socket to hear it by. */
  waitingFor(shipmentId: string): readonly AwaitedStation[] {
    return this.#rooms.get(shipmentId)?.waitingFor ?? [];
  }

  /** Joins now, and again after every reconnect, until `leave`. */
  open(shipmentId: string): void {
    this.keep(shipmentId);
    void this.#join(shipmentId);
  }

  /** As `open`, when the caller joins by itself. */
  keep(shipmentId: string): void {
    if (this.#rooms.has(shipmentId)) return;
    const nothing = { viewers: [], sinceJoin: [], waitingFor: [], isWaitingTold: false };
    this.#rooms.set(shipmentId, { ...nothing, typing: new Map() });
  }

  /** As `leave`, when the caller leaves by itself. */
  forget(shipmentId: string): void {
    const room = this.#rooms.get(shipmentId);
    if (room !== undefined) this.#clear(room);
    this.#rooms.delete(shipmentId);
  }

  leave(shipmentId: string): void {
    if (!this.#rooms.has(shipmentId)) return;
    this.forget(shipmentId);
    if (!this.#ports.socket.isConnected()) return;
    this.#ports.socket.request('leave:shipment', { shipmentId }, ANSWER_MS).catch(() => undefined);
  }

  leaveAll(): void {
    for (const id of this.openIds()) this.leave(id);
  }

  connected(socketId: string): void {
    this.#socketId = socketId;
    for (const id of this.openIds()) void this.#join(id);
  }

  /** Without a socket nobody can be seen; the rooms stay open for the next one. */
  disconnected(): void {
    this.#socketId = null;
    for (const [id, room] of this.#rooms) {
      this.#clear(room);
      this.#ports.onChanged(id);
    }
  }

  heard(event: DownPayload[GuideEvent]): void {
    if (event.type === 'user:typing') this.#typed(event);
    if (event.type !== 'user:viewing' && event.type !== 'user:disconnected') return;
    const room = this.#rooms.get(event.shipmentId);
    if (room === undefined) return;
    room.sinceJoin.push(event);
    if (room.sinceJoin.length > KEPT_EVENTS) room.sinceJoin.shift();
    this.#moved(room, event);
    this.#ports.onChanged(event.shipmentId);
  }

  /** All of them, each time. */
  waits({ shipmentId, waitingFor }: DownPayload['shipment:waiting']): void {
    const room = this.#rooms.get(shipmentId);
    if (room === undefined) return;
    room.waitingFor = waitingFor;
    room.isWaitingTold = true;
    this.#ports.onChanged(shipmentId);
  }

  async #join(shipmentId: string): Promise<void> {
    const asked = this.#rooms.get(shipmentId);
    if (asked === undefined || !this.#ports.socket.isConnected()) return;
    asked.sinceJoin = [];
    asked.isWaitingTold = false;
    try {
      const reply = await this.#ports.socket.request('join:shipment', { shipmentId }, ANSWER_MS);
      const room = this.#rooms.get(shipmentId);
      if (!reply.ok || room === undefined) return;
      room.viewers = reply.viewers.filter(({ socketId }) => socketId !== this.#socketId);
      if (!room.isWaitingTold) room.waitingFor = reply.waitingFor;
      for (const event of room.sinceJoin) this.#moved(room, event);
      this.#ports.onChanged(shipmentId);
    } catch {
      // Not knowing who is there is no reason to trouble anybody; the next connection joins again.
    }
  }

  #moved(room: Room, event: Coming): void {
    const { socketId, userId, userName, timestamp } = event;
    if (socketId === this.#socketId) return;
    room.viewers = room.viewers.filter((viewer) => viewer.socketId !== socketId);
    if (event.type === 'user:viewing') room.viewers.push({ userId, userName, socketId, since: timestamp });
    else if (!room.viewers.some((viewer) => viewer.userId === userId)) this.#stopTyping(room, userId);
  }

  #typed({ shipmentId, userId, userName, isTyping }: DownPayload['user:typing']): void {
    const room = this.#rooms.get(shipmentId);
    if (room === undefined || userId === this.#ports.userId()) return;
    this.#stopTyping(room, userId);
    if (isTyping) {
      const end = this.#ports.clock.setTimer(TYPING_MS, () => {
        room.typing.delete(userId);
        this.#ports.onChanged(shipmentId);
      });
      room.typing.set(userId, { name: userName, end });
    }
    this.#ports.onChanged(shipmentId);
  }

  #stopTyping(room: Room, userId: string): void {
    room.typing.get(userId)?.end();
    room.typing.delete(userId);
  }

  #clear(room: Room): void {
    room.viewers = [];
    room.waitingFor = [];
    for (const userId of [...room.typing.keys()]) this.#stopTyping(room, userId);
  }
}
