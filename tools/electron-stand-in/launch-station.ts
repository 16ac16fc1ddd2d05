// One running station, on whichever host this machine has. Everything specs, the demo and the benchmarks need of the host
// goes through here, so that they are written once for real Electron and for the stand-in.
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ElectronApplication, _electron as electron, type Page } from 'playwright-core';
import type { control } from './control.ts';
import { findChromium } from './find-chromium.ts';
import { type Host, whichHost } from './which-host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** A cold start unpacks Chromium once and shares two cores with a server, in milliseconds. */
const startWithinMs = 60_000;
const closeWithinMs = 15_000;

export interface StationOptions {
  /** For people reading logs and failures. */
  name: string;
  /** The station's data folder; two stations need two. */
  userData: string;
  /** Added to this process's environment; undefined takes a variable away. */
  env?: Record<string, string | undefined>;
  args?: string[];
  /** Content size in CSS pixels; without it the app's own window size. */
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  /** Folder of the app, relative to the repository; the built product unless given. */
  app?: string;
}

export interface ShownNotification {
  title: string;
  body: string;
  /** False once the app has taken it back, or a person has dealt with it. */
  isShown: boolean;
}

export interface Station {
  readonly name: string;
  readonly app: ElectronApplication;
  readonly page: Page;
  /** One line saying which host this runs on. */
  readonly host: string;
  readonly pid: number;
  /** Whether a person can see its window. */
  readonly headed: boolean;
  /** Resolves when the process has ended, however it did. */
  readonly ended: Promise<void>;
  /** Every notification shown since the start, oldest first. */
  notifications(): Promise<ShownNotification[]>;
  /** As if a person had clicked the notification. @throws Error when there is none with this index. */
  clickNotification(index: number): Promise<void>;
  emitPower(event: 'suspend' | 'resume' | 'lock-screen' | 'unlock-screen'): Promise<void>;
  /** Writes a PNG, creating the folder. */
  screenshot(path: string): Promise<void>;
  /** Everything the main process has printed. */
  output(): string;
  /** Quits as a person would and waits for the process to end. */
  close(): Promise<void>;
  /** Ends the process without giving it a chance to do anything, and waits until it is gone. */
  kill9(): Promise<void>;
}

type StandInModule = { $standin: typeof control };
type Recorder = { shown: Electron.Notification[]; closed: Set<Electron.Notification> };

/** Electron's switch to be a plain Node would show no window at all. */
const environment = (extra: Record<string, string | undefined>): Record<string, string> => {
  const wanted: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...process.env, ...extra })) {
    if (value !== undefined && name !== 'ELECTRON_RUN_AS_NODE') wanted[name] = value;
  }
  return wanted;
};

/** Real Electron keeps no list of what it has shown: note every `show()` from now on. */
const recordNotifications = (app: ElectronApplication): Promise<void> =>
  app.evaluate(({ Notification }) => {
    const recorder: Recorder = { shown: [], closed: new Set() };
    Object.assign(globalThis, { docklineNotifications: recorder });
    const show = Notification.prototype.show;
    Notification.prototype.show = function (this: Electron.Notification) {
      recorder.shown.push(this);
      show.call(this);
    };
    const { close } = Notification.prototype;
    Notification.prototype.close = function (this: Electron.Notification) {
      recorder.closed.add(this);
      close.call(this);
    };
  });

interface Toasts {
  notifications(): Promise<ShownNotification[]>;
  click(index: number): Promise<boolean>;
}

const toastsOf = (app: ElectronApplication, kind: Host['kind']): Toasts =>
  kind === 'stand-in'
    ? {
        notifications: () =>
          app.evaluate((module) =>
            (module as unknown as StandInModule).$standin.notifications.map(({ title, body, isShown }) => ({
              title,
              body,
              isShown,
            })),
          ),
        click: (index) =>
          app.evaluate((module, at) => {
            const toast = (module as unknown as StandInModule).$standin.notifications[at];
            toast?.click();
            return toast !== undefined;
          }, index),
      }
    : {
        notifications: () =>
          app.evaluate(() => {
            const { shown, closed } = Reflect.get(globalThis, 'docklineNotifications') as Recorder;
            return shown.map((one) => ({ title: one.title, body: one.body, isShown: !closed.has(one) }));
          }),
        click: (index) =>
          app.evaluate((_module, at) => {
            const toast = (Reflect.get(globalThis, 'docklineNotifications') as Recorder).shown[at];
            toast?.emit('click', {});
            return toast !== undefined;
          }, index),
      };

const firstPage = async (app: ElectronApplication): Promise<Page> => {
  const page = await app.firstWindow({ timeout: startWithinMs });
  // A window is there before the app has loaded anything into it.
  const isEmpty = ({ protocol }: URL): boolean => protocol === 'about:' || protocol === 'data:';
  await page.waitForURL((url) => !isEmpty(url), { waitUntil: 'domcontentloaded', timeout: startWithinMs });
  return page;
};

const ended = (app: ElectronApplication): Promise<void> => {
  const child = app.process();
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => child.once('exit', () => resolve()));
};

/**
 * Starts the built app (`npm run build` must have run) as one more station.
 * @throws Error when it does not show a window within a minute; its output is in the message.
 */
export const launchStation = async (options: StationOptions): Promise<Station> => {
  const { name, userData, env = {}, args = [], viewport, colorScheme } = options;
  const host = whichHost();
  const app = await electron.launch({
    executablePath: host.executablePath,
    args: [options.app ?? '.', `--user-data-dir=${userData}`, ...args],
    cwd: root,
    env: environment(env),
    timeout: startWithinMs,
  });
  let output = '';
  for (const stream of [app.process().stdout, app.process().stderr]) {
    stream?.on('data', (text: Buffer) => {
      output += text.toString();
    });
  }
  if (host.kind === 'electron') await recordNotifications(app);
  const page = await firstPage(app).catch((error: unknown) => {
    app.process().kill('SIGKILL');
    throw new Error(`Station ${name} showed no window (${host.describe}).\n${output}`, { cause: error });
  });
  if (viewport) await page.setViewportSize(viewport);
  if (colorScheme) {
    await app.evaluate(({ nativeTheme }, scheme) => {
      nativeTheme.themeSource = scheme;
    }, colorScheme);
  }
  const toasts = toastsOf(app, host.kind);
  const pid = app.process().pid ?? 0;
  const kill9 = async (): Promise<void> => {
    const gone = ended(app);
    app.process().kill('SIGKILL');
    await gone;
  };
  return {
    name,
    app,
    page,
    host: host.describe,
    pid,
    headed: host.kind === 'electron' || findChromium({ ...process.env, ...env }).headed,
    ended: ended(app),
    notifications: toasts.notifications,
    clickNotification: async (index) => {
      if (!(await toasts.click(index))) throw new Error(`Station ${name} has shown no notification ${index}`);
    },
    emitPower: async (event) => {
      await app.evaluate(({ powerMonitor }, what) => void (powerMonitor as NodeJS.EventEmitter).emit(what), event);
    },
    screenshot: async (path) => {
      mkdirSync(dirname(path), { recursive: true });
      await page.screenshot({ path });
    },
    output: () => output,
    close: async () => {
      const impatience = setTimeout(() => app.process().kill('SIGKILL'), closeWithinMs);
      const gone = ended(app);
      await app.close().catch(() => undefined);
      await gone;
      clearTimeout(impatience);
    },
    kill9,
  };
};
