import { act, cleanup, fireEvent, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import { at, inspection, line, mara, document as paper, tomek } from '../../testing/sample.ts';
import { splitOf } from './ask-inspection.tsx';
import { openTab as open, pad, press, saved } from './shipment-for-tests.tsx';

afterEach(cleanup);

const claimed = inspection({ status: 'claimed', claimedBy: tomek, claimedAt: at(-5) });

describe('inspections', () => {
  it('are taken with one press; a decision', async () => {
    const { fake } = await open('inspections', { inspections: [inspection()], version: 6 }, 'inspector');
    await press('inspection-claimInspection');
    expect(fake.callsOf('save')).toEqual([
      ['claimInspection', { shipmentId: 's-1', inspectionId: 'i-1' }, { id: 's-1', version: 6 }],
    ]);
  });

  it('cannot be taken offline, and say why', async () => {
    await open('inspections', { inspections: [inspection()] }, 'inspector', {
      connection: { kind: 'offline', since: at(-1) },
    });
    expect((screen.getByTestId('inspection-claimInspection') as HTMLButtonElement).disabled).toBe(true);
    expect(screen.getByTestId('inspection-row').textContent).toContain('Needs the server');
  });

  it('are requested for a line', async () => {
    const { fake } = await open('inspections', {}, 'lead');
    expect(screen.getByText('No inspections')).toBeTruthy();
    await press('inspection-requestInspection');
    await press('pick-line-l-3');
    await press('ask-save');
    expect(saved(fake)).toEqual([
      ['requestInspection', { shipmentId: 's-1', inspectionId: expect.any(String), lineId: 'l-3' }],
    ]);
  });

  it('are answered check by check, measured against limits, then split', async () => {
    const { fake } = await open('inspections', { inspections: [claimed] }, 'inspector');
    await press('inspection-recordInspectionResult');
    expect(screen.getByText('Check 1 of 2')).toBeTruthy();
    await press('check-fail');
    expect(screen.getByText('Check 2 of 2')).toBeTruthy();
    expect(screen.getByText('Between −22 and −18 °C')).toBeTruthy();
    await act(async () => void fireEvent.click(screen.getByText(/Below zero/)));
    await pad('1', '2');
    expect(screen.getByText(/Outside the limits/)).toBeTruthy();
    await pad('back', 'back', '2', '0');
    expect(screen.getByText('Within limits')).toBeTruthy();
    await press('check-save');
    expect(saved(fake)).toEqual([
      [
        'recordInspectionResult',
        { shipmentId: 's-1', inspectionId: 'i-1', result: { checkId: 'condition', passed: false } },
      ],
      [
        'recordInspectionResult',
        { shipmentId: 's-1', inspectionId: 'i-1', result: { checkId: 'temperature', passed: true, value: '-20' } },
      ],
    ]);
    expect(screen.getByTestId('ask-complete')).toBeTruthy();
  });

  it('begin with the first check that has no result', async () => {
    await open(
      'inspections',
      { inspections: [{ ...claimed, results: [{ checkId: 'condition', passed: true }] }] },
      'inspector',
    );
    await press('inspection-recordInspectionResult');
    expect(screen.getByText('Check 2 of 2')).toBeTruthy();
  });

  it('answer by choice, text and photo', async () => {
    const checks = [
      { id: 'c', kind: 'choice', label: 'Colour', choices: ['Green', 'Brown'], required: true },
      { id: 't', kind: 'text', label: 'Smell', required: false },
      { id: 'p', kind: 'photo', label: 'Label', required: true },
    ] as const;
    const { fake } = await open(
      'inspections',
      {
        inspections: [{ ...claimed, checks: checks.map((check) => ({ ...check, choices: ['Green', 'Brown'] })) }],
        documents: [paper({ id: 'ph', documentType: 'photo', caption: 'Label' })],
      },
      'inspector',
    );
    await press('inspection-recordInspectionResult');
    await press('check-choice-Brown');
    await press('check-save');
    fireEvent.change(screen.getByTestId('check-text'), { target: { value: 'none' } });
    await press('check-save');
    await act(async () => void fireEvent.click(within(screen.getByTestId('ask-check')).getByRole('radio')));
    await press('check-save');
    expect(saved(fake).map(([, args]) => (args as { result: unknown }).result)).toEqual([
      { checkId: 'c', passed: null, value: 'Brown' },
      { checkId: 't', passed: null, value: 'none' },
      { checkId: 'p', passed: null, documentIds: ['ph'] },
    ]);
  });
});

describe('completing an inspection', () => {
  it('needs a result of every required check, and says which there is none of', async () => {
    const half = { ...claimed, results: [{ checkId: 'condition', passed: true }] };
    await open('inspections', { lines: [line(1, { counted: '24' })], inspections: [half] }, 'inspector');
    await press('inspection-completeInspection');
    expect((screen.getByTestId('ask-save') as HTMLButtonElement).disabled).toBe(true);
    expect(screen.getByText('1 required check has no result yet.')).toBeTruthy();
    expect(screen.getByTestId('ask-complete').textContent).toContain('Core temperature');
  });

  it('needs quantities that add up', async () => {
    const lines = [line(1, { counted: '24' })];
    const results = claimed.checks.map(({ id }) => ({ checkId: id, passed: true }));
    const { fake } = await open('inspections', { lines, inspections: [{ ...claimed, results }] }, 'inspector');
    await press('inspection-completeInspection');
    const button = () => screen.getByTestId('ask-save') as HTMLButtonElement;
    expect(button().disabled).toBe(false);
    fireEvent.focus(screen.getByTestId('split-rejected'));
    await pad('2');
    expect(button().disabled).toBe(true);
    expect(screen.getByText('Accepted, rejected and held make 26, not 24.')).toBeTruthy();
    fireEvent.focus(screen.getByTestId('split-accepted'));
    await pad('2', '1', 'point', '5');
    fireEvent.focus(screen.getByTestId('split-held'));
    await pad('0', 'point', '5');
    await press('ask-save');
    expect(saved(fake)).toEqual([
      [
        'completeInspection',
        {
          shipmentId: 's-1',
          inspectionId: 'i-1',
          quantities: { inspected: '24', accepted: '21.5', rejected: '2', held: '0.5' },
        },
      ],
    ]);
  });

  it('show outcome and split when completed, open ones first', async () => {
    const done = inspection({
      id: 'i-0',
      lineId: null,
      status: 'completed',
      completedBy: mara,
      completedAt: at(-2),
      outcome: 'partly_rejected',
      quantities: { inspected: '3', accepted: '2', rejected: '1', held: '0' },
    });
    await open('inspections', { inspections: [done, inspection()] }, 'receiver');
    const rows = screen.getAllByTestId('inspection-row');
    expect(rows.map(({ dataset }) => dataset.status)).toEqual(['requested', 'completed']);
    expect(rows[1]?.textContent).toContain('2 accepted · 1 rejected · 0 held');
    expect(rows[1]?.textContent).toContain('Partly rejected');
    expect(within(rows[0]!).queryByRole('button')).toBeNull();
  });

  it.each([
    [{ inspected: '3', accepted: '1', rejected: '1', held: '1' }, '3', true],
    [{ inspected: '0.3', accepted: '0.1', rejected: '0.2', held: '0' }, '0.3', true],
    [{ inspected: '3', accepted: '3', rejected: '', held: '0' }, '3', false],
    [{ inspected: '', accepted: '0', rejected: '0', held: '0' }, '0', false],
    [{ inspected: '3', accepted: '4', rejected: '0', held: '0' }, '4', false],
  ])('%o sums to %s', (values, sum, complete) => {
    expect(splitOf(values)).toEqual({ sum, complete });
  });
});
