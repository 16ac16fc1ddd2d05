import assert from 'node:assert/strict';
import type { Patch } from '../support/patches.ts';

/** Bytes of heap that may stay for each input: a short text kept of each is more. */
const MOST_KEPT = 40;
/** Bytes that come and go with what V8 compiles, whatever is thrown at it. */
const UNSTEADY = 1_500_000;

/** Throws when a heap that grew by so many bytes over so many inputs, after as many before them, keeps something of each. */
export const assertKeepsNothing = (who: string, grewBy: number, inputs: number): void => {
  const perInput = Math.round(grewBy / inputs);
  assert.ok(grewBy < UNSTEADY + MOST_KEPT * inputs, `${who} keeps ${perInput} bytes of each of ${inputs} inputs`);
};

/** A bug: so many bytes of every event stay for good. */
export const leakOf = (bytes: number): Patch => {
  const find = '  door.meter.eventReceived(event);';
  // One text made of another would share its bytes.
  const kept = `Buffer.alloc(${bytes}, 'x').toString('latin1')`;
  return { file: 'server/realtime/handle-event.ts', find, replace: `(globalThis.kept ??= []).push(${kept}); ${find}` };
};
