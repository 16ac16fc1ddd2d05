import type { DownPayload, GuideEvent } from '#contract/wire/down.ts';
import type { Group } from '../core/scope.ts';
import type { RawChange } from '../core/storage.ts';
import { project } from '../core/visibility.ts';
import { type DockServer, EVERY_WAREHOUSE, type RealtimeMeter, shipmentRoom, warehouseRoom } from './dock-socket.ts';
import { type Audience, emitChange } from './shipment-events.ts';

/** Emits to everybody in any of these rooms, each once. */
const audience = (io: DockServer, rooms: readonly string[], meter: RealtimeMeter): Audience => ({
  emit: <E extends GuideEvent>(event: E, payload: DownPayload[E]): void => {
    meter.eventSent(event);
    // The pair is right by `Audience`; socket.io's own typing wants one event at a time.
    io.to([...rooms]).emit(event, ...([payload] as never));
  },
});

type Viewers = { readonly group: Group; readonly socketIds: string[] };

/** Everybody in a room, by what they may see. */
const viewersByGroup = (io: DockServer, room: string): Viewers[] => {
  const groups = new Map<string, Viewers>();
  for (const socketId of io.sockets.adapter.rooms.get(room) ?? []) {
    const group = io.sockets.sockets.get(socketId)?.data.group;
    if (group === undefined) continue;
    const viewers = groups.get(group.id) ?? { group, socketIds: [] };
    groups.set(group.id, viewers);
    viewers.socketIds.push(socketId);
  }
  return [...groups.values()];
};

/**
 * Tells everybody who looks at a shipment of a committed change on it, each in the form they may see. `onHidden` gets those from
 * whose sight the shipment has gone.
 */
export const tellViewers = (
  io: DockServer,
  change: RawChange,
  meter: RealtimeMeter,
  onHidden: (shipmentId: string, socketIds: readonly string[]) => void,
): void => {
  const { shipmentId } = change;
  if (shipmentId === null) return;
  const room = shipmentRoom(shipmentId);
  const all = viewersByGroup(io, room);
  for (const { group, socketIds } of all) {
    const seen = project(group, change);
    if (seen?.op === 'evict' && change.entity === 'shipment') onHidden(shipmentId, socketIds);
    else if (seen !== null) emitChange(audience(io, all.length === 1 ? [room] : socketIds, meter), seen);
  }
};

/** Tells everybody responsible for a warehouse of a change in its capacity. Suppliers are in none of these rooms. */
export const tellWarehouse = (io: DockServer, change: RawChange, meter: RealtimeMeter): void =>
  emitChange(audience(io, [warehouseRoom(change.id), EVERY_WAREHOUSE], meter), change);
