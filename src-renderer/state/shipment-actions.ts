import type { ShipmentView, WorkItem } from '#contract/bridge/view.ts';
import type { CommandName } from '#contract/domain/command-table.ts';
import { blockedBy, nextAction, type WhyNot, whyNot } from '#contract/domain/next-action.ts';
import type { Role } from '#contract/domain/roles.ts';

// Which commands a shipment's screen offers outside its tabs. Rules stay in the contract; here is only where they appear.

/** Commands of the sheet, group by group. Counting and checks have their place in the tabs. */
export const SHEET = {
  steps: [
    'recordDeparture',
    'assignDoor',
    'reportAtDoor',
    'closeShipment',
    'refuseShipment',
    'cancelShipment',
    'reopenCount',
    'reopenShipment',
  ],
  quality: ['placeHold', 'releaseHold', 'requestInspection', 'claimInspection', 'reportRejection'],
  records: ['reportDiscrepancy', 'addNote'],
} as const satisfies Record<string, readonly CommandName[]>;

/** A group of the sheet. */
export type SheetGroup = keyof typeof SHEET;
/** Why not: the contract's reasons, and that this station has no disk to save on. */
export type Reason = WhyNot | { readonly code: 'cannot_save' };
/** And two that only the records of the shipment can tell. */
export type SheetReason = Reason | { readonly code: 'nothing_to_release' } | { readonly code: 'nothing_to_take' };
/** An entry of the sheet; `whyNot` null means it can be done now. */
export type SheetAction = { readonly command: CommandName; readonly whyNot: SheetReason | null };

/** What this station can do: `online` whether decisions can reach the server, `canSave` whether work can be kept here. */
export type Reach = { readonly online: boolean; readonly canSave: boolean };

/** Why a command cannot be issued at this station now; whose it is and when comes before what the station lacks. */
export const whyNotHere = (command: CommandName, shipment: ShipmentView, who: Role, reach: Reach): Reason | null => {
  const why = whyNot(command, shipment, who, reach.online);
  if (reach.canSave || why?.code === 'wrong_role' || why?.code === 'wrong_status') return why;
  return { code: 'cannot_save' };
};

/** Why a shipment cannot be closed whatever the lead says about missing documents and awaited stations; null when it can. */
export const closingForbidden = (shipment: ShipmentView, who: Role, online: boolean): WhyNot | null =>
  whyNot('closeShipment', { ...shipment, readiness: 'complete', waitingFor: [] }, who, online);

/**
 * The last refusal to close that nothing known here explains: over a station of which only the server knows, as it is for a
 * lead whose station polls. Null when there is none.
 */
export const unseenBlock = (shipment: ShipmentView): WorkItem | null => {
  // Missing papers explain nothing: they may have been waived with it.
  const isExplained = blockedBy(shipment).some((block) => block !== 'documents');
  if (shipment.status !== 'received' || isExplained) return null;
  const refused = ({ type, code, state }: WorkItem): boolean =>
    type === 'closeShipment' && code === 'blocked' && state === 'needs_person';
  return shipment.pending.findLast(refused) ?? null;
};

/** What a lead's PIN or sentence settles in the dialog itself is no reason against opening it. */
const settledByAsking = (shipment: ShipmentView, why: Reason, who: Role, online: boolean): boolean => {
  if (why.code === 'lead_approval_needed') return true;
  const waivable = why.code === 'documents_missing' || why.code === 'stations_awaited';
  return waivable && closingForbidden(shipment, who, online) === null;
};

const reasonOf = (shipment: ShipmentView, command: CommandName, who: Role, reach: Reach): SheetReason | null => {
  const why = whyNotHere(command, shipment, who, reach);
  if (why !== null) return settledByAsking(shipment, why, who, reach.online) ? null : why;
  if (command === 'releaseHold' && !shipment.holds.some(({ releasedAt }) => releasedAt === null))
    return { code: 'nothing_to_release' };
  if (command === 'claimInspection' && !shipment.inspections.some(({ status }) => status === 'requested'))
    return { code: 'nothing_to_take' };
  return null;
};

/** The next step; `asks` when something is to be said about what is in its way: then it is possible although `whyNot` is not null. */
export type NextStep = { readonly command: CommandName; readonly whyNot: Reason | null; readonly asks: boolean };

/** What the screen offers this person on this shipment now. */
export type Offered = {
  readonly next: NextStep | null;
  /** What the sheet offers, group by group; the next action is not repeated there. */
  readonly groups: readonly { readonly group: SheetGroup; readonly actions: readonly SheetAction[] }[];
};

const asksFirst = (
  shipment: ShipmentView,
  command: CommandName,
  why: Reason | null,
  who: Role,
  online: boolean,
): boolean =>
  why === null
    ? command === 'closeShipment' && unseenBlock(shipment) !== null
    : settledByAsking(shipment, why, who, online);

const nextStep = (shipment: ShipmentView, who: Role, reach: Reach): NextStep | null => {
  const command = nextAction(shipment, who, reach.online)?.command;
  if (command === undefined) return null;
  const why = whyNotHere(command, shipment, who, reach);
  return { command, whyNot: why, asks: asksFirst(shipment, command, why, who, reach.online) };
};

/** The next step and the sheet for a role. */
export const offeredActions = (shipment: ShipmentView, who: Role, reach: Reach): Offered => {
  const next = nextStep(shipment, who, reach);
  const groups = (Object.keys(SHEET) as SheetGroup[]).map((group) => ({
    group,
    actions: SHEET[group]
      .filter((command) => command !== next?.command)
      .map((command) => ({ command, whyNot: reasonOf(shipment, command, who, reach) })),
  }));
  return { next, groups };
};
