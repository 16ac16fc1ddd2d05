import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Bytes of the largest file in these folders whose name ends so; 0 when there is none. */
export const largest = (dirs: readonly string[], ending: string): number =>
  Math.max(
    0,
    ...dirs.flatMap((dir) =>
      readdirSync(dir)
        .filter((name) => name.endsWith(ending))
        // A cache that was just replaced may be gone by now.
        .map((name) => statSync(join(dir, name), { throwIfNoEntry: false })?.size ?? 0),
    ),
  );
