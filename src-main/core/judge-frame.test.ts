import { describe, expect, it } from 'vitest';
import type { Frame } from '#contract/wire/sync.ts';
import { judgeFrame } from './judge-frame.ts';
import type { Position } from './ports.ts';

const POSITION: Position = { cursor: { epoch: 'e', seq: 10, chain: 'c10' }, group: 'g', syncedAt: null };
const frame = (from: number, to: number, more: Partial<Frame> = {}): Frame => ({
  epoch: 'e',
  group: 'g',
  from,
  to,
  chain: `c${to}`,
  head: to,
  changes: [],
  ...more,
});

describe('judgeFrame', () => {
  it.each([
    ['other epoch', frame(10, 11, { epoch: 'other' }), 'rebuild'],
    ['other chain at the cursor', frame(8, 10, { chain: 'x' }), 'rebuild'],
    ['other view', frame(10, 11, { group: 'other' }), 'foreign'],
    ['to before the cursor', frame(3, 9), 'dropped'],
    ['to at the cursor', frame(8, 10), 'dropped'],
    ['empty and at the cursor', frame(10, 10), 'dropped'],
    ['exactly next', frame(10, 12), 'applied'],
    ['overlapping', frame(5, 12), 'applied'],
    ['behind a gap', frame(11, 12), 'gap'],
  ])('%s', (_name, given, expected) => expect(judgeFrame(given, POSITION)).toBe(expected));

  it('asks for everything when there is nothing yet', () => expect(judgeFrame(frame(0, 1), null)).toBe('rebuild'));
});
