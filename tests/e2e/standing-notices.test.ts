import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DockClient } from '../../tools/dock/dock-client.ts';
import { defineDock } from '../../tools/dock/furnish.ts';
import { LENA, MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { backToBoard, isConnected, openShipment, openStation, picture, sample, seesOnBoard } from './support/floor.ts';
import type { Station } from './support/launch-station.ts';

// What everybody has to know about a station itself: its clock is hours wrong, or its journal was damaged, or cannot be used.

/** The station's clock is the one of this machine; the server's is behind it, which is the same to both. */
const BEHIND_MS = 190 * 60_000;
const CLOCK = `const At = Date; globalThis.Date = class extends At {
  constructor(...parts) { if (parts.length === 0) super(At.now() - ${BEHIND_MS}); else super(...parts); }
  static now() { return At.now() - ${BEHIND_MS}; } };`;

let server: ServerProcess;
let shipment: { id: string; number: string };

beforeAll(async () => {
  server = await startServerProcess({
    env: { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(CLOCK)}` },
  });
  await defineDock(server);
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  shipment = (await lena.sendNotice(sample('01-pallets-and-cartons.edi'))).shipments[0] ?? { id: '', number: '' };
  for (const status of ['arrived', 'at_door', 'unloading', 'counting'] as const)
    await lena.setStatus(shipment.id, status, status === 'at_door' ? { doorId: 'JOL-D1' } : {});
});
afterAll(() => server?.stop());

const text = (page: Page, testId: string): Promise<string> => page.getByTestId(testId).innerText();
const gone = (page: Page, testId: string) => expect.poll(() => page.getByTestId(testId).count()).toBe(0);

describe('a journal that was damaged, and a clock three hours ahead', () => {
  let station: Station;
  let page: Page;

  beforeAll(async () => {
    const userData = mkdtempSync(join(tmpdir(), 'dockline-damaged-'));
    writeFileSync(join(userData, 'journal.db'), 'garbage '.repeat(1_000));
    station = await openStation({ person: MARA, server, userData, viewport: { width: 1920, height: 1080 } });
    page = station.page;
    await isConnected(page, 'live');
    await seesOnBoard(page, shipment.number, 'counting');
  });
  afterAll(() => station?.close());

  test('are both said on the board, and the damage leads to what was found', async () => {
    await expect.poll(() => text(page, 'clock-notice')).toMatch(/clock is 3 h 1[01] min ahead/);
    await station.screenshot(picture('standing-damaged-and-clock'));
    await page.getByTestId('journal-damaged-see').click();
    await expect.poll(() => text(page, 'work-row')).toMatch(/was kept as journal\.db\.damaged-/);
    await station.screenshot(picture('work-journal-damaged'));
    await page.getByTestId('work-handled').click();
    await gone(page, 'journal-damaged');
  });

  test('the clock is said on a shipment and in Settings, in hours and minutes, until dismissed', async () => {
    await backToBoard(page);
    await openShipment(page, shipment.number);
    await page.getByTestId('clock-notice').waitFor();
    await station.screenshot(picture('standing-clock'));
    await page.getByTestId('nav-settings').click();
    expect(await text(page, 'settings')).toMatch(/3 h 1[01] min ahead of the server/);
    await page.getByText('ahead of the server').scrollIntoViewIfNeeded();
    await station.screenshot(picture('settings-clock'));
    await page.getByTestId('clock-dismiss').click();
    await gone(page, 'clock-notice');
    await backToBoard(page);
    expect(await page.getByTestId('clock-notice').count()).toBe(0);
  });

  test('work is saved and its time is the server’s', async () => {
    await openShipment(page, shipment.number);
    await page.getByTestId('tab-problems').click();
    await page.getByTestId('note-input').fill('Pallet two is wrapped twice');
    await page.getByTestId('note-save').click();
    const lena = await DockClient.signIn(server.url, LENA, server.secret);
    const written = async () => (await lena.shipment(shipment.id)).notes[0]?.writtenAt ?? '';
    await expect.poll(written).not.toBe('');
    expect(Math.abs(Date.parse(await written()) + BEHIND_MS - Date.now())).toBeLessThan(60_000);
  });
});

describe('a journal that can neither be opened nor replaced', () => {
  let station: Station;
  let page: Page;
  const userData = mkdtempSync(join(tmpdir(), 'dockline-no-journal-'));
  const left = join(userData, 'journal.db', 'what was there');

  beforeAll(async () => {
    mkdirSync(join(userData, 'journal.db'));
    writeFileSync(left, 'of somebody');
    station = await openStation({
      person: LENA,
      server,
      userData,
      viewport: { width: 1366, height: 768 },
      colorScheme: 'dark',
    });
    page = station.page;
    await isConnected(page, 'live');
    await page.evaluate(`window.station.setSettings({ screenInches: 14, theme: 'dark' })`);
    await seesOnBoard(page, shipment.number, 'counting');
    await page.getByTestId('clock-dismiss').click();
  });
  afterAll(() => station?.close());

  test('is said on every screen, with where the file is', async () => {
    for (const screen of ['inbox', 'work', 'settings', 'board']) {
      await page.getByTestId(`nav-${screen}`).click();
      expect(await text(page, 'journal-problem'), screen).toMatch(/Nothing can be saved at this station.*Call IT/s);
    }
    expect(await text(page, 'journal-problem')).toContain(userData);
    await station.screenshot(picture('journal-unusable-board'));
  });

  test('everything can be read, and nothing is offered that would have to be saved', async () => {
    await openShipment(page, shipment.number);
    expect(await text(page, 'why-not')).toContain('Nothing can be saved at this station');
    expect(await page.getByTestId('next-action').isDisabled()).toBe(true);
    await station.screenshot(picture('journal-unusable-shipment'));
    await page.getByTestId('more-actions').click();
    await page.getByTestId('action-placeHold').waitFor();
    expect(await page.getByTestId('action-placeHold').isDisabled()).toBe(true);
    await station.screenshot(picture('journal-unusable-actions'));
    expect(readFileSync(left, 'utf8')).toBe('of somebody');
  });
});
