import { z } from 'zod';

export const REASON_CODES = [
  'damaged',
  'crushed',
  'wet',
  'seal_broken',
  'temperature_breach',
  'expired',
  'short_shelf_life',
  'wrong_item',
  'wrong_quantity',
  'mislabelled',
  'contamination',
  'pallet_unsafe',
  'missing_document',
  'quality_fail',
  'not_ordered',
  'other',
] as const;
/** Why goods are rejected or a shipment refused; `other` needs words beside it. */
export const reasonCode = z.enum(REASON_CODES);
export type ReasonCode = z.infer<typeof reasonCode>;

export const DISPOSITIONS = ['return', 'scrap', 'rework', 'quarantine', 'accept_with_deviation'] as const;
/** What becomes of rejected goods. */
export const disposition = z.enum(DISPOSITIONS);
export type Disposition = z.infer<typeof disposition>;

export const DISCREPANCY_KINDS = [
  'over',
  'short',
  'damaged',
  'wrong_item',
  'mislabelled',
  'expired',
  'temperature',
  'seal',
  'missing_document',
  'door_clash',
  'other',
] as const;
export const discrepancyKind = z.enum(DISCREPANCY_KINDS);
export type DiscrepancyKind = z.infer<typeof discrepancyKind>;
