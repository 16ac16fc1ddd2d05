import { describe, expect, it } from 'vitest';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { ProblemError } from '#contract/wire/errors.ts';
import { stepTo } from './step-to.ts';

const at = (status: Shipment['status'], version = 3, doorId: string | null = null) =>
  ({ id: 's1', status, version, doorId }) as Shipment;
const problem = (run: () => unknown): ProblemError => {
  try {
    run();
  } catch (error) {
    return error as ProblemError;
  }
  throw new Error('nothing was refused');
};

describe('stepTo', () => {
  it('maps the wanted status to the command of the role', () => {
    expect(stepTo(at('arrived'), { status: 'at_door', doorId: 'D1' }, 'lead')).toEqual({
      type: 'assignDoor',
      args: { shipmentId: 's1', doorId: 'D1' },
    });
    expect(stepTo(at('arrived'), { status: 'at_door' }, 'receiver')?.type).toBe('reportAtDoor');
  });

  it('carries the reason to the commands that have one', () => {
    expect(stepTo(at('arrived'), { status: 'refused', reason: 'wet' }, 'lead')).toMatchObject({
      type: 'refuseShipment',
      args: { reason: 'wet', reasonCode: 'other' },
    });
    expect(stepTo(at('received'), { status: 'closed', reason: 'lost papers' }, 'lead')?.args).toMatchObject({
      waiver: 'lost papers',
    });
  });

  it('has nothing to do where the shipment already is', () => {
    expect(stepTo(at('arrived'), { status: 'arrived' }, 'lead')).toBeNull();
    expect(stepTo(at('arrived'), { status: 'arrived', expectedVersion: 3 }, 'lead')).toBeNull();
  });

  it('has nothing to do at the same door, and something at another', () => {
    const there = at('at_door', 3, 'D1');
    expect(stepTo(there, { status: 'at_door', doorId: 'D1' }, 'lead')).toBeNull();
    expect(stepTo(there, { status: 'at_door', doorId: 'D2' }, 'lead')?.type).toBe('assignDoor');
    expect(stepTo(there, { status: 'at_door', doorId: 'D2' }, 'receiver')).toEqual({
      type: 'reportAtDoor',
      args: { shipmentId: 's1', doorId: 'D2' },
    });
  });

  it('drops no door unread, and lets the one where it stands be repeated', () => {
    const there = at('at_door', 3, 'D1');
    expect(stepTo(there, { status: 'unloading', doorId: 'D1' }, 'lead')?.type).toBe('startUnloading');
    for (const status of ['unloading', 'arrived'] as const) {
      const refused = problem(() =>
        stepTo(status === 'arrived' ? at(status) : there, { status, doorId: 'D2' }, 'lead'),
      );
      expect([refused.code, refused.extra.issues]).toMatchObject(['invalid', [{ path: 'doorId' }]]);
      expect(refused.message).toContain('D2');
    }
  });

  it('shows who decided on another version that the decision was lost, even to the same status', () => {
    const lost = problem(() => stepTo(at('at_door'), { status: 'at_door', expectedVersion: 2 }, 'lead'));
    expect(lost.code).toBe('version_conflict');
    expect(lost.extra.shipment).toMatchObject({ id: 's1', status: 'at_door' });
  });

  it('refuses what no single step leads to', () => {
    const illegal = problem(() => stepTo(at('announced'), { status: 'closed' }, 'lead'));
    expect(illegal.code).toBe('illegal_step');
    expect(illegal.message).toContain('announced');
    expect(illegal.extra.shipment).toMatchObject({ id: 's1' });
  });

  it('asks for the reason where there has to be one', () => {
    const missing = problem(() => stepTo(at('received'), { status: 'counting' }, 'lead'));
    expect(missing.code).toBe('invalid');
    expect(missing.extra.issues).toMatchObject([{ path: 'reason' }]);
  });
});
