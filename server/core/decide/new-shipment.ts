import { blankShipment } from '#contract/domain/blank-shipment.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { rejected } from '../decision.ts';
import { mayWorkIn } from '../gate.ts';
import type { Work } from '../work.ts';

/** Throws `unknown_warehouse` when there is none, or none that the sender may see. */
export const requireWarehouse = (work: Work, warehouseId: string): void => {
  const known = work.draft.row('warehouse', warehouseId) !== null;
  if (known && mayWorkIn(work.submission.scope, warehouseId)) return;
  throw rejected(
    'unknown_warehouse',
    `There is no warehouse "${warehouseId}" here. Check its code; nothing was saved.`,
  );
};

/**
 * The supplier a new shipment belongs to. Suppliers announce for themselves whatever they write, also before anybody has
 * entered them here; for everybody else an unknown supplier is a slip.
 */
export const supplierFor = (work: Work, supplierId: string | undefined): { id: string | null; name: string | null } => {
  const own = work.submission.scope?.role === 'supplier' ? work.submission.scope.supplierId : null;
  const id = own ?? supplierId ?? null;
  if (id === null) return { id: null, name: null };
  const supplier = work.draft.row('supplier', id);
  if (supplier === null && own === null) {
    throw rejected('unknown_supplier', `There is no supplier "${id}" here. Check the code; nothing was saved.`);
  }
  return { id, name: supplier?.name ?? null };
};

/** Next free number of ours, `S-YYMMDD-NNNN`, days counted in UTC. */
export const nextNumber = (work: Work, supplierId: string | null): string => {
  const prefix = `S-${work.now.slice(2, 10).replaceAll('-', '')}`;
  let last = work.draft.internal('counter', '', prefix)?.last ?? 0;
  let number: string;
  do {
    last += 1;
    number = `${prefix}-${String(last).padStart(4, '0')}`;
  } while (work.draft.before.byNumber(supplierId, number) !== null);
  work.draft.putInternal({ kind: 'counter', row: { id: prefix, shipmentId: '', last } });
  return number;
};

type NewShipment = Pick<Shipment, 'id' | 'number' | 'warehouseId' | 'supplierId' | 'supplierName' | 'status'>;

/** A shipment with nothing but what it is called, where it goes and what `facts` add. */
export const newShipment = (work: Work, own: NewShipment, facts: Partial<Shipment>): Shipment =>
  blankShipment(own, work.now, work.actor.name, {
    ...facts,
    supplierId: own.supplierId,
    supplierName: own.supplierName,
  });
