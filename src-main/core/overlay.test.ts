import { describe, expect, it } from 'vitest';
import type { CommandInput } from '#contract/domain/command-args.ts';
import { COMMAND_NAMES, COMMAND_TABLE } from '#contract/domain/command-table.ts';
import { overlayShipment } from './overlay.ts';
import { AT, counting, detail, PLACES, show, work } from './overlay-for-tests.ts';

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
