import { describe, expect, it } from 'vitest';
import { ENTITIES, ENTITY_NAMES } from '#contract/domain/entities.ts';
import { change } from '#contract/wire/sync.ts';
import { sampleArgs } from './model-commands.ts';
import { CREW, ModelDock } from './model-dock.ts';
import { type Group, groupOf } from './scope.ts';
import type { RawChange } from './storage.ts';
import { project, projectRow } from './visibility.ts';

const all = groupOf({ role: 'lead', warehouses: null, supplierId: null });
const north = groupOf({ role: 'receiver', warehouses: ['W1'], supplierId: null });
const south = groupOf({ role: 'receiver', warehouses: ['W2'], supplierId: null });
const nowhere = groupOf({ role: 'receiver', warehouses: [], supplierId: null });
const acme = groupOf({ role: 'supplier', warehouses: ['W1'], supplierId: 'ACME' });
const zen = groupOf({ role: 'supplier', warehouses: null, supplierId: 'ZEN' });

const raw = (difference: Partial<RawChange> = {}): RawChange => ({
  seq: 1,
  entity: 'shipment',
  id: 'S',
  op: 'put',
  row: new ModelDock().bring('S'),
  shipmentId: 'S',
  command: 'announceShipment',
  actor: CREW.lea,
  origin: null,
  occurredAt: '2026-11-23T08:00:00.000Z',
  recordedAt: '2026-11-23T08:00:00.000Z',
  warehouseFrom: null,
  warehouseTo: 'W1',
  supplierId: 'ACME',
  ...difference,
});

/** Who sees a change, and as what. */
const seen = (difference: Partial<RawChange>): Record<string, string | null> => {
  const groups: Record<string, Group> = { all, north, south, nowhere, acme, zen };
  return Object.fromEntries(
    Object.entries(groups).map(([name, group]) => [name, project(group, raw(difference))?.op ?? null]),
  );
};

describe('who sees a change', () => {
  it('of a shipment: its warehouse and its supplier', () => {
    expect(seen({})).toEqual({ all: 'put', north: 'put', south: null, nowhere: null, acme: 'put', zen: null });
  });

  it('of a row that moved away: an evict where it was, a put where it is', () => {
    const moved = { warehouseFrom: 'W1', warehouseTo: 'W2' };
    expect(seen(moved)).toEqual({ all: 'put', north: 'evict', south: 'put', nowhere: null, acme: 'put', zen: null });
    expect(project(north, raw(moved))).toMatchObject({ op: 'evict', row: null });
  });

  it('of a row that is gone: a del without the row', () => {
    const gone = { op: 'del', entity: 'line', row: null, warehouseFrom: 'W1' } as const;
    expect(seen(gone)).toEqual({ all: 'del', north: 'del', south: null, nowhere: null, acme: 'del', zen: null });
  });

  it('of a supplier: all staff and itself', () => {
    const supplier = { entity: 'supplier', row: { id: 'ACME', name: 'A' }, warehouseTo: null } as const;
    expect(seen(supplier)).toMatchObject({ north: 'put', south: 'put', nowhere: 'put', acme: 'put', zen: null });
  });

  it('of a warehouse: its staff and every supplier', () => {
    const warehouse = { entity: 'warehouse', row: { id: 'W1', name: 'N', timeZone: 'UTC' }, supplierId: null } as const;
    expect(seen(warehouse)).toMatchObject({ north: 'put', south: null, nowhere: null, acme: 'put', zen: 'put' });
  });

  it.each(['note', 'hold', 'discrepancy', 'capacity', 'door'] as const)('of a %s: never a supplier', (entity) => {
    expect(seen({ entity })).toMatchObject({ north: 'put', acme: null, zen: null });
    expect(seen({ entity, op: 'del', row: null, warehouseFrom: 'W1' })).toMatchObject({ north: 'del', acme: null });
    expect(projectRow(acme, entity, {})).toBeNull();
  });

  it('takes out what decides about it, and stays a change of the contract', () => {
    const projected = project(north, raw());
    expect(projected).not.toHaveProperty('warehouseTo');
    expect(change.parse(projected)).toEqual(projected);
  });
});

describe('what a supplier sees', () => {
  const dock = new ModelDock();
  dock.bring('S', 'arrived');
  dock.do('assignDoor', { shipmentId: 'S', doorId: 'D1' }, CREW.lea);
  dock.do('requestInspection', { ...sampleArgs(1).requestInspection, note: 'look twice' }, CREW.lea);
  dock.do('recordInspectionResult', sampleArgs(1).recordInspectionResult, CREW.ivy);
  dock.do(
    'completeInspection',
    { ...sampleArgs(1).completeInspection, quantities: { inspected: '5', accepted: '4', rejected: '0', held: '1' } },
    CREW.ivy,
  );
  dock.do('reportRejection', sampleArgs(1).reportRejection, CREW.ivy);
  dock.do('reportDiscrepancy', sampleArgs(1).reportDiscrepancy, CREW.rob);
  dock.do('attachDocument', sampleArgs(1).attachDocument, CREW.sam);

  it('hides doors, holds, discrepancies and names on a shipment', () => {
    expect(dock.shipment('S')).toMatchObject({ doorId: 'D1', activeHolds: 1, discrepancyCount: 1, quality: 'on_hold' });
    expect(projectRow(acme, 'shipment', dock.shipment('S'))).toMatchObject({
      doorId: null,
      activeHolds: 0,
      discrepancyCount: 0,
      quality: 'in_progress',
      statusChangedBy: '',
      status: 'at_door',
    });
  });

  it('hides people and the house talk on inspections and rejections', () => {
    for (const entity of ['inspection', 'rejection'] as const) {
      for (const row of dock.state.parts(entity, 'S')) {
        const text = JSON.stringify(projectRow(acme, entity, row));
        for (const secret of ['Ivy', 'ivy', 'Lea', 'look twice', 'on_hold']) expect(text).not.toContain(secret);
        expect(text).toContain('"role":"inspector"');
      }
    }
    expect(project(acme, raw())?.actor).toEqual({ id: 'staff', name: '', role: 'lead' });
    expect(project(acme, raw({ actor: CREW.sam }))?.actor).toEqual(CREW.sam);
  });

  it('hides that goods are held in what an inspection found', () => {
    const inspection = dock.state.parts('inspection', 'S').find(({ status }) => status === 'completed');
    expect(inspection).toMatchObject({ outcome: 'on_hold', quantities: { held: '1' } });
    expect(projectRow(acme, 'inspection', inspection ?? {})).toMatchObject({ outcome: null, quantities: null });
    const passed = { ...inspection, outcome: 'passed', results: [] };
    expect(projectRow(acme, 'inspection', passed)).toMatchObject({ outcome: 'passed', quantities: { accepted: '4' } });
  });

  it.each(['placeHold', 'releaseHold', 'reportDiscrepancy', 'addNote'] as const)(
    'does not learn from a changed shipment that it was %s, nor from which station',
    (command) => {
      const change = raw({ command, origin: 'abcdef012345' });
      expect(project(acme, change)).toMatchObject({ command: 'amendShipment', origin: null, op: 'put' });
      expect(project(all, change)).toMatchObject({ command, origin: 'abcdef012345' });
      expect(project(acme, raw({ actor: CREW.sam, origin: 'own' }))).toMatchObject({ origin: 'own' });
    },
  );

  it('is still a row of the contract, for every kind', () => {
    for (const entity of ENTITY_NAMES) {
      for (const row of dock.state.all(entity)) {
        const projected = projectRow(acme, entity, row);
        if (projected !== null) expect(ENTITIES[entity].parse(projected)).toEqual(projected);
      }
    }
  });

  it('leaves staff rows as they are', () => {
    const row = dock.shipment('S');
    expect(projectRow(north, 'shipment', row)).toBe(row);
  });
});

describe('groups', () => {
  it('are the same for the same sight, in whatever order and role it was given', () => {
    const one = groupOf({ role: 'lead', warehouses: ['W2', 'W1', 'W2'], supplierId: null });
    expect(one).toEqual(groupOf({ role: 'receiver', warehouses: ['W1', 'W2'], supplierId: null }));
    expect(one.id).not.toBe(north.id);
    expect(groupOf({ role: 'supplier', warehouses: ['W1'], supplierId: 'ACME' })).toEqual(acme);
  });
});
