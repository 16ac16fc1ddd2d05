import { describe, expect, it } from 'vitest';
import { COMMAND_ARGS, type CommandInput } from '#contract/domain/command-args.ts';
import { COMMAND_NAMES, COMMAND_TABLE, type CommandName } from '#contract/domain/command-table.ts';
import { type ShipmentDetail, shipmentDetail } from '#contract/domain/entities.ts';
import type { ScanEffect } from './apply-command.ts';
import { shipmentRow } from './fake-server.ts';
import { overlayShipment } from './overlay.ts';
import { overlayPlaces } from './overlay-places.ts';
import type { Places, Work } from './ports.ts';

const AT = '2026-11-23T09:00:00.000Z';
const ME = { id: 'me', name: 'Me', role: 'receiver' } as const;
const PLACES: Places = { warehouses: [], doors: [], suppliers: [{ id: 'ACME', name: 'Acme' }], capacities: [] };
const SSCC = '106141412345678908';

let n = 0;
const work = <N extends CommandName>(type: N, args: CommandInput[N]): Work => {
  n += 1;
  return {
    owner: 'o',
    server: 's',
    userId: ME.id,
    userName: ME.name,
    role: ME.role,
    mutation: {
      clientId: 'client-1',
      n,
      type,
      args: COMMAND_ARGS[type].parse(args) as Record<string, unknown>,
      occurredAt: AT,
    },
    shipmentId: 's1',
    shipmentNumber: null,
    state: 'pending',
    verdict: null,
    verdictEpoch: null,
  };
};

const line = (
  id: string,
  lineNumber: number,
  more: Partial<ShipmentDetail['lines'][number]> = {},
): ShipmentDetail['lines'][number] => ({
  id,
  shipmentId: 's1',
  lineNumber,
  poNumber: null,
  sku: null,
  gtin: null,
  description: null,
  expected: '10',
  counted: null,
  damaged: null,
  unit: 'EA',
  lot: null,
  expiresOn: null,
  handlingUnitId: null,
  ...more,
});

const detail = (more: Partial<ShipmentDetail> = {}): ShipmentDetail => ({
  ...shipmentRow('s1', { lineCount: 2 }),
  lines: [line('l1', 1), line('l2', 2)],
  handlingUnits: [],
  documents: [],
  inspections: [],
  rejections: [],
  holds: [],
  discrepancies: [],
  notes: [],
  ...more,
});

const show = (base: ShipmentDetail | null, ...works: Work[]): ShipmentDetail => {
  const shown = overlayShipment(base, works, PLACES, new Map<string, ScanEffect>());
  expect(shown).not.toBeNull();
  // Whatever the overlay makes must be a shipment as the screens know it.
  return shipmentDetail.parse(shown);
};

const counting = (more: Partial<ShipmentDetail> = {}) => detail({ status: 'counting', ...more });

describe('status steps', () => {
  const steps = COMMAND_NAMES.filter((name) => COMMAND_TABLE[name].to !== null && COMMAND_TABLE[name].from !== null);
  it.each(steps)('%s leads where the command table says, and nowhere from elsewhere', (name) => {
    const { from, to } = COMMAND_TABLE[name];
    const args = { shipmentId: 's1', reason: 'because' } as CommandInput[typeof name];
    for (const status of from ?? []) {
      const shown = show(detail({ status }), work(name, args));
      expect(shown).toMatchObject({ status: to, statusChangedAt: AT, statusChangedBy: 'Me', version: 1 });
    }
    expect(
      show(detail({ status: 'closed', closedAt: AT, reason: null }), work('recordArrival', { shipmentId: 's1' }))
        .status,
    ).toBe('closed');
  });

  it('keeps what each step records', () => {
    const arrived = show(detail(), work('recordArrival', { shipmentId: 's1', trailer: 'T9', seal: 'S9' }));
    expect(arrived).toMatchObject({ arrivedAt: AT, trailer: 'T9', seal: 'S9' });
    expect(show(detail({ status: 'arrived' }), work('reportAtDoor', { shipmentId: 's1', doorId: 'D4' })).doorId).toBe(
      'D4',
    );
    expect(show(counting(), work('completeCount', { shipmentId: 's1' })).receivedAt).toBe(AT);
    expect(show(detail({ status: 'received' }), work('closeShipment', { shipmentId: 's1' })).closedAt).toBe(AT);
    expect(
      show(
        detail({ status: 'received', receivedAt: AT }),
        work('reopenCount', { shipmentId: 's1', reason: 'miscount' }),
      ),
    ).toMatchObject({ receivedAt: null, reason: 'miscount' });
    expect(show(detail(), work('recordDeparture', { shipmentId: 's1', eta: AT })).eta).toBe(AT);
  });

  it('goes through a whole arrival in one go', () => {
    const types = ['recordArrival', 'reportAtDoor', 'startUnloading', 'startCounting', 'completeCount'] as const;
    expect(show(detail(), ...types.map((type) => work(type, { shipmentId: 's1' }))).status).toBe('received');
  });
});

describe('counting', () => {
  it('adds scans to a line and says how many lines are counted', () => {
    const scan = (scanId: string, quantity: string) =>
      work('recordScan', { shipmentId: 's1', scanId, lineId: 'l1', quantity });
    const shown = show(counting(), scan('a', '1.5'), scan('b', '2'));
    expect(shown.lines.map(({ counted }) => counted)).toEqual(['3.5', null]);
    expect(shown.countedLines).toBe(1);
  });

  it('finds the line by what the scanner sent', () => {
    const lines = [line('l1', 1, { gtin: '04012345123456', expected: '2' }), line('l2', 2, { gtin: '4012345123456' })];
    const raw = (scanId: string) => work('recordScan', { shipmentId: 's1', scanId, raw: ']C10104012345123456' });
    const shown = show(counting({ lines }), raw('a'), raw('b'), raw('c'));
    expect(shown.lines.map(({ counted }) => counted)).toEqual(['2', '1']);
  });

  it('counts a pallet with everything on it, once', () => {
    const unit = (id: string, sscc: string, parentId: string | null) => ({
      id,
      shipmentId: 's1',
      sscc,
      kind: 'pallet' as const,
      parentId,
      countedAt: null,
    });
    const base = counting({
      handlingUnits: [unit('u1', SSCC, null), unit('u2', '106141412345678915', 'u1')],
      lines: [
        line('l1', 1, { handlingUnitId: 'u1', expected: '4' }),
        line('l2', 2, { handlingUnitId: 'u2', expected: '6' }),
      ],
    });
    const scan = (scanId: string) => work('recordScan', { shipmentId: 's1', scanId, raw: `(00)${SSCC}` });
    const shown = show(base, scan('a'), scan('b'));
    expect(shown.lines.map(({ counted }) => counted)).toEqual(['4', '6']);
    expect(shown.handlingUnits.map(({ countedAt }) => countedAt)).toEqual([AT, AT]);
    const undone = show(base, scan('a'), work('voidScan', { shipmentId: 's1', scanId: 'a' }));
    expect(undone.lines.map(({ counted }) => counted)).toEqual([null, null]);
    expect(undone.handlingUnits.map(({ countedAt }) => countedAt)).toEqual([null, null]);
  });

  it('keeps an unknown code as a problem, and takes it back with the scan', () => {
    const scan = work('recordScan', { shipmentId: 's1', scanId: 'a', raw: 'WHAT-IS-THIS' });
    expect(show(counting(), scan)).toMatchObject({
      discrepancyCount: 1,
      discrepancies: [{ kind: 'wrong_item', note: expect.stringContaining('WHAT-IS-THIS') }],
    });
    expect(show(counting(), scan, work('voidScan', { shipmentId: 's1', scanId: 'a' }))).toMatchObject({
      discrepancyCount: 0,
      discrepancies: [],
    });
  });

  it('undoes a scan the server has had by now', () => {
    const scans = new Map<string, ScanEffect>();
    const scan = work('recordScan', { shipmentId: 's1', scanId: 'a', lineId: 'l1', quantity: '3' });
    overlayShipment(counting(), [scan], PLACES, scans);
    const fromServer = counting({ lines: [line('l1', 1, { counted: '5' })], lineCount: 1, countedLines: 1 });
    const shown = overlayShipment(fromServer, [work('voidScan', { shipmentId: 's1', scanId: 'a' })], PLACES, scans);
    expect(shown?.lines[0]?.counted).toBe('2');
    const unknown = overlayShipment(
      fromServer,
      [work('voidScan', { shipmentId: 's1', scanId: 'other' })],
      PLACES,
      scans,
    );
    expect(unknown?.lines[0]?.counted).toBe('5');
  });

  describe('on rows that may have the work in them', () => {
    const answered = (work: Work, seq: number, verdict: 'applied' | 'noop' = 'applied'): Work => ({
      ...work,
      state: 'answered',
      verdict: { n: work.mutation.n, verdict, seq },
    });
    const scan = work('recordScan', { shipmentId: 's1', scanId: 'a', lineId: 'l1', quantity: '3' });
    const lines = [line('l1', 1, { counted: '5' }), line('l2', 2)];
    const countedOn = (base: ShipmentDetail, works: readonly Work[], seqs: Readonly<Record<string, number>>) =>
      overlayShipment(base, works, PLACES, new Map(), new Map(Object.entries(seqs)))?.lines.map((row) => row.counted);

    it.each([
      ['is in the row', answered(scan, 7), 7, '5'],
      ['is in it under what came later', answered(scan, 7), 9, '5'],
      ['is still to come', answered(scan, 7), 6, '8'],
      ['is not answered', scan, 7, '8'],
      ['wrote nothing', answered(scan, 7, 'noop'), 7, '8'],
    ])('adds a scan once that %s', (_what, each, seq, counted) => {
      expect(countedOn(counting({ lines }), [each], { 'line:l1': seq })).toEqual([counted, null]);
    });

    it('takes a scan back once, also one that is in the row', () => {
      const undo = work('voidScan', { shipmentId: 's1', scanId: 'a' });
      const base = counting({ lines });
      expect(countedOn(base, [answered(scan, 7), undo], { 'line:l1': 7 })).toEqual(['2', null]);
      expect(countedOn(base, [answered(scan, 7), answered(undo, 9)], { 'line:l1': 9 })).toEqual(['5', null]);
    });

    it('knows which lines of a pallet have it, whatever order they were read in', () => {
      const unit = { id: 'u1', shipmentId: 's1', sscc: SSCC, kind: 'pallet' as const, parentId: null, countedAt: null };
      const on = (counted: string | null) => [
        line('l1', 1, { handlingUnitId: 'u1', expected: '4', counted }),
        line('l2', 2, { handlingUnitId: 'u1', expected: '6' }),
      ];
      // The shipment is 5, the pallet 6, the lines 7 and 8.
      const pallet = answered(work('recordScan', { shipmentId: 's1', scanId: 'p', sscc: SSCC }), 8);
      const read = (counted: string | null, seq: number) =>
        countedOn(counting({ handlingUnits: [unit], lines: on(counted) }), [pallet], {
          'handlingUnit:u1': 2,
          'line:l1': seq,
          'line:l2': 3,
        });
      expect([read('4', 7), read(null, 3)]).toEqual([
        ['4', '6'],
        ['4', '6'],
      ]);
    });

    it('sets no count over what was counted later', () => {
      const set = answered(work('setCount', { shipmentId: 's1', lineId: 'l1', counted: '1' }), 7);
      expect(countedOn(counting({ lines }), [set], { 'line:l1': 8 })).toEqual(['5', null]);
    });

    it('flags no code twice, and none whose line may be still to come', () => {
      const unknown = work('recordScan', { shipmentId: 's1', scanId: 'a', raw: 'WHAT-IS-THIS' });
      const flag = show(counting(), unknown).discrepancies.map((each) => ({ ...each, id: 'from-the-server' }));
      const flags = (base: ShipmentDetail, seq: number) =>
        overlayShipment(
          base,
          [answered(unknown, 7)],
          PLACES,
          new Map(),
          new Map([['discrepancy:from-the-server', seq]]),
        )?.discrepancies.map(({ id }) => id);
      expect(flags(counting({ discrepancies: flag }), 7)).toEqual(['from-the-server']);
      expect(flags(counting({ discrepancies: flag }), 6)).toHaveLength(2);
      expect(flags(counting({ lines: [line('l1', 1)], lineCount: 2 }), 0)).toEqual([]);
    });

    it('counts the lines by what is known of those that are still to come', () => {
      const base = counting({ lines: [line('l1', 1)], lineCount: 9, countedLines: 4 });
      expect(show(base, scan)).toMatchObject({ lineCount: 9, countedLines: 5 });
    });
  });

  it('sets a count outright', () => {
    const shown = show(
      counting(),
      work('setCount', { shipmentId: 's1', lineId: 'l2', counted: '007.50', damaged: '1' }),
    );
    expect(shown.lines[1]).toMatchObject({ counted: '7.5', damaged: '1' });
    expect(show(counting(), work('setCount', { shipmentId: 's1', lineId: 'nope', counted: '1' })).countedLines).toBe(0);
  });
});

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
      expect(show(detail(), ...early, complete('2', '0', '8'))).toEqual(show(detail(), ...early));
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

describe('shipments that exist only here', () => {
  it('shows an unplanned arrival and goes on with it', () => {
    const arrival = work('recordUnplannedArrival', {
      shipmentId: 's1',
      warehouseId: 'W1',
      supplierId: 'ACME',
      poNumber: '4711',
    });
    expect(show(null, arrival)).toMatchObject({
      status: 'arrived',
      unplanned: true,
      supplierName: 'Acme',
      poNumbers: ['4711'],
      arrivedAt: AT,
    });
    expect(show(null, arrival, work('reportAtDoor', { shipmentId: 's1', doorId: 'D1' }))).toMatchObject({
      status: 'at_door',
      doorId: 'D1',
    });
    expect(show(detail({ number: 'S-261123-0001' }), arrival).number).toBe('S-261123-0001');
  });

  it('shows an announcement with an id of its own', () => {
    const announced = work('announceShipment', {
      shipmentId: 's1',
      number: 'N-1',
      warehouseId: 'W1',
      lines: [{ quantity: '1' }],
    });
    expect(show(null, announced)).toMatchObject({ status: 'announced', number: 'N-1', lineCount: 1 });
    expect(overlayShipment(null, [work('announceShipment', { warehouseId: 'W1' })], PLACES, new Map())).toBeNull();
  });

  it('has nothing to show for work on a shipment nobody knows', () => {
    expect(overlayShipment(null, [work('recordArrival', { shipmentId: 's1' })], PLACES, new Map())).toBeNull();
  });
});

it('leaves a shipment without work as it is, to the object', () => {
  const base = detail();
  expect(overlayShipment(base, [], PLACES, new Map())).toBe(base);
});

describe('overlayPlaces', () => {
  it('puts unsent changes to places on top', () => {
    const shown = overlayPlaces(PLACES, [
      work('setCapacity', { warehouseId: 'W1', total: 100, available: 25 }),
      work('defineWarehouse', { warehouseId: 'W1', name: 'Joliet', timeZone: 'America/Chicago' }),
      work('defineDoor', { doorId: 'D1', warehouseId: 'W1', name: 'Door 1' }),
      work('defineSupplier', { supplierId: 'ACME', name: 'Acme Inc.' }),
      work('recordArrival', { shipmentId: 's1' }),
    ]);
    expect(shown).toEqual({
      capacities: [{ id: 'W1', total: 100, available: 25, utilization: 75, updatedAt: AT }],
      warehouses: [{ id: 'W1', name: 'Joliet', timeZone: 'America/Chicago' }],
      doors: [{ id: 'D1', warehouseId: 'W1', name: 'Door 1', kind: 'ambient', inService: true }],
      suppliers: [{ id: 'ACME', name: 'Acme Inc.' }],
    });
  });
});
