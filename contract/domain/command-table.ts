import type { ActorRole } from './roles.ts';
import { OPEN_STATUSES, type ShipmentStatus } from './status.ts';

/**
 * - `fact`: it happened. Merges, is accepted late, and is never refused for being late.
 * - `decision`: contended or unsafe. Needs the server, may carry `expectedVersion`, and loses visibly.
 * - `provisional`: may be done offline, and shows as provisional until the server agrees.
 */
export type CommandKind = 'fact' | 'decision' | 'provisional';

export type CommandRule = {
  readonly kind: CommandKind;
  readonly who: readonly ActorRole[];
  /** Statuses it starts from; `null` when it creates the shipment or is not about a shipment. */
  readonly from: readonly ShipmentStatus[] | null;
  /** Status it leads to; `null` when the status stays. */
  readonly to: ShipmentStatus | null;
  /** Needs a sentence saying why. */
  readonly reason?: true;
};

const open = OPEN_STATUSES;
const expected = ['announced', 'in_transit'] as const;

/** Who may do what, when, and of which kind: the server enforces it, the station enables buttons and says why not from it. */
export const COMMAND_TABLE = {
  announceShipment: { kind: 'decision', who: ['supplier', 'lead', 'intake'], from: null, to: 'announced' },
  amendShipment: { kind: 'decision', who: ['supplier', 'lead', 'intake'], from: open, to: null },
  recordDeparture: { kind: 'fact', who: ['supplier', 'intake', 'lead'], from: ['announced'], to: 'in_transit' },
  recordArrival: { kind: 'fact', who: ['receiver', 'lead'], from: expected, to: 'arrived' },
  recordUnplannedArrival: { kind: 'fact', who: ['receiver', 'lead'], from: null, to: 'arrived' },
  assignDoor: { kind: 'decision', who: ['lead'], from: ['arrived'], to: 'at_door' },
  reportAtDoor: { kind: 'fact', who: ['receiver'], from: ['arrived'], to: 'at_door' },
  startUnloading: { kind: 'fact', who: ['receiver', 'lead'], from: ['at_door'], to: 'unloading' },
  startCounting: { kind: 'fact', who: ['receiver', 'lead'], from: ['unloading'], to: 'counting' },
  recordScan: { kind: 'fact', who: ['receiver', 'lead'], from: ['counting'], to: null },
  voidScan: { kind: 'fact', who: ['receiver', 'lead'], from: ['counting'], to: null },
  setCount: { kind: 'fact', who: ['receiver', 'lead'], from: ['counting'], to: null },
  completeCount: { kind: 'provisional', who: ['receiver', 'lead'], from: ['counting'], to: 'received' },
  closeShipment: { kind: 'decision', who: ['lead'], from: ['received'], to: 'closed' },
  refuseShipment: {
    kind: 'provisional',
    who: ['lead', 'receiver'],
    from: ['arrived', 'at_door', 'unloading'],
    to: 'refused',
    reason: true,
  },
  cancelShipment: { kind: 'decision', who: ['lead', 'supplier', 'intake'], from: expected, to: 'cancelled' },
  reopenCount: { kind: 'decision', who: ['lead'], from: ['received'], to: 'counting', reason: true },
  reopenShipment: { kind: 'decision', who: ['admin'], from: ['closed'], to: 'received', reason: true },
  placeHold: { kind: 'fact', who: ['inspector', 'lead', 'receiver'], from: open, to: null },
  releaseHold: { kind: 'decision', who: ['inspector', 'lead'], from: open, to: null },
  reportDiscrepancy: { kind: 'fact', who: ['receiver', 'inspector', 'lead'], from: open, to: null },
  addPhoto: { kind: 'fact', who: ['receiver', 'inspector', 'lead'], from: open, to: null },
  addNote: { kind: 'fact', who: ['receiver', 'inspector', 'lead'], from: open, to: null },
  attachDocument: { kind: 'fact', who: ['receiver', 'inspector', 'lead', 'admin', 'supplier'], from: open, to: null },
  requestInspection: { kind: 'decision', who: ['lead', 'inspector'], from: open, to: null },
  claimInspection: { kind: 'decision', who: ['lead', 'inspector'], from: open, to: null },
  recordInspectionResult: { kind: 'fact', who: ['inspector'], from: open, to: null },
  completeInspection: { kind: 'provisional', who: ['inspector'], from: open, to: null },
  reportRejection: { kind: 'fact', who: ['inspector', 'lead'], from: open, to: null },
  setCapacity: { kind: 'decision', who: ['lead', 'admin', 'intake'], from: null, to: null },
  defineWarehouse: { kind: 'decision', who: ['admin', 'intake'], from: null, to: null },
  defineDoor: { kind: 'decision', who: ['admin', 'intake'], from: null, to: null },
  defineSupplier: { kind: 'decision', who: ['admin', 'intake'], from: null, to: null },
} as const satisfies Record<string, CommandRule>;

export type CommandName = keyof typeof COMMAND_TABLE;
export const COMMAND_NAMES = Object.keys(COMMAND_TABLE) as CommandName[];

export const commandRule = (name: CommandName): CommandRule => COMMAND_TABLE[name];

/**
 * A receiver may refuse a shipment only together with a lead's PIN; every other permission stands on the role alone.
 * Without a verified PIN the server answers `lead_approval_needed`.
 */
export const needsLeadApproval = (name: CommandName, who: ActorRole): boolean =>
  name === 'refuseShipment' && who === 'receiver';

/** Commands that lead from `from` to `to`, in table order; several roles may have different commands for one step. */
export const commandsTo = (from: ShipmentStatus, to: ShipmentStatus): CommandName[] =>
  COMMAND_NAMES.filter((name) => {
    const rule = commandRule(name);
    return rule.to === to && rule.from?.includes(from) === true;
  });

/**
 * The command behind `PATCH …/status`: the one leading from the present status to the wanted one that this role may issue;
 * else any that leads there (the server then answers forbidden rather than illegal); `null` when no single step leads there.
 */
export const commandForStatus = (from: ShipmentStatus, to: ShipmentStatus, who: ActorRole): CommandName | null => {
  const steps = commandsTo(from, to);
  return steps.find((name) => commandRule(name).who.includes(who)) ?? steps[0] ?? null;
};
