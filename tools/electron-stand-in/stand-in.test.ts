// The stand-in as its users see it: a small locked-down app (fixture/), driven by Playwright's own Electron support.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchStation, type Station } from '../../tests/e2e/support/launch-station.ts';
import type * as StandIn from './electron.ts';

type Module = typeof StandIn;
/** What the fixture's preload exposes. */
interface FixtureApi {
  echo(value: unknown): Promise<unknown>;
  fail(): Promise<void>;
  missing(): Promise<void>;
  who(): Promise<object>;
  notify(title: string): Promise<void>;
  ping(count: number): void;
  throws(): void;
  on(channel: string, listener: (...args: unknown[]) => void): () => void;
  nested: { list: number[] };
  sandboxed: boolean;
}
declare global {
  interface Window {
    fixture: FixtureApi;
    heard: unknown[];
    violations: string[];
  }
}

// Compile-time only: every name the real module exports is there, implemented or throwing.
type Missing = Exclude<keyof typeof Electron.CrossProcessExports, keyof Module | Elsewhere>;
// Of the renderer and of utility processes: the main process does not get these.
type Elsewhere =
  | 'contextBridge'
  | 'ipcRenderer'
  | 'webFrame'
  | 'webUtils'
  | 'parentPort'
  | 'localAIHandler'
  | 'LanguageModelUtility';
const nothingIsMissing: [Missing] extends [never] ? true : Missing = true;

let station: Station;
let userData = '';

const seen = (kind: string): Promise<unknown[]> =>
  station.app.evaluate((_electron, wanted) => {
    const { seen: all } = Reflect.get(globalThis, 'fixture') as { seen: [string, unknown][] };
    return all.filter(([what]) => what === wanted).map(([, detail]) => detail);
  }, kind);

const pageUrl = (): Promise<string | undefined> =>
  station.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getURL());

beforeAll(async () => {
  process.env.DOCKLINE_HOST = 'stand-in';
  userData = mkdtempSync(join(tmpdir(), 'stand-in-test-'));
  station = await launchStation({ name: 'fixture', userData, app: 'tools/electron-stand-in/fixture' });
}, 60_000);

afterAll(async () => {
  await station?.close();
  rmSync(userData, { recursive: true, force: true, maxRetries: 3 });
});

describe('the module', () => {
  it('has every export of the real one', () => expect(nothingIsMissing).toBe(true));

  it('throws when something it does not implement is touched', async () => {
    const messages = await station.app.evaluate((electron) => {
      const touch = (act: () => unknown): string => {
        try {
          act();
          return 'did not throw';
        } catch (error) {
          return (error as Error).message;
        }
      };
      const [window] = electron.BrowserWindow.getAllWindows();
      return [
        touch(() => electron.app.setBadgeCount(1)),
        touch(() => window?.setOpacity(1)),
        touch(() => window?.webContents.printToPDF({})),
        touch(() => window?.webContents.mainFrame.collectJavaScriptCallStack()),
        touch(() => window?.webContents.session.clearCache()),
        touch(() => electron.Notification.getHistory()),
        touch(() => new electron.Tray('x')),
        touch(() => electron.clipboard.readText()),
      ];
    });
    expect(messages).toEqual(
      [
        'app.setBadgeCount',
        'BrowserWindow.setOpacity',
        'webContents.printToPDF',
        'WebFrameMain.collectJavaScriptCallStack',
        'session.clearCache',
        'Notification.getHistory',
        'Tray',
        'clipboard.readText',
      ].map((member) => `electron stand-in: ${member} is not implemented`),
    );
  });

  it('describes the app from its package.json and its arguments', async () => {
    const about = await station.app.evaluate(({ app }) => [app.getName(), app.getVersion(), app.getPath('userData')]);
    expect(about).toEqual(['stand-in-fixture', '1.2.3', userData]);
  });
});

describe('the window', () => {
  it('has the size the app asked for, at one device pixel per CSS pixel', async () => {
    const size = await station.page.evaluate(() => [innerWidth, innerHeight, devicePixelRatio]);
    expect(size).toEqual([640, 480, 1]);
  });

  it('is shown once the page is there, and takes its title', async () => {
    const state = await station.app.evaluate(({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      return [window?.isVisible(), window?.isFocused(), window?.getTitle()];
    });
    expect(state).toEqual([true, true, 'Fixture']);
  });

  it('fills the display in kiosk mode and comes back', async () => {
    const resize = (kiosk: boolean): Promise<void> =>
      station.app.evaluate(({ BrowserWindow }, flag) => BrowserWindow.getAllWindows()[0]?.setKiosk(flag), kiosk);
    const width = (): Promise<number> => station.page.evaluate(() => innerWidth);
    await resize(true);
    await expect.poll(width).toBe(1920);
    await resize(false);
    await expect.poll(width).toBe(640);
  });

  it("follows the app's colour scheme", async () => {
    const isDark = (): Promise<boolean> =>
      station.page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches);
    const choose = (scheme: 'dark' | 'light'): Promise<boolean> =>
      station.app.evaluate(({ nativeTheme }, source) => {
        nativeTheme.themeSource = source;
        return nativeTheme.shouldUseDarkColors;
      }, scheme);
    expect(await choose('dark')).toBe(true);
    await expect.poll(isDark).toBe(true);
    expect(await choose('light')).toBe(false);
    await expect.poll(isDark).toBe(false);
  });
});

describe('IPC', () => {
  it('carries rich values both ways', async () => {
    const result = await station.page.evaluate(async () => {
      const sent = { when: new Date(5), map: new Map([[1, { gone: undefined }]]), bytes: new Uint8Array([1, 255]) };
      const back = (await window.fixture.echo(sent)) as typeof sent;
      const inner = back.map.get(1) ?? {};
      return [back.when.getTime(), 'gone' in inner, [...back.bytes], back !== sent];
    });
    expect(result).toEqual([5, true, [1, 255], true]);
  });

  it('answers a message with a message', async () => {
    await station.page.evaluate(() => window.fixture.ping(41));
    await expect.poll(() => station.page.evaluate(() => window.heard[0])).toEqual([42, new Date(0)]);
  });

  it("words failures as Electron's do", async () => {
    const failures = await station.page.evaluate(() => {
      const message = (error: Error): string => error.message;
      return Promise.all([
        window.fixture.fail().catch(message),
        window.fixture.missing().catch(message),
        window.fixture.echo(() => 1).catch(message),
      ]);
    });
    expect(failures).toEqual([
      "Error invoking remote method 'fail': TypeError: no such shipment",
      "Error invoking remote method 'missing': Error: No handler registered for 'missing'",
      'An object could not be cloned.',
    ]);
  });

  it('names the sending frame, identical to the main frame', async () => {
    const who = await station.page.evaluate(() => window.fixture.who());
    expect(who).toEqual({ main: true, sender: true, url: 'app://bundle/index.html', origin: 'app://bundle' });
  });
});

describe('the bridge', () => {
  it('is frozen through and through, and cannot be replaced', async () => {
    const result = await station.page.evaluate(() => {
      const before = window.fixture;
      const tries = [
        () => window.fixture.nested.list.push(4),
        () => Object.assign(window.fixture, { echo: 1 }),
        () => Object.defineProperty(window, 'fixture', { value: 1 }),
      ];
      const refused = tries.map((attempt) => {
        try {
          attempt();
          return false;
        } catch {
          return true;
        }
      });
      return [...refused, window.fixture === before, before.nested.list.length, before.sandboxed];
    });
    expect(result).toEqual([true, true, true, true, 3, true]);
  });

  it('lets errors cross as messages and nothing of the stand-in show', async () => {
    const result = await station.page.evaluate(() => {
      let message = '';
      try {
        window.fixture.throws();
      } catch (error) {
        message = `${(error as Error).name}: ${(error as Error).message}`;
      }
      return [message, Object.keys(window).filter((key) => /stand|electron|require|process|module/i.test(key))];
    });
    expect(result).toEqual(['Error: too far', []]);
  });

  it('stays out of frames', async () => {
    const inner = station.page.frames().find((frame) => frame.url().endsWith('frame.html'));
    const keys = await inner?.evaluate(() => [
      'fixture' in window,
      Object.keys(window).some((key) => /standIn/.test(key)),
    ]);
    expect(keys).toEqual([false, false]);
  });
});

describe('the locks', () => {
  it('enforces the policy the app serves', async () => {
    const result = await station.page.evaluate(async () => {
      const reached = await fetch('https://example.invalid/').then(
        () => true,
        () => false,
      );
      return {
        inline: 'inlineRan' in window,
        compiled: 'compiled' in window,
        reached,
      };
    });
    expect(result).toEqual({ inline: false, compiled: false, reached: false });
    await expect
      .poll(() => station.page.evaluate(() => window.violations))
      .toEqual(expect.arrayContaining(['script-src-elem', 'connect-src', 'require-trusted-types-for']));
  });

  it("refuses the requests the app's firewall cancels", async () => {
    const failed = await station.page.evaluate(
      () =>
        new Promise((resolve) => {
          const image = new Image();
          image.onerror = () => resolve('refused');
          image.onload = () => resolve('loaded');
          image.src = 'https://example.invalid/x.png';
        }),
    );
    expect(failed).toBe('refused');
    expect(await seen('cancelled')).toContainEqual({ url: 'https://example.invalid/x.png', type: 'image', from: 1 });
    // Chromium says why, which tells it from a name that does not resolve.
    await expect.poll(() => seen('console')).toContainEqual(expect.stringContaining('net::ERR_BLOCKED_BY_CLIENT'));
  });

  it("serves the app's scheme with its body, its headers and the app's additions", async () => {
    const answer = await station.page.evaluate(async () => {
      const response = await fetch('/body', { method: 'POST', body: 'päckchen' });
      return [await response.text(), response.headers.get('x-passed')];
    });
    expect(answer).toEqual(['POST päckchen', 'main']);
  });

  it.each([
    ['an address', () => location.assign('app://bundle/other.html')],
    ['a path', () => location.assign('/other.html')],
    ['the web', () => location.assign('https://example.invalid/')],
    ['a redirect to elsewhere', () => location.assign('/trap')],
  ])('keeps the page from going to %s', async (_what, go) => {
    await station.page.evaluate(go);
    await station.page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 100)));
    expect(await pageUrl()).toBe('app://bundle/index.html');
    expect(await station.page.evaluate(() => document.querySelector('h1')?.textContent)).toBe('Fixture');
  });

  it('asked the app about each of them', async () => {
    expect(await seen('will-frame-navigate')).toEqual(
      expect.arrayContaining(['app://bundle/frame.html', 'app://bundle/other.html', 'https://example.invalid/']),
    );
  });

  it('opens no window: window.open answers null, a link target is closed again', async () => {
    expect(await station.page.evaluate(() => window.open('https://evil.example/'))).toBeNull();
    await station.page.locator('#blank').click();
    await expect.poll(() => seen('window.open')).toEqual(['https://evil.example/', 'app://bundle/other.html']);
    await expect.poll(() => station.app.windows().length).toBe(1);
    const chromium = await station.page.context().newCDPSession(station.page);
    const pages = async (): Promise<number> =>
      (await chromium.send('Target.getTargets')).targetInfos.filter(({ type }) => type === 'page').length;
    await expect.poll(pages).toBe(1);
  });

  it("grants what the app's handlers grant, and nothing else", async () => {
    const states = await station.page.evaluate(() => {
      const names = ['clipboard-read', 'geolocation', 'notifications', 'microphone'] as PermissionName[];
      return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
    });
    expect(states).toEqual(['granted', 'denied', 'denied', 'denied']);
  });
});

describe('the desktop', () => {
  it('records notifications and lets a test click them', async () => {
    await station.page.evaluate(() => window.fixture.notify('Truck at door 4'));
    const toast = { title: 'Truck at door 4', body: 'body' };
    await expect.poll(() => station.notifications()).toEqual([{ ...toast, isShown: true }]);
    await station.clickNotification(0);
    await expect.poll(() => station.page.evaluate(() => window.heard.at(-1))).toEqual(['click']);
    expect(await seen('toast closed')).toEqual(['userCanceled']);
    expect(await station.notifications()).toEqual([{ ...toast, isShown: false }]);
    await expect(station.clickNotification(7)).rejects.toThrow('no notification 7');
  });

  it("lets a test press a notification's button", async () => {
    await station.page.evaluate(() => window.fixture.notify('second'));
    await expect.poll(async () => (await station.notifications()).length).toBe(2);
    await station.app.evaluate((electron) => (electron as unknown as Module).$standin.notifications[1]?.press(0));
    await expect.poll(() => station.page.evaluate(() => window.heard.at(-1))).toEqual(['action 0']);
  });

  it('passes on power events', async () => {
    await station.app.evaluate(({ powerMonitor }) => {
      powerMonitor.on('suspend', () => Object.assign(globalThis, { slept: true }));
    });
    await station.emitPower('suspend');
    expect(await station.app.evaluate(() => Reflect.get(globalThis, 'slept') as boolean)).toBe(true);
  });

  it('keeps secrets readable only with its key file', async () => {
    const result = await station.app.evaluate(async ({ safeStorage }) => {
      const sealed = await safeStorage.encryptStringAsync('badge 4711');
      const again = await safeStorage.encryptStringAsync('badge 4711');
      const opened = await safeStorage.decryptStringAsync(sealed);
      sealed[sealed.length - 1] = (sealed.at(-1) ?? 0) ^ 1;
      const forged = await safeStorage.decryptStringAsync(sealed).catch(() => 'refused');
      return [sealed.includes('4711'), sealed.equals(again), opened, forged];
    });
    expect(result).toEqual([false, false, { result: 'badge 4711', shouldReEncrypt: false }, 'refused']);
  });

  it('records instead of opening what lies outside', async () => {
    const calls = await station.app.evaluate(async (electron) => {
      await electron.shell.openExternal('https://example.org/');
      return (electron as unknown as Module).$standin.shellCalls;
    });
    expect(calls).toEqual([{ method: 'openExternal', target: 'https://example.org/' }]);
  });
});

// Last: these leave the page in another state.
describe('the page', () => {
  it('is put back when it goes where no request could be held', async () => {
    await station.page.evaluate(() => location.assign('about:blank'));
    await station.page.getByRole('heading', { name: 'Fixture' }).waitFor();
    expect(await pageUrl()).toBe('app://bundle/index.html');
  });

  it('follows a redirect the app allows, and reports a failed load', async () => {
    const outcome = await station.app.evaluate(async ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      await window?.loadURL('app://bundle/moved');
      const url = window?.webContents.getURL();
      const failure = await window?.loadURL('nobody://x/').catch((error: Error) => error.message);
      return [url, failure];
    });
    expect(outcome).toEqual(['app://bundle/index.html', "ERR_BLOCKED_BY_CLIENT (-20) loading 'nobody://x/'"]);
  });

  it('tells the app of a crash and comes back on reload', async () => {
    await station.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    await expect.poll(() => seen('gone')).toEqual(['crashed']);
    const back = await station.app.evaluate(async ({ BrowserWindow }) => {
      const [window] = BrowserWindow.getAllWindows();
      await window?.loadURL('app://bundle/index.html');
      return window?.webContents.executeJavaScript('window.fixture.echo(7)') as Promise<unknown>;
    });
    expect(back).toBe(7);
  });
});
