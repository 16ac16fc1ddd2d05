import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MARA, tokenFor } from '../../tools/dock/people.ts';
import { freePort, type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { isConnected, picture } from './support/floor.ts';
import { launchStation, type Station } from './support/launch-station.ts';

let server: ServerProcess;
let station: Station;
const userData = mkdtempSync(join(tmpdir(), 'dockline-new-'));

beforeAll(async () => {
  server = await startServerProcess();
  station = await launchStation({ name: 'new', userData });
  await station.page.getByTestId('setup-server').waitFor();
});
afterAll(async () => {
  await station?.close();
  await server?.stop();
});

const submit = async (address: string, token: string): Promise<void> => {
  await station.page.getByTestId('setup-server').fill(address);
  await station.page.getByTestId('setup-token').fill(token);
  await station.page.getByTestId('setup-submit').click();
};

test('a new station asks for its server and a token', async () => {
  await station.screenshot(picture('setup'));
});

test('an address where nothing answers is named as such, and nothing is kept', async () => {
  await submit(`http://127.0.0.1:${await freePort()}`, await tokenFor(MARA, server.secret));
  await station.page.getByTestId('setup-error').waitFor();
  await station.screenshot(picture('setup-unreachable'));
});

test('a token signed with another secret is refused', async () => {
  const before = await station.page.getByTestId('setup-error').textContent();
  await submit(server.url, await tokenFor(MARA, 'some-other-secret-that-is-long-enough'));
  await expect.poll(() => station.page.getByTestId('setup-error').textContent()).not.toBe(before);
  await station.screenshot(picture('setup-refused'));
});

test('with the right ones the board opens, also after a restart, and the token is in no log', async () => {
  const token = await tokenFor(MARA, server.secret);
  await submit(server.url, token);
  await station.page.getByTestId('board').waitFor();
  await isConnected(station.page, 'live');
  await station.screenshot(picture('board-empty'));
  const written = station.output();
  await station.close();

  station = await launchStation({ name: 'again', userData });
  await isConnected(station.page, 'live');
  expect(written + station.output()).not.toContain(token);
});

test('two stations cannot run on one folder', async () => {
  await expect(launchStation({ name: 'second', userData })).rejects.toThrow();
});
