import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DockClient } from '../../tools/dock/dock-client.ts';
import { defineDock } from '../../tools/dock/furnish.ts';
import { LENA, MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import {
  isConnected,
  next,
  openShipment,
  openStation,
  picture,
  sample,
  seesOnBoard,
  seesStatus,
} from './support/floor.ts';
import type { Station } from './support/launch-station.ts';

let server: ServerProcess;
let a: Station;
let shipment: { id: string; number: string };
const userData = mkdtempSync(join(tmpdir(), 'dockline-mara-'));

beforeAll(async () => {
  server = await startServerProcess();
  await defineDock(server);
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  shipment = (await lena.sendNotice(sample('01-pallets-and-cartons.edi'))).shipments[0] ?? { id: '', number: '' };
  a = await openStation({ person: MARA, server, userData });
  await seesOnBoard(a.page, shipment.number, 'announced');
});
afterAll(async () => {
  await a?.close();
  await server?.stop();
});

test('unsent work survives kill -9 of the station and is sent when it is started again', async () => {
  await server.kill9();
  await isConnected(a.page, 'offline');
  await openShipment(a.page, shipment.number);
  await next(a.page, 'recordArrival');
  await seesStatus(a.page, 'arrived');
  await a.kill9();

  a = await openStation({ person: MARA, server, userData });
  await seesOnBoard(a.page, shipment.number, 'arrived');
  await expect.poll(() => a.page.getByTestId('unsent-count').textContent()).toContain('1');
  await a.page.getByTestId('nav-work').click();
  await a.page.getByTestId('work-row').first().waitFor();
  await a.screenshot(picture('work-unsent'));

  server = await startServerProcess({ dataDir: server.dataDir, port: server.port, secret: server.secret });
  await isConnected(a.page, 'live');
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  await expect.poll(async () => (await lena.shipment(shipment.id)).status, { timeout: 20_000 }).toBe('arrived');
  const { history } = await lena.history(shipment.id);
  expect(history.filter((entry) => entry.command === 'recordArrival')).toHaveLength(1);
  await expect.poll(() => a.page.getByTestId('unsent-count').count()).toBe(0);
});
