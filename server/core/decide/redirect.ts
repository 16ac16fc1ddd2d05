import { COMMAND_TABLE } from '#contract/domain/command-table.ts';
import { SHIPMENT_PARTS, type ShipmentPart } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { ShipmentStatus } from '#contract/domain/status.ts';
import { conflict } from '../decision.ts';
import type { Work } from '../work.ts';
import { requireWarehouse } from './new-shipment.ts';

/** Statuses in which the goods are still on the road. */
const ON_THE_ROAD: readonly ShipmentStatus[] = COMMAND_TABLE.recordArrival.from;

const putAgain = (work: Work, entity: ShipmentPart, shipmentId: string): void => {
  for (const row of work.draft.parts(entity, shipmentId)) work.draft.put(entity, row);
};

/**
 * What changes on a shipment that is sent to another warehouse; nothing when it goes there already. All that hangs on it is
 * written again: it leaves what people of the one warehouse see, and people of the other have not seen any of it before.
 * Throws `unknown_warehouse` for one that the sender may not work in, and `illegal_step` once the goods are here.
 */
export const redirect = (work: Work, shipment: Shipment, warehouseId: string | undefined): Partial<Shipment> => {
  if (warehouseId === undefined || warehouseId === shipment.warehouseId) return {};
  if (!ON_THE_ROAD.includes(shipment.status)) {
    throw conflict(
      'illegal_step',
      'The goods are here already, so they go nowhere else. Nothing was changed.',
      shipment,
    );
  }
  requireWarehouse(work, warehouseId);
  for (const entity of SHIPMENT_PARTS) putAgain(work, entity, shipment.id);
  return { warehouseId, doorId: null };
};
