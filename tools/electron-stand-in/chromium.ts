import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { CdpConnection, type CdpSession } from './cdp.ts';
import { debug } from './debug.ts';
import { display } from './displays.ts';
import type { FoundChromium } from './find-chromium.ts';

export interface Chromium {
  readonly connection: CdpConnection;
  readonly browser: CdpSession;
  readonly headed: boolean;
  /** Such as "153.0.8010.0". */
  readonly version: string;
  /** Where another client (a test) may connect; undefined unless a debugging port was asked for. */
  readonly endpoint: string | undefined;
}

// Quiet (no updates, sync, prompts), never throttled, and with Electron's own defaults where Chrome's differ.
const switches = [
  '--remote-debugging-pipe',
  '--no-first-run',
  '--no-default-browser-check',
  '--no-pings',
  '--disable-background-networking',
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-breakpad',
  '--disable-client-side-phishing-detection',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-dev-shm-usage',
  '--disable-domain-reliability',
  '--disable-extensions',
  '--disable-field-trial-config',
  '--disable-hang-monitor',
  '--disable-renderer-backgrounding',
  '--disable-search-engine-choice-screen',
  '--disable-sync',
  '--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,MediaRouter,OptimizationHints,Translate',
  '--allow-file-access-from-files',
  '--autoplay-policy=no-user-gesture-required',
  '--force-color-profile=srgb',
  '--password-store=basic',
  '--use-mock-keychain',
];
const headlessSwitches = [
  '--no-startup-window',
  '--headless',
  '--hide-scrollbars',
  '--mute-audio',
  '--no-sandbox',
  '--enable-unsafe-swiftshader',
  '--force-device-scale-factor=1',
  `--screen-info={${display.size.width}x${display.size.height}}`,
];

// A window without tabs and address bar. Only the one Chromium starts with can be had like that: the first BrowserWindow
// takes it over.
const headedSwitches = ['--app=data:text/html,'];

/** How long Chromium may take to close by itself before it is killed, in milliseconds. */
const closeWithinMs = 3_000;
/** How long Chromium may take to open its debugging port, in milliseconds. */
const portWithinMs = 10_000;

let running: Promise<Chromium> | undefined;
let child: ChildProcess | undefined;
let onGone: () => void = () => undefined;

/** The browser answers on its pipe before it has opened its port and written down which. */
const endpointIn = async (profile: string): Promise<string> => {
  const file = join(profile, 'DevToolsActivePort');
  for (let waitedMs = 0; waitedMs < portWithinMs; waitedMs += 10) {
    const [port, path] = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
    if (port && path) return `ws://127.0.0.1:${port}${path}`;
    await pause(10);
  }
  throw new Error('electron stand-in: Chromium opened no debugging port');
};

const alive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives, and belongs to someone else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

/** A fresh profile, named after its owner, so that a later start can sweep up what a killed one had to leave. */
const makeProfile = (): string => {
  for (const name of readdirSync(tmpdir())) {
    const [, owner] = /^electron-stand-in-(\d+)-/.exec(name) ?? [];
    if (owner && !alive(Number(owner))) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
  return mkdtempSync(join(tmpdir(), `electron-stand-in-${process.pid}-`));
};

const launch = async (found: FoundChromium, port: string | undefined): Promise<Chromium> => {
  const { executable, headed, environment } = found;
  const profile = makeProfile();
  const args = [...switches, `--user-data-dir=${profile}`];
  args.push(...(headed ? headedSwitches : headlessSwitches));
  // --test-type: no warning across the window about the missing sandbox, which root cannot have.
  if (headed && process.getuid?.() === 0) args.push('--no-sandbox', '--test-type');
  if (port !== undefined) args.push(`--remote-debugging-port=${port}`);
  // A process group of its own, so that Ctrl-C in a terminal reaches the app first and the app closes its browser.
  const process_ = spawn(executable, args, {
    stdio: ['ignore', 'ignore', process.env.DOCKLINE_STANDIN_DEBUG ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
    detached: process.platform !== 'win32',
  });
  child = process_;
  process_.on('error', (error) => console.error(`electron stand-in: Chromium did not start: ${error.message}`));
  process_.on('exit', () => rmSync(profile, { recursive: true, force: true, maxRetries: 3 }));
  process.on('exit', () => {
    if (process_.exitCode === null) process_.kill('SIGKILL');
    rmSync(profile, { recursive: true, force: true, maxRetries: 3 });
  });
  const connection = new CdpConnection(process_.stdio[3] as Writable, process_.stdio[4] as Readable);
  connection.onDisconnected(() => onGone());
  const browser = connection.session();
  const { product } = await browser.send('Browser.getVersion');
  await browser.send('Browser.setDownloadBehavior', { behavior: 'deny' });
  debug('Chromium', product, found.describe);
  return {
    connection,
    browser,
    headed,
    version: product.slice(product.indexOf('/') + 1),
    endpoint: port === undefined ? undefined : await endpointIn(profile),
  };
};

/**
 * Starts the one browser behind every window; later calls answer with the same one.
 * @param found what `findChromium` found.
 * @param port a TCP port for other clients, "0" for any free one, undefined for none.
 * @param gone called if the browser ends without having been asked to.
 */
export const startChromium = (found: FoundChromium, port?: string, gone?: () => void): Promise<Chromium> => {
  if (gone) onGone = gone;
  running ??= launch(found, port);
  return running;
};

/** The browser `startChromium` started. */
export const chromium = (): Promise<Chromium> =>
  running ?? Promise.reject(new Error('electron stand-in: Chromium was not started'));

/** Closes the browser and waits until it has ended. */
export const closeChromium = async (): Promise<void> => {
  onGone = () => undefined;
  const process_ = child;
  if (!process_ || process_.exitCode !== null || process_.signalCode !== null) return;
  const ended = new Promise((resolve) => process_.once('exit', resolve));
  const impatience = setTimeout(() => process_.kill('SIGKILL'), closeWithinMs);
  running?.then(({ browser }) => browser.send('Browser.close')).catch(() => process_.kill('SIGKILL'));
  await ended;
  clearTimeout(impatience);
};
