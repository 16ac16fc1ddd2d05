import type { CommandInput } from '#contract/domain/command-args.ts';

/** Where an amendment sends the shipment: that of 2 elsewhere, that of 1 back. */
const SENT_TO: Readonly<Record<string, { readonly warehouseId: string }>> = {
  1: { warehouseId: 'W1' },
  2: { warehouseId: 'W2' },
};

/** Arguments that fit each command on shipment `S` of a `ModelDock`; `n` makes the ids of new rows. */
export const sampleArgs = (n: number | string): { [N in keyof CommandInput]: CommandInput[N] } => ({
  announceShipment: { shipmentId: `new-${n}`, warehouseId: 'W1', supplierId: 'ACME', lines: [{ quantity: '3' }] },
  amendShipment: { shipmentId: 'S', carrier: `carrier ${n}`, ...SENT_TO[n] },
  recordDeparture: { shipmentId: 'S' },
  recordArrival: { shipmentId: 'S' },
  recordUnplannedArrival: { shipmentId: `here-${n}`, warehouseId: 'W1' },
  assignDoor: { shipmentId: 'S', doorId: 'D1' },
  reportAtDoor: { shipmentId: 'S', doorId: 'D1' },
  startUnloading: { shipmentId: 'S' },
  startCounting: { shipmentId: 'S' },
  recordScan: { shipmentId: 'S', scanId: `scan-${n}`, lineId: 'S-1' },
  voidScan: { shipmentId: 'S', scanId: `scan-${n}` },
  setCount: { shipmentId: 'S', lineId: 'S-1', counted: '4' },
  completeCount: { shipmentId: 'S' },
  closeShipment: { shipmentId: 'S', waiver: 'seen on paper' },
  refuseShipment: { shipmentId: 'S', reason: 'wet through' },
  cancelShipment: { shipmentId: 'S' },
  reopenCount: { shipmentId: 'S', reason: 'a pallet was left behind' },
  reopenShipment: { shipmentId: 'S', reason: 'closed too early' },
  placeHold: { shipmentId: 'S', holdId: `hold-${n}`, reason: 'smells' },
  releaseHold: { shipmentId: 'S', holdId: `hold-${n}` },
  reportDiscrepancy: { shipmentId: 'S', discrepancyId: `disc-${n}`, kind: 'short' },
  addPhoto: { shipmentId: 'S', documentId: `doc-${n}`, caption: 'the corner' },
  addNote: { shipmentId: 'S', noteId: `note-${n}`, text: 'mind the step' },
  attachDocument: {
    shipmentId: 'S',
    documentId: `doc-${n}`,
    fileName: 'bol.pdf',
    documentType: 'bill_of_lading',
    mediaType: 'application/pdf',
    fileSize: 10,
    contentHash: 'a'.repeat(64),
  },
  requestInspection: {
    shipmentId: 'S',
    inspectionId: `insp-${n}`,
    checks: [{ id: 'condition', kind: 'pass_fail', label: 'Undamaged' }],
  },
  claimInspection: { shipmentId: 'S', inspectionId: `insp-${n}` },
  recordInspectionResult: {
    shipmentId: 'S',
    inspectionId: `insp-${n}`,
    result: { checkId: 'condition', passed: true },
  },
  completeInspection: {
    shipmentId: 'S',
    inspectionId: `insp-${n}`,
    quantities: { inspected: '5', accepted: '5', rejected: '0', held: '0' },
  },
  reportRejection: { shipmentId: 'S', rejectionId: `rej-${n}`, reasonCode: 'wet' },
  setCapacity: { warehouseId: 'W1', total: 100, available: 40 },
  defineWarehouse: { warehouseId: `W-${n}`, name: 'East' },
  defineDoor: { doorId: `D-${n}`, warehouseId: 'W1', name: 'Door 9' },
  defineSupplier: { supplierId: `sup-${n}`, name: 'New' },
});
