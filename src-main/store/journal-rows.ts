import type { Verdict } from '#contract/wire/sync.ts';
import type { Work } from '../core/ports.ts';

/** A row of `mutation`. What is in it was checked before it was written, so it is read as what it is. */
export type MutationRow = {
  readonly client_id: string;
  readonly n: number;
  readonly owner: string;
  readonly server: string;
  readonly user_id: string;
  readonly user_name: string;
  readonly role: string;
  readonly type: string;
  readonly args: string;
  readonly base: string | null;
  readonly occurred_at: string;
  readonly clock_offset_ms: number | null;
  readonly hash: string;
  readonly shipment_id: string | null;
  readonly shipment_number: string | null;
  readonly state: Work['state'];
  readonly verdict: string | null;
  readonly verdict_epoch: string | null;
};

export const MUTATION_COLUMNS = `client_id, n, owner, server, user_id, user_name, role, type, args, base, occurred_at,
  clock_offset_ms, hash, shipment_id, shipment_number, state, verdict, verdict_epoch`;

export const toWork = (row: MutationRow): Work => ({
  owner: row.owner,
  server: row.server,
  userId: row.user_id,
  userName: row.user_name,
  role: row.role,
  mutation: {
    clientId: row.client_id,
    n: row.n,
    type: row.type as Work['mutation']['type'],
    args: JSON.parse(row.args),
    ...(row.base === null ? {} : { base: JSON.parse(row.base) }),
    occurredAt: row.occurred_at,
    ...(row.clock_offset_ms === null ? {} : { clockOffsetMs: row.clock_offset_ms }),
    hash: row.hash,
  },
  shipmentId: row.shipment_id,
  shipmentNumber: row.shipment_number,
  state: row.state,
  verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as Verdict),
  verdictEpoch: row.verdict_epoch,
});
