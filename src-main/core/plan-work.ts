import { type ConnectionState, reachesServer } from '#contract/bridge/connection.ts';
import type { Saved, Session } from '#contract/bridge/view.ts';
import { COMMAND_ARGS } from '#contract/domain/command-args.ts';
import { type CommandName, commandRule, needsLeadApproval } from '#contract/domain/command-table.ts';
import type { NewId, NewWork } from './ports.ts';

/** Characters of one piece of work; more could not be sent without risking the connection for all that follows. */
const MAX_CHARS = 200_000;

export type Situation = {
  readonly session: Session | null;
  readonly connection: ConnectionState;
  /** Device time. */
  readonly now: string;
  readonly clockOffsetMs: number | null;
  readonly newId: NewId;
};

export type Base = { readonly id: string; readonly version: number } | null;
type Refusal = Extract<Saved, { ok: false }>;
type Planned = { readonly ok: true; readonly work: Omit<NewWork, 'shipmentNumber'> } | Refusal;

const no = (code: Refusal['code'], message: string): Refusal => ({ ok: false, code, message });

/** A sender's own id for what it creates, so that a replay makes nothing twice and the screen can show it at once. */
const withOwnId = (type: CommandName, args: Record<string, unknown>, newId: NewId): Record<string, unknown> =>
  type === 'announceShipment' && args.shipmentId === undefined ? { ...args, shipmentId: newId() } : args;

/** Whether this may be saved here and now, and as what. Facts are never refused for being late: the server judges that. */
export const planWork = (type: CommandName, args: Record<string, unknown>, base: Base, at: Situation): Planned => {
  const rule = commandRule(type);
  if (at.session === null) return no('not_signed_in', 'Nobody is signed in at this station. Sign in and save again.');
  const { role } = at.session;
  if (!rule.who.includes(role)) {
    return no('forbidden', `This is for ${rule.who.join(', ')}; you are signed in as ${role}. Nothing was saved.`);
  }
  const parsed = COMMAND_ARGS[type].safeParse(withOwnId(type, args, at.newId));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return no('invalid', `${issue?.path.join('.') || 'This'}: ${issue?.message ?? 'does not fit'}. Nothing was saved.`);
  }
  const clean = parsed.data as Record<string, unknown>;
  if (needsLeadApproval(type, role) && clean.leadPin === undefined) {
    return no('lead_approval_needed', 'A lead has to approve this with their PIN. Nothing was saved.');
  }
  if (rule.kind === 'decision' && !reachesServer(at.connection)) {
    return no(
      'needs_the_server',
      'The server cannot be reached, and others may be deciding the same. Nothing was saved; try again when the station is connected.',
    );
  }
  if (JSON.stringify(clean).length > MAX_CHARS) {
    return no('too_large', 'This is too large to send in one piece. Nothing was saved; split it up.');
  }
  return {
    ok: true,
    work: {
      type,
      args: clean,
      ...(base === null ? {} : { base }),
      occurredAt: at.now,
      ...(at.clockOffsetMs === null ? {} : { clockOffsetMs: at.clockOffsetMs }),
      shipmentId: typeof clean.shipmentId === 'string' ? clean.shipmentId : null,
    },
  };
};
