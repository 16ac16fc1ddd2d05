import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { conflict, noop } from '../decision.ts';
import { derive } from '../derive.ts';
import { maySee, requireShipment, requireStep } from '../gate.ts';
import type { Work } from '../work.ts';
import { newShipment, nextNumber, requireWarehouse, supplierFor } from './new-shipment.ts';

type Facts = Partial<Pick<Shipment, 'eta' | 'trailer' | 'seal'>>;

/**
 * A step that may be reported more than once, each time with a little more known: the first report moves the shipment,
 * later ones fill in facts, and one that says nothing new is noop.
 */
const report = (work: Work, shipment: Shipment, facts: Facts, patch: Partial<Shipment>): Shipment => {
  if (shipment.status !== work.rule.to) {
    requireStep(work, shipment);
    return work.advance(shipment, work.rule.to ?? shipment.status, { ...facts, ...patch });
  }
  const news = Object.entries(facts).filter(([name, value]) => shipment[name as keyof Facts] !== value);
  if (news.length === 0) throw noop(shipment);
  return work.revise(shipment, Object.fromEntries(news));
};

export const recordDeparture = (work: Work, args: CommandArgs['recordDeparture']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  return report(work, shipment, args.eta === undefined ? {} : { eta: args.eta }, {});
};

export const recordArrival = (work: Work, args: CommandArgs['recordArrival']): Shipment => {
  const shipment = requireShipment(work, args.shipmentId);
  const { trailer, seal } = args;
  const facts = { ...(trailer === undefined ? {} : { trailer }), ...(seal === undefined ? {} : { seal }) };
  return report(work, shipment, facts, { arrivedAt: work.happenedAt() });
};

/** Goods that came without a notice: they are here, so they get a shipment. */
export const recordUnplannedArrival = (work: Work, args: CommandArgs['recordUnplannedArrival']): Shipment => {
  const { draft, given } = work;
  requireWarehouse(work, args.warehouseId);
  const digest = given.deriveId('unplanned', JSON.stringify(args));
  const existing = draft.row('shipment', args.shipmentId);
  if (existing !== null) {
    const current = maySee(work.submission.scope, existing) ? existing : null;
    if (current !== null && draft.internal('announcement', existing.id, existing.id)?.digest === digest)
      throw noop(current);
    throw conflict('already_exists', 'A shipment with this id exists with other contents.', current);
  }
  const supplier = supplierFor(work, args.supplierId);
  const id = args.shipmentId;
  const shipment = newShipment(
    work,
    {
      id,
      number: nextNumber(work, supplier.id),
      warehouseId: args.warehouseId,
      supplierId: supplier.id,
      supplierName: supplier.name,
      status: 'arrived',
    },
    {
      poNumber: args.poNumber ?? null,
      poNumbers: args.poNumber ? [args.poNumber] : [],
      carrier: args.carrier ?? null,
      trailer: args.trailer ?? null,
      arrivedAt: work.happenedAt(),
      unplanned: true,
    },
  );
  work.step = { from: null, to: 'arrived' };
  draft.putInternal({ kind: 'announcement', row: { id, shipmentId: id, digest } });
  if (args.note !== undefined && args.note !== '') {
    const note = { id: given.deriveId(id, 'arrival-note'), shipmentId: id, text: args.note };
    draft.put('note', { ...note, writtenAt: work.now, writtenBy: work.actor });
  }
  const whole = derive(draft, shipment);
  draft.put('shipment', whole);
  return whole;
};
