import type { Pulled } from './crew.ts';

/** A station's connection was cut, milliseconds since 1970. */
export type Cut = { readonly desk: number; readonly from: number; readonly to: number };

/** Milliseconds after a connection is whole again in which what was missed may still be noticed. */
const SETTLING_MS = 20_000;

/**
 * What stations had to fetch although nothing had happened to their connection. The first snapshot of each is expected, and so is
 * whatever comes while its line is cut or shortly after.
 */
export const unexplained = (pulled: readonly Pulled[], cuts: readonly Cut[]): Pulled[] => {
  const begun = new Set<number>();
  return pulled.filter(({ desk, event, why, at }) => {
    if (event === 'sync.rebuild' && why === 'no_cursor' && !begun.has(desk)) {
      begun.add(desk);
      return false;
    }
    return !cuts.some((cut) => cut.desk === desk && at >= cut.from && at <= cut.to + SETTLING_MS);
  });
};
