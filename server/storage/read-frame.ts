import type { Frame } from '#contract/wire/sync.ts';
import type { Group } from '../core/scope.ts';
import { project } from '../core/visibility.ts';
import type { RawPage } from './read-changes.ts';

/** Changes looked at for one frame, visible or not, unless the caller says otherwise. */
export const FRAME_CHANGES = 1000;

/**
 * The only code that builds a frame. It says: every change visible to `group` in (from, to] is in `changes`. `to` moves on
 * also over changes the group may not see, so that a quiet reader still knows where the log is.
 */
export const toFrame = ({ changes, ...position }: RawPage, group: Group, from: number): Frame => {
  const visible = changes.flatMap((change) => project(group, change) ?? []);
  return { ...position, group: group.id, from, changes: visible };
};
