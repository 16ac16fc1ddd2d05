import type { AnnouncedLine, AnnouncedUnit } from '#contract/domain/command-args.ts';
import { normaliseSscc } from '#contract/domain/gs1.ts';
import { normaliseQuantity } from '#contract/domain/quantity.ts';
import type { HandlingUnit, ShipmentLine } from '#contract/domain/shipment.ts';
import type { Given } from '../decision.ts';

export type AnnouncedRows = { readonly lines: readonly ShipmentLine[]; readonly units: readonly HandlingUnit[] };

/** SSCC as it is looked up: bare digits when it is one, else what was written, so that a wrong label still finds itself. */
export const ssccKey = (raw: string): string => normaliseSscc(raw) ?? raw.trim();

/** Id of a handling unit: always ours, from the shipment and its SSCC, so that lines and scans can name it unread. */
export const unitId = (given: Given, shipmentId: string, sscc: string): string =>
  given.deriveId(shipmentId, 'unit', ssccKey(sscc));

/**
 * Rows of a notice's lines and units. Ids the sender left out are derived from the position, so the same notice makes the
 * same rows. An SSCC named only by a line or as a parent becomes a pallet of its own.
 */
export const announcedRows = (
  given: Given,
  shipmentId: string,
  announced: { readonly lines: readonly AnnouncedLine[]; readonly handlingUnits: readonly AnnouncedUnit[] },
): AnnouncedRows => {
  const units = new Map<string, HandlingUnit>();
  const unit = (sscc: string, kind: HandlingUnit['kind'], parentId: string | null): string => {
    const id = unitId(given, shipmentId, sscc);
    units.set(id, { id, shipmentId, sscc: ssccKey(sscc), kind, parentId, countedAt: null });
    return id;
  };
  for (const { sscc, kind, parentSscc } of announced.handlingUnits) {
    unit(sscc, kind, parentSscc === undefined ? null : unitId(given, shipmentId, parentSscc));
  }
  const named = [
    ...announced.handlingUnits.flatMap(({ parentSscc }) => (parentSscc === undefined ? [] : [parentSscc])),
    ...announced.lines.flatMap(({ sscc }) => (sscc === undefined || sscc === '' ? [] : [sscc])),
  ];
  for (const sscc of named) if (!units.has(unitId(given, shipmentId, sscc))) unit(sscc, 'pallet', null);
  const lines = announced.lines.map((line, index) => lineRow(given, shipmentId, line, index));
  return { lines, units: [...units.values()] };
};

const lineRow = (given: Given, shipmentId: string, line: AnnouncedLine, index: number): ShipmentLine => ({
  id: line.id ?? given.deriveId(shipmentId, 'line', String(index + 1)),
  shipmentId,
  lineNumber: line.lineNumber ?? index + 1,
  poNumber: line.poNumber ?? null,
  sku: line.sku ?? null,
  gtin: line.gtin ?? null,
  description: line.description ?? null,
  expected: normaliseQuantity(line.quantity),
  counted: null,
  damaged: null,
  unit: line.unit,
  lot: line.lot ?? null,
  expiresOn: line.expiresOn ?? null,
  handlingUnitId: line.sscc ? unitId(given, shipmentId, line.sscc) : null,
});
