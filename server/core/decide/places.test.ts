import { describe, expect, it } from 'vitest';
import { CREW, ModelDock } from '../model-dock.ts';

const north = { role: 'lead', warehouses: ['W1'], supplierId: null } as const;

describe('setCapacity', () => {
  it('keeps one capacity a warehouse, with how full it is', () => {
    const dock = new ModelDock();
    const room = { warehouseId: 'W1', total: 300, available: 100 };
    expect(dock.do('setCapacity', room, CREW.lea).verdict).toBe('applied');
    expect(dock.state.row('capacity', 'W1')).toMatchObject({
      total: 300,
      available: 100,
      utilization: 67,
      updatedAt: dock.time(),
    });
    expect(dock.do('setCapacity', room, CREW.edi).verdict).toBe('noop');
    expect(dock.written.at(-1)).toMatchObject({
      entity: 'capacity',
      shipmentId: null,
      warehouseTo: 'W1',
      supplierId: null,
    });
  });

  it('is for warehouses one may see', () => {
    const dock = new ModelDock();
    for (const warehouseId of ['W2', 'W9']) {
      const decision = dock.do('setCapacity', { warehouseId, total: 1, available: 1 }, CREW.lea, { scope: north });
      expect(decision).toMatchObject({ verdict: 'rejected', code: 'not_found' });
    }
  });
});

describe('defining places', () => {
  it.each(['Mars/Olympus', 'America/Chicag', 'UTC+25'])(
    'knows no zone %s: no clock could be shown in it',
    (timeZone) => {
      const dock = new ModelDock();
      const decision = dock.do('defineWarehouse', { warehouseId: 'W1', name: 'North', timeZone }, CREW.ada);
      expect(decision).toMatchObject({ verdict: 'rejected', code: 'invalid' });
      expect(decision.message).toContain(timeZone);
      const right = { warehouseId: 'W1', name: 'North', timeZone: 'America/Chicago' };
      expect(dock.do('defineWarehouse', right, CREW.ada).verdict).toBe('applied');
    },
  );

  it('writes what is new or different, and only that', () => {
    const dock = new ModelDock();
    expect(dock.do('defineSupplier', { supplierId: 'ACME', name: 'Acme' }, CREW.ada).verdict).toBe('noop');
    expect(dock.do('defineSupplier', { supplierId: 'ACME', name: 'Acme Ltd' }, CREW.ada).verdict).toBe('applied');
    expect(dock.written.at(-1)).toMatchObject({ entity: 'supplier', warehouseTo: null, supplierId: 'ACME' });
    expect(dock.do('defineWarehouse', { warehouseId: 'W1', name: 'North', timeZone: 'UTC' }, CREW.ada).verdict).toBe(
      'noop',
    );
  });

  it('moves a door from one warehouse to another, telling both', () => {
    const dock = new ModelDock();
    dock.do('defineDoor', { doorId: 'D1', warehouseId: 'W2', name: 'Door 1' }, CREW.ada);
    expect(dock.written.at(-1)).toMatchObject({ entity: 'door', warehouseFrom: 'W1', warehouseTo: 'W2' });
  });

  it('stays within an admins own warehouses', () => {
    const dock = new ModelDock();
    const how = { scope: { ...north, role: 'admin' as const } };
    expect(dock.do('defineWarehouse', { warehouseId: 'W3', name: 'New' }, CREW.ada, how).code).toBe('forbidden');
    expect(dock.do('defineWarehouse', { warehouseId: 'W1', name: 'Norther' }, CREW.ada, how).verdict).toBe('applied');
    expect(dock.do('defineDoor', { doorId: 'E1', warehouseId: 'W1', name: 'mine now' }, CREW.ada, how).code).toBe(
      'not_found',
    );
    expect(dock.do('defineDoor', { doorId: 'D9', warehouseId: 'W9', name: 'nowhere' }, CREW.ada).code).toBe(
      'not_found',
    );
  });
});
