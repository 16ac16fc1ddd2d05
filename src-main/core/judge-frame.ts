import type { Frame } from '#contract/wire/sync.ts';
import type { Position } from './ports.ts';

export type Applied = 'applied' | 'dropped' | 'gap' | 'rebuild' | 'foreign';

/**
 * What to do with a frame, from the table in design/sync.md. `rebuild`: another history. `foreign`: for another view than
 * the cache's. `gap`: something before it is missing.
 */
export const judgeFrame = (frame: Frame, at: Position | null): Applied => {
  if (at === null || frame.epoch !== at.cursor.epoch) return 'rebuild';
  if (frame.group !== at.group) return 'foreign';
  if (frame.to === at.cursor.seq && frame.chain !== at.cursor.chain) return 'rebuild';
  if (frame.to < at.cursor.seq) return 'dropped';
  if (frame.from > at.cursor.seq) return 'gap';
  return frame.to === at.cursor.seq ? 'dropped' : 'applied';
};
