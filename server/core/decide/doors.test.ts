import { describe, expect, it } from 'vitest';
import { CREW, ModelDock } from '../model-dock.ts';

const at = (door: string, id = 'S') => ({ shipmentId: id, doorId: door });

describe('assignDoor', () => {
  it('loses to whoever is at the door, until the door is free', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    dock.bring('T', 'arrived');
    expect(dock.do('assignDoor', at('D1', 'T'), CREW.lea).verdict).toBe('applied');
    const lost = dock.do('assignDoor', at('D1'), CREW.lea);
    expect(lost).toMatchObject({ verdict: 'conflict', code: 'blocked', shipment: { id: 'S', status: 'arrived' } });
    expect(lost.message).toContain('S-261123-0002');
    dock.bringOn('T', 'counting');
    expect(dock.do('assignDoor', at('D1'), CREW.lea).code).toBe('blocked');
    dock.bringOn('T', 'received');
    expect(dock.do('assignDoor', at('D1'), CREW.lea).verdict).toBe('applied');
  });

  it.each(['D9', 'E1'])('knows no door %s in this warehouse', (door) => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    expect(dock.do('assignDoor', at(door), CREW.lea)).toMatchObject({ verdict: 'rejected', code: 'invalid' });
    expect(dock.do('reportAtDoor', at(door), CREW.rob)).toMatchObject({ verdict: 'rejected', code: 'invalid' });
  });

  it('does not send a truck to a door out of service, and believes one that stands there', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    dock.do('defineDoor', { doorId: 'D1', warehouseId: 'W1', name: 'Door 1', inService: false }, CREW.ada);
    expect(dock.do('assignDoor', at('D1'), CREW.lea).code).toBe('blocked');
    expect(dock.do('reportAtDoor', at('D1'), CREW.rob).verdict).toBe('applied');
  });

  it('is noop at the same door and illegal at another', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    dock.do('assignDoor', at('D1'), CREW.lea);
    expect(dock.do('assignDoor', at('D1'), CREW.lea).verdict).toBe('noop');
    expect(dock.do('assignDoor', { shipmentId: 'S' }, CREW.lea).verdict).toBe('noop');
    expect(dock.do('assignDoor', at('D2'), CREW.lea).code).toBe('illegal_step');
  });
});

it('a door that was moved to another warehouse tells nobody there what still stands at it', () => {
  const dock = new ModelDock();
  dock.bring('T', 'arrived');
  dock.do('reportAtDoor', at('D1', 'T'), CREW.rob);
  dock.do('defineDoor', { doorId: 'D1', warehouseId: 'W2', name: 'Door 1' }, CREW.ada);
  dock.bring('S', 'arrived', { warehouseId: 'W2' });
  expect(dock.do('assignDoor', at('D1'), CREW.lea)).toMatchObject({
    code: 'blocked',
    message: 'Door Door 1 is taken by another shipment. Choose another, or wait until it is free.',
  });
  dock.do('reportAtDoor', at('D1'), CREW.rob);
  expect(dock.state.parts('discrepancy', 'S')).toMatchObject([{ note: 'Door Door 1 also has another shipment.' }]);
});

describe('reportAtDoor', () => {
  it('flags a clash and is not refused', () => {
    const dock = new ModelDock();
    dock.bring('T', 'arrived');
    dock.do('reportAtDoor', at('D1', 'T'), CREW.rob);
    dock.bring('S', 'arrived');
    expect(dock.do('reportAtDoor', at('D1'), CREW.rob).verdict).toBe('applied');
    expect(dock.shipment('S')).toMatchObject({ status: 'at_door', doorId: 'D1', discrepancyCount: 1 });
    expect(dock.state.parts('discrepancy', 'S')).toMatchObject([
      { kind: 'door_clash', note: 'Door Door 1 also has S-261123-0001.' },
    ]);
    expect(dock.shipment('T').discrepancyCount).toBe(0);
  });

  it('corrects the door and flags that it was another', () => {
    const dock = new ModelDock();
    dock.bring('S', 'arrived');
    dock.do('assignDoor', at('D1'), CREW.lea);
    const moved = dock.do('reportAtDoor', at('D2'), CREW.rob);
    expect(moved.shipment).toMatchObject({ status: 'at_door', doorId: 'D2', discrepancyCount: 1, version: 4 });
    expect(dock.do('reportAtDoor', at('D2'), CREW.rob).verdict).toBe('noop');
  });

  it('says where a shipment stands that was sent to no door, without a flag', () => {
    const dock = new ModelDock();
    dock.bring('S', 'at_door');
    dock.do('reportAtDoor', at('D2'), CREW.rob);
    expect(dock.shipment('S')).toMatchObject({ doorId: 'D2', discrepancyCount: 0 });
  });
});
