import { act, cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { ShipmentView, StationView } from '#contract/bridge/view.ts';
import type { Role } from '#contract/domain/roles.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import { createFakeStation } from '../../testing/fake-station.ts';
import { openPage } from '../../testing/page.tsx';
import { at, detail, inspection, line, mara, document as paper, session, tomek } from '../../testing/sample.ts';
import { nextUncounted } from './ask-count.tsx';
import { splitOf } from './ask-inspection.tsx';
import { othersOf } from './header.tsx';

afterEach(cleanup);

const press = (testId: string) => act(async () => void fireEvent.click(screen.getByTestId(testId)));
const pad = async (...keys: string[]) => {
  for (const key of keys) await press(`pad-${key}`);
};

const open = async (
  tab: string,
  part: Partial<ShipmentView> = {},
  role: Role = 'lead',
  station: Partial<StationView> = {},
) => {
  const fake = createFakeStation({ session: session({ role }), ...station }, [detail(part)]);
  const page = await openPage(fake, { name: 'shipment', shipmentId: 's-1' });
  await act(async () => void render(page.element));
  // react-aria chooses a tab on pointer down, as the platform does.
  await act(async () => {
    fireEvent.mouseDown(screen.getByTestId(`tab-${tab}`), { button: 0 });
    fireEvent.click(screen.getByTestId(`tab-${tab}`));
  });
  return { fake, ...page };
};
const saved = (fake: ReturnType<typeof createFakeStation>) => fake.callsOf('save').map(([name, args]) => [name, args]);

describe('lines', () => {
  const lines = [
    line(1, { counted: '24' }),
    line(2, { counted: '20', damaged: '2' }),
    line(3),
    line(4, { counted: '25.5', expected: '24' }),
  ];

  it('compare counted with announced in words', async () => {
    await open('lines', { lines });
    const texts = screen.getAllByTestId('line-row').map(({ textContent }) => textContent ?? '');
    expect(texts[0]).toContain('24 / 24 EA');
    expect(texts[0]).toContain('As announced');
    expect(texts[1]).toContain('4 short');
    expect(texts[1]).toContain('2 damaged');
    expect(texts[2]).toContain('Not counted');
    expect(texts[3]).toContain('1.5 over');
  });

  it('are narrowed to what is open or different', async () => {
    await open('lines', { lines });
    const shown = () => screen.getAllByTestId('line-row').map((row) => row.dataset.lineNumber);
    fireEvent.click(screen.getByRole('button', { name: /Not counted/ }));
    expect(shown()).toEqual(['3']);
    fireEvent.click(screen.getByRole('button', { name: /Differences/ }));
    expect(shown()).toEqual(['2', '4']);
  });

  it('explain emptiness', async () => {
    await open('lines', { lines: [line(1, { counted: '24' })] });
    fireEvent.click(screen.getByRole('button', { name: /Not counted/ }));
    expect(screen.getByText('Every line is counted')).toBeTruthy();
    cleanup();
    await open('lines', { lines: [] });
    expect(screen.getByText('No lines')).toBeTruthy();
  });

  it('are counted with the number pad, one after the other', async () => {
    const { fake } = await open('lines', { status: 'counting', lines }, 'receiver');
    await act(async () => void fireEvent.click(screen.getAllByTestId('line-row')[1]!));
    expect((screen.getByTestId('count-counted') as HTMLInputElement).value).toBe('20');
    await pad('2', '4');
    await press('count-next');
    expect(screen.getByText('Count line 3')).toBeTruthy();
    await press('count-as-announced');
    await press('count-save');
    expect(saved(fake)).toEqual([
      ['setCount', { shipmentId: 's-1', lineId: 'l-2', counted: '24', damaged: '2' }],
      ['setCount', { shipmentId: 's-1', lineId: 'l-3', counted: '24' }],
    ]);
    expect(screen.queryByTestId('ask-count')).toBeNull();
  });

  it('warn when more is damaged than counted, and stop when a count could not be saved', async () => {
    const { fake } = await open('lines', { status: 'counting', lines }, 'receiver');
    fake.answers.saved = { ok: false, code: 'disk_full', message: '' };
    await act(async () => void fireEvent.click(screen.getAllByTestId('line-row')[0]!));
    fireEvent.change(screen.getByTestId('count-damaged'), { target: { value: '99' } });
    expect(screen.getByText(/More damaged than counted/)).toBeTruthy();
    await press('count-next');
    expect(screen.queryByTestId('ask-count')).toBeNull();
    expect(screen.getByTestId('save-error').textContent).toContain('disk is full');
  });

  it('cannot be counted by others or at another time', async () => {
    await open('lines', { status: 'unloading', lines }, 'receiver');
    expect(screen.getAllByTestId('line-row')[0]?.tagName).toBe('DIV');
    cleanup();
    await open('lines', { status: 'counting', lines }, 'inspector');
    expect(screen.getAllByTestId('line-row')[0]?.tagName).toBe('DIV');
  });

  it('go on with the next line that is not counted, around the end', () => {
    const [one, two, three] = [line(1), line(2, { counted: '1' }), line(3)];
    expect(nextUncounted([three!, two!, one!], one!)?.lineNumber).toBe(3);
    expect(nextUncounted([one!, two!, three!], three!)?.lineNumber).toBe(1);
    expect(nextUncounted([two!], two!)).toBeNull();
  });
});

describe('documents', () => {
  it('say what is expected and whether it is there, then what is on file', async () => {
    await open('documents', {
      requiredDocuments: ['bill_of_lading', 'customs'],
      documents: [
        paper(),
        paper({ id: 'doc-2', documentType: 'photo', caption: 'Pallet 3', isVerified: false, uploadedAt: at(-1) }),
      ],
    });
    expect(screen.getAllByTestId('document-expected').map(({ dataset }) => [dataset.type, dataset.there])).toEqual([
      ['bill_of_lading', 'true'],
      ['customs', 'false'],
      ['packing_list', 'false'],
    ]);
    const rows = screen.getAllByTestId('document-row').map(({ textContent }) => textContent ?? '');
    expect(rows).toHaveLength(2);
    expect(rows[0]).toContain('Pallet 3');
    expect(rows[0]).toContain('Not verified');
    expect(rows[1]).toContain('248 kB');
  });

  it('explain emptiness, and a new one appears by itself', async () => {
    const { fake } = await open('documents', { documents: [] });
    expect(screen.getByText('No documents yet')).toBeTruthy();
    act(() => fake.pushShipment(detail({ documents: [paper()] })));
    expect(screen.getAllByTestId('document-row')).toHaveLength(1);
  });
});

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

describe('problems', () => {
  const base = { shipmentId: 's-1', reportedAt: at(-9), reportedBy: tomek };

  it('list holds in force first, then rejections and discrepancies', async () => {
    await open('problems', {
      activeHolds: 1,
      holds: [
        {
          id: 'h-0',
          shipmentId: 's-1',
          lineId: null,
          reason: 'Old',
          placedAt: at(-90),
          placedBy: tomek,
          releasedAt: at(-50),
          releasedBy: mara,
          releaseReason: 'Checked',
        },
        {
          id: 'h-1',
          shipmentId: 's-1',
          lineId: 'l-2',
          reason: 'Wet',
          placedAt: at(-20),
          placedBy: tomek,
          releasedAt: null,
          releasedBy: null,
          releaseReason: null,
        },
      ],
      rejections: [
        {
          ...base,
          id: 'r',
          scope: 'line',
          lineId: 'l-1',
          quantity: '2',
          reasonCode: 'crushed',
          note: 'Bottom',
          disposition: 'return',
          evidence: ['d'],
        },
      ],
      discrepancies: [{ ...base, id: 'x', lineId: null, kind: 'short', quantity: '3', note: null }],
    });
    const texts = screen.getAllByTestId('hold-row').map(({ textContent }) => textContent ?? '');
    expect(texts[0]).toContain('Line 2');
    expect(texts[0]).toContain('In force');
    expect(texts[1]).toContain('Released by Mara Lindqvist');
    expect(screen.getByTestId('rejection-row').textContent).toContain('Line 1 · 2 EA');
    expect(screen.getByTestId('rejection-row').textContent).toContain('1 piece of evidence');
    expect(screen.getByTestId('discrepancy-row').textContent).toContain('Whole shipment · 3');
    await press('hold-release');
    expect(screen.getByTestId('ask-release')).toBeTruthy();
  });

  it('explain emptiness and offer what may be reported', async () => {
    await open('problems', {}, 'receiver');
    expect(screen.getByText('No problems recorded')).toBeTruthy();
    expect(screen.getByTestId('problem-placeHold')).toBeTruthy();
    expect(screen.queryByTestId('problem-reportRejection')).toBeNull();
  });
});

describe('history', () => {
  const entry = (part: Partial<HistoryEntry>): HistoryEntry => ({
    id: 'e-1',
    seq: 1,
    command: 'recordArrival',
    outcome: 'applied',
    fromStatus: 'announced',
    toStatus: 'arrived',
    actor: tomek,
    details: {},
    occurredAt: at(-30),
    recordedAt: at(-30),
    ...part,
  });
  const withHistory = async (history: HistoryEntry[], stale = false) => {
    const opened = await open('lines');
    opened.fake.answers.history = { history, fetchedAt: at(-1), stale };
    await act(async () => {
      fireEvent.mouseDown(screen.getByTestId('tab-history'), { button: 0 });
      fireEvent.click(screen.getByTestId('tab-history'));
    });
    return opened;
  };

  it('lists who did what, newest first, late facts with both times', async () => {
    await withHistory([
      entry({}),
      entry({
        id: 'e-2',
        seq: 2,
        command: 'startUnloading',
        outcome: 'superseded',
        toStatus: 'unloading',
        recordedAt: at(-2),
      }),
      entry({ id: 'e-3', seq: 3, command: 'placeHold', toStatus: null, details: { reason: 'Wet cartons' } }),
    ]);
    const rows = screen.getAllByTestId('history-row').map(({ textContent }) => textContent ?? '');
    expect(rows[0]).toContain('Tomek Wójcik placed a hold');
    expect(rows[0]).toContain('Wet cartons');
    expect(rows[1]).toContain('the shipment had moved on');
    expect(rows[1]).toContain('recorded');
    expect(rows[1]).not.toContain('Unloading');
    expect(rows[2]).toContain('Arrived');
  });

  it('keeps both sentences of a shipment that was closed without papers and stations', async () => {
    const details = { waiver: 'Paper copy', withoutStations: 'It was dropped' };
    await withHistory([entry({ command: 'closeShipment', toStatus: 'closed', details })]);
    expect(screen.getByTestId('history-row').textContent).toContain('Paper copyIt was dropped');
  });

  it('is asked anew when the shipment changes, keeping what is there meanwhile', async () => {
    const { fake } = await withHistory([entry({})]);
    fake.answers.history = { history: [entry({}), entry({ id: 'e-2', seq: 2 })], fetchedAt: at(0), stale: false };
    await act(async () => fake.pushShipment(detail({ updatedAt: at(1) })));
    expect(screen.getAllByTestId('history-row')).toHaveLength(2);
    fake.answers.broken = 'getHistory';
    await act(async () => fake.pushShipment(detail({ updatedAt: at(2) })));
    expect(screen.getAllByTestId('history-row')).toHaveLength(2);
  });

  it('says when it is an old copy', async () => {
    await withHistory([entry({})], true);
    expect(screen.getByText(/the server cannot be reached for a newer one/)).toBeTruthy();
  });

  it('says when there is none here, and asks again', async () => {
    const { fake } = await open('history');
    expect(screen.getByText('The history is not on this station')).toBeTruthy();
    fake.answers.history = { history: [entry({})], fetchedAt: at(0), stale: false };
    await act(async () => void fireEvent.click(screen.getByText('Try again')));
    expect(screen.getAllByTestId('history-row')).toHaveLength(1);
  });
});

it('counts every other person once', () => {
  const viewer = (userId: string, socketId: string) => ({ userId, userName: userId, socketId, since: at(0) });
  expect(
    othersOf([viewer('me', '1'), viewer('a', '2'), viewer('a', '3'), viewer('b', '4')], 'me').map(
      ({ userId }) => userId,
    ),
  ).toEqual(['a', 'b']);
});
