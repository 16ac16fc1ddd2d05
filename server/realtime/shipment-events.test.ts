import { describe, expect, it } from 'vitest';
import { ENTITIES } from '#contract/domain/entities.ts';
import { DOWN, type GuideEvent } from '#contract/wire/down.ts';
import type { Change } from '#contract/wire/sync.ts';
import { emitChange } from './shipment-events.ts';

const at = '2026-11-23T08:00:00.000Z';
const ivo = { id: 'ivo', name: 'Ivo', role: 'inspector' as const };

const ROWS = {
  shipment: {
    id: 's1',
    number: 'S-1',
    warehouseId: 'JOL',
    supplierId: null,
    supplierName: null,
    poNumber: 'PO-2024-001',
    poNumbers: ['PO-2024-001'],
    carrier: null,
    trailer: null,
    seal: null,
    billOfLading: null,
    doorId: null,
    status: 'received',
    statusChangedAt: at,
    statusChangedBy: 'Mara',
    eta: null,
    announcedAt: null,
    arrivedAt: null,
    receivedAt: at,
    closedAt: null,
    quality: 'not_required',
    readiness: 'complete',
    requiredDocuments: [],
    activeHolds: 0,
    lineCount: 0,
    countedLines: 0,
    documentCount: 0,
    discrepancyCount: 0,
    rejectionCount: 0,
    unplanned: false,
    reason: null,
    version: 4,
    createdAt: at,
    updatedAt: at,
  },
  document: {
    id: 'd1',
    shipmentId: 's1',
    fileName: 'POD.pdf',
    documentType: 'proof_of_delivery',
    mediaType: 'application/pdf',
    fileSize: 2_048_576,
    contentHash: 'a'.repeat(64),
    caption: null,
    lineId: null,
    uploadedAt: at,
    uploadedBy: 'Acme desk',
    isVerified: false,
  },
  inspection: {
    id: 'i1',
    shipmentId: 's1',
    lineId: null,
    status: 'claimed',
    checks: [],
    results: [],
    requestedAt: at,
    requestedBy: ivo,
    claimedAt: at,
    claimedBy: ivo,
    quantities: null,
    outcome: null,
    completedAt: null,
    completedBy: null,
    note: null,
  },
  rejection: {
    id: 'r1',
    shipmentId: 's1',
    scope: 'shipment',
    lineId: null,
    quantity: '3',
    reasonCode: 'wet',
    note: null,
    disposition: null,
    evidence: [],
    reportedAt: at,
    reportedBy: ivo,
  },
  capacity: { id: 'JOL', total: 1000, available: 350, utilization: 65, updatedAt: at },
  note: { id: 'n1', shipmentId: 's1', text: 'x', writtenAt: at, writtenBy: ivo },
} as const;

const changeOf = (entity: keyof typeof ROWS, more: Partial<Change> = {}): Change => ({
  seq: 9,
  entity,
  id: ROWS[entity].id,
  op: 'put',
  row: { ...ENTITIES[entity].parse(ROWS[entity]) },
  shipmentId: 's1',
  command: entity === 'document' ? 'attachDocument' : 'addNote',
  actor: ivo,
  origin: null,
  occurredAt: '2020-01-01T00:00:00.000Z',
  recordedAt: at,
  ...more,
});

const emitted = (change: Change) => {
  const events: [GuideEvent, unknown][] = [];
  emitChange({ emit: (event, payload) => events.push([event, payload]) }, change);
  return events;
};

describe('events of committed changes', () => {
  it.each([
    ['shipment', 'shipment:updated', { shipmentId: 's1', status: 'received', statusChangedAt: at, changedBy: 'Mara' }],
    ['document', 'document:uploaded', { shipmentId: 's1', document: { fileName: 'POD.pdf', uploadedBy: 'Acme desk' } }],
    ['inspection', 'inspection:updated', { shipmentId: 's1', inspection: { id: 'i1', status: 'claimed' } }],
    ['rejection', 'shipment:rejected', { shipmentId: 's1', rejection: { reasonCode: 'wet', quantity: '3' } }],
    [
      'capacity',
      'warehouse:capacity_updated',
      { warehouseId: 'JOL', capacity: { total: 1000, available: 350, utilization: 65 } },
    ],
  ] as const)('a %s is told as %s, in the form of the contract, at the time of the server', (entity, event, fields) => {
    const [[name, payload] = [], ...more] = emitted(changeOf(entity));
    expect([name, more]).toEqual([event, []]);
    expect(DOWN[event].parse(payload)).toMatchObject({ type: event, ...fields, seq: 9, timestamp: at });
  });

  it('a capacity holds nothing but its three figures', () => {
    const [[, payload] = []] = emitted(changeOf('capacity'));
    expect(Object.keys((payload as { capacity: object }).capacity)).toEqual(['total', 'available', 'utilization']);
  });

  it('says nothing of a caption put on a document later, of notes, and of what went away', () => {
    expect(emitted(changeOf('document', { command: 'addPhoto' }))).toEqual([]);
    expect(emitted(changeOf('note'))).toEqual([]);
    expect(emitted(changeOf('shipment', { op: 'evict', row: null }))).toEqual([]);
    expect(emitted(changeOf('shipment', { op: 'del', row: null }))).toEqual([]);
  });

  it('says of a shipment that is sent elsewhere that it changed, and not that all on it happened again', () => {
    const command = 'amendShipment';
    expect(emitted(changeOf('shipment', { command }))).toHaveLength(1);
    for (const entity of ['document', 'inspection', 'rejection'] as const)
      expect(emitted(changeOf(entity, { command }))).toEqual([]);
  });

  it('tells a supplier’s upload like any other', () => {
    const actor = { id: 'acme', name: 'Acme desk', role: 'supplier' as const };
    expect(emitted(changeOf('document', { actor }))).toHaveLength(1);
  });
});
