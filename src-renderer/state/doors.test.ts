import { describe, expect, it } from 'vitest';
import { door, shipment } from '../testing/sample.ts';
import { doorStates } from './doors.ts';

describe('doors', () => {
  it('lists the doors of one warehouse in the order people count', () => {
    const doors = [door('10'), door('2'), door('1'), door('A', { warehouseId: 'w-2' })];
    expect(doorStates(doors, [], 'w-1').map((state) => state.door.name)).toEqual(['1', '2', '10']);
    expect(doorStates(doors, [], null)).toEqual([]);
  });

  it('puts at a door what stands there, and shows a clash', () => {
    const dock = [
      shipment({ id: 'a', status: 'unloading', doorId: 'd-1' }),
      shipment({ id: 'b', status: 'at_door', doorId: 'd-1' }),
      shipment({ id: 'c', status: 'arrived', doorId: 'd-2' }),
      shipment({ id: 'd', status: 'arrived' }),
    ];
    const here = doorStates([door('1'), door('2')], dock, 'w-1').map((state) => state.here.map(({ id }) => id));
    expect(here).toEqual([['a', 'b'], []]);
  });
});
