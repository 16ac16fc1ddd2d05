// The electron command line: `cli.ts <app folder | main file> [arguments]`. Started by the `electron` script beside it.
import './register.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { appImpl } from './app.ts';
import { readPackage } from './app-paths.ts';
import { type Chromium, startChromium } from './chromium.ts';
import { commandLine } from './command-line.ts';
import { findChromium } from './find-chromium.ts';
import { startInterception } from './interception.ts';
import { watchTargets } from './targets.ts';
import { openWindows } from './window-list.ts';

const electronFolder = new URL('../../node_modules/electron/', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('package.json', electronFolder), 'utf8')) as { version: string };

// The same shape as in Electron: [executable, ...arguments].
const args = process.argv.slice(2);
process.argv = [fileURLToPath(new URL('./electron', import.meta.url)), ...args];
Object.defineProperty(process.versions, 'electron', { value: version, enumerable: true });
Object.defineProperty(process, 'resourcesPath', { value: fileURLToPath(new URL('dist/resources', electronFolder)) });

const target = args.find((argument) => !argument.startsWith('-'));
if (target === undefined) {
  console.error('Usage: electron <app folder | main file> [arguments]');
  process.exit(2);
}
const found = readPackage(resolve(target));
appImpl.describe(found);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
  process.on(signal, () => (appImpl.isReady() ? appImpl.quit() : appImpl.exit(0)));
}

const port = commandLine.hasSwitch('remote-debugging-port')
  ? commandLine.getSwitchValue('remote-debugging-port')
  : undefined;
const browser = findChromium();
const start = (): Promise<Chromium> =>
  startChromium(browser, port, () => {
    // A person has closed the last window, and Chromium with it: the app goes on as it likes.
    if (openWindows.size === 0) return;
    console.error('electron stand-in: Chromium ended unexpectedly, so the app ends, too.');
    appImpl.exit(1);
  });
const show = async (): Promise<void> => {
  const chromium = await start();
  Object.defineProperty(process.versions, 'chrome', { value: chromium.version, enumerable: true });
  await watchTargets(chromium);
  await startInterception(chromium.browser);
  // What Chromium and so Electron prints; Playwright waits for this line.
  if (chromium.endpoint) process.stderr.write(`\nDevTools listening on ${chromium.endpoint}\n`);
  appImpl.becomeReady();
};

// Beside the evaluation of the app's code, not after it: each takes its tenth of a second. Not where there are windows:
// one would flash up for an app that only finds out that it is the second instance. A failure is reported by `show`.
if (!browser.headed) start().catch(() => undefined);
// A top-level `await app.whenReady()` in the app waits for ever, exactly as in Electron.
await import(pathToFileURL(found.main).href);
if (!appImpl.isQuitting()) {
  await show().catch((error: unknown) => {
    // Quitting takes the browser away from here.
    if (!appImpl.isQuitting()) throw error;
  });
}
