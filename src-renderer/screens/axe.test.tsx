import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import axe from 'axe-core';
import { afterEach, expect, it } from 'vitest';
import type { StationView } from '#contract/bridge/view.ts';
import type { Screen } from '../state/screen-store.ts';
import { createFakeStation } from '../testing/fake-station.ts';
import { openPage } from '../testing/page.tsx';
import { at, awaited, detail, inboxItem, inspection, shipment, workItem } from '../testing/sample.ts';

// Contrast needs a real browser; everything else of WCAG that axe knows is checked here on every screen.

afterEach(cleanup);

const part: Partial<StationView> = {
  shipments: [
    shipment({ id: 'a', status: 'unloading', doorId: 'd-1', quality: 'on_hold', pending: true }),
    shipment({ id: 'b', readiness: 'missing_required', eta: at(-60) }),
  ],
  connection: { kind: 'offline', since: at(-5) },
  unsent: 2,
  work: [workItem(), workItem({ n: 2, state: 'unsent', code: null })],
  inbox: [inboxItem()],
};

const WRONG: Partial<StationView> = {
  clockOffsetMs: 3_600_000,
  work: [workItem({ from: 'station', code: null, message: 'The file was damaged.', shipmentId: null })],
};

const check = async (
  to: Screen | undefined,
  station: Partial<StationView>,
  steps: readonly string[],
  opened = detail({ status: 'counting', inspections: [inspection()], activeHolds: 1 }),
) => {
  const fake = createFakeStation(station, [opened]);
  const page = await openPage(fake, to);
  await act(async () => void render(page.element));
  await act(async () => fake.pushAlert(inboxItem()));
  for (const testId of steps)
    await act(async () => {
      fireEvent.mouseDown(screen.getAllByTestId(testId)[0]!, { button: 0 });
      fireEvent.click(screen.getAllByTestId(testId)[0]!);
    });
  const { violations } = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(violations.map(({ id, nodes }) => [id, nodes[0]?.html])).toEqual([]);
};

const on: Screen = { name: 'shipment', shipmentId: 's-1' };

it.each<[string, Screen | undefined, Partial<StationView>, string[]]>([
  ['board', undefined, part, []],
  ['empty board', undefined, { shipments: [], doors: [] }, []],
  ['unplanned arrival', undefined, part, ['unplanned']],
  ['first run with errors', undefined, { session: null }, ['setup-submit']],
  ['inbox', { name: 'inbox' }, part, []],
  ['work', { name: 'work' }, part, []],
  ['settings', { name: 'settings' }, part, []],
  ['a wrong clock over a damaged journal', { name: 'work' }, { ...part, ...WRONG }, []],
  ['a journal that cannot be used', on, { ...part, journalProblem: { kind: 'full', folder: '/data' } }, []],
  ['missing shipment', { name: 'shipment', shipmentId: 's-404' }, part, []],
  ['lines', on, part, []],
  ['documents', on, part, ['tab-documents']],
  ['inspections', on, part, ['tab-inspections']],
  ['problems', on, part, ['tab-problems']],
  ['history', on, part, ['tab-history']],
  ['actions sheet', on, part, ['more-actions']],
  ['place hold', on, part, ['more-actions', 'action-placeHold']],
  ['report discrepancy', on, part, ['more-actions', 'action-reportDiscrepancy']],
  ['count a line', on, part, ['line-row']],
])(
  '%s has nothing axe objects to',
  async (_, to, station, steps) => {
    await check(to, station, steps);
  },
  20_000,
);

it('closing without papers and stations has nothing axe objects to', async () => {
  const opened = detail({ status: 'received', readiness: 'missing_required', waitingFor: [awaited()] });
  await check(on, { shipments: part.shipments ?? [] }, ['next-action'], opened);
  expect(screen.getByTestId('stations-words')).toBeTruthy();
}, 20_000);
