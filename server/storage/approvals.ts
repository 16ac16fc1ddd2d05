import { needsLeadApproval } from '#contract/domain/command-table.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Mutation } from '#contract/wire/sync.ts';
import type { Sender } from '../core/storage.ts';

/**
 * The leads whose PINs came with a station's work, by `n`. Asked before the work is decided, because checking a PIN is
 * deliberately slow and must not hold up the writer. Without `approve` no PIN is good.
 */
export const leadApprovals = async (
  sender: Sender,
  mutations: readonly Mutation[],
  approve: ((pin: string, sender: Sender) => Promise<Actor | null>) | undefined,
): Promise<ReadonlyMap<number, Actor>> => {
  const approvals = new Map<number, Actor>();
  if (approve === undefined) return approvals;
  for (const { n, type, args } of mutations) {
    const pin = args.leadPin;
    if (typeof pin !== 'string' || !needsLeadApproval(type, sender.actor.role)) continue;
    const lead = await approve(pin, sender);
    if (lead !== null) approvals.set(n, lead);
  }
  return approvals;
};
