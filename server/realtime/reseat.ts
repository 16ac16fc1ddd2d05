import type { Access } from '../access.ts';
import { groupOf } from '../core/scope.ts';
import { isVisible } from '../core/visibility.ts';
import {
  type DockSocket,
  EVERY_WAREHOUSE,
  groupRoom,
  shipmentIdOf,
  shipmentRoom,
  warehouseRoom,
} from './dock-socket.ts';
import type { Presence, Told } from './presence.ts';

const WAREHOUSE = warehouseRoom('');

const warehouseRooms = ({ scope }: Access): string[] => {
  if (scope.role === 'supplier') return [];
  return scope.warehouses === null ? [EVERY_WAREHOUSE] : scope.warehouses.map(warehouseRoom);
};

/** Lets a socket hear of the warehouses that its person works in. */
export const enterWarehouses = (socket: DockSocket): void => void socket.join(warehouseRooms(socket.data.access));

/**
 * Gives a socket the access that its person has now, and takes it out of every room that this does not open: in one tick, so that
 * nothing emitted after it can reach who may no longer see it. It is out of the live stream whatever it may see, until it says
 * hello again. Returns what to tell once all sockets of the person have been moved.
 */
export const reseat = (socket: DockSocket, access: Access, presence: Presence): Told[] => {
  const before = socket.data.group;
  const group = groupOf(access.scope);
  socket.data.access = access;
  socket.data.group = group;
  void socket.leave(groupRoom(before));
  const isOpen = (shipmentId: string): boolean => {
    const place = presence.placeOf(shipmentId);
    // Who turns from staff to supplier or back looks at another shipment, even if it is the same one.
    if (place === null || before.projection !== group.projection) return false;
    return isVisible(group, { entity: 'shipment', ...place });
  };
  const open = new Set(warehouseRooms(access));
  const told: Told[] = [];
  for (const room of [...socket.rooms]) {
    const shipmentId = shipmentIdOf(room);
    if (shipmentId !== null && !isOpen(shipmentId)) {
      void socket.leave(shipmentRoom(shipmentId));
      told.push(...presence.leave(shipmentId, socket.id));
    } else if (room.startsWith(WAREHOUSE) && !open.has(room)) void socket.leave(room);
  }
  void socket.join([...open]);
  return told;
};
