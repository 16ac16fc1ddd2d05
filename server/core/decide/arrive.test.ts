import { describe, expect, it } from 'vitest';
import { shipment as shipmentSchema } from '#contract/domain/shipment.ts';
import { CREW, ModelDock } from '../model-dock.ts';

describe('recordArrival and recordDeparture', () => {
  it('takes the time from the device, less its measured error, and never later than now', () => {
    const dock = new ModelDock();
    dock.bring('S');
    dock.bring('T');
    const occurredAt = '2026-11-23T07:10:00Z';
    dock.do('recordArrival', { shipmentId: 'S' }, CREW.rob, { occurredAt, clockOffsetMs: 600_000 });
    dock.do('recordArrival', { shipmentId: 'T' }, CREW.rob, { occurredAt: '2027-01-01T00:00:00Z' });
    expect(dock.shipment('S')).toMatchObject({ arrivedAt: '2026-11-23T07:00:00.000Z', statusChangedAt: dock.time() });
    expect(dock.shipment('T').arrivedAt).toBe(dock.time());
  });

  it.each([
    ['an offset no time can have', '2026-11-23T07:10:00Z', Number.MAX_SAFE_INTEGER],
    ['a time before all clocks', '0000-01-01T00:00:00Z', 60_000],
  ])('takes %s for the beginning of time, which every reader understands', (_what, occurredAt, clockOffsetMs) => {
    const dock = new ModelDock();
    dock.bring('S');
    const decision = dock.do('recordArrival', { shipmentId: 'S' }, CREW.rob, { occurredAt, clockOffsetMs });
    expect(decision.verdict).toBe('applied');
    expect(shipmentSchema.parse(dock.shipment('S')).arrivedAt).toBe('1970-01-01T00:00:00.000Z');
  });

  it('fills in what a second report knows more, once', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    const report = { shipmentId: 'S', trailer: 'TR-1' };
    const second = dock.do('recordArrival', report, CREW.rob);
    expect(second).toMatchObject({ verdict: 'applied', shipment: { trailer: 'TR-1', status: 'arrived' } });
    expect(dock.history.at(-1)).toMatchObject({ fromStatus: null, toStatus: null });
    expect(dock.do('recordArrival', report, CREW.rob).verdict).toBe('noop');
    expect(dock.do('recordArrival', { shipmentId: 'S' }, CREW.rob).verdict).toBe('noop');
  });

  it('arrives without ever having departed', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    expect(dock.do('recordDeparture', { shipmentId: 'S', eta: dock.time() }, CREW.lea).verdict).toBe('superseded');
    expect(dock.shipment('S').eta).toBeNull();
  });
});

describe('recordUnplannedArrival', () => {
  const here = { shipmentId: 'U', warehouseId: 'W1', poNumber: 'PO-1', note: 'no papers' };

  it('makes a shipment that has arrived, with the note', () => {
    const dock = new ModelDock();
    expect(dock.do('recordUnplannedArrival', here, CREW.rob).verdict).toBe('applied');
    expect(dock.shipment('U')).toMatchObject({
      status: 'arrived',
      unplanned: true,
      announcedAt: null,
      poNumbers: ['PO-1'],
    });
    expect(dock.state.parts('note', 'U')).toMatchObject([{ text: 'no papers', writtenBy: CREW.rob }]);
    expect(dock.history.at(-1)).toMatchObject({ fromStatus: null, toStatus: 'arrived' });
  });

  it('is made once', () => {
    const dock = new ModelDock();
    dock.do('recordUnplannedArrival', here, CREW.rob);
    expect(dock.do('recordUnplannedArrival', here, CREW.rob).verdict).toBe('noop');
    const other = dock.do('recordUnplannedArrival', { ...here, carrier: 'X' }, CREW.rob);
    expect(other).toMatchObject({ verdict: 'conflict', code: 'already_exists', shipment: { id: 'U' } });
    const scope = { role: 'receiver', warehouses: ['W2'], supplierId: null } as const;
    const unseen = dock.do('recordUnplannedArrival', { ...here, warehouseId: 'W2' }, CREW.rob, { scope });
    expect(unseen).toMatchObject({ code: 'already_exists', shipment: null });
  });

  it('needs a warehouse that is there and a supplier that is known', () => {
    const dock = new ModelDock();
    expect(dock.do('recordUnplannedArrival', { ...here, warehouseId: 'W9' }, CREW.rob).code).toBe('unknown_warehouse');
    expect(dock.do('recordUnplannedArrival', { ...here, supplierId: 'NO' }, CREW.rob).code).toBe('unknown_supplier');
  });
});
