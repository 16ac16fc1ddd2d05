import type { Shipment } from '#contract/domain/shipment.ts';
import { derive } from '../derive.ts';
import type { Work } from '../work.ts';

/**
 * Puts the shipment with its chips derived anew, if any of them changed. The version stays: what hangs on a shipment is
 * no step, and must not make somebody's decision on the shipment itself lose.
 */
export const settle = (work: Work, shipment: Shipment, countedLines = shipment.countedLines): Shipment => {
  const whole = derive(work.draft, shipment, { lineCount: shipment.lineCount, countedLines });
  const keys = Object.keys(whole) as (keyof Shipment)[];
  if (keys.every((key) => whole[key] === shipment[key])) return shipment;
  const settled = { ...whole, updatedAt: work.now };
  work.draft.put('shipment', settled);
  return settled;
};
