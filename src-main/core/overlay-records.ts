import type { CommandArgs } from '#contract/domain/command-args.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { DEFAULT_CHECKS, missingChecks } from '#contract/domain/inspection.ts';
import { deriveOutcome } from '#contract/domain/quality.ts';
import type { Hold, Inspection } from '#contract/domain/shipment-records.ts';
import type { ApplyTable, By } from './apply-command.ts';

/** Adds a record unless one with its id has come from the server already. */
const add = <T extends { id: string }>(rows: readonly T[], row: T): T[] =>
  rows.some(({ id }) => id === row.id) ? (rows as T[]) : [...rows, row];

const change = <T extends { id: string }>(rows: readonly T[], id: string, patch: (row: T) => T): T[] =>
  rows.map((row) => (row.id === id ? patch(row) : row));

const onInspection = (detail: ShipmentDetail, id: string, patch: (row: Inspection) => Inspection): ShipmentDetail => ({
  ...detail,
  inspections: change(detail.inspections, id, patch),
});

const rejection = (args: CommandArgs['reportRejection'], by: By): ShipmentDetail['rejections'][number] => ({
  id: args.rejectionId,
  shipmentId: args.shipmentId,
  scope: args.lineId === undefined ? 'shipment' : 'line',
  lineId: args.lineId ?? null,
  quantity: args.quantity ?? null,
  reasonCode: args.reasonCode,
  note: args.note ?? null,
  disposition: args.disposition ?? null,
  evidence: args.evidence,
  reportedAt: by.at,
  reportedBy: by.actor,
});

const newHold = (id: string, shipmentId: string, lineId: string | null, reason: string, by: By): Hold => ({
  id,
  shipmentId,
  lineId,
  reason,
  placedAt: by.at,
  placedBy: by.actor,
  releasedAt: null,
  releasedBy: null,
  releaseReason: null,
});

const isOver = ({ status }: Inspection): boolean => status === 'completed' || status === 'voided';

/** Who records the first result has taken the inspection with it. */
const begun = (row: Inspection, by: By): Pick<Inspection, 'status' | 'claimedAt' | 'claimedBy'> => ({
  status: 'in_progress',
  claimedAt: row.claimedBy === null ? by.at : row.claimedAt,
  claimedBy: row.claimedBy ?? by.actor,
});

/** Goods that were found bad are held also where the inspection was not taken or looked at as it should have been. */
const mayComplete = (row: Inspection, outcome: Inspection['outcome']): boolean =>
  !isOver(row) && (outcome !== 'passed' || (row.status !== 'requested' && missingChecks(row).length === 0));

/** Facts and records beside the status: doors, holds, problems, documents, notes, inspections, rejections. */
export const RECORDS: ApplyTable = {
  recordDeparture: (detail, args) => ({ ...detail, eta: args.eta ?? detail.eta }),
  recordArrival: (detail, args) => ({
    ...detail,
    trailer: args.trailer ?? detail.trailer,
    seal: args.seal ?? detail.seal,
  }),
  assignDoor: (detail, args) => ({ ...detail, doorId: args.doorId ?? detail.doorId }),
  reportAtDoor: (detail, args) => ({ ...detail, doorId: args.doorId ?? detail.doorId }),
  refuseShipment: (detail, args) => ({ ...detail, reason: args.reason }),
  cancelShipment: (detail, args) => ({ ...detail, reason: args.reason ?? null }),
  reopenCount: (detail, args) => ({ ...detail, reason: args.reason, receivedAt: null }),
  reopenShipment: (detail, args) => ({ ...detail, reason: args.reason, closedAt: null }),
  amendShipment: (detail, args) => ({
    ...detail,
    warehouseId: args.warehouseId ?? detail.warehouseId,
    poNumber: args.poNumber ?? detail.poNumber,
    poNumbers: args.poNumbers ?? detail.poNumbers,
    carrier: args.carrier ?? detail.carrier,
    trailer: args.trailer ?? detail.trailer,
    seal: args.seal ?? detail.seal,
    billOfLading: args.billOfLading ?? detail.billOfLading,
    eta: args.eta ?? detail.eta,
    requiredDocuments: args.requiredDocuments ?? detail.requiredDocuments,
  }),
  placeHold: (detail, args, by) => ({
    ...detail,
    holds: add(detail.holds, newHold(args.holdId, args.shipmentId, args.lineId ?? null, args.reason, by)),
  }),
  releaseHold: (detail, args, by) => ({
    ...detail,
    holds: change(detail.holds, args.holdId, (hold) => ({
      ...hold,
      releasedAt: by.at,
      releasedBy: by.actor,
      releaseReason: args.reason ?? null,
    })),
  }),
  reportDiscrepancy: (detail, args, by) => ({
    ...detail,
    discrepancies: add(detail.discrepancies, {
      id: args.discrepancyId,
      shipmentId: args.shipmentId,
      lineId: args.lineId ?? null,
      kind: args.kind,
      quantity: args.quantity ?? null,
      note: args.note ?? null,
      reportedAt: by.at,
      reportedBy: by.actor,
    }),
  }),
  addPhoto: (detail, args) => ({
    ...detail,
    documents: change(detail.documents, args.documentId, (document) => ({
      ...document,
      caption: args.caption ?? document.caption,
      lineId: args.lineId ?? document.lineId,
    })),
  }),
  attachDocument: (detail, args, by) => ({
    ...detail,
    documents: add(detail.documents, {
      id: args.documentId,
      shipmentId: args.shipmentId,
      fileName: args.fileName,
      documentType: args.documentType,
      mediaType: args.mediaType,
      fileSize: args.fileSize,
      contentHash: args.contentHash,
      caption: args.caption ?? null,
      lineId: args.lineId ?? null,
      uploadedAt: by.at,
      uploadedBy: by.actor.name,
      isVerified: false,
    }),
  }),
  addNote: (detail, args, by) => ({
    ...detail,
    notes: add(detail.notes, {
      id: args.noteId,
      shipmentId: args.shipmentId,
      text: args.text,
      writtenAt: by.at,
      writtenBy: by.actor,
    }),
  }),
  requestInspection: (detail, args, by) => ({
    ...detail,
    inspections: add(detail.inspections, {
      id: args.inspectionId,
      shipmentId: args.shipmentId,
      lineId: args.lineId ?? null,
      status: 'requested',
      checks: args.checks ?? [...DEFAULT_CHECKS],
      results: [],
      requestedAt: by.at,
      requestedBy: by.actor,
      claimedAt: null,
      claimedBy: null,
      quantities: null,
      outcome: null,
      completedAt: null,
      completedBy: null,
      note: args.note ?? null,
    }),
  }),
  claimInspection: (detail, args, by) =>
    onInspection(detail, args.inspectionId, (row) => ({
      ...row,
      status: 'claimed',
      claimedAt: by.at,
      claimedBy: by.actor,
    })),
  recordInspectionResult: (detail, args, by) =>
    onInspection(detail, args.inspectionId, (row) => ({
      ...row,
      ...(isOver(row) ? {} : begun(row, by)),
      results: [
        ...row.results.filter(({ checkId }) => checkId !== args.result.checkId),
        { ...args.result, recordedBy: by.actor, recordedAt: by.at },
      ],
    })),
  completeInspection: (detail, args, by) => {
    const outcome = deriveOutcome(args.quantities);
    const inspected = detail.inspections.find(({ id }) => id === args.inspectionId);
    // What the server will not complete is not shown as completed until it says so.
    if (inspected === undefined || !mayComplete(inspected, outcome)) return detail;
    const done = onInspection(detail, args.inspectionId, (row) => ({
      ...row,
      ...begun(row, by),
      status: 'completed',
      quantities: args.quantities,
      outcome,
      completedAt: by.at,
      completedBy: by.actor,
      note: args.note ?? row.note,
    }));
    if (outcome === 'passed') return done;
    // A failed inspection puts its goods on hold; the server's hold takes the place of this one.
    const { inspected: all, rejected, held } = args.quantities;
    const reason = `Inspection: ${rejected} rejected, ${held} held of ${all}`;
    const hold = newHold(`inspection:${args.inspectionId}`, args.shipmentId, inspected.lineId, reason, by);
    return { ...done, holds: add(done.holds, hold) };
  },
  reportRejection: (detail, args, by) => ({ ...detail, rejections: add(detail.rejections, rejection(args, by)) }),
};
