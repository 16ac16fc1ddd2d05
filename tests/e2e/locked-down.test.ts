import { afterAll, beforeAll, expect, test } from 'vitest';
import { MARA } from '../../tools/dock/people.ts';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { isConnected, openStation } from './support/floor.ts';
import type { Station } from './support/launch-station.ts';

// What a page that has been taken over could try from inside.

let server: ServerProcess;
let station: Station;

beforeAll(async () => {
  server = await startServerProcess();
  station = await openStation({ person: MARA, server });
  await isConnected(station.page, 'live');
});
afterAll(async () => {
  await station?.close();
  await server?.stop();
});

const inPage = <T>(script: string): Promise<T> => station.page.evaluate(script) as Promise<T>;

test('the page reaches no network, not even its own server', async () => {
  const attempt = `fetch(${JSON.stringify(server.url)} + '/health').then(() => 'reached', (e) => String(e))`;
  expect(await inPage(attempt)).not.toBe('reached');
  expect(
    await inPage(
      "new Promise((r) => { try { const s = new WebSocket('ws://127.0.0.1:1'); s.onerror = () => r('blocked'); s.onopen = () => r('open'); } catch { r('blocked'); } })",
    ),
  ).toBe('blocked');
});

test('no inline script runs and no string becomes code', async () => {
  await inPage(
    "(() => { const s = document.createElement('script'); try { s.textContent = 'window.planted = 1'; document.head.append(s); } catch {} })()",
  );
  expect(await inPage('window.planted ?? null')).toBeNull();
});

test('it sees nothing of Node or Electron, and the bridge cannot be changed', async () => {
  expect(await inPage('[typeof require, typeof process, typeof module, typeof window.electron].join()')).toBe(
    'undefined,undefined,undefined,undefined',
  );
  expect(
    await inPage(
      "(() => { try { window.station.save = () => 1; } catch {} return String(window.station.save).includes('=> 1'); })()",
    ),
  ).toBe(false);
});

test('windows and navigation are locked', async () => {
  const before = station.page.url();
  expect(await inPage("window.open('https://example.invalid/') === null")).toBe(true);
  await inPage("void (location.href = 'https://example.invalid/')").catch(() => undefined);
  await station.page.getByTestId('board').waitFor();
  expect(station.page.url()).toBe(before);
});

test('permissions are denied', async () => {
  expect(
    await inPage("navigator.permissions.query({ name: 'geolocation' }).then((p) => p.state, () => 'denied')"),
  ).not.toBe('granted');
  expect(
    await inPage(
      "navigator.mediaDevices ? navigator.mediaDevices.getUserMedia({ audio: true }).then(() => 'granted', () => 'denied') : 'denied'",
    ),
  ).toBe('denied');
});

test('main refuses what the bridge does not say', async () => {
  for (const call of [
    "station.save('eraseEverything', {}, null)",
    "station.openShipment({ toString: () => 'x' })",
    'station.setSettings({ screenInches: 0 })',
    "station.emit('sync:push', { mutations: [] })",
    "station.markSeen(['x'])",
  ]) {
    const answer = await inPage<string>(
      `Promise.resolve().then(() => ${call.replace('station', 'window.station')}).then((r) => JSON.stringify(r), (e) => 'refused: ' + e.message)`,
    );
    expect(answer, call).toMatch(/refused|"ok":false/);
    expect(answer, call).not.toMatch(/\.ts:|node_modules|at /);
  }
});
