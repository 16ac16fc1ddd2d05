/** Milliseconds the main loop may be held before windows and sockets get their turn. */
const SLICE_MS = 2;

/** Call between steps of long work that are themselves short: others have their turn whenever it is due. */
export const inSlices = (): (() => Promise<void>) => {
  let begun = performance.now();
  return async () => {
    if (performance.now() - begun < SLICE_MS) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    begun = performance.now();
  };
};

/** What `look` makes of each item, null for those left out; in slices, because a page of rows is too much to check in one go. */
export const mapInSlices = async <T, R>(items: readonly T[], look: (item: T) => R | null): Promise<R[]> => {
  const kept: R[] = [];
  const breathe = inSlices();
  for (const item of items) {
    const seen = look(item);
    if (seen !== null) kept.push(seen);
    await breathe();
  }
  return kept;
};
