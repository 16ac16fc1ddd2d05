import type { Shipment } from '#contract/domain/shipment.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import type { Scope } from '../core/scope.ts';
import type { Storage } from '../core/storage.ts';

/** The shipment when this person may see it; else `not_found`, the same whether it is hidden or does not exist. */
export const findShipment = async (storage: Storage, scope: Scope, id: string): Promise<Shipment> => {
  const shipment = await storage.findShipment(scope, id);
  if (shipment === null) throw new ProblemError('not_found');
  return shipment;
};
