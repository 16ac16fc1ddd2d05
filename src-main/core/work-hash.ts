import type { Mutation } from '#contract/wire/sync.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Hash } from './ports.ts';

type Contents = Pick<Mutation, 'type' | 'args' | 'base' | 'occurredAt'>;

/**
 * Tells whether a piece of work is still what was saved. A lead's PIN is left out, as the server does it: a hash of so few
 * digits would be the PIN itself, and the PIN goes once the server has answered.
 */
export const workHash = (hash: Hash, { type, args: { leadPin: _, ...args }, base, occurredAt }: Contents): string =>
  hash(canonicalJson({ type, args, base: base ?? null, occurredAt }));
