import { afterAll, beforeAll, expect, test } from 'vitest';
import { DockClient } from '../../tools/dock/dock-client.ts';
import { FaultProxy } from '../../tools/dock/fault-proxy.ts';
import { defineDock } from '../../tools/dock/furnish.ts';
import { LENA, MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { isConnected, openStation, picture, sample, seesOnBoard } from './support/floor.ts';
import type { Station } from './support/launch-station.ts';

let server: ServerProcess;
let proxy: FaultProxy;
let lena: DockClient;
let a: Station;
let number: string;
let id: string;

beforeAll(async () => {
  server = await startServerProcess();
  await defineDock(server);
  proxy = new FaultProxy(server.url);
  const url = await proxy.listen();
  lena = await DockClient.signIn(server.url, LENA, server.secret);
  const { shipments } = await lena.sendNotice(sample('01-pallets-and-cartons.edi'));
  ({ number, id } = shipments[0] ?? { number: '', id: '' });
  a = await openStation({ person: MARA, server, url });
  await isConnected(a.page, 'live', 'websocket');
  await seesOnBoard(a.page, number, 'announced');
});
afterAll(async () => {
  await a?.close();
  await proxy?.close();
  await server?.stop();
});

test('with the socket cut off and HTTP answering it polls, says so, and still shows changes', async () => {
  proxy.set('no_socket');
  await isConnected(a.page, 'polling');
  await a.page.locator('[data-testid="offline-indicator"][data-kind="polling"]').waitFor();
  await a.screenshot(picture('board-polling'));
  await lena.setStatus(id, 'in_transit');
  await seesOnBoard(a.page, number, 'in_transit');
});

test('it goes back to live by itself', async () => {
  proxy.set('open');
  await isConnected(a.page, 'live', 'websocket');
  await expect.poll(() => a.page.getByTestId('offline-indicator').count()).toBe(0);
});

test('with only WebSocket upgrades blocked it is live over the HTTP transport, and shown so', async () => {
  proxy.set('no_upgrade');
  await isConnected(a.page, 'live', 'http');
  await a.screenshot(picture('board-live-over-http'));
  await lena.setStatus(id, 'arrived');
  await seesOnBoard(a.page, number, 'arrived');
});
