// `npm run demo`: a scripted day at the dock on two real stations, headless, with latencies and pictures; exit 0 when all of it happened.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandName } from '#contract/domain/command-table.ts';
import { buildStation } from '../build-once.ts';
import { DockClient } from '../dock/dock-client.ts';
import { furnish } from '../dock/furnish.ts';
import { launchDockStation } from '../dock/launch-station.ts';
import { IVO, LENA, MARA } from '../dock/people.ts';
import { startServerProcess } from '../dock/server-process.ts';
import type { Station } from '../electron-stand-in/launch-station.ts';
import { whichHost } from '../electron-stand-in/which-host.ts';
import { takeOwnTemporaryFolder } from '../own-temporary-folder.ts';
import { Timeline } from './timeline.ts';

takeOwnTemporaryFolder('demo');

const pictures = join(import.meta.dirname, '..', '..', 'artifacts', 'demo');
mkdirSync(pictures, { recursive: true });

/** The first truck of the sample notices: pallets and cartons of dry food. */
const TRUCK = 'BW-260481';

const timeline = new Timeline();
const rowOf = (station: Station, number: string) =>
  station.page.locator(`[data-testid="board-row"][data-number="${number}"]`).first();
const rowAt = (station: Station, number: string, status: string) =>
  station.page.locator(`[data-testid="board-row"][data-number="${number}"][data-status="${status}"]`).first().waitFor();
const press = (station: Station, command: CommandName) =>
  station.page.locator(`[data-testid="next-action"][data-command="${command}"]:not([disabled])`).click();
const connected = (station: Station, kind: string) =>
  station.page.locator(`[data-testid="connection-chip"][data-kind="${kind}"]`).waitFor({ timeout: 30_000 });
const shot = (station: Station, name: string) => station.screenshot(join(pictures, `${name}.png`));

const chooseDoor = async (station: Station): Promise<void> => {
  await station.page.getByTestId('pick-door-JOL-D2').click();
  await station.page.getByTestId('ask-save').click();
};

const day = async (): Promise<void> => {
  buildStation();
  timeline.say('host', whichHost().describe);
  let server = await startServerProcess();
  const { shipments, warnings } = await furnish(server);
  timeline.say(
    'server',
    `${server.url}: ${shipments} shipments announced from the sample notices, ${warnings} warnings kept`,
  );
  const desk = { serverUrl: server.url, secret: server.secret };
  const [a, b] = await Promise.all([
    launchDockStation({ ...desk, person: MARA }),
    launchDockStation({ ...desk, person: IVO, viewport: { width: 1280, height: 800 } }),
  ]);
  try {
    await Promise.all([connected(a, 'live'), connected(b, 'live')]);
    timeline.say('stations', 'Mara (receiver) and Ivo (inspector) are live');
    const lena = await DockClient.signIn(server.url, LENA, server.secret);
    const truck = (await lena.shipments('&warehouseId=JOL')).find(({ number }) => number === TRUCK);
    if (truck === undefined) throw new Error(`The sample notices did not announce ${TRUCK}.`);
    await shot(a, '1-morning-board');

    await timeline.measure(
      'Lena',
      `${truck.number} leaves its supplier`,
      () => lena.setStatus(truck.id, 'in_transit'),
      () => rowAt(b, truck.number, 'in_transit'),
    );
    await rowOf(a, truck.number).click();
    await timeline.measure(
      'Mara',
      `${truck.number} has arrived`,
      () => press(a, 'recordArrival'),
      () => rowAt(b, truck.number, 'arrived'),
    );
    timeline.say('Ivo', `is notified: “${(await b.notifications()).at(-1)?.title ?? 'nothing'}”`);
    await press(a, 'reportAtDoor');
    await timeline.measure(
      'Mara',
      `${truck.number} is at its door`,
      () => chooseDoor(a),
      () => rowAt(b, truck.number, 'at_door'),
    );
    await rowOf(b, truck.number).click();
    await a.page.getByTestId('viewers').getByText('Ivo').waitFor();
    timeline.say('Mara', 'sees that Ivo is looking too');
    await shot(a, '2-shipment-with-viewer');
    await timeline.measure(
      'Lena',
      'bill of lading uploaded',
      () =>
        lena.upload(truck.id, 'Bill of lading.pdf', 'bill_of_lading', new TextEncoder().encode('%PDF-1.4\n%%EOF\n')),
      async () => {
        await b.page.getByTestId('tab-documents').click();
        await b.page.getByTestId('document-row').first().waitFor();
      },
    );

    await server.kill9();
    await Promise.all([connected(a, 'offline'), connected(b, 'offline')]);
    timeline.say('power', 'the server is gone; both stations say so and go on working');
    await press(a, 'startUnloading');
    await press(a, 'startCounting');
    await a.page.locator('[data-testid="shipment-screen"][data-status="counting"]').waitFor();
    timeline.say('Mara', 'unloads and starts counting without the network; two pieces of work are kept');
    await shot(a, '3-offline-with-unsent-work');
    const from = performance.now();
    server = await startServerProcess({ dataDir: server.dataDir, port: server.port, secret: server.secret });
    await Promise.all([connected(a, 'live'), connected(b, 'live')]);
    await b.page.locator('[data-testid="shipment-screen"][data-status="counting"]').waitFor({ timeout: 30_000 });
    timeline.say(
      'Ivo',
      `has both steps ${(performance.now() - from).toFixed(0)} ms after the server was started again`,
    );

    await timeline.measure(
      'Lena',
      'two cartons rejected as damaged',
      () => lena.reject(truck.id, { reasonCode: 'damaged', quantity: '2', note: 'Two cartons crushed.' }),
      async () => {
        await b.page.getByTestId('tab-problems').click();
        await b.page.getByText('Two cartons crushed.').first().waitFor();
      },
    );
    await press(a, 'completeCount');
    await b.page.locator('[data-testid="shipment-screen"][data-status="received"]').waitFor();
    timeline.say('Mara', `${truck.number} is received`);
    await shot(b, '4-received-with-problems');
    await a.page.getByTestId('nav-board').click();
    await shot(a, '5-evening-board');
    console.log(`\n${timeline.summary()}\nPictures in ${pictures}`);
  } finally {
    await Promise.allSettled([a.close(), b.close()]);
    await server.stop();
  }
};

try {
  await day();
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.stack : error);
  process.exit(1);
}
