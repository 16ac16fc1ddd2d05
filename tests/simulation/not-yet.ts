export type NotYet = 'given back after a restore' | 'inbox after a restore';

/** What the product does not do yet, and is therefore not held against it. Empty, everything is asserted. */
export const NOT_YET: readonly NotYet[] = ['given back after a restore', 'inbox after a restore'];

export const isNotYet = (what: NotYet): boolean => NOT_YET.includes(what);
