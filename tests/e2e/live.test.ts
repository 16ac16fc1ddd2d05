import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DockClient } from '../../tools/dock/dock-client.ts';
import { defineDock } from '../../tools/dock/furnish.ts';
import { IVO, LENA, MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import {
  backToBoard,
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
let lena: DockClient;
let a: Station;
let b: Station;
let shipment: { id: string; number: string };

beforeAll(async () => {
  server = await startServerProcess();
  await defineDock(server);
  lena = await DockClient.signIn(server.url, LENA, server.secret);
  [a, b] = await Promise.all([openStation({ person: MARA, server }), openStation({ person: IVO, server })]);
  console.log(`end to end on ${a.host}`);
  await Promise.all([isConnected(a.page, 'live', 'websocket'), isConnected(b.page, 'live', 'websocket')]);
});

afterAll(async () => {
  await Promise.all([a?.close(), b?.close()]);
  expect(await server?.stop()).toBe(0);
});

describe('a ship notice', () => {
  test('appears on both boards', async () => {
    const reply = await lena.sendNotice(sample('01-pallets-and-cartons.edi'));
    const first = reply.shipments[0];
    if (first === undefined) throw new Error('no shipment was announced');
    shipment = first;
    await Promise.all([
      seesOnBoard(a.page, shipment.number, 'announced'),
      seesOnBoard(b.page, shipment.number, 'announced'),
    ]);
    await a.screenshot(picture('board-with-one-notice'));
  });
});

describe('a status moved on A', () => {
  test('is seen on B, with a notification there and none on A', async () => {
    const before = (await b.notifications()).length;
    const onA = await a.notifications();
    await openShipment(a.page, shipment.number);
    await next(a.page, 'recordArrival');
    await seesStatus(a.page, 'arrived');
    await seesOnBoard(b.page, shipment.number, 'arrived');
    await expect.poll(async () => (await b.notifications()).length).toBe(before + 1);
    const shown = (await b.notifications()).at(-1);
    expect(`${shown?.title} ${shown?.body}`).toContain(shipment.number);
    expect(await a.notifications()).toEqual(onA);
  });

  test('opens its screen when the notification is clicked', async () => {
    await b.clickNotification((await b.notifications()).length - 1);
    await b.page.locator(`[data-testid="shipment-screen"][data-shipment-id="${shipment.id}"]`).waitFor();
  });
});

describe('people on one shipment', () => {
  test('see each other', async () => {
    await a.page.getByTestId('viewers').getByText('Ivo').waitFor();
    await b.page.getByTestId('viewers').getByText('Mara').waitFor();
    await a.screenshot(picture('shipment-with-viewer'));
  });

  test('see who is typing, until it stops', async () => {
    await a.page.getByTestId('tab-problems').click();
    await a.page.getByTestId('note-input').pressSequentially('Pallet 3 leans', { delay: 20 });
    await b.page.getByTestId('typing').getByText('Mara').waitFor();
    await b.screenshot(picture('shipment-typing'));
    await a.page.getByTestId('note-save').click();
    await b.page.getByTestId('typing').getByText('Mara').waitFor({ state: 'detached', timeout: 10_000 });
    await b.page.getByTestId('tab-problems').click();
    await b.page.getByText('Pallet 3 leans').first().waitFor();
  });

  test('are gone for the others when they leave', async () => {
    await backToBoard(a.page);
    await b.page.getByTestId('viewers').getByText('Mara').waitFor({ state: 'detached' });
  });
});

describe('a document uploaded over HTTP', () => {
  test('appears on both', async () => {
    await openShipment(a.page, shipment.number);
    await Promise.all([a, b].map(({ page }) => page.getByTestId('tab-documents').click()));
    await lena.upload(
      shipment.id,
      'BOL 4711.pdf',
      'bill_of_lading',
      new TextEncoder().encode('%PDF-1.4\n%demo\n%%EOF\n'),
    );
    for (const { page } of [a, b]) await page.getByTestId('document-row').getByText('BOL 4711.pdf').waitFor();
    await b.screenshot(picture('shipment-documents'));
  });
});

describe('an inspection that is asked for', () => {
  const inspectionId = randomUUID();
  const item = () => b.page.locator('[data-testid="inbox-item"]').filter({ hasText: 'needs an inspection' });

  test('comes to the inspector, who could take it', async () => {
    const before = (await b.notifications()).length;
    await lena.setInspection(shipment.id, inspectionId, 'requested');
    await expect.poll(async () => (await b.notifications()).length).toBe(before + 1);
    expect((await b.notifications()).at(-1)).toMatchObject({ isShown: true });
    await b.page.getByTestId('nav-inbox').click();
    await item().getByTestId('inbox-take').waitFor();
    await b.screenshot(picture('inbox-to-take'));
  });

  test('is withdrawn from them when another has taken it: toast, alert and offer', async () => {
    await b.page.getByTestId('alert').getByText('needs an inspection').waitFor();
    const rita = await DockClient.signIn(server.url, { ...IVO, sub: 'rita', name: 'Rita' }, server.secret);
    await rita.setInspection(shipment.id, inspectionId, 'claimed');
    await item().getByText('Taken by Rita').waitFor();
    await item().getByTestId('inbox-take').waitFor({ state: 'detached' });
    await b.page.getByTestId('alert').getByText('needs an inspection').waitFor({ state: 'detached' });
    expect((await b.notifications()).at(-1)).toMatchObject({ isShown: false });
    await b.screenshot(picture('inbox-taken'));
  });
});

describe('a rejection', () => {
  test('reported by the lead reaches the receiver with a notification', async () => {
    const before = (await a.notifications()).length;
    await lena.reject(shipment.id, { reasonCode: 'damaged', quantity: '2', note: 'Two cartons crushed.' });
    await expect.poll(async () => (await a.notifications()).length).toBe(before + 1);
    expect((await a.notifications()).at(-1)?.title).toContain(shipment.number);
  });
});
