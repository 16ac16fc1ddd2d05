import type { Viewer } from '#contract/wire/presence.ts';
import { projectViewer } from '../core/visibility.ts';
import { type DockServer, type RealtimeMeter, shipmentRoom } from './dock-socket.ts';
import type { Told } from './presence.ts';

type Listeners = { readonly to: ReturnType<DockServer['to']>; readonly viewer: Viewer };

/** The others in the room with the viewer as they may know them: everybody alike, or suppliers apart from the house. */
const listeners = (io: DockServer, { shipmentId, viewer }: Told): Listeners[] => {
  const room = shipmentRoom(shipmentId);
  const members = [...(io.sockets.adapter.rooms.get(room) ?? [])].flatMap((id) => io.sockets.sockets.get(id) ?? []);
  const suppliers = viewer.isStaff ? members.filter(({ data }) => data.group.projection === 'supplier') : [];
  const outside = suppliers.map(({ id }) => id);
  const { isStaff: _, ...known } = viewer;
  const house = { to: io.to(room).except([viewer.socketId, ...outside]), viewer: known };
  const [first] = suppliers;
  return first === undefined
    ? [house]
    : [house, { to: io.to(outside), viewer: projectViewer(first.data.group, viewer) }];
};

/** Says to the others in the room who came, went, or types. */
export const tellPresence = (io: DockServer, told: readonly Told[], now: () => number, meter: RealtimeMeter): void => {
  const timestamp = new Date(now()).toISOString();
  for (const each of told) {
    const { shipmentId } = each;
    for (const { to, viewer } of listeners(io, each)) {
      const { userId, userName, socketId } = viewer;
      if (each.kind === 'typing') {
        const { isTyping } = each;
        meter.eventSent('user:typing');
        to.emit('user:typing', { type: 'user:typing', userId, userName, shipmentId, isTyping, timestamp });
        continue;
      }
      const fields = { userId, userName, socketId, shipmentId, viewersCount: each.count, timestamp };
      if (each.kind === 'viewing') to.emit('user:viewing', { type: 'user:viewing', ...fields });
      else to.emit('user:disconnected', { type: 'user:disconnected', ...fields });
      meter.eventSent(each.kind === 'viewing' ? 'user:viewing' : 'user:disconnected');
    }
  }
};

/**
 * Says to these themselves that they look at a shipment no longer: it has gone from their sight, and they hear nothing more of it.
 * Who else looks at it is not theirs to know.
 */
export const tellGone = (io: DockServer, told: readonly Told[], now: () => number, meter: RealtimeMeter): void => {
  const type = 'user:disconnected';
  const timestamp = new Date(now()).toISOString();
  for (const { kind, shipmentId, viewer } of told) {
    if (kind !== 'gone') continue;
    const { userId, userName, socketId } = viewer;
    io.to(socketId).emit(type, { type, userId, userName, socketId, shipmentId, viewersCount: 0, timestamp });
    meter.eventSent(type);
  }
};
