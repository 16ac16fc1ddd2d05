/** So many changes are caught up with whatever there is to see. */
const ALWAYS_CAUGHT_UP = 50_000;
const SHARE = 0.3;

/**
 * True when a snapshot is less work for everybody than the missing changes: more than 50 000, and more than three in ten of the rows
 * there are to see. `countRows` is asked only where it decides; about right will do.
 */
export const isFarBehind = async (missing: number, countRows: () => Promise<number>): Promise<boolean> =>
  missing > ALWAYS_CAUGHT_UP && missing > (await countRows()) * SHARE;
