import { describe, expect, it } from 'vitest';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { Inspection } from '#contract/domain/shipment-records.ts';
import { inspectionBody } from '#contract/wire/http.ts';
import { inspectionSteps } from './inspection-steps.ts';

const lines = [
  { id: 'l1', expected: '10', counted: '8.5' },
  { id: 'l2', expected: '4', counted: null },
] as ShipmentDetail['lines'];
const plan = (body: object, inspection: Partial<Inspection> | null = null, shipmentLines = lines) =>
  inspectionSteps(
    {
      shipment: { id: 's1', lines: shipmentLines },
      inspectionId: 'i1',
      inspection: inspection === null ? null : ({ lineId: null, results: [], ...inspection } as Inspection),
    },
    inspectionBody.parse(body),
  );
const types = (...of: Parameters<typeof plan>) => plan(...of).map(({ type }) => type);
const quantities = (...of: Parameters<typeof plan>) => {
  const last = plan(...of).at(-1);
  return last?.type === 'completeInspection' ? last.args.quantities : undefined;
};
const code = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    return (error as { code: string }).code;
  }
  return 'none';
};

describe('inspectionSteps', () => {
  it('requests one that is not there', () => {
    expect(plan({ status: 'requested', lineId: 'l1', note: 'look' })).toEqual([
      {
        type: 'requestInspection',
        args: { shipmentId: 's1', inspectionId: 'i1', lineId: 'l1', note: 'look', checks: undefined },
      },
    ]);
  });

  it('goes the whole way in one request', () => {
    const results = [{ checkId: 'condition', passed: true }];
    expect(types({ status: 'completed', results })).toEqual([
      'requestInspection',
      'claimInspection',
      'recordInspectionResult',
      'completeInspection',
    ]);
  });

  it('goes on from where it is', () => {
    expect(types({ status: 'claimed' }, { status: 'requested' })).toEqual(['claimInspection']);
    expect(
      types({ status: 'completed', results: { inspected: '1', accepted: '1' } }, { status: 'in_progress' }),
    ).toEqual(['completeInspection']);
  });

  it('claims again when asked, so that the second to claim is told who was first', () => {
    expect(types({ status: 'claimed' }, { status: 'claimed' })).toEqual(['claimInspection']);
  });

  it('records that it was begun when there is no result yet', () => {
    expect(plan({ status: 'in_progress' }, { status: 'claimed' })).toMatchObject([
      { type: 'recordInspectionResult', args: { result: { checkId: 'begun', passed: null } } },
    ]);
    expect(types({ status: 'in_progress' }, { status: 'in_progress' })).toEqual([]);
  });

  it('has nothing to do when it is there', () => {
    expect(types({ status: 'requested' }, { status: 'requested' })).toEqual([]);
    expect(types({ status: 'completed', results: { accepted: '1' } }, { status: 'completed' })).toEqual([]);
  });

  it('does not go back', () => {
    expect(code(() => plan({ status: 'requested' }, { status: 'in_progress' }))).toBe('illegal_step');
    expect(code(() => plan({ status: 'completed' }, { status: 'voided' }))).toBe('illegal_step');
  });
});

describe('the split on completion', () => {
  it('is what was said', () => {
    const results = { inspected: '10', accepted: '7', rejected: '3' };
    expect(quantities({ status: 'completed', results })).toEqual({
      inspected: '10',
      accepted: '7',
      rejected: '3',
      held: '0',
    });
  });

  it('adds up what was said in parts', () => {
    expect(quantities({ status: 'completed', results: { accepted: '7', held: '2.5' } })?.inspected).toBe('9.5');
  });

  it('accepts all that is there when every check passed', () => {
    const results = [{ checkId: 'condition', passed: true }];
    expect(quantities({ status: 'completed', results })).toMatchObject({
      inspected: '12.5',
      accepted: '12.5',
      held: '0',
    });
    expect(quantities({ status: 'completed', results, lineId: 'l2' })?.accepted).toBe('4');
  });

  it('holds all that is there when a check failed, now or before', () => {
    const failed = [{ checkId: 'condition', passed: false }];
    expect(quantities({ status: 'completed', results: failed })).toMatchObject({ accepted: '0', held: '12.5' });
    const earlier = { status: 'in_progress' as const, results: failed as Inspection['results'] };
    expect(quantities({ status: 'completed' }, earlier)).toMatchObject({ accepted: '0', held: '12.5' });
  });

  it('counts a check as it was found last', () => {
    const earlier = { status: 'in_progress' as const, results: [{ checkId: 'labels', passed: false }] };
    expect(quantities({ status: 'completed', results: [{ checkId: 'labels', passed: true }] }, earlier)?.held).toBe(
      '0',
    );
  });

  it('asks how much when a check failed and nothing says what is there', () => {
    const results = [{ checkId: 'condition', passed: false }];
    expect(code(() => plan({ status: 'completed', results }, null, []))).toBe('invalid');
  });
});
