import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, describe, expect, it } from 'vitest';
import type { StationView } from '#contract/bridge/view.ts';
import type { Screen } from '../state/screen-store.ts';
import { createFakeStation } from '../testing/fake-station.ts';
import { openPage } from '../testing/page.tsx';
import { detail, inboxItem, inspection, session, shipment, workItem } from '../testing/sample.ts';

afterEach(cleanup);

const MINUTE = 60_000;
const SCREENS: readonly Screen[] = [
  { name: 'board' },
  { name: 'shipment', shipmentId: 's-1' },
  { name: 'inbox' },
  { name: 'work' },
  { name: 'settings' },
  { name: 'setup' },
];
const open = async (part: Partial<StationView>, to?: Screen) => {
  const opened = detail({ status: 'counting', inspections: [inspection()] });
  const fake = createFakeStation({ shipments: [shipment({ status: 'counting' })], ...part }, [opened]);
  const page = await openPage(fake, to);
  await act(async () => void render(page.element));
  return { fake, ...page };
};
const press = (testId: string) => act(async () => void fireEvent.click(screen.getByTestId(testId)));
const said = (testId: string) => screen.queryByTestId(testId)?.textContent ?? null;
const isDisabled = (testId: string) => (screen.getByTestId(testId) as HTMLButtonElement).disabled;

describe('a clock that is wrong', () => {
  it.each([
    [190 * MINUTE, 'This PC’s clock is 3 h 10 min ahead.'],
    [-5 * MINUTE, 'This PC’s clock is 5 min behind.'],
    [-72 * 60 * MINUTE, 'This PC’s clock is 3 days behind.'],
  ])('by %s ms is told on every screen, with what is safe and what to do', async (clockOffsetMs, what) => {
    const { screens } = await open({ clockOffsetMs });
    for (const to of SCREENS) {
      await act(async () => screens.getState().go(to));
      expect(said('clock-notice'), to.name).toContain(what);
    }
    expect(said('clock-notice')).toContain('Your work is kept, with times corrected by the server’s clock.');
    expect(said('clock-notice')).toContain('Tell IT to set it.');
  });

  it.each([null, 0, 2 * MINUTE, -2 * MINUTE])('by %s ms is not told', async (clockOffsetMs) => {
    await open({ clockOffsetMs });
    expect(said('clock-notice')).toBeNull();
  });

  it('stays dismissed on every screen until it was right, and then shows anew', async () => {
    const { fake, screens } = await open({ clockOffsetMs: 60 * MINUTE });
    fireEvent.click(screen.getByLabelText('Dismiss'));
    await act(async () => screens.getState().go({ name: 'settings' }));
    act(() => fake.push({ rev: 2, clockOffsetMs: 61 * MINUTE }));
    expect(said('clock-notice')).toBeNull();
    act(() => fake.push({ rev: 3, clockOffsetMs: 0 }));
    act(() => fake.push({ rev: 4, clockOffsetMs: 60 * MINUTE }));
    expect(said('clock-notice')).toContain('1 h 0 min ahead');
  });

  it('shows again when it is wrong the other way', async () => {
    const { fake } = await open({ clockOffsetMs: 60 * MINUTE });
    await press('clock-dismiss');
    act(() => fake.push({ rev: 2, clockOffsetMs: -60 * MINUTE }));
    expect(said('clock-notice')).toContain('1 h 0 min behind');
  });

  it('is said to a screen reader without taking the focus', async () => {
    const { fake } = await open({});
    const region = screen.getByLabelText('About this station');
    expect(region.getAttribute('aria-live')).toBe('polite');
    act(() => fake.push({ rev: 2, clockOffsetMs: 60 * MINUTE }));
    expect(region.contains(screen.getByTestId('clock-notice'))).toBe(true);
    expect(document.activeElement).toBe(document.body);
  });
});

describe('a station that can save nothing', () => {
  const folder = '/home/dock/data';

  it.each([
    ['corrupt', 'is damaged', 'Call IT.'],
    ['read_only', 'may not write', 'check the folder'],
    ['locked', 'Another program', 'Close that program'],
    ['full', 'disk is full', 'make room'],
    ['other', 'cannot be opened', 'Call IT.'],
  ] as const)('over a journal that is %s says so on every screen', async (kind, what, act_) => {
    const { screens } = await open({ journalProblem: { kind, folder } });
    for (const to of SCREENS) {
      await act(async () => screens.getState().go(to));
      const text = said('journal-problem');
      for (const part of ['Nothing can be saved', what, `kept as it is, in ${folder}`, act_])
        expect(text, to.name).toContain(part);
    }
    expect(screen.getByTestId('journal-problem').querySelector('button')).toBeNull();
  });

  it('says so before anybody is signed in, too', async () => {
    await open({ journalProblem: { kind: 'other', folder }, session: null });
    expect(said('journal-problem')).toContain('Nothing can be saved');
    expect(screen.getByTestId('setup-submit')).toBeTruthy();
  });

  it('offers nothing that would have to be saved', async () => {
    const inbox = [inboxItem({ inspectionId: 'i-1' })];
    const { screens } = await open({ journalProblem: { kind: 'full', folder }, inbox });
    expect(isDisabled('unplanned')).toBe(true);
    await act(async () => screens.getState().go({ name: 'shipment', shipmentId: 's-1' }));
    expect(isDisabled('next-action')).toBe(true);
    expect(said('why-not')).toBe('Nothing can be saved at this station.');
    expect(screen.getAllByTestId('line-row')[0]?.tagName).toBe('DIV');
    expect(screen.queryByTestId('note-input')).toBeNull();
    await press('tab-problems');
    expect(screen.queryByTestId('problem-placeHold')).toBeNull();
    await press('tab-inspections');
    expect(isDisabled('inspection-requestInspection')).toBe(true);
    await press('more-actions');
    for (const name of ['placeHold', 'addNote', 'reportRejection']) expect(isDisabled(`action-${name}`)).toBe(true);
  });

  it('lets nobody take an inspection from the inbox', async () => {
    const inbox = [inboxItem({ inspectionId: 'i-1' })];
    const part = { inbox, session: session({ role: 'inspector' }) };
    await open({ journalProblem: { kind: 'full', folder }, ...part }, { name: 'inbox' });
    expect(isDisabled('inbox-take')).toBe(true);
    cleanup();
    await open(part, { name: 'inbox' });
    expect(isDisabled('inbox-take')).toBe(false);
  });
});

describe('a journal that was damaged', () => {
  const message = 'The file with the unsent work was damaged. 2 pieces of work could be read and stand here.';
  const notice = workItem({ from: 'station', type: 'addNote', code: null, message, shipmentId: null });

  it('is told on every screen, leads to what was found, and goes when that is marked handled', async () => {
    const { fake, screens } = await open({ work: [notice] });
    expect(said('journal-damaged')).toContain('The file with the unsent work was damaged');
    await press('journal-damaged-see');
    expect(screens.getState().screen.name).toBe('work');
    expect(said('work-row')).toContain(`About this station${message}`);
    expect(said('work-row')).not.toMatch(/Add note|Refused|Piece/);
    expect(screen.queryByTestId('journal-damaged-see')).toBeNull();
    act(() => fake.push({ rev: 2, work: [{ ...notice, state: 'handled' }] }));
    expect(said('journal-damaged')).toBeNull();
  });

  it('is not told beside what is worse', async () => {
    await open({ work: [notice], journalProblem: { kind: 'other', folder: '/data' } });
    expect(screen.getByTestId('journal-problem')).toBeTruthy();
    expect(said('journal-damaged')).toBeNull();
  });

  it('has nothing to do with refused work of people', async () => {
    await open({ work: [workItem()] });
    expect(said('journal-damaged')).toBeNull();
  });
});
