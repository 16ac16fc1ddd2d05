import type { CommandArgs } from '#contract/domain/command-args.ts';
import { isValidGtin } from '#contract/domain/gs1.ts';
import { compareQuantity } from '#contract/domain/quantity.ts';
import type { HandlingUnit, Shipment, ShipmentLine } from '#contract/domain/shipment.ts';
import { gtinKey } from '../state.ts';
import type { Work } from '../work.ts';
import { ssccKey, unitId } from './announced-rows.ts';

/** What a scan hit: a whole handling unit, one line, or nothing that was announced. */
export type ScanTarget =
  | { readonly kind: 'unit'; readonly unit: HandlingUnit; readonly line: ShipmentLine | null }
  | { readonly kind: 'line'; readonly line: ShipmentLine }
  | { readonly kind: 'unknown' };

/** The GTIN in what a scanner sent: bare, or after application identifier 01 with or without brackets. */
const gtinIn = (raw: string): string | null => {
  const text = raw.replace(/^\][A-Za-z]\d/, '').trim();
  if (isValidGtin(text)) return gtinKey(text);
  const coded = /^(?:\(01\)|01)(\d{14})/.exec(text)?.[1];
  return coded !== undefined && isValidGtin(coded) ? coded : null;
};

const lineByRaw = (work: Work, shipment: Shipment, raw: string): ShipmentLine | null => {
  const gtin = gtinIn(raw);
  if (gtin === null) return null;
  const lines = work.draft.before.linesBy('gtin', shipment.id, gtin);
  // Several lines of one article: fill the first that is not complete, in the notice's order.
  const sorted = [...lines].sort((a, b) => a.lineNumber - b.lineNumber);
  return (
    sorted.find((line) => line.counted === null || compareQuantity(line.counted, line.expected) < 0) ??
    sorted[0] ??
    null
  );
};

/** Resolves a scan: a named line first, then the SSCC, then whatever the raw code says. */
export const scanTarget = (work: Work, shipment: Shipment, args: CommandArgs['recordScan']): ScanTarget => {
  const named = args.lineId === undefined ? null : work.draft.row('line', args.lineId);
  const line = named?.shipmentId === shipment.id ? named : null;
  const sscc = args.sscc ?? (line === null ? args.raw : undefined);
  const unit =
    sscc === undefined ? null : work.draft.row('handlingUnit', unitId(work.given, shipment.id, ssccKey(sscc)));
  if (unit !== null) return { kind: 'unit', unit, line };
  const hit = line ?? (args.raw === undefined ? null : lineByRaw(work, shipment, args.raw));
  return hit === null ? { kind: 'unknown' } : { kind: 'line', line: hit };
};
