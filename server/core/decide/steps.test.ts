import { describe, expect, it } from 'vitest';
import { sampleArgs } from '../model-commands.ts';
import { CREW, ModelDock } from '../model-dock.ts';

const { placeHold, releaseHold, attachDocument } = sampleArgs(1);
const S = { shipmentId: 'S' };

describe('closing', () => {
  it('is blocked by a hold, whoever asks and however often', () => {
    const dock = new ModelDock();
    dock.bring('S', 'received');
    dock.do('placeHold', placeHold, CREW.rob);
    const blocked = dock.do('closeShipment', { ...S, waiver: 'never mind' }, CREW.lea);
    expect(blocked).toMatchObject({
      verdict: 'conflict',
      code: 'blocked',
      shipment: { quality: 'on_hold', activeHolds: 1 },
    });
    expect(blocked.message).toContain('A hold is in force');
    dock.do('releaseHold', releaseHold, CREW.ivy);
    expect(dock.do('closeShipment', { ...S, waiver: 'never mind' }, CREW.lea).verdict).toBe('applied');
  });

  it('is blocked by missing documents unless they are waived, and history keeps the waiver', () => {
    const dock = new ModelDock();
    for (const shipmentId of ['S', 'T']) {
      dock.bring(shipmentId, 'received');
      dock.do('amendShipment', { shipmentId, requiredDocuments: ['bill_of_lading'] }, CREW.lea);
    }
    expect(dock.do('closeShipment', S, CREW.lea)).toMatchObject({ verdict: 'conflict', code: 'blocked' });
    dock.do('closeShipment', { ...S, waiver: 'came by fax' }, CREW.lea);
    expect(dock.history.at(-1)?.details).toEqual({ waiver: 'came by fax' });
    dock.do('attachDocument', { ...attachDocument, shipmentId: 'T' }, CREW.sam);
    expect(dock.do('closeShipment', { shipmentId: 'T' }, CREW.lea).shipment).toMatchObject({
      status: 'closed',
      closedAt: dock.time(),
    });
  });

  it('waits for work that is still to come, unless somebody says why not, and history keeps that', () => {
    const dock = new ModelDock();
    for (const shipmentId of ['S', 'T']) dock.bring(shipmentId, 'received');
    dock.awaited.set('S', [{ station: 'Dock 3', userName: 'Rob', state: 'unsent', since: dock.time() }]);
    const blocked = dock.do('closeShipment', S, CREW.lea);
    expect(blocked).toMatchObject({ verdict: 'conflict', code: 'blocked', shipment: { status: 'received' } });
    expect(blocked.message).toContain('Dock 3 (Rob) has work on it');
    expect(dock.do('closeShipment', { shipmentId: 'T' }, CREW.lea).verdict).toBe('applied');
    expect(dock.do('closeShipment', { ...S, waiver: 'came by fax' }, CREW.lea).verdict).toBe('conflict');
    expect(dock.do('closeShipment', { ...S, withoutStations: 'fork lift ran over it' }, CREW.lea).verdict).toBe(
      'applied',
    );
    expect(dock.history.at(-1)?.details).toEqual({ withoutStations: 'fork lift ran over it' });
  });
});

describe('ending otherwise and coming back', () => {
  it('keeps the reason, and no PIN', () => {
    const dock = new ModelDock();
    dock.bring('S', 'unloading');
    dock.do('refuseShipment', { ...S, reason: 'wet', leadPin: '4711' }, CREW.rob, { approvedBy: CREW.lea });
    expect(dock.shipment('S')).toMatchObject({ status: 'refused', reason: 'wet', statusChangedBy: 'Rob' });
    expect(JSON.stringify(dock.history.at(-1))).not.toContain('4711');
  });

  it('reopens the count and the shipment, clearing the times that no longer hold', () => {
    const dock = new ModelDock();
    dock.bring('S', 'closed');
    dock.do('reopenShipment', { ...S, reason: 'too early' }, CREW.ada);
    expect(dock.shipment('S')).toMatchObject({ status: 'received', closedAt: null, reason: 'too early' });
    dock.do('reopenCount', { ...S, reason: 'one more pallet' }, CREW.lea);
    expect(dock.shipment('S')).toMatchObject({ status: 'counting', receivedAt: null });
  });

  it('lets a supplier cancel its own', () => {
    const dock = new ModelDock();
    dock.bring('S', 'in_transit');
    expect(dock.do('cancelShipment', S, CREW.sam).shipment).toMatchObject({ status: 'cancelled', reason: null });
    expect(dock.do('cancelShipment', S, CREW.sam).verdict).toBe('noop');
    expect(dock.do('recordArrival', S, CREW.rob)).toMatchObject({ verdict: 'conflict', code: 'illegal_step' });
  });

  it('writes who moved it into history, step by step', () => {
    const dock = new ModelDock();
    dock.bring('S', 'closed');
    expect(
      dock.history
        .filter(({ toStatus }) => toStatus !== null)
        .map((each) => [each.fromStatus, each.toStatus, each.actor.name]),
    ).toEqual([
      [null, 'announced', 'Lea'],
      ['announced', 'arrived', 'Rob'],
      ['arrived', 'at_door', 'Rob'],
      ['at_door', 'unloading', 'Rob'],
      ['unloading', 'counting', 'Rob'],
      ['counting', 'received', 'Rob'],
      ['received', 'closed', 'Lea'],
    ]);
  });
});
