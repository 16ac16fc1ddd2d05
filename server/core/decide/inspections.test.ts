import { describe, expect, it } from 'vitest';
import { DEFAULT_CHECKS } from '#contract/domain/inspection.ts';
import type { Actor } from '#contract/domain/roles.ts';
import type { Decision } from '../decision.ts';
import { CREW, ModelDock } from '../model-dock.ts';

const I = { shipmentId: 'S', inspectionId: 'I' };

const inspected = (): ModelDock => {
  const dock = new ModelDock();
  dock.bring('S', 'counting');
  dock.do('requestInspection', { ...I, lineId: 'S-1' }, CREW.lea);
  return dock;
};

/** Taken and looked at by Ivy, all three checks. */
const looked = (): ModelDock => {
  const dock = inspected();
  dock.do('claimInspection', I, CREW.ivy);
  for (const { id } of DEFAULT_CHECKS)
    dock.do('recordInspectionResult', { ...I, result: { checkId: id, passed: true } }, CREW.ivy);
  return dock;
};

const complete = (dock: ModelDock, [inspected, accepted, rejected, held]: string[], who: Actor = CREW.ivy): Decision =>
  dock.do(
    'completeInspection',
    {
      ...I,
      quantities: { inspected: inspected ?? '', accepted: accepted ?? '', rejected: rejected ?? '', held: held ?? '' },
    },
    who,
  );

describe('requesting and claiming', () => {
  it('asks for the usual checks and shows as awaiting', () => {
    const dock = inspected();
    expect(dock.shipment('S').quality).toBe('awaiting');
    expect(dock.state.row('inspection', 'I')?.checks.map(({ id }) => id)).toEqual(['condition', 'labels', 'quantity']);
    expect(dock.do('requestInspection', { ...I, lineId: 'S-1' }, CREW.lea).verdict).toBe('noop');
    expect(dock.do('requestInspection', I, CREW.lea).code).toBe('already_exists');
    const lost = { ...I, inspectionId: 'J', lineId: 'T-1' };
    expect(dock.do('requestInspection', lost, CREW.lea).code).toBe('invalid');
  });

  it('goes to whoever claims first', () => {
    const dock = inspected();
    expect(dock.do('claimInspection', I, CREW.ivy).verdict).toBe('applied');
    expect(dock.shipment('S').quality).toBe('in_progress');
    expect(dock.do('claimInspection', I, CREW.ivy).verdict).toBe('noop');
    const second = dock.do('claimInspection', I, CREW.ian);
    expect(second).toMatchObject({
      verdict: 'conflict',
      code: 'already_claimed',
      message: 'Ivy has taken this inspection.',
    });
  });

  it('knows no inspection of another shipment', () => {
    const dock = inspected();
    dock.bring('T', 'counting');
    expect(dock.do('claimInspection', { ...I, shipmentId: 'T' }, CREW.ivy).code).toBe('not_found');
  });
});

describe('results', () => {
  const result = (dock: ModelDock, passed: boolean, who: Actor = CREW.ivy, how = {}): Decision =>
    dock.do('recordInspectionResult', { ...I, result: { checkId: 'condition', passed } }, who, how);

  it('claims for whoever begins without claiming', () => {
    const dock = inspected();
    result(dock, true);
    expect(dock.state.row('inspection', 'I')).toMatchObject({ status: 'in_progress', claimedBy: CREW.ivy });
  });

  it('grow only, and the same again is noop', () => {
    const dock = inspected();
    result(dock, true);
    expect(result(dock, true).verdict).toBe('noop');
    result(dock, false, CREW.ian);
    const inspection = dock.state.row('inspection', 'I');
    expect(inspection?.results.map(({ passed, recordedBy }) => [passed, recordedBy?.name])).toEqual([
      [true, 'Ivy'],
      [false, 'Ian'],
    ]);
    expect(inspection?.claimedBy).toEqual(CREW.ivy);
  });

  it('that come after completion stand in history alone', () => {
    const dock = looked();
    complete(dock, ['5', '5', '0', '0']);
    expect(result(dock, false).verdict).toBe('superseded');
    expect(dock.history.at(-1)).toMatchObject({ command: 'recordInspectionResult', outcome: 'superseded' });
    expect(result(dock, false, CREW.ivy, { late: 'refuse' }).code).toBe('illegal_step');
    expect(dock.state.row('inspection', 'I')?.results).toHaveLength(3);
  });
});

describe('completion', () => {
  it.each([
    [['5', '5', '0', '1'], '6'],
    [['5', '4', '0', '0'], '4'],
    [['0.3', '0.1', '0.1', '0.2'], '0.4'],
  ])('refuses a split that does not add up: %j', (split, sum) => {
    const dock = looked();
    const decision = complete(dock, split);
    expect(decision).toMatchObject({ verdict: 'rejected', code: 'quantities_do_not_add_up' });
    expect(decision.message).toContain(`make ${sum}, but`);
    expect(dock.state.row('inspection', 'I')?.status).toBe('in_progress');
  });

  it('adds decimals exactly', () => {
    const dock = looked();
    expect(complete(dock, ['0.3', '0.1', '0.2', '0']).verdict).toBe('applied');
  });

  it.each([
    [['5', '5', '0', '0'], 'passed', 'passed', 0],
    [['5', '3', '2', '0'], 'partly_rejected', 'on_hold', 1],
    [['5', '0', '5', '0'], 'rejected', 'on_hold', 1],
    [['5', '4', '0', '1'], 'on_hold', 'on_hold', 1],
  ])('of %j is %s and makes the shipment %s', (split, outcome, quality, holds) => {
    const dock = looked();
    complete(dock, split);
    expect(dock.state.row('inspection', 'I')).toMatchObject({ status: 'completed', outcome, completedBy: CREW.ivy });
    expect(dock.shipment('S')).toMatchObject({ quality, activeHolds: holds });
    expect(dock.state.parts('hold', 'S').map(({ lineId }) => lineId)).toEqual(holds === 0 ? [] : ['S-1']);
    expect(dock.do('completeCount', { shipmentId: 'S' }, CREW.rob).verdict).toBe('applied');
  });

  it('needs somebody to have taken it', () => {
    const dock = inspected();
    const split = ['5', '5', '0', '0'];
    expect(complete(dock, split)).toMatchObject({ verdict: 'conflict', code: 'illegal_step', writes: [] });
    expect(complete(dock, split).message).toContain('Take it first');
    expect(dock.state.row('inspection', 'I')).toMatchObject({ status: 'requested', claimedBy: null });
  });

  it('needs a result of every required check, and says of which there is none', () => {
    const dock = new ModelDock();
    dock.bring('S', 'counting');
    const checks = ['first', 'second', 'third'].map((id) => ({ id, kind: 'pass_fail' as const, label: `The ${id}` }));
    const optional = { id: 'extra', kind: 'text' as const, label: 'Anything', required: false };
    dock.do('requestInspection', { ...I, checks: [...checks, optional] }, CREW.lea);
    dock.do('claimInspection', I, CREW.ivy);
    const record = (checkId: string): Decision =>
      dock.do('recordInspectionResult', { ...I, result: { checkId, passed: checkId !== 'third' } }, CREW.ivy);
    record('second');
    const early = complete(dock, ['5', '5', '0', '0']);
    expect(early).toMatchObject({ verdict: 'conflict', code: 'blocked', writes: [] });
    expect(early.message).toContain('The first; The third.');
    record('first');
    record('third');
    expect(complete(dock, ['5', '5', '0', '0']).verdict).toBe('applied');
  });

  it('of one that has no required checks begins where it was taken', () => {
    const dock = new ModelDock();
    dock.bring('S', 'counting');
    dock.do('requestInspection', { ...I, checks: [] }, CREW.lea);
    dock.do('claimInspection', I, CREW.ivy);
    expect(complete(dock, ['5', '5', '0', '0']).verdict).toBe('applied');
  });

  it.each([
    ['2', '0'],
    ['0', '1'],
  ])(
    'with %s rejected and %s held takes what nobody had taken, holds the goods, and says which checks were left out',
    (no, held) => {
      const dock = inspected();
      const split = ['5', no === '0' ? '4' : '3', no, held];
      expect(complete(dock, split).verdict).toBe('applied');
      const labels = DEFAULT_CHECKS.map(({ label }) => label);
      expect(dock.state.row('inspection', 'I')).toMatchObject({ status: 'completed', claimedBy: CREW.ivy });
      expect(dock.shipment('S')).toMatchObject({ quality: 'on_hold', activeHolds: 1 });
      expect(dock.history.at(-1)?.details).toMatchObject({ checksWithoutResult: labels });
      expect(complete(dock, split).verdict).toBe('noop');
    },
  );

  it('that holds goods is not for somebody else either, and history names no checks where all were looked at', () => {
    const dock = inspected();
    dock.do('claimInspection', I, CREW.ivy);
    expect(complete(dock, ['5', '3', '2', '0'], CREW.ian).code).toBe('already_claimed');
    const done = looked();
    complete(done, ['5', '3', '2', '0']);
    expect(done.history.at(-1)?.details).not.toHaveProperty('checksWithoutResult');
  });

  it('named as a target by another system goes by the checks of that system', () => {
    const dock = inspected();
    const quantities = { inspected: '5', accepted: '5', rejected: '0', held: '0' };
    const byTarget = (): Decision => dock.do('completeInspection', { ...I, quantities }, CREW.ivy, { late: 'refuse' });
    expect(byTarget().code).toBe('illegal_step');
    const some = { ...quantities, accepted: '4', held: '1' };
    expect(dock.do('completeInspection', { ...I, quantities: some }, CREW.ivy, { late: 'refuse' }).code).toBe(
      'illegal_step',
    );
    dock.do('claimInspection', I, CREW.ivy);
    expect(byTarget().verdict).toBe('applied');
  });

  it('is done once, and not for somebody else', () => {
    const dock = looked();
    expect(complete(dock, ['5', '5', '0', '0'], CREW.ian).code).toBe('already_claimed');
    complete(dock, ['5', '5', '0', '0']);
    expect(complete(dock, ['5', '5.0', '0', '0']).verdict).toBe('noop');
    expect(complete(dock, ['5', '4', '1', '0']).code).toBe('illegal_step');
    expect(dock.do('claimInspection', I, CREW.ian).code).toBe('illegal_step');
  });
});

describe('hold beats accept', () => {
  it.each([true, false])('whichever comes first (hold first: %s)', (holdFirst) => {
    const dock = looked();
    const hold = (): Decision => dock.do('placeHold', { shipmentId: 'S', holdId: 'H', reason: 'smells' }, CREW.rob);
    if (holdFirst) hold();
    complete(dock, ['5', '5', '0', '0']);
    if (!holdFirst) hold();
    expect(dock.shipment('S')).toMatchObject({ quality: 'on_hold', activeHolds: 1 });
    dock.do('releaseHold', { shipmentId: 'S', holdId: 'H', reason: 'aired' }, CREW.lea);
    expect(dock.shipment('S')).toMatchObject({ quality: 'passed', activeHolds: 0 });
  });
});
