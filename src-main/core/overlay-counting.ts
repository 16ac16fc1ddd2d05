import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { addQuantity, compareQuantity, normaliseQuantity, subtractQuantity } from '#contract/domain/quantity.ts';
import type { ShipmentLine } from '#contract/domain/shipment.ts';
import type { ApplyTable, By, ScanEffect } from './apply-command.ts';
import { scanTarget, stackOf } from './scan-target.ts';

/** Leaves lines alone that have the work in them: what adds up would be added twice. */
const onLines = (
  detail: ShipmentDetail,
  { lines, unitIds }: ScanEffect,
  by: By,
  change: (line: ShipmentLine, quantity: string) => ShipmentLine,
): ShipmentDetail => {
  const due = lines.filter(({ lineId }) => !by.isIn('line', lineId, lines.length + unitIds.length));
  if (due.length === 0) return detail;
  const amounts = new Map(due.map(({ lineId, quantity }) => [lineId, quantity]));
  return {
    ...detail,
    lines: detail.lines.map((line) => {
      const quantity = amounts.get(line.id);
      return quantity === undefined ? line : change(line, quantity);
    }),
  };
};

const onUnits = (detail: ShipmentDetail, ids: readonly string[], countedAt: string | null): ShipmentDetail => {
  if (ids.length === 0) return detail;
  const touched = new Set(ids);
  const handlingUnits = detail.handlingUnits.map((unit) => (touched.has(unit.id) ? { ...unit, countedAt } : unit));
  return { ...detail, handlingUnits };
};

/** What the scan adds; null when the unit was counted before and the scan says nothing new. */
const effectOf = (detail: ShipmentDetail, args: CommandArgs['recordScan']): ScanEffect | null => {
  const { unit, line } = scanTarget(detail, args);
  const named = line === null ? [] : [{ lineId: line.id, quantity: normaliseQuantity(args.quantity) }];
  if (unit === null) return { unitIds: [], lines: named };
  if (unit.countedAt !== null) return null;
  const unitIds = stackOf(detail, unit)
    .filter(({ countedAt }) => countedAt === null)
    .map(({ id }) => id);
  if (line !== null) return { unitIds, lines: named };
  const on = new Set(unitIds);
  const lines = detail.lines.filter(({ handlingUnitId }) => handlingUnitId !== null && on.has(handlingUnitId));
  return { unitIds, lines: lines.map(({ id, expected }) => ({ lineId: id, quantity: expected })) };
};

const unknownId = (scanId: string): string => `unknown-code:${scanId}`;

/** A code that is not on the notice is kept and shown as a problem, as the server will. */
const flagUnknown = (detail: ShipmentDetail, args: CommandArgs['recordScan'], by: By): ShipmentDetail => {
  // What it hit may be among the lines that are still to come.
  if (detail.lines.length < detail.lineCount) return detail;
  // The server's own flag has another id.
  if (detail.discrepancies.some(({ id, kind }) => kind === 'wrong_item' && by.isIn('discrepancy', id, 1)))
    return detail;
  const flag: ShipmentDetail['discrepancies'][number] = {
    id: unknownId(args.scanId),
    shipmentId: args.shipmentId,
    lineId: null,
    kind: 'wrong_item',
    quantity: normaliseQuantity(args.quantity),
    note: `Scanned code is not on the ship notice: ${args.sscc ?? args.raw ?? args.lineId ?? ''}`,
    reportedAt: by.at,
    reportedBy: by.actor,
  };
  return { ...detail, discrepancies: [...detail.discrepancies, flag] };
};

/** Counting, which must never wait for the network: scans add up here as they will on the server. */
export const COUNTING: ApplyTable = {
  recordScan: (detail, args, by, scans) => {
    const effect = effectOf(detail, args);
    if (effect === null) return detail;
    scans.set(args.scanId, effect);
    if (effect.unitIds.length === 0 && effect.lines.length === 0) return flagUnknown(detail, args, by);
    const counted = onLines(detail, effect, by, (line, quantity) => ({
      ...line,
      counted: addQuantity(line.counted ?? '0', quantity),
    }));
    return onUnits(counted, effect.unitIds, by.at);
  },
  voidScan: (detail, args, by, scans) => {
    const effect = scans.get(args.scanId);
    if (effect === undefined) return detail;
    const discrepancies = detail.discrepancies.filter(({ id }) => id !== unknownId(args.scanId));
    const known = discrepancies.length === detail.discrepancies.length ? detail : { ...detail, discrepancies };
    const lines = onLines(known, effect, by, (line, quantity) => {
      const left = subtractQuantity(line.counted ?? '0', quantity);
      return { ...line, counted: compareQuantity(left, '0') === 0 ? null : left };
    });
    return onUnits(lines, effect.unitIds, null);
  },
  setCount: (detail, args, by) => {
    const effect = { unitIds: [], lines: [{ lineId: args.lineId, quantity: normaliseQuantity(args.counted) }] };
    return onLines(detail, effect, by, (line, counted) => ({
      ...line,
      counted,
      damaged: args.damaged === undefined ? line.damaged : normaliseQuantity(args.damaged),
    }));
  },
};
