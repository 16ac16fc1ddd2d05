import { type DockServer, type RealtimeMeter, shipmentRoom } from './dock-socket.ts';
import type { Told } from './presence.ts';

/** Says to the others in the room who came, went, or types. */
export const tellPresence = (io: DockServer, told: readonly Told[], now: () => number, meter: RealtimeMeter): void => {
  const timestamp = new Date(now()).toISOString();
  for (const each of told) {
    const { shipmentId, viewer } = each;
    const { userId, userName, socketId } = viewer;
    const others = io.to(shipmentRoom(shipmentId)).except(socketId);
    if (each.kind === 'typing') {
      meter.eventSent('user:typing');
      others.emit('user:typing', {
        type: 'user:typing',
        userId,
        userName,
        shipmentId,
        isTyping: each.isTyping,
        timestamp,
      });
      continue;
    }
    const fields = { userId, userName, socketId, shipmentId, viewersCount: each.count, timestamp };
    if (each.kind === 'viewing') others.emit('user:viewing', { type: 'user:viewing', ...fields });
    else others.emit('user:disconnected', { type: 'user:disconnected', ...fields });
    meter.eventSent(each.kind === 'viewing' ? 'user:viewing' : 'user:disconnected');
  }
};
