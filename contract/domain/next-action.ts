import { COMMAND_NAMES, type CommandName, commandRule, needsLeadApproval } from './command-table.ts';
import type { ActorRole } from './roles.ts';
import type { Shipment } from './shipment.ts';
import type { ShipmentStatus } from './status.ts';

/** Why a command cannot be issued now; the screen turns the code into a sentence. */
export type WhyNot =
  | { readonly code: 'wrong_role'; readonly who: readonly ActorRole[] }
  | { readonly code: 'wrong_status'; readonly from: readonly ShipmentStatus[] }
  | { readonly code: 'lead_approval_needed' }
  | { readonly code: 'holds_in_force'; readonly count: number }
  | { readonly code: 'documents_missing' }
  | { readonly code: 'stations_awaited'; readonly count: number }
  | { readonly code: 'needs_the_server' };

export type ActionState = { readonly command: CommandName; readonly whyNot: WhyNot | null };

type Situation = Pick<Shipment, 'status' | 'activeHolds' | 'readiness'> & {
  /** Stations whose work on it is still to come, or may be; absent where nobody knows. */
  readonly waitingFor?: readonly unknown[];
};

const awaited = ({ waitingFor = [] }: Situation): number => waitingFor.length;

/**
 * Whether `who` may issue `command` on a shipment in this situation, and if not, the first reason in the order a person
 * would want to hear it: wrong person, wrong moment, what is missing, no connection.
 */
export const whyNot = (command: CommandName, at: Situation, who: ActorRole, online: boolean): WhyNot | null => {
  const rule = commandRule(command);
  if (!rule.who.includes(who)) return { code: 'wrong_role', who: rule.who };
  if (rule.from !== null && !rule.from.includes(at.status)) return { code: 'wrong_status', from: rule.from };
  if (needsLeadApproval(command, who)) return { code: 'lead_approval_needed' };
  if (command === 'closeShipment' && at.activeHolds > 0) return { code: 'holds_in_force', count: at.activeHolds };
  if (command === 'closeShipment' && at.readiness === 'missing_required') return { code: 'documents_missing' };
  if (command === 'closeShipment' && awaited(at) > 0) return { code: 'stations_awaited', count: awaited(at) };
  if (rule.kind === 'decision' && !online) return { code: 'needs_the_server' };
  return null;
};

const STEPS = COMMAND_NAMES.filter((name) => {
  const rule = commandRule(name);
  return rule.from !== null && rule.to !== null;
});

/** Steps that go on along the way a shipment normally takes; refusing, cancelling and reopening are never "the next". */
const ONWARD: ReadonlySet<CommandName> = new Set([
  'recordArrival',
  'assignDoor',
  'reportAtDoor',
  'startUnloading',
  'startCounting',
  'completeCount',
  'closeShipment',
]);

/** The one next action for this person: an onward step from here, preferring one that may be issued now. */
export const nextAction = (at: Situation, who: ActorRole, online: boolean): ActionState | null => {
  const steps = STEPS.filter((name) => ONWARD.has(name) && commandRule(name).from?.includes(at.status) === true)
    .map((command) => ({ command, whyNot: whyNot(command, at, who, online) }))
    .sort((a, b) => rank(a) - rank(b));
  return steps[0] ?? null;
};

const rank = (action: ActionState): number =>
  action.whyNot === null ? 0 : action.whyNot.code === 'wrong_role' ? 2 : 1;

/** Every step and record that could be made on a shipment, each with why not; the next action comes from `nextAction`. */
export const actionsFor = (at: Situation, who: ActorRole, online: boolean): ActionState[] =>
  COMMAND_NAMES.filter((name) => commandRule(name).from !== null).map((command) => ({
    command,
    whyNot: whyNot(command, at, who, online),
  }));

/** What keeps a shipment from being closed, in the words' codes of its "blocked by" line; empty when nothing does. */
export const blockedBy = (at: Situation): ('hold' | 'documents' | 'stations')[] => [
  ...(at.activeHolds > 0 ? (['hold'] as const) : []),
  ...(at.readiness === 'missing_required' ? (['documents'] as const) : []),
  ...(at.status === 'received' && awaited(at) > 0 ? (['stations'] as const) : []),
];
