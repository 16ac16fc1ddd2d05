import type { EntityName, EntityRow, ShipmentPart } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';

/** What one scan did, so that it can be taken back exactly and never counted twice. */
export type Scan = {
  readonly id: string;
  readonly shipmentId: string;
  readonly lineId: string | null;
  /** Handling units this scan counted; not those that had been counted before. */
  readonly unitIds: readonly string[];
  readonly sscc: string | null;
  readonly raw: string | null;
  /** Amounts still standing in the lines' counts; emptied when a count is set over them. */
  readonly effects: readonly { readonly lineId: string; readonly quantity: string }[];
  readonly voided: boolean;
  readonly occurredAt: string;
  readonly scannedBy: string;
};

/** Rows the server keeps for itself; stations never see them. */
export type InternalRows = {
  scan: Scan;
  /** Digest of what a shipment was announced with (its id is the shipment's): tells a replay from a clash. */
  announcement: { readonly id: string; readonly shipmentId: string; readonly digest: string };
  /** Last number handed out under a prefix. */
  counter: { readonly id: string; readonly shipmentId: ''; readonly last: number };
  /** Caption and line of a photo whose bytes are still to come (its id is the document's). */
  photo: {
    readonly id: string;
    readonly shipmentId: string;
    readonly caption: string | null;
    readonly lineId: string | null;
  };
};
export type InternalKind = keyof InternalRows;

/**
 * What a rule may look at. Synchronous and without side effects, so that a decision can be taken again with more loaded:
 * an implementation over a database throws for what it has not yet read, reads it, and decides anew.
 */
export interface State {
  row<N extends EntityName>(entity: N, id: string): EntityRow[N] | null;
  /** All rows of one kind on a shipment, in no particular order. */
  parts<N extends ShipmentPart>(entity: N, shipmentId: string): readonly EntityRow[N][];
  /** Lines of a shipment with this GTIN (14 digits), or travelling in this handling unit. */
  linesBy(field: 'gtin' | 'unit', shipmentId: string, value: string): readonly EntityRow['line'][];
  /** Handling units standing on another one. */
  unitsIn(shipmentId: string, parentId: string): readonly EntityRow['handlingUnit'][];
  /** Shipments that occupy a door now. */
  atDoor(doorId: string): readonly Shipment[];
  byNumber(supplierId: string | null, number: string): Shipment | null;
  /** Whether bytes with this hash have ever been handed in. */
  hasContent(contentHash: string): boolean;
  /** A row the server keeps for itself, by the shipment it belongs to ('' for none) and its id. */
  internal<K extends InternalKind>(kind: K, shipmentId: string, id: string): InternalRows[K] | null;
  /** Scans of a shipment that were not voided. */
  scansOf(shipmentId: string): readonly Scan[];
}

/** Statuses in which a shipment's trailer stands at its door. */
export const AT_DOOR: ReadonlySet<Shipment['status']> = new Set(['at_door', 'unloading', 'counting']);

/** GTINs are compared with leading zeros: an EAN-13 on the label is the GTIN-14 of the notice. */
export const gtinKey = (gtin: string): string => gtin.padStart(14, '0');
