import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { isValidGtin, normaliseSscc } from '#contract/domain/gs1.ts';
import { compareQuantity } from '#contract/domain/quantity.ts';
import type { HandlingUnit, ShipmentLine } from '#contract/domain/shipment.ts';

/** What a scan hit: a whole handling unit (perhaps one line on it), one line, or nothing that was announced. */
export type ScanTarget = { readonly unit: HandlingUnit | null; readonly line: ShipmentLine | null };

const GTIN_LENGTH = 14;
const ssccKey = (raw: string): string => normaliseSscc(raw) ?? raw.trim();
const gtinKey = (gtin: string): string => gtin.padStart(GTIN_LENGTH, '0');

/** The GTIN in what a scanner sent: bare, or after application identifier 01 with or without brackets. */
const gtinIn = (raw: string): string | null => {
  const text = raw.replace(/^\][A-Za-z]\d/, '').trim();
  if (isValidGtin(text)) return gtinKey(text);
  const coded = /^(?:\(01\)|01)(\d{14})/.exec(text)?.[1];
  return coded !== undefined && isValidGtin(coded) ? coded : null;
};

const lineByRaw = (detail: ShipmentDetail, raw: string): ShipmentLine | null => {
  const gtin = gtinIn(raw);
  if (gtin === null) return null;
  const lines = detail.lines.filter((line) => line.gtin !== null && gtinKey(line.gtin) === gtin);
  // Several lines of one article: the first that is not complete, in the notice's order.
  const open = lines.find(({ counted, expected }) => counted === null || compareQuantity(counted, expected) < 0);
  return open ?? lines[0] ?? null;
};

/** Resolves a scan as the server will: a named line first, then the SSCC, then whatever the raw code says. */
export const scanTarget = (detail: ShipmentDetail, args: CommandArgs['recordScan']): ScanTarget => {
  const line = detail.lines.find(({ id }) => id === args.lineId) ?? null;
  const sscc = args.sscc ?? (line === null ? args.raw : undefined);
  const key = sscc === undefined ? null : ssccKey(sscc);
  const unit = key === null ? undefined : detail.handlingUnits.find((each) => ssccKey(each.sscc) === key);
  if (unit !== undefined) return { unit, line };
  return { unit: null, line: line ?? (args.raw === undefined ? null : lineByRaw(detail, args.raw)) };
};

/** All units on a unit, itself first; each once, so that a notice that puts a pallet on itself ends here. */
export const stackOf = (detail: ShipmentDetail, unit: HandlingUnit): HandlingUnit[] => {
  const found = new Map([[unit.id, unit]]);
  for (const { id } of found.values()) {
    for (const child of detail.handlingUnits)
      if (child.parentId === id && !found.has(child.id)) found.set(child.id, child);
  }
  return [...found.values()];
};
