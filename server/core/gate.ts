import { needsLeadApproval } from '#contract/domain/command-table.ts';
import type { EntityRow, ShipmentPart } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { isPast, type ShipmentStatus } from '#contract/domain/status.ts';
import { conflict, noop, Ruled, rejected } from './decision.ts';
import type { Scope } from './scope.ts';
import type { Work } from './work.ts';

// What every command has to pass before its own rules are asked, in the order that tells a sender least about what they
// may not see: role, then sight, then version, then step.

const words = (status: ShipmentStatus): string => status.replace('_', ' ');

/** Whether a shipment lies within a scope; `null` is the server itself, which sees everything. */
export const maySee = (scope: Scope | null, shipment: Pick<Shipment, 'warehouseId' | 'supplierId'>): boolean => {
  if (scope === null) return true;
  if (scope.role === 'supplier') return scope.supplierId !== null && shipment.supplierId === scope.supplierId;
  return scope.warehouses === null || scope.warehouses.includes(shipment.warehouseId);
};

/** Whether staff may act in a warehouse. Suppliers may send goods to any. */
export const mayWorkIn = (scope: Scope | null, warehouseId: string): boolean =>
  scope === null || scope.role === 'supplier' || scope.warehouses === null || scope.warehouses.includes(warehouseId);

/** Throws `forbidden` or `lead_approval_needed` when the sender's role may not issue the command. */
export const requireRole = (work: Work): void => {
  const { role } = work.actor;
  if (!work.rule.who.includes(role)) {
    throw rejected('forbidden', `This is for ${work.rule.who.join(', ')}; you are signed in as ${role}.`);
  }
  if (!needsLeadApproval(work.command, role)) return;
  if (work.submission.approvedBy?.role !== 'lead') {
    throw rejected('lead_approval_needed', 'A lead has to approve this with their PIN. Nothing was changed.');
  }
};

/**
 * Throws unless the sender looked at the shipment as it is now. Binds decisions, and everything else when the sender
 * asked for it outright (`late: 'refuse'`); a fact from a station is true whatever version it was seen on.
 */
export const requireVersion = (work: Work, shipment: Shipment): void => {
  const { expectedVersion, late } = work.submission;
  if (expectedVersion === undefined || expectedVersion === shipment.version) return;
  if (work.rule.kind !== 'decision' && late !== 'refuse') return;
  const message = `The shipment changed since you looked (you saw version ${expectedVersion}, it is now ${shipment.version}).`;
  throw conflict('version_conflict', `${message} Nothing was changed; look again and decide.`, shipment);
};

/**
 * The shipment a command is about, or `not_found` when there is none that the sender may see. Who wants late work refused also
 * loses on another version before anything is found to be so already: of two that decided alike, one was not asked.
 */
export const requireShipment = (work: Work, shipmentId: string): Shipment => {
  const shipment = work.draft.row('shipment', shipmentId);
  if (shipment === null || !maySee(work.submission.scope, shipment)) {
    throw rejected('not_found', 'There is no such shipment here.');
  }
  if (work.submission.late === 'refuse') requireVersion(work, shipment);
  return shipment;
};

/** How far along the path a shipment can have come that ended before its time. */
const CUT_SHORT: Partial<Record<ShipmentStatus, ShipmentStatus>> = { refused: 'unloading', cancelled: 'in_transit' };

/** Whether a shipment of this status has, or may have, been in `target` before. */
const mayHavePassed = (status: ShipmentStatus, target: ShipmentStatus): boolean => {
  const furthest = CUT_SHORT[status] ?? status;
  return isPast(furthest, target) || (furthest !== status && furthest === target);
};

/**
 * Whether the shipment moved on over what is told now. A fact is late also on a shipment that was refused or cancelled since: a
 * photo of it was taken all the same. An arrival on a cancelled one is not late but against it, and for a person to see.
 */
const isLate = (work: Work, status: ShipmentStatus): boolean => {
  const { kind, from, to } = work.rule;
  // A hold that comes too late must be seen by a person, not laid to rest in history: it is about safety.
  if (kind === 'decision' || work.command === 'placeHold' || from === null) return false;
  const passed = kind === 'fact' ? mayHavePassed : isPast;
  return to === null ? from.some((start) => passed(status, start)) : passed(status, to);
};

/** Throws unless the command may start from where the shipment is: superseded when late, else an illegal step. */
export const requireStep = (work: Work, shipment: Shipment): void => {
  requireVersion(work, shipment);
  if (work.rule.from === null || work.rule.from.includes(shipment.status)) return;
  if (isLate(work, shipment.status) && work.submission.late === 'keep') {
    const message = `The shipment was already ${words(shipment.status)}. History keeps this; nothing else was changed.`;
    throw new Ruled({ verdict: 'superseded', message, shipment });
  }
  const where = work.rule.from.map(words).join(' or ');
  const message = `This needs the shipment to be ${where}; it is ${words(shipment.status)}. Nothing was changed.`;
  throw conflict('illegal_step', message, shipment);
};

/**
 * Whether a row with a sender's id is new. Throws noop when it exists and `same` agrees, `already_exists` when it differs
 * or belongs to another shipment (which is not shown).
 */
export const requireNew = <N extends ShipmentPart>(
  work: Work,
  entity: N,
  id: string,
  shipment: Shipment,
  same: (row: EntityRow[N]) => boolean,
): void => {
  const row = work.draft.row(entity, id);
  if (row === null) return;
  if (row.shipmentId === shipment.id && same(row)) throw noop(shipment);
  const current = row.shipmentId === shipment.id ? shipment : null;
  throw conflict('already_exists', 'Another record already has this id. Nothing was changed.', current);
};

/**
 * The line a fact names, or null. A line that an amendment has taken away is no reason to lose what happened to the
 * goods: the fact then counts for the whole shipment.
 */
export const lineOrNull = (work: Work, shipment: Shipment, lineId: string | undefined): string | null => {
  if (lineId === undefined) return null;
  return work.draft.row('line', lineId)?.shipmentId === shipment.id ? lineId : null;
};
