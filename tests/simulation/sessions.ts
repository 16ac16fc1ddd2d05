import type { DownEvent } from '#contract/wire/down.ts';
import type { Access, Overrule } from '../../server/access.ts';
import { groupOf } from '../../server/core/scope.ts';
import type { DockSocket } from '../../server/realtime/dock-socket.ts';
import type { Presence } from '../../server/realtime/presence.ts';
import { enterWarehouses, reseat } from '../../server/realtime/reseat.ts';

/** One connection as the server has it. */
export type Session = {
  readonly socket: DockSocket;
  connected: boolean;
};
type Send = (event: DownEvent, payload: unknown) => void;

const GROUP = 'group:';

/** Who is connected and in which rooms: what Socket.IO keeps for the product. */
export class Sessions {
  readonly #all = new Set<Session>();
  readonly #presence: Presence;
  readonly #forget: (groupId: string) => void;

  /** `forget` is called with a group in whose room nobody is any more. */
  constructor(presence: Presence, forget: (groupId: string) => void) {
    this.#presence = presence;
    this.#forget = forget;
  }

  accept(id: string, access: Access, send: Send): Session {
    const rooms = new Set<string>();
    const socket = {
      id,
      rooms,
      data: { access, group: groupOf(access.scope), heardAt: 0 },
      get connected() {
        return session.connected;
      },
      join: (room: string | string[]) => {
        for (const each of [room].flat()) rooms.add(each);
      },
      leave: (room: string) => {
        rooms.delete(room);
        this.#emptied(room);
      },
      emit: send,
    } as unknown as DockSocket;
    const session: Session = { socket, connected: true };
    enterWarehouses(socket);
    this.#all.add(session);
    return session;
  }

  hangUp(session: Session): void {
    session.connected = false;
    this.#all.delete(session);
    for (const room of session.socket.rooms) this.#emptied(room);
  }

  hangUpAll(): void {
    for (const session of this.#all) session.connected = false;
    this.#all.clear();
  }

  emit(room: string, event: DownEvent, payload: unknown): void {
    for (const { socket } of this.#all) if (socket.rooms.has(room)) socket.emit(event, payload as never);
  }

  /** As the product's socket manager does it. */
  accessChanged(userId: string, accessNow: Overrule['now']): void {
    const own = [...this.#all].filter(({ socket }) => socket.data.access.actor.id === userId);
    for (const { socket } of own) reseat(socket, accessNow(socket.data.access), this.#presence);
    for (const { socket } of own) socket.emit('sync:scope', { group: socket.data.group.id, reason: 'access' });
  }

  #emptied(room: string): void {
    if (!room.startsWith(GROUP)) return;
    const isEmpty = ![...this.#all].some(({ socket }) => socket.rooms.has(room));
    if (isEmpty) this.#forget(room.slice(GROUP.length));
  }
}
