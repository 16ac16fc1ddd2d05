import { ProblemError } from '#contract/wire/errors.ts';
import { OLDEST_SERVED_VERSION, PROTOCOL_VERSION } from '#contract/wire/version.ts';
import type { Storage } from '../core/storage.ts';
import type { Turnstile } from '../core/turnstile.ts';
import { projectViewer } from '../core/visibility.ts';
import type { ReceivePush } from '../receive-push.ts';
import { type DockSocket, groupRoom, shipmentRoom } from './dock-socket.ts';
import type { Handlers } from './handle-event.ts';
import { answerHello } from './hello.ts';
import type { Presence, Told } from './presence.ts';
import type { Tailer } from './tailer.ts';

export type HandlerPorts = {
  readonly storage: Storage;
  readonly receivePush: ReceivePush;
  readonly catchUps: Turnstile;
  readonly presence: Presence;
  readonly tailer: Tailer;
  readonly tell: (told: readonly Told[]) => void;
  readonly now: () => number;
};

/** What every event in `UP` does. Shared by all sockets: a connection costs no closures of its own. */
export const createHandlers = (ports: HandlerPorts): Handlers => {
  const { storage, receivePush, catchUps, presence, tailer, tell, now } = ports;
  const instant = (): string => new Date(now()).toISOString();

  const join = async (socket: DockSocket, shipmentId: string): Promise<object> => {
    const { access, group } = socket.data;
    if ((await storage.findShipment(access.scope, shipmentId)) === null) throw new ProblemError('not_found');
    // Gone while we looked: joining now would leave a viewer nobody ever takes out.
    if (!socket.connected) return {};
    await socket.join(shipmentRoom(shipmentId));
    const { id: userId, name: userName, role } = access.actor;
    const isStaff = role !== 'supplier';
    tell(presence.join(shipmentId, { userId, userName, socketId: socket.id, since: instant(), isStaff }));
    const viewers = presence.viewers(shipmentId).map((viewer) => projectViewer(group, viewer));
    return { shipmentId, viewers, viewersCount: viewers.length };
  };

  return {
    'join:shipment': (socket, { shipmentId }) => join(socket, shipmentId),
    'leave:shipment': async (socket, { shipmentId }) => {
      await socket.leave(shipmentRoom(shipmentId));
      tell(presence.leave(shipmentId, socket.id));
      return {};
    },
    ping: () => ({ at: instant() }),
    'typing:start': (socket, { shipmentId }) => {
      const told = presence.startTyping(shipmentId, socket.id, now());
      if (told === null) throw new ProblemError('forbidden', 'Join the shipment before you say that you are typing.');
      tell(told);
      return {};
    },
    'typing:stop': (socket, { shipmentId }) => {
      tell(presence.stopTyping(shipmentId, socket.id));
      return {};
    },
    'sync:hello': (socket, payload, agree) => {
      const { group } = socket.data;
      const enter = (): void => void socket.join(groupRoom(group));
      const helloPorts = {
        storage,
        catchUps,
        now,
        admit: (to: number) => socket.connected && tailer.admit(group, to, enter),
        sayUpgrade: () => socket.emit('sync:upgrade', { protocol: PROTOCOL_VERSION, oldest: OLDEST_SERVED_VERSION }),
      };
      return answerHello(helloPorts, group, payload, agree);
    },
    'sync:push': (socket, payload) => receivePush(socket.data.access, payload),
  };
};
