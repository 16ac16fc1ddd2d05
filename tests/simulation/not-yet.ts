/**
 * Operations for which there is nothing to call yet: until then a person's rights change by signing in anew, and only doors move
 * between warehouses.
 */
export type NotYet =
  /** Somebody's role or warehouses change while their socket is open (`sync:scope`). */
  | 'rights change on a live socket'
  /** No command moves a shipment to another warehouse. */
  | 'a shipment moves';

/** Empty, everything is asserted and done. */
export const NOT_YET: readonly NotYet[] = ['rights change on a live socket', 'a shipment moves'];

export const isNotYet = (what: NotYet): boolean => NOT_YET.includes(what);
