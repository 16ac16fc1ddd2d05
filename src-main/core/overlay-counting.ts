import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { addQuantity, compareQuantity, subtractQuantity } from '#contract/domain/quantity.ts';
import type { ShipmentLine } from '#contract/domain/shipment.ts';
import type { ApplyTable } from './apply-command.ts';

const onLine = (
  detail: ShipmentDetail,
  lineId: string | undefined,
  change: (line: ShipmentLine) => ShipmentLine,
): ShipmentDetail => {
  if (lineId === undefined || !detail.lines.some(({ id }) => id === lineId)) return detail;
  return { ...detail, lines: detail.lines.map((line) => (line.id === lineId ? change(line) : line)) };
};

const digits = (sscc: string): string => sscc.replace(/\D/g, '').slice(-18);

/** Marks the pallet or carton with this SSCC as seen, or as not seen again. */
const onUnit = (detail: ShipmentDetail, sscc: string | undefined, countedAt: string | null): ShipmentDetail => {
  if (sscc === undefined) return detail;
  const key = digits(sscc);
  const matches = (known: string): boolean => known === sscc || (key !== '' && digits(known) === key);
  if (!detail.handlingUnits.some((unit) => matches(unit.sscc))) return detail;
  const handlingUnits = detail.handlingUnits.map((unit) => (matches(unit.sscc) ? { ...unit, countedAt } : unit));
  return { ...detail, handlingUnits };
};

/** Counting, which must never wait for the network: scans add up here exactly as they will on the server. */
export const COUNTING: ApplyTable = {
  recordScan: (detail, args, by) =>
    onUnit(
      onLine(detail, args.lineId, (line) => ({ ...line, counted: addQuantity(line.counted ?? '0', args.quantity) })),
      args.sscc,
      by.at,
    ),
  voidScan: (detail, args, _by, scan) => {
    const undone = scan(args.scanId);
    if (undone === null) return detail;
    const lines = onLine(detail, undone.lineId, (line) => {
      const counted = subtractQuantity(line.counted ?? '0', undone.quantity);
      return { ...line, counted: compareQuantity(counted, '0') === 0 ? null : counted };
    });
    return onUnit(lines, undone.sscc, null);
  },
  setCount: (detail, args) =>
    onLine(detail, args.lineId, (line) => ({
      ...line,
      counted: args.counted,
      damaged: args.damaged ?? line.damaged,
    })),
};
