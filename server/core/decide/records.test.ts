import { describe, expect, it } from 'vitest';
import { sampleArgs } from '../model-commands.ts';
import { CREW, ModelDock } from '../model-dock.ts';

const args = sampleArgs(1);

const open = (): ModelDock => {
  const dock = new ModelDock();
  dock.bring('S', 'counting');
  return dock;
};

describe('records', () => {
  it.each([
    ['reportDiscrepancy', { ...args.reportDiscrepancy, kind: 'over' }],
    ['addNote', { ...args.addNote, text: 'other' }],
    ['reportRejection', { ...args.reportRejection, reasonCode: 'crushed' }],
    ['placeHold', { ...args.placeHold, reason: 'other' }],
    ['attachDocument', { ...args.attachDocument, contentHash: 'b'.repeat(64) }],
  ] as const)('%s is made once and not made into another', (name, other) => {
    const dock = open();
    expect(dock.do(name, args[name], CREW.lea).verdict).toBe('applied');
    expect(dock.do(name, args[name], CREW.lea)).toMatchObject({ verdict: 'noop', writes: [], history: null });
    expect(dock.do(name, other, CREW.lea)).toMatchObject({ verdict: 'conflict', code: 'already_exists' });
  });

  it('count on the shipment', () => {
    const dock = open();
    dock.do('reportDiscrepancy', args.reportDiscrepancy, CREW.rob);
    dock.do('reportRejection', { ...args.reportRejection, quantity: '02.0', lineId: 'S-2' }, CREW.ivy);
    expect(dock.shipment('S')).toMatchObject({ discrepancyCount: 1, rejectionCount: 1, quality: 'partly_rejected' });
    expect(dock.state.row('rejection', 'rej-1')).toMatchObject({ scope: 'line', lineId: 'S-2', quantity: '2' });
  });

  it.each([undefined, '', ' \n '])('do not reject goods for another reason without words: %j', (note) => {
    const dock = open();
    const other = { ...args.reportRejection, reasonCode: 'other', note } as const;
    expect(dock.do('reportRejection', other, CREW.ivy)).toMatchObject({ verdict: 'rejected', code: 'invalid' });
    expect(dock.shipment('S').rejectionCount).toBe(0);
    expect(dock.do('reportRejection', { ...other, note: 'ants' }, CREW.ivy).verdict).toBe('applied');
  });

  it('are kept for the whole shipment when their line is gone', () => {
    const dock = open();
    dock.do('reportDiscrepancy', { ...args.reportDiscrepancy, lineId: 'gone' }, CREW.rob);
    dock.do('placeHold', { ...args.placeHold, lineId: 'gone' }, CREW.rob);
    expect(dock.state.row('discrepancy', 'disc-1')?.lineId).toBeNull();
    expect(dock.state.row('hold', 'hold-1')).toMatchObject({ lineId: null, releasedAt: null });
    expect(dock.history.at(-1)?.details).toMatchObject({ lineId: 'gone' });
  });
});

describe('holds', () => {
  it('are released once, by somebody who is named', () => {
    const dock = open();
    dock.do('placeHold', args.placeHold, CREW.rob);
    expect(dock.do('releaseHold', { shipmentId: 'S', holdId: 'never' }, CREW.lea).code).toBe('not_found');
    dock.do('releaseHold', { ...args.releaseHold, reason: 'fine' }, CREW.ivy);
    expect(dock.state.row('hold', 'hold-1')).toMatchObject({ releasedBy: CREW.ivy, releaseReason: 'fine' });
    expect(dock.do('releaseHold', args.releaseHold, CREW.lea).verdict).toBe('noop');
    expect(dock.do('placeHold', args.placeHold, CREW.rob).verdict).toBe('noop');
  });

  it('that come too late are seen by a person, not laid to rest', () => {
    const dock = new ModelDock();
    dock.bring('S', 'closed');
    expect(dock.do('placeHold', args.placeHold, CREW.rob)).toMatchObject({ verdict: 'conflict', code: 'illegal_step' });
    expect(dock.do('addNote', args.addNote, CREW.rob).verdict).toBe('superseded');
  });
});

describe('documents', () => {
  const attach = { ...args.attachDocument, documentId: 'doc-1' };

  it('complete a shipment', () => {
    const dock = open();
    dock.do('attachDocument', attach, CREW.sam);
    expect(dock.shipment('S')).toMatchObject({ documentCount: 1, readiness: 'missing_optional' });
    dock.do('attachDocument', { ...attach, documentId: 'doc-2', documentType: 'packing_list' }, CREW.rob);
    expect(dock.shipment('S')).toMatchObject({ documentCount: 2, readiness: 'complete' });
    expect(dock.state.row('document', 'doc-1')).toMatchObject({ uploadedBy: 'Sam', isVerified: false });
  });

  it('from a station name bytes that are there', () => {
    const dock = open();
    const claimed = dock.do('attachDocument', attach, CREW.rob, { bytes: 'unproven' });
    expect(claimed).toMatchObject({ verdict: 'rejected', code: 'invalid' });
    dock.do('attachDocument', { ...attach, documentId: 'doc-0' }, CREW.rob);
    expect(dock.do('attachDocument', attach, CREW.rob, { bytes: 'unproven' }).verdict).toBe('applied');
  });

  it('from a station are of the kind and size that came in, whatever it says', () => {
    const dock = open();
    dock.do('attachDocument', { ...attach, documentId: 'doc-0' }, CREW.rob);
    const lie = { ...attach, mediaType: 'text/html', fileSize: 7_000 };
    expect(dock.do('attachDocument', lie, CREW.rob, { bytes: 'unproven' }).verdict).toBe('applied');
    const { mediaType, fileSize } = attach;
    expect(dock.state.row('document', 'doc-1')).toMatchObject({ mediaType, fileSize });
  });

  it('of another shipment are not to be had by their hash', () => {
    const dock = open();
    const unknown = dock.do('attachDocument', attach, CREW.rob, { bytes: 'unproven' });
    dock.do('announceShipment', { shipmentId: 'other', warehouseId: 'W1', lines: [] }, CREW.lea);
    dock.do('attachDocument', { ...attach, shipmentId: 'other', documentId: 'doc-0' }, CREW.rob);
    expect(dock.do('attachDocument', attach, CREW.rob, { bytes: 'unproven' })).toEqual(unknown);
  });

  it.each(['words', 'bytes'])('bring words and picture together, %s first', (first) => {
    const dock = open();
    const photo = { shipmentId: 'S', documentId: 'doc-1', caption: 'the corner', lineId: 'S-1' };
    const words = () => dock.do('addPhoto', photo, CREW.rob);
    const bytes = () => dock.do('attachDocument', { ...attach, documentType: 'photo' }, CREW.rob);
    const steps = first === 'words' ? [words, bytes] : [bytes, words];
    expect(steps.map((step) => step().verdict)).toEqual(['applied', 'applied']);
    expect(dock.state.row('document', 'doc-1')).toMatchObject({
      caption: 'the corner',
      lineId: 'S-1',
      documentType: 'photo',
    });
    expect(words().verdict).toBe('noop');
  });

  it('are not taken over by another shipment', () => {
    const dock = open();
    dock.bring('T', 'counting');
    dock.do('attachDocument', attach, CREW.rob);
    const taken = dock.do('addPhoto', { shipmentId: 'T', documentId: 'doc-1', caption: 'mine' }, CREW.rob);
    expect(taken).toMatchObject({ verdict: 'rejected', code: 'already_exists' });
  });
});
