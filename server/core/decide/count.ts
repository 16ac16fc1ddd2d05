import type { CommandArgs } from '#contract/domain/command-args.ts';
import { addQuantity, compareQuantity, normaliseQuantity, subtractQuantity } from '#contract/domain/quantity.ts';
import type { HandlingUnit, Shipment, ShipmentLine } from '#contract/domain/shipment.ts';
import { noop, rejected } from '../decision.ts';
import { requireShipment, requireStep } from '../gate.ts';
import type { Scan } from '../state.ts';
import type { Work } from '../work.ts';
import { type ScanTarget, scanTarget } from './scan-target.ts';
import { settle } from './settle.ts';

/** Twelve digits before the point is what a quantity holds; a count beyond that is a scanner gone wild. */
const MOST = '999999999999.999999';

const setCounted = (
  work: Work,
  line: ShipmentLine,
  counted: string | null,
  patch: Partial<ShipmentLine> = {},
): void => {
  if (counted !== null && compareQuantity(counted, MOST) > 0) {
    throw rejected('invalid', 'The count would be larger than a quantity can be. Nothing was changed.');
  }
  work.draft.put('line', { ...line, ...patch, counted });
};

/** Settles the shipment with its counted lines, found by difference from the lines this command touched. */
const settleCount = (work: Work, shipment: Shipment, touched: readonly ShipmentLine[]): Shipment => {
  let { countedLines } = shipment;
  for (const before of touched) {
    const counted = work.draft.row('line', before.id)?.counted ?? null;
    countedLines += Number(counted !== null) - Number(before.counted !== null);
  }
  return settle(work, shipment, countedLines);
};

/** All units on a unit, itself first; each once, so that a notice that puts a pallet on itself ends here. */
const stack = (work: Work, unit: HandlingUnit): HandlingUnit[] => {
  const found = new Map([[unit.id, unit]]);
  for (const next of found.values()) {
    for (const child of work.draft.before.unitsIn(unit.shipmentId, next.id)) {
      if (!found.has(child.id)) found.set(child.id, child);
    }
  }
  return [...found.values()];
};

type Counted = Pick<Scan, 'effects' | 'unitIds'>;

/**
 * Counts a whole unit, or `quantity` of the one line the sender named on it. Units on it that were already counted on
 * their own are left out.
 */
const countUnit = (work: Work, unit: HandlingUnit, line: ShipmentLine | null, quantity: string): Counted => {
  const uncounted = stack(work, unit).filter((each) => each.countedAt === null);
  for (const each of uncounted) work.draft.put('handlingUnit', { ...each, countedAt: work.now });
  const unitIds = uncounted.map((each) => each.id);
  if (line !== null) return { unitIds, effects: [{ lineId: line.id, quantity }] };
  const lines = unitIds.flatMap((id) => work.draft.before.linesBy('unit', unit.shipmentId, id));
  return { unitIds, effects: lines.map((each) => ({ lineId: each.id, quantity: each.expected })) };
};

/** Id of the flag of an unknown code. Scans are named by their stations, and only unique on their shipment. */
const unknownId = (work: Work, shipment: Shipment, scanId: string): string =>
  work.given.deriveId(shipment.id, scanId, 'unknown-code');

/** A code nobody announced is kept and flagged: the goods are on the dock whatever the notice says. */
const flagUnknown = (work: Work, shipment: Shipment, args: CommandArgs['recordScan'], quantity: string): void => {
  const code = args.sscc ?? args.raw ?? args.lineId ?? '';
  work.draft.put('discrepancy', {
    id: unknownId(work, shipment, args.scanId),
    shipmentId: shipment.id,
    lineId: null,
    kind: 'wrong_item',
    quantity,
    note: `Scanned code is not on the ship notice: ${code}`,
    reportedAt: work.now,
    reportedBy: work.actor,
  });
};

/** What a scan adds, with its marks set on units; an unknown code adds nothing and is flagged. */
const counted = (work: Work, shipment: Shipment, args: CommandArgs['recordScan'], target: ScanTarget): Counted => {
  const quantity = normaliseQuantity(args.quantity);
  if (target.kind === 'unit') return countUnit(work, target.unit, target.line, quantity);
  if (target.kind === 'line') return { unitIds: [], effects: [{ lineId: target.line.id, quantity }] };
  flagUnknown(work, shipment, args, quantity);
  return { unitIds: [], effects: [] };
};

/** Counts a scan once, by its id and by its SSCC. */
export const recordScan = (work: Work, args: CommandArgs['recordScan']): Shipment => {
  const { draft } = work;
  const shipment = requireShipment(work, args.shipmentId);
  if (draft.internal('scan', shipment.id, args.scanId) !== null) throw noop(shipment);
  requireStep(work, shipment);
  const target = scanTarget(work, shipment, args);
  if (target.kind === 'unit' && target.unit.countedAt !== null) throw noop(shipment);
  const { effects, unitIds } = counted(work, shipment, args, target);
  const touched = effects.flatMap(({ lineId }) => draft.before.row('line', lineId) ?? []);
  for (const { lineId, quantity: amount } of effects) {
    const line = draft.row('line', lineId);
    if (line !== null) setCounted(work, line, addQuantity(line.counted ?? '0', amount));
  }
  const scan = {
    id: args.scanId,
    shipmentId: shipment.id,
    lineId: target.kind === 'unknown' ? null : (target.line?.id ?? null),
    unitIds,
    sscc: args.sscc ?? null,
    raw: args.raw ?? null,
    effects,
    voided: false,
    occurredAt: work.happenedAt(),
    scannedBy: work.actor.id,
  };
  draft.putInternal({ kind: 'scan', row: scan });
  return settleCount(work, shipment, touched);
};

/** Takes a scan back: exactly what it added, as far as no count was set over it since. */
export const voidScan = (work: Work, args: CommandArgs['voidScan']): Shipment => {
  const { draft } = work;
  const shipment = requireShipment(work, args.shipmentId);
  const scan = draft.internal('scan', shipment.id, args.scanId);
  if (scan?.voided) throw noop(shipment);
  // Before the scan is missed: one that came too late was never counted, and then this is too late as well.
  requireStep(work, shipment);
  if (scan === null) {
    throw rejected('not_found', 'There is no such scan on this shipment. Nothing was changed.');
  }
  const touched = scan.effects.flatMap(({ lineId }) => draft.before.row('line', lineId) ?? []);
  for (const { lineId, quantity } of scan.effects) {
    const line = draft.row('line', lineId);
    if (line === null) continue;
    const left = subtractQuantity(line.counted ?? '0', quantity);
    setCounted(work, line, compareQuantity(left, '0') === 0 ? null : left);
  }
  for (const id of scan.unitIds) {
    const unit = draft.row('handlingUnit', id);
    if (unit !== null) draft.put('handlingUnit', { ...unit, countedAt: null });
  }
  const unknown = draft.row('discrepancy', unknownId(work, shipment, scan.id));
  if (unknown !== null) draft.del('discrepancy', unknown.id);
  draft.putInternal({ kind: 'scan', row: { ...scan, voided: true } });
  return settleCount(work, shipment, touched);
};

/** Sets a line's count outright. Scans before it no longer stand in the count and can no longer be taken out of it. */
export const setCount = (work: Work, args: CommandArgs['setCount']): Shipment => {
  const { draft } = work;
  const shipment = requireShipment(work, args.shipmentId);
  const line = draft.row('line', args.lineId);
  if (line === null || line.shipmentId !== shipment.id) {
    requireStep(work, shipment);
    throw rejected('not_found', 'There is no such line on this shipment. Nothing was changed.');
  }
  const counted = normaliseQuantity(args.counted);
  const damaged = args.damaged === undefined ? line.damaged : normaliseQuantity(args.damaged);
  if (line.counted === counted && line.damaged === damaged && shipment.status === 'counting') throw noop(shipment);
  requireStep(work, shipment);
  for (const scan of draft.before.scansOf(shipment.id)) {
    const effects = scan.effects.filter((effect) => effect.lineId !== line.id);
    if (effects.length !== scan.effects.length) draft.putInternal({ kind: 'scan', row: { ...scan, effects } });
  }
  setCounted(work, line, counted, { damaged });
  return settleCount(work, shipment, [line]);
};
