import { describe, expect, it } from 'vitest';
import { COMMAND_NAMES, type CommandName, commandRule } from '#contract/domain/command-table.ts';
import type { Actor, ActorRole } from '#contract/domain/roles.ts';
import { isPast, SHIPMENT_STATUSES, type ShipmentStatus } from '#contract/domain/status.ts';
import type { Decision } from './decision.ts';
import { maySee, mayWorkIn } from './gate.ts';
import { sampleArgs } from './model-commands.ts';
import { CREW, ModelDock } from './model-dock.ts';
import type { Scope } from './scope.ts';

const BY_ROLE: Record<ActorRole, Actor> = {
  receiver: CREW.rob,
  inspector: CREW.ivy,
  lead: CREW.lea,
  admin: CREW.ada,
  supplier: CREW.sam,
  intake: CREW.edi,
};

/** Someone who may issue a command outright. */
const whoMay = (name: CommandName): Actor => BY_ROLE[commandRule(name).who[0] ?? 'lead'];

/** What has to be there before a command can be about it. */
const prepare = (dock: ModelDock, name: CommandName): void => {
  const args = sampleArgs('x');
  if (name === 'voidScan') dock.do('recordScan', args.recordScan, CREW.rob);
  if (name === 'releaseHold') dock.do('placeHold', args.placeHold, CREW.lea);
  const inspects = ['claimInspection', 'recordInspectionResult', 'completeInspection'].includes(name);
  if (inspects) dock.do('requestInspection', args.requestInspection, CREW.lea);
  // Completed is only what was taken and looked at.
  if (name === 'completeInspection') dock.do('recordInspectionResult', args.recordInspectionResult, CREW.ivy);
};

/** A dock where `S` has a status, with what the command needs made while that was possible. */
const dockWith = (status: ShipmentStatus, name: CommandName): ModelDock => {
  const dock = new ModelDock();
  const counts = isPast(status, 'counting') || status === 'counting';
  if (status === 'refused' || status === 'cancelled') {
    dock.bring('S');
    if (name !== 'voidScan') prepare(dock, name);
    if (status === 'refused') dock.bringOn('S', 'arrived');
    dock.do(status === 'refused' ? 'refuseShipment' : 'cancelShipment', { shipmentId: 'S', reason: 'no' }, CREW.lea);
    return dock;
  }
  dock.bring('S', counts ? 'counting' : status === 'at_door' ? 'arrived' : status);
  // At the very door the door commands name: the same again is then the same.
  if (status === 'at_door') dock.do('reportAtDoor', sampleArgs('x').reportAtDoor, CREW.rob);
  prepare(dock, name);
  if (name === 'releaseHold' && status === 'closed') return dock;
  dock.bringOn('S', status);
  return dock;
};

const run = (dock: ModelDock, name: CommandName, actor = whoMay(name), how = {}): Decision =>
  dock.do(name, sampleArgs('x')[name], actor, how);

describe('roles', () => {
  const pairs = COMMAND_NAMES.flatMap((name) => Object.values(BY_ROLE).map((actor) => [name, actor.role] as const));
  it.each(pairs)('%s by %s', (name, role) => {
    const decision = run(new ModelDock(), name, BY_ROLE[role]);
    const allowed = commandRule(name).who.includes(role);
    expect(decision.code === 'forbidden').toBe(!allowed);
    if (!allowed) expect(decision).toMatchObject({ verdict: 'rejected', shipment: null, writes: [], history: null });
  });

  it('wants a lead behind a receiver who refuses', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    expect(run(dock, 'refuseShipment', CREW.rob).code).toBe('lead_approval_needed');
    expect(run(dock, 'refuseShipment', CREW.rob, { approvedBy: CREW.ivy }).code).toBe('lead_approval_needed');
    expect(run(dock, 'refuseShipment', CREW.rob, { approvedBy: CREW.lea }).verdict).toBe('applied');
    expect(dock.history.at(-1)?.details).toMatchObject({ approvedBy: CREW.lea });
  });
});

describe('steps', () => {
  const onShipments = COMMAND_NAMES.filter((name) => commandRule(name).from !== null);
  const pairs = onShipments.flatMap((name) => SHIPMENT_STATUSES.map((status) => [name, status] as const));

  it.each(pairs)('%s when %s', (name, status) => {
    if (name === 'voidScan' && !isPast(status, 'counting') && status !== 'counting') return;
    if (name === 'releaseHold' && status === 'closed') return;
    const dock = dockWith(status, name);
    const rule = commandRule(name);
    const before = dock.shipment('S');
    const decision = run(dock, name);
    if (rule.from?.includes(status)) {
      expect(decision.verdict).toBe('applied');
      if (rule.to !== null) expect(dock.shipment('S').status).toBe(rule.to);
      return;
    }
    // Which of the three it is stands in edges.test.ts, for every pair.
    expect(['noop', 'superseded', 'conflict']).toContain(decision.verdict);
    expect(decision.code).toBe(decision.verdict === 'conflict' ? 'illegal_step' : undefined);
    expect(decision.writes).toEqual([]);
    expect(dock.shipment('S')).toEqual(before);
    expect(decision.shipment).toEqual(before);
  });

  it('keeps a late fact in history with its own time, and leaves the status', () => {
    const dock = new ModelDock();
    dock.bring('S', 'unloading');
    const occurredAt = '2026-11-23T06:30:00.000Z';
    const decision = run(dock, 'recordArrival', CREW.rob, { occurredAt });
    expect(decision.verdict).toBe('superseded');
    expect(dock.shipment('S').status).toBe('unloading');
    expect(dock.history.at(-1)).toMatchObject({
      command: 'recordArrival',
      outcome: 'superseded',
      fromStatus: 'unloading',
      toStatus: 'arrived',
      occurredAt,
      recordedAt: dock.time(),
    });
  });

  it('keeps by how much the clock was wrong that told its time', () => {
    const dock = new ModelDock();
    dock.bring('S', 'unloading');
    for (const [type, outcome] of [
      ['recordArrival', 'superseded'],
      ['startCounting', 'applied'],
    ] as const) {
      dock.do(type, { shipmentId: 'S' }, CREW.rob, { clockOffsetMs: -4200 });
      expect(dock.history.at(-1)).toMatchObject({ command: type, outcome, details: { clockOffsetMs: -4200 } });
    }
    dock.do('completeCount', { shipmentId: 'S' }, CREW.rob);
    expect(dock.history.at(-1)?.details).toEqual({});
  });

  it('refuses a late fact where the sender wants it refused', () => {
    const dock = new ModelDock();
    dock.bring('S', 'unloading');
    const decision = run(dock, 'recordArrival', CREW.rob, { late: 'refuse' });
    expect([decision.verdict, decision.code]).toEqual(['conflict', 'illegal_step']);
    expect(decision.message).toContain('it is unloading');
    expect(decision.history).toBeNull();
  });
});

describe('versions', () => {
  it('lets a decision on another version lose, and tells how it is now', () => {
    const dock = new ModelDock();
    const { version } = dock.bring('S', 'arrived');
    dock.do('amendShipment', { shipmentId: 'S', carrier: 'another' }, CREW.lea);
    const decision = run(dock, 'assignDoor', CREW.lea, { expectedVersion: version });
    expect([decision.verdict, decision.code]).toEqual(['conflict', 'version_conflict']);
    expect(decision.shipment).toMatchObject({ version: version + 1, carrier: 'another' });
    expect(run(dock, 'assignDoor', CREW.lea, { expectedVersion: version + 1 }).verdict).toBe('applied');
  });

  it('takes a fact on any version, unless the sender asked otherwise', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    expect(run(dock, 'reportAtDoor', CREW.rob, { expectedVersion: 77, late: 'refuse' }).code).toBe('version_conflict');
    expect(run(dock, 'reportAtDoor', CREW.rob, { expectedVersion: 77 }).verdict).toBe('applied');
  });

  it('says noop to a decision that already is so, whatever version it was made on', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    run(dock, 'assignDoor', CREW.lea);
    expect(run(dock, 'assignDoor', CREW.lea, { expectedVersion: 1 }).verdict).toBe('noop');
  });

  it('lets the second of two lose who decide alike on one version, where the sender wants late work refused', () => {
    const dock = new ModelDock();
    const { version } = dock.bring('S', 'arrived');
    const how = { expectedVersion: version, late: 'refuse' } as const;
    expect(run(dock, 'assignDoor', CREW.lea, how).verdict).toBe('applied');
    expect(run(dock, 'assignDoor', CREW.lea, how)).toMatchObject({ verdict: 'conflict', code: 'version_conflict' });
    expect(run(dock, 'recordArrival', CREW.rob, how)).toMatchObject({ verdict: 'conflict', code: 'version_conflict' });
    expect(run(dock, 'addNote', CREW.rob, { late: 'refuse' }).verdict).toBe('applied');
    expect(run(dock, 'addNote', CREW.rob, how)).toMatchObject({ verdict: 'conflict', code: 'version_conflict' });
  });

  it('grows with steps and amendments, not with what hangs on the shipment', () => {
    const dock = new ModelDock();
    const { version } = dock.bring('S', 'counting');
    for (const name of ['placeHold', 'addNote', 'recordScan', 'attachDocument', 'reportRejection'] as const) {
      expect(run(dock, name).verdict).toBe('applied');
    }
    expect(dock.shipment('S').version).toBe(version);
    run(dock, 'completeCount');
    expect(dock.shipment('S').version).toBe(version + 1);
  });
});

describe('sight', () => {
  const acme: Scope = { role: 'supplier', warehouses: null, supplierId: 'ACME' };
  const zen: Scope = { role: 'supplier', warehouses: null, supplierId: 'ZEN' };
  const south: Scope = { role: 'lead', warehouses: ['W2'], supplierId: null };

  it('finds nothing in another warehouse or of another supplier', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    for (const [name, actor, scope] of [
      ['assignDoor', CREW.lea, south],
      ['recordArrival', CREW.rob, { ...south, role: 'receiver' }],
      ['amendShipment', CREW.sam, zen],
      ['attachDocument', CREW.sam, zen],
      ['cancelShipment', CREW.sam, { ...zen, supplierId: null }],
    ] as const) {
      expect(run(dock, name, actor, { scope })).toMatchObject({
        verdict: 'rejected',
        code: 'not_found',
        shipment: null,
      });
    }
    expect(run(dock, 'attachDocument', CREW.sam, { scope: acme }).verdict).toBe('applied');
  });

  it('shows a supplier no shipment that has no supplier', () => {
    expect(maySee({ ...acme, supplierId: null }, { warehouseId: 'W1', supplierId: null })).toBe(false);
    expect(maySee(acme, { warehouseId: 'W9', supplierId: 'ACME' })).toBe(true);
    expect(maySee(null, { warehouseId: 'W9', supplierId: null })).toBe(true);
    expect(mayWorkIn(south, 'W1')).toBe(false);
    expect(mayWorkIn(acme, 'W1')).toBe(true);
  });

  it('lets an id that is in use elsewhere tell nothing about it', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    dock.bring('T', 'arrived', { warehouseId: 'W2', supplierId: 'ZEN', lines: [] });
    const scope = { ...south, role: 'receiver' } as const;
    dock.do('addNote', { shipmentId: 'T', noteId: 'note-x', text: 'secret' }, CREW.rob, { scope });
    const decision = run(dock, 'addNote', CREW.rob, { scope: { ...scope, warehouses: ['W1'] } });
    expect(decision).toMatchObject({ verdict: 'conflict', code: 'already_exists', shipment: null });
    expect(JSON.stringify(decision)).not.toContain('secret');
  });
});
