// Taken before `ambient.ts` gives everybody else the simulated one.
const turn = globalThis.setImmediate;

/** A turn of the real event loop: by then all promises that can settle have. */
export const turnOfTheLoop = (): Promise<void> => new Promise((resolve) => void turn(resolve));
