import type { BoardShipment, InboxItem, Session, ShipmentView, StationView, WorkItem } from '#contract/bridge/view.ts';
import type { DockDoor } from '#contract/domain/places.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { ShipmentLine } from '#contract/domain/shipment.ts';
import type { Inspection, ShipmentDocument } from '#contract/domain/shipment-records.ts';
import type { AwaitedStation } from '#contract/wire/station-report.ts';

// Rows for tests of the page. Times lie around `NOW`, which is an ordinary Monday morning in Chicago.

export const NOW = '2026-11-23T15:00:00.000Z';

/** An instant this many minutes after `NOW`; negative for before. */
export const at = (minutes: number): string => new Date(Date.parse(NOW) + minutes * 60_000).toISOString();

export const mara: Actor = { id: 'u-mara', name: 'Mara Lindqvist', role: 'lead' };
export const tomek: Actor = { id: 'u-tomek', name: 'Tomek Wójcik', role: 'receiver' };

export const session = (part: Partial<Session> = {}): Session => ({
  userId: 'u-mara',
  name: 'Mara Lindqvist',
  role: 'lead',
  warehouses: ['w-1'],
  serverUrl: 'https://dock.example.com',
  expiresAt: at(600),
  ...part,
});

export const door = (name: string, part: Partial<DockDoor> = {}): DockDoor => ({
  id: `d-${name}`,
  warehouseId: 'w-1',
  name,
  kind: 'ambient',
  inService: true,
  ...part,
});

export const shipment = (part: Partial<BoardShipment> = {}): BoardShipment => ({
  id: 's-1',
  number: 'SH-1042',
  warehouseId: 'w-1',
  supplierId: 'sup-1',
  supplierName: 'Northwind Foods',
  poNumber: 'PO-7781',
  poNumbers: ['PO-7781'],
  carrier: 'Alder Freight',
  trailer: 'TR-204',
  seal: null,
  billOfLading: null,
  doorId: null,
  status: 'announced',
  statusChangedAt: at(-90),
  statusChangedBy: 'Northwind Foods',
  eta: at(45),
  announcedAt: at(-90),
  arrivedAt: null,
  receivedAt: null,
  closedAt: null,
  quality: 'not_required',
  readiness: 'complete',
  requiredDocuments: ['bill_of_lading'],
  activeHolds: 0,
  lineCount: 3,
  countedLines: 0,
  documentCount: 1,
  discrepancyCount: 0,
  rejectionCount: 0,
  unplanned: false,
  reason: null,
  version: 4,
  createdAt: at(-90),
  updatedAt: at(-90),
  pending: false,
  ...part,
});

export const line = (lineNumber: number, part: Partial<ShipmentLine> = {}): ShipmentLine => ({
  id: `l-${lineNumber}`,
  shipmentId: 's-1',
  lineNumber,
  poNumber: 'PO-7781',
  sku: `SKU-${1000 + lineNumber}`,
  gtin: null,
  description: `Article ${lineNumber}`,
  expected: '24',
  counted: null,
  damaged: null,
  unit: 'EA',
  lot: null,
  expiresOn: null,
  handlingUnitId: null,
  ...part,
});

export const document = (part: Partial<ShipmentDocument> = {}): ShipmentDocument => ({
  id: 'doc-1',
  shipmentId: 's-1',
  fileName: 'BOL-1042.pdf',
  documentType: 'bill_of_lading',
  mediaType: 'application/pdf',
  fileSize: 248_000,
  contentHash: 'a'.repeat(64),
  caption: null,
  lineId: null,
  uploadedAt: at(-80),
  uploadedBy: 'Northwind Foods',
  isVerified: true,
  ...part,
});

export const inspection = (part: Partial<Inspection> = {}): Inspection => ({
  id: 'i-1',
  shipmentId: 's-1',
  lineId: 'l-1',
  status: 'requested',
  checks: [
    { id: 'condition', kind: 'pass_fail', label: 'Goods and packaging undamaged', required: true },
    {
      id: 'temperature',
      kind: 'temperature',
      label: 'Core temperature',
      unit: '°C',
      min: '-22',
      max: '-18',
      required: true,
    },
  ],
  results: [],
  requestedAt: at(-30),
  requestedBy: mara,
  claimedAt: null,
  claimedBy: null,
  quantities: null,
  outcome: null,
  completedAt: null,
  completedBy: null,
  note: null,
  ...part,
});

export const detail = (part: Partial<ShipmentView> = {}): ShipmentView => {
  const { pending: _, ...row } = shipment();
  return {
    ...row,
    lines: [line(1), line(2), line(3)],
    handlingUnits: [],
    documents: [document()],
    inspections: [],
    rejections: [],
    holds: [],
    discrepancies: [],
    notes: [],
    pending: [],
    viewers: [],
    typing: [],
    waitingFor: [],
    ...part,
  };
};

export const awaited = (part: Partial<AwaitedStation> = {}): AwaitedStation => ({
  station: 'Dock 3',
  userName: 'Mara',
  state: 'unsent',
  since: at(-58),
  ...part,
});

export const workItem = (part: Partial<WorkItem> = {}): WorkItem => ({
  n: 1,
  clientId: 'client-0001',
  type: 'assignDoor',
  shipmentId: 's-1',
  shipmentNumber: 'SH-1042',
  occurredAt: at(-5),
  state: 'needs_person',
  from: 'person',
  code: 'version_conflict',
  message: null,
  ...part,
});

export const inboxItem = (part: Partial<InboxItem> = {}): InboxItem => ({
  seq: 7,
  kind: 'inspection',
  shipmentId: 's-1',
  title: 'Inspection requested on SH-1042',
  body: 'Line 1, frozen peas',
  at: at(-3),
  seen: false,
  inspectionId: null,
  takenBy: null,
  ...part,
});

export const view = (part: Partial<StationView> = {}): StationView => ({
  rev: 1,
  connection: { kind: 'live', transport: 'websocket', latencyMs: 4 },
  session: session(),
  settings: { stationName: 'Dock north', doorId: 'd-1', screenInches: 21.5, theme: 'light', sounds: true },
  syncedAt: at(0),
  coverage: 'whole',
  clockOffsetMs: 0,
  journalProblem: null,
  shipments: [],
  warehouses: [{ id: 'w-1', name: 'Joliet', timeZone: 'America/Chicago' }],
  doors: [door('1'), door('2'), door('3')],
  capacities: [{ id: 'w-1', total: 1000, available: 350, utilization: 65, updatedAt: at(-10) }],
  unsent: 0,
  work: [],
  inbox: [],
  ...part,
});
