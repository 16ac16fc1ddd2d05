import type { StationBook } from '../core/station-book.ts';
import { type DockServer, type RealtimeMeter, shipmentRoom } from './dock-socket.ts';

/** Milliseconds in which changes are told as one: a fleet that comes back reports all at once. */
const TOGETHER_MS = 200;

type Ports = {
  readonly io: () => DockServer;
  readonly stations: Pick<StationBook, 'waitingFor' | 'onChange'>;
  readonly now: () => number;
  readonly meter: RealtimeMeter;
};

/** Tells those of the house who look at a shipment which stations closing it waits for, whenever that has changed. */
export class WaitingTeller {
  readonly #ports: Ports;
  #touched = new Set<string>();
  #timer: NodeJS.Timeout | null = null;

  constructor(ports: Ports) {
    this.#ports = ports;
    ports.stations.onChange((shipmentIds) => this.#touch(shipmentIds));
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#touched.clear();
  }

  #touch(shipmentIds: ReadonlySet<string>): void {
    const { rooms } = this.#ports.io().sockets.adapter;
    for (const id of shipmentIds) if (rooms.has(shipmentRoom(id))) this.#touched.add(id);
    if (this.#touched.size > 0) this.#timer ??= setTimeout(() => this.#tell(), TOGETHER_MS);
  }

  #tell(): void {
    const touched = this.#touched;
    this.#touched = new Set();
    this.#timer = null;
    for (const shipmentId of touched) this.#tellOf(shipmentId);
  }

  #tellOf(shipmentId: string): void {
    const { io, stations, now, meter } = this.#ports;
    const timestamp = new Date(now()).toISOString();
    const { adapter, sockets } = io().sockets;
    for (const socketId of adapter.rooms.get(shipmentRoom(shipmentId)) ?? []) {
      const socket = sockets.get(socketId);
      if (socket === undefined || socket.data.group.projection === 'supplier') continue;
      // Not its own: what a station sends comes in its own order.
      const waitingFor = stations.waitingFor(shipmentId, { socketId });
      socket.emit('shipment:waiting', { type: 'shipment:waiting', shipmentId, waitingFor, timestamp });
      meter.eventSent('shipment:waiting');
    }
  }
}
