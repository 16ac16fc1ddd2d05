/**
 * What the product does not do yet. The first is a property that is therefore not held against it; the others are operations for
 * which there is nothing to call: until then a person's rights change by signing in anew, and only doors move between warehouses.
 */
export type NotYet =
  /** A backup younger than the generation file's note is put back: numbers come again in one epoch, and the inbox knows them. */
  | 'inbox after a restore that nobody noted'
  /** Somebody's role or warehouses change while their socket is open (`sync:scope`). */
  | 'rights change on a live socket'
  /** No command moves a shipment to another warehouse. */
  | 'a shipment moves';

/** Empty, everything is asserted and done. */
export const NOT_YET: readonly NotYet[] = [
  'inbox after a restore that nobody noted',
  'rights change on a live socket',
  'a shipment moves',
];

export const isNotYet = (what: NotYet): boolean => NOT_YET.includes(what);
