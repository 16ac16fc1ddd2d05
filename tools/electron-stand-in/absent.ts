import { strictClass } from './strict.ts';

class Absent {}

/**
 * An export of `electron` the stand-in does not have. It can be imported (a missing export would stop the whole bundle
 * at link time with a message that does not name the stand-in), and throws as soon as it is used.
 */
export const absent = (name: string): never =>
  strictClass(name, Absent, () => {
    throw new Error(`electron stand-in: ${name} is not implemented`);
  }) as never;
