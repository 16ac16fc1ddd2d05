import { deriveReadiness, requiredByDefault } from './documents.ts';
import type { Shipment } from './shipment.ts';

type Named = Pick<Shipment, 'id' | 'number' | 'warehouseId' | 'status'>;

/**
 * A shipment with nothing on it but its name, its place and the facts given: what the server writes first and what a
 * station shows until the server has answered. `at` is an ISO instant, `by` the name of who made it.
 */
export const blankShipment = (own: Named, at: string, by: string, facts: Partial<Shipment> = {}): Shipment => {
  const requiredDocuments = facts.requiredDocuments ?? requiredByDefault(facts.billOfLading ?? null);
  return {
    supplierId: null,
    supplierName: null,
    poNumber: null,
    poNumbers: [],
    carrier: null,
    trailer: null,
    seal: null,
    billOfLading: null,
    doorId: null,
    statusChangedAt: at,
    statusChangedBy: by,
    eta: null,
    announcedAt: null,
    arrivedAt: null,
    receivedAt: null,
    closedAt: null,
    quality: 'not_required',
    readiness: deriveReadiness([], requiredDocuments),
    activeHolds: 0,
    lineCount: 0,
    countedLines: 0,
    documentCount: 0,
    discrepancyCount: 0,
    rejectionCount: 0,
    unplanned: false,
    reason: null,
    version: 1,
    createdAt: at,
    updatedAt: at,
    ...facts,
    requiredDocuments,
    ...own,
  };
};
