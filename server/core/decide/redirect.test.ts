import { describe, expect, it } from 'vitest';
import { CREW, ModelDock } from '../model-dock.ts';
import type { Scope } from '../scope.ts';

const leadOf = (...warehouses: string[]): { scope: Scope } => ({
  scope: { role: 'lead', warehouses, supplierId: null },
});

/** Shipment `S`, on the road to W1, with one of every record that can be on it by then. */
const onTheRoad = (): ModelDock => {
  const dock = new ModelDock();
  dock.bring('S', 'in_transit', {
    lines: [{ id: 'S-1', quantity: '10', sscc: '106141412345678908' }],
    handlingUnits: [{ sscc: '106141412345678908', kind: 'pallet' }],
  });
  dock.do('addNote', { shipmentId: 'S', noteId: 'n', text: 'mind the step' }, CREW.lea);
  dock.do('placeHold', { shipmentId: 'S', holdId: 'h', reason: 'recalled' }, CREW.lea);
  dock.do('requestInspection', { shipmentId: 'S', inspectionId: 'i' }, CREW.lea);
  dock.do('reportDiscrepancy', { shipmentId: 'S', discrepancyId: 'd', kind: 'short' }, CREW.lea);
  dock.do('reportRejection', { shipmentId: 'S', rejectionId: 'r', reasonCode: 'wet' }, CREW.lea);
  return dock;
};

describe('a shipment on the road', () => {
  it('is sent to another warehouse with all that hangs on it, as it was', () => {
    const dock = onTheRoad();
    const before = dock.shipment('S');
    const decision = dock.do('amendShipment', { shipmentId: 'S', warehouseId: 'W2' }, CREW.sam);
    expect(decision.verdict).toBe('applied');
    expect(dock.shipment('S')).toEqual({ ...before, warehouseId: 'W2', version: before.version + 1 });
    expect(decision.writes.map(({ entity }) => entity)).toEqual([
      'shipment',
      'line',
      'handlingUnit',
      'inspection',
      'rejection',
      'hold',
      'discrepancy',
      'note',
    ]);
    for (const write of decision.writes) {
      expect(write).toMatchObject({ op: 'put', shipmentId: 'S', warehouseFrom: 'W1', warehouseTo: 'W2' });
      if (write.entity !== 'shipment') expect(write.row).toEqual(write.before);
    }
    expect(dock.history.at(-1)?.details).toEqual({ warehouseId: 'W2' });
  });

  it('is sent there once', () => {
    const dock = onTheRoad();
    const again = { shipmentId: 'S', warehouseId: 'W1' };
    expect(dock.do('amendShipment', again, CREW.lea).verdict).toBe('noop');
    expect(dock.do('amendShipment', { ...again, carrier: 'DHL' }, CREW.lea).writes).toHaveLength(1);
  });

  it('takes along new lines, and leaves none of the old behind', () => {
    const dock = onTheRoad();
    const lines = [{ id: 'S-9', quantity: '1' }];
    const { writes } = dock.do('amendShipment', { shipmentId: 'S', warehouseId: 'W2', lines }, CREW.lea);
    expect(writes.find(({ id }) => id === 'S-1')).toMatchObject({ op: 'del', warehouseFrom: 'W1' });
    expect(writes.find(({ id }) => id === 'S-9')).toMatchObject({ warehouseFrom: null, warehouseTo: 'W2' });
    expect(dock.shipment('S').lineCount).toBe(1);
  });

  it.each([
    ['a warehouse that is not there', 'W9', leadOf('W1', 'W2')],
    ['one that the sender does not work in', 'W2', leadOf('W1')],
  ])('is not sent to %s', (_where, warehouseId, scope) => {
    const dock = onTheRoad();
    const decision = dock.do('amendShipment', { shipmentId: 'S', warehouseId, carrier: 'DHL' }, CREW.lea, scope);
    expect(decision).toMatchObject({ verdict: 'rejected', code: 'unknown_warehouse', writes: [] });
  });

  it('is not sent away by somebody of another warehouse', () => {
    const decision = onTheRoad().do('amendShipment', { shipmentId: 'S', warehouseId: 'W2' }, CREW.lea, leadOf('W2'));
    expect(decision).toMatchObject({ verdict: 'rejected', code: 'not_found' });
  });
});

it.each(['arrived', 'at_door', 'received'] as const)('a shipment that is %s goes nowhere else', (status) => {
  const dock = new ModelDock();
  dock.bring('S', status);
  const decision = dock.do('amendShipment', { shipmentId: 'S', warehouseId: 'W2' }, CREW.lea);
  expect(decision).toMatchObject({ verdict: 'conflict', code: 'illegal_step', writes: [] });
  expect(dock.do('amendShipment', { shipmentId: 'S', warehouseId: 'W1', carrier: 'DHL' }, CREW.lea).verdict).toBe(
    'applied',
  );
});
