import { setImmediate } from 'node:timers/promises';

/** Milliseconds the main loop may be held before windows and sockets get their turn. */
const SLICE_MS = 2;

/** Cuts long work on the database into pieces. Call `breathe` between steps that are themselves far shorter than a slice. */
export class Slicer {
  /** When others last had their turn. */
  #begun = performance.now();

  async breathe(): Promise<void> {
    if (performance.now() - this.#begun < SLICE_MS) return;
    await setImmediate();
    this.#begun = performance.now();
  }
}
