/** What the product does not do yet, and is therefore not held against it. Empty, everything is asserted. */
export const NOT_YET = ['given back after a restore', 'inbox after a restore'] as const;

export type NotYet = (typeof NOT_YET)[number];

export const isNotYet = (what: NotYet): boolean => (NOT_YET as readonly string[]).includes(what);
