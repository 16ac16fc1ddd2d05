import type { Viewer } from '#contract/wire/presence.ts';

/** Somebody who looks. `isStaff`: suppliers do not learn who. */
export type Onlooker = Viewer & { readonly isStaff: boolean };
type Lease = Onlooker & { typing: { until: number; saidAt: number } | null };

/** Where a shipment belongs, which says who may look at it. */
export type Place = { readonly warehouseId: string | null; readonly supplierId: string | null };

/** Milliseconds after the last sign of life of its connection that a lease ends. */
export const LEASE_MS = 25_000;
/** Milliseconds after the last `typing:start` that typing stops by itself. */
export const TYPING_MS = 5_000;
/** Milliseconds in which somebody who keeps typing is announced once. */
const SAY_AGAIN_MS = 2_000;

/** What others in the room are to be told. */
export type Told =
  | {
      readonly kind: 'viewing' | 'gone';
      readonly shipmentId: string;
      readonly viewer: Onlooker;
      readonly count: number;
    }
  | { readonly kind: 'typing'; readonly shipmentId: string; readonly viewer: Onlooker; readonly isTyping: boolean };

/**
 * Who looks at which shipment, and who is typing: leases in memory that die with their connection, never in the log. Counts are of
 * connections: one person at two stations is two viewers. Time is passed in, in milliseconds.
 */
export class Presence {
  readonly #byShipment = new Map<string, Map<string, Lease>>();
  readonly #bySocket = new Map<string, Set<string>>();
  readonly #places = new Map<string, Place>();

  /** Starts a lease; nothing to tell when it is there already. */
  join(shipmentId: string, viewer: Onlooker): Told[] {
    const leases = this.#byShipment.get(shipmentId) ?? new Map<string, Lease>();
    if (leases.has(viewer.socketId)) return [];
    this.#byShipment.set(shipmentId, leases.set(viewer.socketId, { ...viewer, typing: null }));
    const shipments = this.#bySocket.get(viewer.socketId) ?? new Set();
    this.#bySocket.set(viewer.socketId, shipments.add(shipmentId));
    return [{ kind: 'viewing', shipmentId, viewer, count: leases.size }];
  }

  leave(shipmentId: string, socketId: string): Told[] {
    const leases = this.#byShipment.get(shipmentId);
    const lease = leases?.get(socketId);
    if (leases === undefined || lease === undefined) return [];
    const stopped = this.stopTyping(shipmentId, socketId);
    leases.delete(socketId);
    if (leases.size === 0) {
      this.#byShipment.delete(shipmentId);
      this.#places.delete(shipmentId);
    }
    const shipments = this.#bySocket.get(socketId);
    shipments?.delete(shipmentId);
    if (shipments?.size === 0) this.#bySocket.delete(socketId);
    return [...stopped, { kind: 'gone', shipmentId, viewer: viewerOf(lease), count: leases.size }];
  }

  /** Says where a shipment belongs that somebody looks at; kept as long as anybody does. */
  place(shipmentId: string, place: Place): void {
    if (this.#byShipment.has(shipmentId)) this.#places.set(shipmentId, place);
  }

  /** Null when nobody looks at it. */
  placeOf(shipmentId: string): Place | null {
    return this.#places.get(shipmentId) ?? null;
  }

  /** Ends every lease of a connection that is gone. */
  drop(socketId: string): Told[] {
    return [...(this.#bySocket.get(socketId) ?? [])].flatMap((shipmentId) => this.leave(shipmentId, socketId));
  }

  /** Null when this connection does not look at the shipment; else what to tell, which is nothing for one who goes on typing. */
  startTyping(shipmentId: string, socketId: string, now: number): Told[] | null {
    const lease = this.#byShipment.get(shipmentId)?.get(socketId);
    if (lease === undefined) return null;
    const saidAt = lease.typing?.saidAt ?? Number.NEGATIVE_INFINITY;
    const again = now - saidAt >= SAY_AGAIN_MS;
    lease.typing = { until: now + TYPING_MS, saidAt: again ? now : saidAt };
    return again ? [{ kind: 'typing', shipmentId, viewer: viewerOf(lease), isTyping: true }] : [];
  }

  stopTyping(shipmentId: string, socketId: string): Told[] {
    const lease = this.#byShipment.get(shipmentId)?.get(socketId);
    if (lease === undefined || lease.typing === null) return [];
    lease.typing = null;
    return [{ kind: 'typing', shipmentId, viewer: viewerOf(lease), isTyping: false }];
  }

  /** Ends typing that was not renewed and leases whose connection was not heard from; `heardAt` is undefined when it is gone. */
  expire(now: number, heardAt: (socketId: string) => number | undefined): Told[] {
    const silent = [...this.#bySocket.keys()].filter((socketId) => (heardAt(socketId) ?? 0) <= now - LEASE_MS);
    const dropped = silent.flatMap((socketId) => this.drop(socketId));
    const stopped = [...this.#byShipment].flatMap(([shipmentId, leases]) =>
      [...leases.values()]
        .filter(({ typing }) => typing !== null && typing.until <= now)
        .flatMap(({ socketId }) => this.stopTyping(shipmentId, socketId)),
    );
    return [...dropped, ...stopped];
  }

  isViewing(shipmentId: string, socketId: string): boolean {
    return this.#byShipment.get(shipmentId)?.has(socketId) === true;
  }

  /** In the order they came. */
  viewers(shipmentId: string): Onlooker[] {
    return [...(this.#byShipment.get(shipmentId)?.values() ?? [])].map(viewerOf);
  }
}

const viewerOf = ({ typing: _, ...onlooker }: Lease): Onlooker => onlooker;
