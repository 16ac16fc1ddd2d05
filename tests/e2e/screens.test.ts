import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DockClient } from '../../tools/dock/dock-client.ts';
import { furnish } from '../../tools/dock/furnish.ts';
import { IVO, LENA, MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { backToBoard, isConnected, openShipment, openStation, picture, seesOnBoard } from './support/floor.ts';
import type { Station } from './support/launch-station.ts';

// Every screen on a 21.5″ kiosk and on a small laptop, light and dark: the pictures are looked at, and here it is checked
// that nothing is cut off or covered.

const PLACES = [
  { name: 'kiosk-light', viewport: { width: 1920, height: 1080 }, colorScheme: 'light', inches: 21.5 },
  { name: 'laptop-dark', viewport: { width: 1280, height: 800 }, colorScheme: 'dark', inches: 14 },
] as const;

let server: ServerProcess;
let counting: { id: string; number: string };

beforeAll(async () => {
  server = await startServerProcess();
  expect(await furnish(server)).toMatchObject({ refused: [] });
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  const planned = (await lena.shipments('&warehouseId=JOL')).filter(({ status }) => status === 'announced');
  const ways = [
    ['in_transit', 'arrived', 'at_door', 'unloading', 'counting'],
    ['in_transit', 'arrived', 'at_door', 'unloading', 'counting', 'received'],
    ['in_transit', 'arrived', 'at_door'],
    ['in_transit', 'arrived'],
    ['in_transit'],
    ['cancelled'],
  ] as const;
  for (const [at, way] of ways.entries()) {
    const shipment = planned.at(-1 - at);
    if (shipment === undefined) throw new Error('too few samples');
    for (const status of way) {
      const more = status === 'at_door' ? { doorId: `JOL-D${at + 1}` } : { reason: 'For the pictures.' };
      await lena.setStatus(shipment.id, status, more);
    }
    if (at === 0) counting = shipment;
  }
  await lena.upload(
    counting.id,
    'Bill of lading 4711.pdf',
    'bill_of_lading',
    new TextEncoder().encode('%PDF-1.4\n%%EOF\n'),
  );
  await lena.reject(counting.id, { reasonCode: 'damaged', quantity: '2', note: 'Two cartons crushed.' });
});
afterAll(() => server?.stop());

/** Elements that stick out of the window or whose words are cut off without an ellipsis. */
const cutOff = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const found: string[] = [];
    for (const element of document.querySelectorAll('button, h1, h2, h3, [data-testid="connection-chip"]')) {
      const box = element.getBoundingClientRect();
      const visible = box.width > 1 && box.height > 1;
      if (visible && (box.right > window.innerWidth + 1 || box.left < -1))
        found.push(`${element.tagName} ${element.textContent}`);
    }
    if (document.documentElement.scrollWidth > window.innerWidth + 1) found.push('the page scrolls sideways');
    return found;
  });

describe.each(PLACES)('$name', ({ name, viewport, colorScheme, inches }) => {
  let station: Station;
  let page: Page;
  const shot = async (screen: string): Promise<void> => {
    expect(await cutOff(page), screen).toEqual([]);
    await station.screenshot(picture(`${name}-${screen}`));
  };

  beforeAll(async () => {
    station = await openStation({ person: name.startsWith('kiosk') ? MARA : IVO, server, viewport, colorScheme });
    page = station.page;
    await isConnected(page, 'live');
    await page.evaluate(
      `window.station.setSettings({ screenInches: ${inches}, doorId: 'JOL-D2', theme: '${colorScheme}' })`,
    );
    await seesOnBoard(page, counting.number);
  });
  afterAll(() => station?.close());

  test('board', () => shot('board'));

  test('search', async () => {
    await page.getByTestId('board-search').fill('north');
    await expect.poll(() => page.getByTestId('board-row').count()).toBeGreaterThan(0);
    await shot('search');
    await page.getByTestId('board-search').fill('nothing like this');
    await expect.poll(() => page.getByTestId('board-row').count()).toBe(0);
    await shot('search-nothing');
    await page.getByTestId('board-search').fill('');
  });

  test('shipment, each tab', async () => {
    await openShipment(page, counting.number);
    for (const tab of ['lines', 'documents', 'inspections', 'problems', 'history']) {
      await page.getByTestId(`tab-${tab}`).click();
      if (tab === 'history') await page.getByTestId('history-row').first().waitFor();
      await shot(`shipment-${tab}`);
    }
  });

  test('other actions, with why not', async () => {
    await page.getByTestId('more-actions').click();
    await page.locator('[data-testid^="action-"]').first().waitFor();
    await shot('actions');
    await page.keyboard.press('Escape');
  });

  test.each(['inbox', 'work', 'settings'])('%s', async (screen) => {
    await page.getByTestId(`nav-${screen}`).click();
    await page.getByTestId(screen).waitFor();
    await shot(screen);
    await backToBoard(page);
  });
});
