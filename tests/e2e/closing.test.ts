import { afterAll, beforeAll, expect, test } from 'vitest';
import { DockClient } from '../../tools/dock/dock-client.ts';
import { FaultProxy } from '../../tools/dock/fault-proxy.ts';
import { defineDock } from '../../tools/dock/furnish.ts';
import { LENA, MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import {
  isConnected,
  openShipment,
  openStation,
  picture,
  sample,
  seesOnBoard,
  seesStatus,
  writeNote,
} from './support/floor.ts';
import type { Station } from './support/launch-station.ts';

// A receiver works in a dead spot of the hall while the lead wants to close what they work on.

let server: ServerProcess;
let proxy: FaultProxy;
let lena: DockClient;
let a: Station;
let b: Station;
let shipment: { id: string; number: string };

beforeAll(async () => {
  server = await startServerProcess();
  await defineDock(server);
  proxy = new FaultProxy(server.url);
  const url = await proxy.listen();
  lena = await DockClient.signIn(server.url, LENA, server.secret);
  shipment = (await lena.sendNotice(sample('01-pallets-and-cartons.edi'))).shipments[0] ?? { id: '', number: '' };
  await lena.setStatus(shipment.id, 'arrived');
  await lena.setStatus(shipment.id, 'at_door', { doorId: 'JOL-D1' });
  for (const status of ['unloading', 'counting'] as const) await lena.setStatus(shipment.id, status);
  [a, b] = await Promise.all([
    openStation({ person: MARA, server, url }),
    openStation({ person: LENA, server, viewport: { width: 1366, height: 768 } }),
  ]);
  await seesOnBoard(a.page, shipment.number, 'counting');
});
afterAll(async () => {
  await a?.close();
  await b?.close();
  await proxy?.close();
  await server?.stop();
});

const blockedBy = () => b.page.getByTestId('blocked-by');
const commands = async (): Promise<string[]> =>
  (await lena.history(shipment.id)).history.map(({ command, outcome }) => `${command} ${outcome}`).slice(-3);

test('a shipment whose receiver is cut off is not closed, and the lead sees whose station it is', async () => {
  await openShipment(a.page, shipment.number);
  await writeNote(a.page, 'Pallet two is wrapped twice');
  await expect.poll(async () => (await commands()).at(-1)).toBe('addNote applied');
  proxy.set('closed');
  await isConnected(a.page, 'offline');
  await writeNote(a.page, 'Carton nine is wet');
  await lena.setStatus(shipment.id, 'received');

  await openShipment(b.page, shipment.number);
  await seesStatus(b.page, 'received');
  await expect.poll(() => blockedBy().textContent(), { timeout: 10_000 }).toContain('Mara’s station');
  await b.screenshot(picture('shipment-waits-for-station'));
});

test('the lead may close without it and without the papers, with a sentence for each that is so now', async () => {
  await b.page.locator('[data-testid="next-action"][data-command="closeShipment"]:not([disabled])').click();
  await b.page.getByTestId('ask-reason').waitFor();
  await b.page.getByTestId('stations-words').waitFor();
  await b.page.getByTestId('reason-words').fill('The driver brings it on Monday');
  await b.screenshot(picture('ask-closing-all'));
  await lena.upload(shipment.id, 'Bill of lading.pdf', 'bill_of_lading', new TextEncoder().encode('%PDF-1.4\n%%EOF\n'));
  await expect.poll(() => b.page.getByTestId('reason-words').count(), { timeout: 10_000 }).toBe(0);
  await b.screenshot(picture('ask-closing-without-station'));
  await expect(lena.setStatus(shipment.id, 'closed')).rejects.toThrow(/409.*Mara’s station \(Mara\) has worked on it/s);
  await b.page.keyboard.press('Escape');
  await expect.poll(() => b.page.getByTestId('ask-reason').count()).toBe(0);
});

test('once the station is back and its work has come, nothing blocks any more, and nothing came too late', async () => {
  proxy.set('open');
  await isConnected(a.page, 'live');
  await expect.poll(() => blockedBy().count(), { timeout: 20_000 }).toBe(0);
  const button = b.page.locator('[data-testid="next-action"][data-command="closeShipment"]:not([disabled])');
  await button.hover();
  await b.page.mouse.down();
  await seesStatus(b.page, 'closed');
  await b.page.mouse.up();
  expect(await commands()).toEqual(['attachDocument applied', 'addNote applied', 'closeShipment applied']);
});
