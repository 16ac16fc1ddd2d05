import { describe, expect, it } from 'vitest';
import { CREW, ModelDock } from '../model-dock.ts';

const notice = {
  shipmentId: 'S',
  warehouseId: 'W1',
  supplierId: 'ACME',
  poNumber: 'PO-1',
  lines: [
    { quantity: '010.50', gtin: '4006381333931', sscc: '106141412345678908', poNumber: 'PO-2' },
    { quantity: '3', unit: 'CA' },
  ],
  handlingUnits: [{ sscc: '00106141412345678908', kind: 'carton' as const, parentSscc: '999' }],
};

describe('announceShipment', () => {
  it('makes the shipment, its lines and its units', () => {
    const dock = new ModelDock();
    const decision = dock.do('announceShipment', notice, CREW.lea);
    expect(decision.verdict).toBe('applied');
    expect(decision.writes[0]).toMatchObject({ entity: 'shipment', warehouseFrom: null, warehouseTo: 'W1' });
    expect(dock.shipment('S')).toMatchObject({
      number: 'S-261123-0001',
      supplierName: 'Acme',
      poNumber: 'PO-1',
      poNumbers: ['PO-1', 'PO-2'],
      status: 'announced',
      quality: 'not_required',
      readiness: 'missing_optional',
      lineCount: 2,
      version: 1,
      announcedAt: dock.time(),
    });
    const lines = dock.state.parts('line', 'S');
    expect(lines.map(({ expected, unit, lineNumber }) => [expected, unit, lineNumber])).toEqual([
      ['10.5', 'EA', 1],
      ['3', 'CA', 2],
    ]);
    const units = dock.state.parts('handlingUnit', 'S');
    expect(units.map(({ sscc, kind }) => [sscc, kind])).toEqual([
      ['106141412345678908', 'carton'],
      ['999', 'pallet'],
    ]);
    expect(units[0]?.parentId).toBe(units[1]?.id);
    expect(lines[0]?.handlingUnitId).toBe(units[0]?.id);
  });

  it('is the same shipment when announced again', () => {
    const dock = new ModelDock();
    const first = dock.do('announceShipment', notice, CREW.lea);
    const again = dock.do('announceShipment', notice, CREW.lea);
    expect(again).toMatchObject({ verdict: 'noop', shipment: first.shipment, writes: [], history: null });
  });

  it('is the same shipment also after it was amended and moved on', () => {
    const dock = new ModelDock();
    dock.do('announceShipment', notice, CREW.lea);
    dock.do('amendShipment', { shipmentId: 'S', carrier: 'other' }, CREW.lea);
    dock.bringOn('S', 'arrived');
    expect(dock.do('announceShipment', notice, CREW.lea)).toMatchObject({
      verdict: 'noop',
      shipment: { status: 'arrived' },
    });
  });

  it('refuses other contents under the same id', () => {
    const dock = new ModelDock();
    dock.do('announceShipment', notice, CREW.lea);
    const other = dock.do('announceShipment', { ...notice, poNumber: 'PO-9' }, CREW.lea);
    expect(other).toMatchObject({ verdict: 'conflict', code: 'already_exists', shipment: { id: 'S' } });
  });

  it('takes the same number of the same supplier for the same shipment', () => {
    const dock = new ModelDock();
    dock.do('announceShipment', { warehouseId: 'W1', supplierId: 'ACME', number: 'ASN-7' }, CREW.lea);
    const again = dock.do('announceShipment', { warehouseId: 'W1', supplierId: 'ACME', number: 'ASN-7' }, CREW.edi);
    expect(again).toMatchObject({ verdict: 'noop', shipment: { number: 'ASN-7' } });
    const zen = dock.do('announceShipment', { warehouseId: 'W1', supplierId: 'ZEN', number: 'ASN-7' }, CREW.edi);
    expect(zen.verdict).toBe('applied');
  });

  it('numbers the days own shipments, past numbers somebody else has used', () => {
    const dock = new ModelDock();
    const announce = (number?: string) =>
      dock.do('announceShipment', { warehouseId: 'W1', ...(number === undefined ? {} : { number }) }, CREW.lea).shipment
        ?.number;
    expect([announce(), announce('S-261123-0002'), announce()]).toEqual([
      'S-261123-0001',
      'S-261123-0002',
      'S-261123-0003',
    ]);
    dock.now += 24 * 3600 * 1000;
    expect(announce()).toBe('S-261124-0001');
  });

  it('announces for the supplier who is signed in, whatever it says', () => {
    const dock = new ModelDock();
    const decision = dock.do('announceShipment', { ...notice, supplierId: 'ZEN' }, CREW.sam);
    expect(decision.shipment).toMatchObject({ supplierId: 'ACME', supplierName: 'Acme' });
    const scope = { role: 'supplier', warehouses: null, supplierId: 'NEWCOMER' } as const;
    const unknown = dock.do('announceShipment', { warehouseId: 'W1' }, CREW.sam, { scope });
    expect(unknown.shipment).toMatchObject({ supplierId: 'NEWCOMER', supplierName: null });
  });

  it.each([
    ['an unknown warehouse', { warehouseId: 'W9' }, 'unknown_warehouse'],
    ['an unknown supplier', { supplierId: 'NOBODY' }, 'unknown_supplier'],
    [
      'two lines of one id',
      {
        lines: [
          { id: 'a', quantity: '1' },
          { id: 'a', quantity: '2' },
        ],
      },
      'invalid',
    ],
    ['a line of another shipment', { lines: [{ id: 'T-1', quantity: '1' }] }, 'already_exists'],
  ])('refuses %s', (_what, difference, code) => {
    const dock = new ModelDock();
    dock.bring('T');
    const decision = dock.do('announceShipment', { ...notice, ...difference }, CREW.lea);
    expect(decision).toMatchObject({ verdict: 'rejected', code, writes: [] });
    expect(dock.state.row('shipment', 'S')).toBeNull();
  });

  it('knows no warehouse outside the senders scope', () => {
    const scope = { role: 'lead', warehouses: ['W2'], supplierId: null } as const;
    expect(new ModelDock().do('announceShipment', notice, CREW.lea, { scope }).code).toBe('unknown_warehouse');
  });
});

describe('amendShipment', () => {
  it('changes facts, and says noop when there is nothing to change', () => {
    const dock = new ModelDock();
    dock.bring('S');
    const facts = { shipmentId: 'S', carrier: 'DHL', eta: '2026-11-24T10:00:00Z', poNumber: 'PO-5' };
    expect(dock.do('amendShipment', facts, CREW.sam).shipment).toMatchObject({
      carrier: 'DHL',
      poNumber: 'PO-5',
      version: 2,
    });
    expect(dock.do('amendShipment', facts, CREW.sam).verdict).toBe('noop');
  });

  it('replaces lines, removing what is gone and keeping what is the same', () => {
    const dock = new ModelDock();
    dock.bring('S');
    const lines = [
      { id: 'S-1', quantity: '10' },
      { id: 'S-3', quantity: '7' },
    ];
    const decision = dock.do('amendShipment', { shipmentId: 'S', lines }, CREW.lea);
    expect(decision.writes.map(({ entity, op, id }) => `${entity} ${op} ${id}`).sort()).toEqual([
      'line del S-2',
      'line put S-3',
      'shipment put S',
    ]);
    expect(decision.writes.find(({ op }) => op === 'del')).toMatchObject({
      shipmentId: 'S',
      warehouseFrom: 'W1',
      supplierId: 'ACME',
    });
    expect(dock.shipment('S')).toMatchObject({ lineCount: 2, version: 2 });
  });

  it('replaces units alone without touching the lines or what they travel in', () => {
    const dock = new ModelDock();
    const [kept, gone, added] = ['106141412345678908', '106141412345678915', '106141412345678922'];
    const unit = (sscc: string | undefined) => ({ sscc: sscc ?? '', kind: 'pallet' }) as const;
    dock.bring('S', 'announced', {
      lines: [{ id: 'S-1', quantity: '10', sscc: kept }],
      handlingUnits: [unit(kept), unit(gone)],
    });
    const decision = dock.do('amendShipment', { shipmentId: 'S', handlingUnits: [unit(added)] }, CREW.lea);
    expect(decision.verdict).toBe('applied');
    expect(dock.shipment('S').lineCount).toBe(1);
    expect(dock.state.all('line')).toMatchObject([{ id: 'S-1', expected: '10' }]);
    expect(dock.state.all('handlingUnit').map(({ sscc }) => sscc)).toEqual([kept, added]);
  });

  it('leaves the lines alone once counting has begun', () => {
    const dock = new ModelDock();
    dock.bring('S', 'counting');
    const lines = [{ quantity: '1' }];
    expect(dock.do('amendShipment', { shipmentId: 'S', lines }, CREW.lea)).toMatchObject({
      verdict: 'conflict',
      code: 'blocked',
    });
    expect(dock.do('amendShipment', { shipmentId: 'S', carrier: 'DHL' }, CREW.lea).verdict).toBe('applied');
  });

  it('derives readiness anew when other documents are required', () => {
    const dock = new ModelDock();
    dock.bring('S');
    dock.do('amendShipment', { shipmentId: 'S', requiredDocuments: [] }, CREW.lea);
    expect(dock.shipment('S').readiness).toBe('missing_optional');
  });
});
