/** Numbers in [0, 1) that a seed repeats (mulberry32). */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
};

export const below = (random: () => number, limit: number): number => Math.floor(random() * limit);

export const pickOf = <T>(random: () => number, items: readonly [T, ...T[]]): T =>
  items[below(random, items.length)] ?? items[0];

/** For lists whose type does not say that something is in them. */
export const oneOf = <T>(random: () => number, items: readonly T[]): T => {
  const [first, ...rest] = items;
  if (first === undefined) throw new Error('there is nothing to choose from');
  return pickOf(random, [first, ...rest]);
};
