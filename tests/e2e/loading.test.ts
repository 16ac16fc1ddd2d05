import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSeedDock } from '../../tools/bench/seed-dock.ts';
import { FaultProxy } from '../../tools/dock/fault-proxy.ts';
import { MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { isConnected, openStation, picture } from './support/floor.ts';
import type { Station } from './support/launch-station.ts';

// A station that has nothing yet, on a line so slow that what it does meanwhile can be looked at.

const ROWS_IN_WORK = 300;
const PAST_ROWS = 12_000;

let server: ServerProcess;
let proxy: FaultProxy;
let station: Station;

beforeAll(async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'dockline-loading-'));
  const dock = await openSeedDock(dataDir);
  await dock.furnish();
  await dock.past(PAST_ROWS);
  await dock.announce(ROWS_IN_WORK);
  await dock.close();
  server = await startServerProcess({ dataDir });
  proxy = new FaultProxy(server.url);
  const url = await proxy.listen();
  proxy.disturb({ latencyMs: 400 });
  station = await openStation({ person: MARA, server, url });
});
afterAll(async () => {
  await station?.close();
  await proxy?.close();
  await server?.stop();
});

test('it shows open work while the rest is still coming, and says so', async () => {
  const { page } = station;
  await page.locator('[data-testid="loading-bar"][data-kind="loading"]').waitFor({ timeout: 20_000 });
  proxy.hold({ up: false, down: true });
  await page.getByTestId('board-row').first().waitFor();
  expect(await page.getByTestId('connection-chip').textContent()).toBe('Loading');
  await station.screenshot(picture('board-loading'));
  await page.getByTestId('board-search').fill('no such thing');
  await page.getByText('so far').waitFor();
  await station.screenshot(picture('board-loading-search'));
  await page.getByTestId('board-search').fill('');
});

test('what has come stays on the screen when the line goes down in the middle', async () => {
  const { page } = station;
  proxy.set('closed');
  await page.locator('[data-testid="loading-bar"][data-kind="stopped"]').waitFor({ timeout: 20_000 });
  expect(await page.getByTestId('board-row').count()).toBeGreaterThan(0);
  await station.screenshot(picture('board-loading-stopped'));
});

test('and all of it comes when the line is back', async () => {
  const { page } = station;
  proxy.disturb({ latencyMs: 0 });
  proxy.set('open');
  await isConnected(page, 'live');
  await expect.poll(() => page.getByTestId('loading-bar').count()).toBe(0);
  await page.getByTestId('board-search').fill('NW-2001');
  await page.locator('[data-testid="board-row"]').first().waitFor();
});
