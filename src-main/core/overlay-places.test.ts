import { describe, expect, it } from 'vitest';
import { AT, PLACES, work } from './overlay-for-tests.ts';
import { overlayPlaces } from './overlay-places.ts';

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
