/** Milliseconds the main loop may be held before windows and sockets get their turn. */
const SLICE_MS = 4;

/** `items` that pass `keep`, looked at in slices: a page of rows is too much to check in one go. */
export const filterInSlices = async <T>(items: readonly T[], keep: (item: T) => boolean): Promise<T[]> => {
  const kept: T[] = [];
  let begun = performance.now();
  for (const item of items) {
    if (keep(item)) kept.push(item);
    if (performance.now() - begun < SLICE_MS) continue;
    await new Promise<void>((resolve) => setImmediate(resolve));
    begun = performance.now();
  }
  return kept;
};
