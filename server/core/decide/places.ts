import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { EntityRow } from '#contract/domain/entities.ts';
import { utilization } from '#contract/domain/places.ts';
import { noop, rejected } from '../decision.ts';
import { mayWorkIn } from '../gate.ts';
import type { Work } from '../work.ts';

type Place = 'warehouse' | 'door' | 'supplier';

/** Writes a place, or noop when it already is so. */
const define = <N extends Place>(work: Work, entity: N, row: EntityRow[N]): null => {
  if (JSON.stringify(work.draft.row(entity, row.id)) === JSON.stringify(row)) throw noop(null);
  work.draft.put(entity, row);
  return null;
};

/** Throws `not_found` for a warehouse that is not there or not the sender's to see. */
const requirePlace = (work: Work, warehouseId: string): void => {
  const known = work.draft.row('warehouse', warehouseId) !== null;
  if (known && mayWorkIn(work.submission.scope, warehouseId)) return;
  throw rejected('not_found', `There is no warehouse "${warehouseId}" here. Nothing was changed.`);
};

export const setCapacity = (work: Work, args: CommandArgs['setCapacity']): null => {
  const { warehouseId: id, total, available } = args;
  requirePlace(work, id);
  const before = work.draft.row('capacity', id);
  if (before?.total === total && before.available === available) throw noop(null);
  work.draft.put('capacity', { id, total, available, utilization: utilization(total, available), updatedAt: work.now });
  return null;
};

const isTimeZone = (zone: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
};

/** Throws `invalid` for a time zone nobody knows: every clock of the warehouse would fail on it, on every screen. */
export const defineWarehouse = (work: Work, args: CommandArgs['defineWarehouse']): null => {
  const { scope } = work.submission;
  if (!mayWorkIn(scope, args.warehouseId)) {
    throw rejected('forbidden', 'You look after other warehouses only. Nothing was changed.');
  }
  if (!isTimeZone(args.timeZone)) {
    const message = `There is no time zone "${args.timeZone}". Write one such as America/Chicago; nothing was changed.`;
    throw rejected('invalid', message);
  }
  return define(work, 'warehouse', { id: args.warehouseId, name: args.name, timeZone: args.timeZone });
};

export const defineDoor = (work: Work, args: CommandArgs['defineDoor']): null => {
  requirePlace(work, args.warehouseId);
  const before = work.draft.row('door', args.doorId);
  if (before !== null) requirePlace(work, before.warehouseId);
  const { doorId: id, warehouseId, name, kind, inService } = args;
  return define(work, 'door', { id, warehouseId, name, kind, inService });
};

export const defineSupplier = (work: Work, args: CommandArgs['defineSupplier']): null =>
  define(work, 'supplier', { id: args.supplierId, name: args.name });
