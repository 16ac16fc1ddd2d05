import type { Shipment } from '#contract/domain/shipment.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { OLDEST_SERVED_VERSION, PROTOCOL_VERSION } from '#contract/wire/version.ts';
import type { StationBook } from '../core/station-book.ts';
import type { Storage } from '../core/storage.ts';
import type { Turnstile } from '../core/turnstile.ts';
import { projectViewer } from '../core/visibility.ts';
import type { ReceivePush } from '../receive-push.ts';
import type { TakeReport } from '../take-report.ts';
import { type DockSocket, groupRoom, shipmentRoom } from './dock-socket.ts';
import type { Handlers } from './handle-event.ts';
import { answerHello } from './hello.ts';
import type { Presence, Told } from './presence.ts';
import type { Tailer } from './tailer.ts';

type Agree = (ok: object) => void;

export type HandlerPorts = {
  readonly storage: Storage;
  readonly receivePush: ReceivePush;
  readonly takeReport: TakeReport;
  readonly stations: Pick<StationBook, 'waitingFor' | 'hungUp'>;
  readonly catchUps: Turnstile;
  readonly presence: Presence;
  readonly tailer: Tailer;
  readonly tell: (told: readonly Told[]) => void;
  readonly now: () => number;
};

/** The shipment, if it may be seen when this resolves: looked at again when access was changed meanwhile. */
const findFor = async (storage: Storage, socket: DockSocket, shipmentId: string): Promise<Shipment | null> => {
  for (;;) {
    const { access } = socket.data;
    const shipment = await storage.findShipment(access.scope, shipmentId);
    if (socket.data.access === access) return shipment;
  }
};

// From the look to the answer nothing is awaited: what may be seen could change.
const join = (ports: HandlerPorts, socket: DockSocket, shipment: Shipment, agree: Agree): void => {
  const { presence, stations, tell, now } = ports;
  const { id: shipmentId, warehouseId, supplierId } = shipment;
  const { access, group } = socket.data;
  void socket.join(shipmentRoom(shipmentId));
  const { id: userId, name: userName, role } = access.actor;
  const isStaff = role !== 'supplier';
  const since = new Date(now()).toISOString();
  tell(presence.join(shipmentId, { userId, userName, socketId: socket.id, since, isStaff }));
  // Somebody who looks already has heard of every move since.
  if (presence.placeOf(shipmentId) === null) presence.place(shipmentId, { warehouseId, supplierId });
  const viewers = presence.viewers(shipmentId).map((viewer) => projectViewer(group, viewer));
  const waitingFor = isStaff ? stations.waitingFor(shipmentId, { socketId: socket.id }) : [];
  agree({ shipmentId, viewers, viewersCount: viewers.length, waitingFor });
};

/** What every event in `UP` does. Shared by all sockets: a connection costs no closures of its own. */
export const createHandlers = (ports: HandlerPorts): Handlers => {
  const { storage, receivePush, takeReport, stations, catchUps, presence, tailer, tell, now } = ports;

  return {
    'join:shipment': async (socket, { shipmentId }, agree) => {
      const shipment = await findFor(storage, socket, shipmentId);
      if (shipment === null) throw new ProblemError('not_found');
      // Gone while we looked: joining now would leave a viewer nobody ever takes out.
      if (!socket.connected) return {};
      join(ports, socket, shipment, agree);
      return undefined;
    },
    'leave:shipment': async (socket, { shipmentId }) => {
      await socket.leave(shipmentRoom(shipmentId));
      tell(presence.leave(shipmentId, socket.id));
      return {};
    },
    ping: () => ({ at: new Date(now()).toISOString() }),
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
    'sync:hello': async (socket, payload, agree) => {
      const sayUpgrade = (): void =>
        void socket.emit('sync:upgrade', { protocol: PROTOCOL_VERSION, oldest: OLDEST_SERVED_VERSION });
      for (let said = payload; ; said = { ...payload, cursor: null }) {
        const { group } = socket.data;
        const isStill = (): boolean => socket.data.group === group;
        const enter = (): void => void socket.join(groupRoom(group));
        const admit = (to: number): boolean => socket.connected && isStill() && tailer.admit(group, to, enter);
        let isAnswered = false;
        await answerHello({ storage, catchUps, now, admit, sayUpgrade }, group, said, (reply) => {
          isAnswered = isStill();
          if (isAnswered) agree(reply);
        });
        if (isAnswered) return undefined;
        // What they may see was changed meanwhile, and they were told to say hello again: this one brings nobody into a room.
      }
    },
    'sync:push': async (socket, payload, agree) => {
      for (;;) {
        const { access } = socket.data;
        const reply = await receivePush(access, payload);
        if (socket.data.access !== access) continue; // Verdicts as they may see them now: the ledger does nothing twice.
        agree(reply);
        return undefined;
      }
    },
    'sync:report': async (socket, payload) => {
      try {
        await takeReport(socket.data.access, payload, socket.id);
      } finally {
        // Gone while it was read: nobody would ever take it out again.
        if (!socket.connected) stations.hungUp(socket.id);
      }
      return {};
    },
  };
};
