import { afterAll, beforeAll, expect, test } from 'vitest';
import { DockClient } from '../../tools/dock/dock-client.ts';
import { defineDock } from '../../tools/dock/furnish.ts';
import { IVO, LENA, MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import {
  chooseDoor,
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
let b: Station;
let shipment: { id: string; number: string };

beforeAll(async () => {
  server = await startServerProcess();
  await defineDock(server);
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  const { shipments } = await lena.sendNotice(sample('01-pallets-and-cartons.edi'));
  shipment = shipments[0] ?? { id: '', number: '' };
  [a, b] = await Promise.all([openStation({ person: MARA, server }), openStation({ person: IVO, server })]);
  await Promise.all([seesOnBoard(a.page, shipment.number), seesOnBoard(b.page, shipment.number)]);
});
afterAll(async () => {
  await Promise.all([a?.close(), b?.close()]);
  await server?.stop();
});

test('work done while the server is dead arrives on B when it is back, each piece exactly once', async () => {
  await server.kill9();
  await Promise.all([isConnected(a.page, 'offline'), isConnected(b.page, 'offline')]);
  await a.page.locator('[data-testid="offline-indicator"][data-kind="offline"]').waitFor();
  await a.screenshot(picture('board-offline'));

  await openShipment(a.page, shipment.number);
  for (const [command, status] of [
    ['recordArrival', 'arrived'],
    ['reportAtDoor', 'at_door'],
    ['startUnloading', 'unloading'],
  ] as const) {
    await next(a.page, command);
    if (command === 'reportAtDoor') await chooseDoor(a.page, 'JOL-D2');
    await seesStatus(a.page, status);
  }
  await expect.poll(() => a.page.getByTestId('unsent-count').textContent()).toContain('3');
  await a.screenshot(picture('shipment-offline-unsent'));

  server = await startServerProcess({ dataDir: server.dataDir, port: server.port, secret: server.secret });
  await Promise.all([isConnected(a.page, 'live'), isConnected(b.page, 'live')]);
  await seesOnBoard(b.page, shipment.number, 'unloading');
  await expect.poll(() => a.page.getByTestId('unsent-count').count()).toBe(0);

  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  const { history } = await lena.history(shipment.id);
  for (const command of ['recordArrival', 'reportAtDoor', 'startUnloading']) {
    expect(
      history.filter((entry) => entry.command === command && entry.actor.id === 'mara'),
      command,
    ).toHaveLength(1);
  }
});
