import type { Actor } from '#contract/domain/roles.ts';
import { ProblemError } from '#contract/wire/errors.ts';

const SENDERS: ReadonlySet<Actor['role']> = new Set<Actor['role']>(['admin', 'lead', 'supplier']);

/** Throws `forbidden` unless ship notices may come from this person. */
export const requireNoticeSender = ({ role }: Pick<Actor, 'role'>): void => {
  if (!SENDERS.has(role)) throw new ProblemError('forbidden', 'Ship notices are for admin, lead and supplier.');
};
