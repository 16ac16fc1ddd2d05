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

/** Documents every inbound shipment must have before it may be closed, and those that are merely wanted. */
export const REQUIRED_DOCUMENTS: readonly DocumentType[] = ['bill_of_lading'];
export const WANTED_DOCUMENTS: readonly DocumentType[] = ['packing_list'];

/** Readiness from the types that are there. `required` and `wanted` come from the shipment, else from the lists above. */
export const deriveReadiness = (
  present: Iterable<DocumentType>,
  required: readonly DocumentType[] = REQUIRED_DOCUMENTS,
  wanted: readonly DocumentType[] = WANTED_DOCUMENTS,
): DocumentReadiness => {
  const have = new Set(present);
  if (required.some((type) => !have.has(type))) return 'missing_required';
  return wanted.some((type) => !have.has(type)) ? 'missing_optional' : 'complete';
};
