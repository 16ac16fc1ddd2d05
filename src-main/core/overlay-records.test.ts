import { describe, expect, it } from 'vitest';
import { AT, detail, ME, show, work } from './overlay-for-tests.ts';

describe('records', () => {
  it('shows holds and releases, and what they do to quality', () => {
    const hold = work('placeHold', { shipmentId: 's1', holdId: 'h1', reason: 'wet' });
    expect(show(detail(), hold)).toMatchObject({
      activeHolds: 1,
      quality: 'on_hold',
      holds: [{ reason: 'wet', placedBy: ME }],
    });
    const released = show(detail(), hold, work('releaseHold', { shipmentId: 's1', holdId: 'h1', reason: 'dried' }));
    expect(released).toMatchObject({
      activeHolds: 0,
      quality: 'not_required',
      holds: [{ releasedBy: ME, releaseReason: 'dried' }],
    });
  });

  it('shows problems, notes, documents and photos', () => {
    const shown = show(
      detail(),
      work('reportDiscrepancy', { shipmentId: 's1', discrepancyId: 'd1', kind: 'short', quantity: '2' }),
      work('addNote', { shipmentId: 's1', noteId: 'n1', text: 'leans' }),
      work('attachDocument', {
        shipmentId: 's1',
        documentId: 'doc1',
        fileName: 'bol.pdf',
        documentType: 'bill_of_lading',
        mediaType: 'application/pdf',
        fileSize: 3,
        contentHash: 'a'.repeat(64),
      }),
      work('addPhoto', { shipmentId: 's1', documentId: 'doc1', caption: 'corner' }),
    );
    expect(shown).toMatchObject({
      discrepancyCount: 1,
      documentCount: 1,
      readiness: 'missing_optional',
      notes: [{ text: 'leans', writtenBy: ME }],
      documents: [{ caption: 'corner', uploadedBy: 'Me' }],
    });
  });

  it('does not show twice what the server has by now', () => {
    const note = work('addNote', { shipmentId: 's1', noteId: 'n1', text: 'leans' });
    const base = detail({ notes: [{ id: 'n1', shipmentId: 's1', text: 'leans', writtenAt: AT, writtenBy: ME }] });
    expect(show(base, note).notes).toHaveLength(1);
  });

  it('follows an inspection from request to the hold it leads to', () => {
    const request = work('requestInspection', { shipmentId: 's1', inspectionId: 'i1' });
    const claim = work('claimInspection', { shipmentId: 's1', inspectionId: 'i1' });
    const result = work('recordInspectionResult', {
      shipmentId: 's1',
      inspectionId: 'i1',
      result: { checkId: 'condition', passed: false },
    });
    expect(show(detail(), request)).toMatchObject({ quality: 'awaiting', inspections: [{ status: 'requested' }] });
    expect(show(detail(), request, claim)).toMatchObject({
      quality: 'in_progress',
      inspections: [{ status: 'claimed', claimedBy: ME }],
    });
    expect(show(detail(), request, result).inspections[0]).toMatchObject({ status: 'in_progress', claimedBy: ME });
    const running = show(detail(), request, claim, result);
    expect(running.inspections[0]).toMatchObject({
      status: 'in_progress',
      results: [{ checkId: 'condition', passed: false, recordedBy: ME }],
    });
    const complete = (rejected: string, held: string, accepted: string) =>
      work('completeInspection', {
        shipmentId: 's1',
        inspectionId: 'i1',
        quantities: { inspected: '10', accepted, rejected, held },
      });
    const rest = ['labels', 'quantity'].map((checkId) =>
      work('recordInspectionResult', { shipmentId: 's1', inspectionId: 'i1', result: { checkId, passed: true } }),
    );
    const looked = [request, claim, result, ...rest];
    expect(show(detail(), ...looked, complete('0', '0', '10'))).toMatchObject({ quality: 'passed', activeHolds: 0 });
    for (const early of [[request], [request, claim], [request, claim, result]])
      expect(show(detail(), ...early, complete('0', '0', '10'))).toEqual(show(detail(), ...early));
    for (const early of [[request], [request, claim], [request, claim, result]])
      expect(show(detail(), ...early, complete('2', '0', '8'))).toMatchObject({
        quality: 'on_hold',
        activeHolds: 1,
        inspections: [{ status: 'completed', outcome: 'partly_rejected', claimedBy: ME, claimedAt: AT }],
      });
    expect(show(detail(), ...looked, complete('2', '0', '8'))).toMatchObject({
      quality: 'on_hold',
      activeHolds: 1,
      inspections: [{ outcome: 'partly_rejected' }],
    });
  });

  it('shows rejections', () => {
    const shown = show(
      detail(),
      work('reportRejection', {
        shipmentId: 's1',
        rejectionId: 'r1',
        reasonCode: 'damaged',
        lineId: 'l1',
        quantity: '2',
      }),
    );
    expect(shown).toMatchObject({
      rejectionCount: 1,
      quality: 'partly_rejected',
      rejections: [{ scope: 'line', reportedBy: ME }],
    });
  });

  it('shows amended facts', () => {
    expect(show(detail(), work('amendShipment', { shipmentId: 's1', carrier: 'DHL', eta: AT }))).toMatchObject({
      carrier: 'DHL',
      eta: AT,
      trailer: null,
    });
    expect(show(detail(), work('amendShipment', { shipmentId: 's1', warehouseId: 'W2' }))).toMatchObject({
      warehouseId: 'W2',
    });
  });
});
