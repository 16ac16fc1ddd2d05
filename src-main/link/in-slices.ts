/** Milliseconds the main loop may be held before windows and sockets get their turn. */
const SLICE_MS = 4;

/** What `look` makes of each item, null for those left out; in slices, because a page of rows is too much to check in one go. */
export const mapInSlices = async <T, R>(items: readonly T[], look: (item: T) => R | null): Promise<R[]> => {
  const kept: R[] = [];
  let begun = performance.now();
  for (const item of items) {
    const seen = look(item);
    if (seen !== null) kept.push(seen);
    if (performance.now() - begun < SLICE_MS) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    begun = performance.now();
  }
  return kept;
};
