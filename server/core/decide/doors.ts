import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { DockDoor } from '#contract/domain/places.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { conflict, noop, rejected } from '../decision.ts';
import { derive } from '../derive.ts';
import { requireShipment, requireStep, requireVersion } from '../gate.ts';
import type { Work } from '../work.ts';

/** The named door in the shipment's warehouse; `null` when none is named; throws `invalid` when there is no such door. */
const doorIn = (work: Work, shipment: Shipment, doorId: string | undefined): DockDoor | null => {
  if (doorId === undefined) return null;
  const door = work.draft.row('door', doorId);
  if (door === null || door.warehouseId !== shipment.warehouseId) {
    throw rejected('invalid', `There is no door "${doorId}" in this warehouse. Nothing was changed.`);
  }
  return door;
};

const others = (work: Work, shipment: Shipment, door: DockDoor | null): readonly Shipment[] =>
  door === null ? [] : work.draft.before.atDoor(door.id).filter((other) => other.id !== shipment.id);

/** A shipment as people of another may hear of it. Doors can move between warehouses, and what stands there is not theirs to know. */
const nameFor = (shipment: Shipment, other: Shipment): string =>
  other.warehouseId === shipment.warehouseId ? other.number : 'another shipment';

/** Sends an arrived shipment to a door: contended, so an occupied or closed door loses. */
export const assignDoor = (work: Work, args: CommandArgs['assignDoor']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const here = shipment.status === 'at_door';
  if (here && (args.doorId === undefined || args.doorId === shipment.doorId)) throw noop(shipment);
  const door = doorIn(work, shipment, args.doorId);
  requireStep(work, shipment);
  if (door?.inService === false) throw conflict('blocked', `Door ${door.name} is out of service.`, shipment);
  const [occupant] = others(work, shipment, door);
  if (occupant !== undefined) {
    const by = nameFor(shipment, occupant);
    const message = `Door ${door?.name} is taken by ${by}. Choose another, or wait until it is free.`;
    throw conflict('blocked', message, shipment);
  }
  return work.advance(shipment, 'at_door', { doorId: door?.id ?? shipment.doorId });
};

/**
 * Records where the trailer stands. It stands there whatever was planned, so a clash is flagged as a discrepancy for a
 * lead to sort out, and a report from another door than the assigned one corrects the door.
 */
export const reportAtDoor = (work: Work, args: CommandArgs['reportAtDoor']): Shipment => {
  const { draft } = work;
  const shipment = requireShipment(work, args.shipmentId);
  const here = shipment.status === 'at_door';
  if (here && (args.doorId === undefined || args.doorId === shipment.doorId)) throw noop(shipment);
  const door = doorIn(work, shipment, args.doorId);
  if (here) requireVersion(work, shipment);
  else requireStep(work, shipment);
  const doorId = door?.id ?? shipment.doorId;
  const occupants = others(work, shipment, door).map((other) => nameFor(shipment, other));
  const moved = here && shipment.doorId !== null;
  if (occupants.length > 0 || moved) {
    const why =
      occupants.length > 0 ? `Door ${door?.name} also has ${occupants.join(', ')}.` : 'Not the assigned door.';
    draft.put('discrepancy', {
      id: work.given.deriveId(shipment.id, 'door-clash', String(shipment.version)),
      shipmentId: shipment.id,
      lineId: null,
      kind: 'door_clash',
      quantity: null,
      note: why,
      reportedAt: work.now,
      reportedBy: work.actor,
    });
  }
  const there = here ? work.revise(shipment, { doorId }) : work.advance(shipment, 'at_door', { doorId });
  const whole = derive(draft, there);
  draft.put('shipment', whole);
  return whole;
};
