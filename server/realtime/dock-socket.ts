import type { Server, Socket } from 'socket.io';
import type { DownEvent, DownPayload } from '#contract/wire/down.ts';
import type { Access } from '../access.ts';
import type { Group } from '../core/scope.ts';
import type { TokenBucket } from '../core/token-bucket.ts';

/** What the server knows of one connection. */
export type SocketData = {
  access: Access;
  /** Of `access`; another object whenever that was changed. */
  group: Group;
  readonly events: TokenBucket;
  readonly typing: TokenBucket;
  readonly reports: TokenBucket;
  /** When its connection was last known to be alive; milliseconds since 1970. */
  heardAt: number;
};

type Down = { [E in DownEvent]: (payload: DownPayload[E]) => void };
// What comes up goes through one door that parses it (`handle-event.ts`); no listener is typed by what a client claims.
type Up = Record<string, never>;
export type DockServer = Server<Up, Down, Record<string, never>, SocketData>;
export type DockSocket = Socket<Up, Down, Record<string, never>, SocketData>;

/** The narrow view of the metrics that this side needs. */
export type RealtimeMeter = {
  readonly eventReceived: (event: string) => void;
  readonly eventSent: (event: string) => void;
  readonly refused: (code: string) => void;
};

export type RealtimeLog = {
  readonly debug: (fields: object, message: string) => void;
  readonly info: (fields: object, message: string) => void;
  readonly warn: (fields: object, message: string) => void;
  readonly error: (fields: object, message: string) => void;
};

const SHIPMENT = 'shipment:';
export const shipmentRoom = (shipmentId: string): string => `${SHIPMENT}${shipmentId}`;
/** Whose room it is; null when it is not a shipment's. */
export const shipmentIdOf = (room: string): string | null =>
  room.startsWith(SHIPMENT) ? room.slice(SHIPMENT.length) : null;
export const warehouseRoom = (warehouseId: string): string => `warehouse:${warehouseId}`;
/** Sockets that may see every warehouse, those of tomorrow included. */
export const EVERY_WAREHOUSE = warehouseRoom('*');
export const groupRoom = (group: Group): string => `group:${group.id}`;
