import { isDeepStrictEqual } from 'node:util';
import type { Frame } from '#contract/wire/sync.ts';
import type { Group } from '../../server/core/scope.ts';
import type { History } from './history.ts';
import { require } from './violation.ts';

/** A frame has all that is its group's to see, as it is theirs to see, and nothing else. */
export const checkFrame = (history: History, group: Group, { from, to, changes }: Frame): void => {
  const visible = history.visible(group);
  let at = 0;
  for (let seq = from + 1; seq <= to; seq += 1) {
    const given = changes[at]?.seq === seq ? changes[at] : undefined;
    if (given !== undefined) at += 1;
    const row = visible[seq - 1]?.row ?? null;
    const isRight = row === null ? (given?.row ?? null) === null : isDeepStrictEqual(given?.row, row);
    const kind = row === null ? 'leaked' : 'diverged';
    require(isRight, kind, 'frames hold what is visible', () =>
      `${seq} for ${group.id}: ${JSON.stringify(given ?? null).slice(0, 300)}`);
  }
};
