import { z } from 'zod';

export const DOCUMENT_TYPES = [
  'bill_of_lading',
  'packing_list',
  'proof_of_delivery',
  'commercial_invoice',
  'certificate_of_analysis',
  'temperature_log',
  'customs',
  'dangerous_goods_declaration',
  'photo',
  'osd_report',
  'other',
] as const;
export const documentType = z.enum(DOCUMENT_TYPES);
export type DocumentType = z.infer<typeof documentType>;

export const documentReadiness = z.enum(['complete', 'missing_optional', 'missing_required']);
export type DocumentReadiness = z.infer<typeof documentReadiness>;

/** Documents that are merely wanted; what is required stands on the shipment. */
export const WANTED_DOCUMENTS: readonly DocumentType[] = ['bill_of_lading', 'packing_list'];

/**
 * What a shipment must have before it may be closed when its sender named nothing: the paper its notice refers to, if it
 * refers to one.
 */
export const requiredByDefault = (billOfLading: string | null): DocumentType[] =>
  billOfLading === null ? [] : ['bill_of_lading'];

/** Readiness from the types that are there, against what the shipment requires and what is wanted of every one. */
export const deriveReadiness = (
  present: Iterable<DocumentType>,
  required: readonly DocumentType[],
  wanted: readonly DocumentType[] = WANTED_DOCUMENTS,
): DocumentReadiness => {
  const have = new Set(present);
  if (required.some((type) => !have.has(type))) return 'missing_required';
  return wanted.some((type) => !have.has(type)) ? 'missing_optional' : 'complete';
};
