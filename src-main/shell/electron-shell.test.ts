import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../core/fake-clock.ts';
import { prepareApp } from './app-identity.ts';
import { CONTENT_SECURITY_POLICY, registerAppScheme, serveBundle } from './app-protocol.ts';
import { onQuit, whenReady } from './application.ts';
import { lockDown } from './lock-down.ts';
import { createNotifier } from './notifier.ts';
import { onWake } from './power.ts';
import { refuseSwitches } from './refuse-switches.ts';
import { claimInstance } from './single-instance.ts';
import { tokenCipher } from './token-cipher.ts';
import { trustSystemCertificates } from './trust-system-certificates.ts';
import { createWindow, raise } from './window.ts';

type Listener = (...args: never[]) => unknown;
const fake = vi.hoisted(() => {
  class Emitter {
    readonly listeners = new Map<string, Listener[]>();
    on(name: string, listener: Listener): this {
      this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
      return this;
    }
    once(name: string, listener: Listener): this {
      return this.on(name, listener);
    }
    off(name: string, listener: Listener): this {
      this.listeners.set(
        name,
        (this.listeners.get(name) ?? []).filter((each) => each !== listener),
      );
      return this;
    }
    emit(name: string, ...args: unknown[]): void {
      for (const listener of this.listeners.get(name) ?? []) (listener as (...all: unknown[]) => unknown)(...args);
    }
  }
  const calls: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]) =>
      void calls.push([name, ...args.map((arg) => JSON.stringify(arg))].join(' '));
  class App extends Emitter {
    isPackaged = false;
    switches: string[] = [];
    first = true;
    commandLine = { hasSwitch: (name: string) => this.switches.includes(name) };
    exit = note('exit');
    quit = note('quit');
    enableSandbox = note('enableSandbox');
    requestSingleInstanceLock = () => this.first;
    whenReady = () => Promise.resolve();
  }
  class Contents extends Emitter {
    openHandler: () => unknown = () => null;
    setWindowOpenHandler(handler: () => unknown): void {
      this.openHandler = handler;
    }
    reload = note('reload');
  }
  class BrowserWindow extends Emitter {
    static made: BrowserWindow[] = [];
    readonly webContents = new Contents();
    minimized = false;
    readonly options: { webPreferences: Record<string, unknown>; show: boolean };
    constructor(options: { webPreferences: Record<string, unknown>; show: boolean }) {
      super();
      this.options = options;
      BrowserWindow.made.push(this);
    }
    loadURL = (url: string) => {
      calls.push(`loadURL ${url}`);
      return Promise.resolve();
    };
    show = note('show');
    restore = note('restore');
    moveTop = note('moveTop');
    focus = note('focus');
    isDestroyed = () => false;
    isMinimized = () => this.minimized;
    setBackgroundColor = note('background');
  }
  class Notification extends Emitter {
    static supported = true;
    static shown: Notification[] = [];
    static isSupported = () => Notification.supported;
    readonly options: { title: string; body: string; silent: boolean };
    constructor(options: { title: string; body: string; silent: boolean }) {
      super();
      this.options = options;
    }
    isClosed = false;
    show(): void {
      Notification.shown.push(this);
    }
    close(): void {
      this.isClosed = true;
    }
  }
  const storage = { backend: 'gnome_libsecret', available: true };
  const powerMonitor = new Emitter();
  const nativeTheme = Object.assign(new Emitter(), { themeSource: 'system', shouldUseDarkColors: false });
  return { calls, note, app: new App(), BrowserWindow, Notification, Contents, storage, powerMonitor, nativeTheme };
});
vi.mock('electron', () => ({
  app: fake.app,
  BrowserWindow: fake.BrowserWindow,
  Notification: fake.Notification,
  powerMonitor: fake.powerMonitor,
  nativeTheme: fake.nativeTheme,
  Menu: { setApplicationMenu: fake.note('menu') },
  protocol: { registerSchemesAsPrivileged: fake.note('scheme') },
  session: {},
  safeStorage: {
    getSelectedStorageBackend: () => fake.storage.backend,
    isAsyncEncryptionAvailable: async () => fake.storage.available,
    encryptStringAsync: async (text: string) => Buffer.from(`sealed ${text}`),
    decryptStringAsync: async (sealed: Buffer) => {
      if (!sealed.toString().startsWith('sealed ')) throw new Error('no');
      return { result: sealed.toString().slice(7), shouldReEncrypt: false };
    },
  },
}));

const fakeSession = () => {
  const set: Record<string, (...args: never[]) => unknown> = {};
  const keep = (name: string) => (handler: (...args: never[]) => unknown) => {
    set[name] = handler;
  };
  const session = {
    setPermissionRequestHandler: keep('request'),
    setPermissionCheckHandler: keep('check'),
    setDevicePermissionHandler: keep('device'),
    setDisplayMediaRequestHandler: keep('display'),
    setSpellCheckerEnabled: fake.note('spell'),
    webRequest: { onBeforeRequest: (_filter: unknown, handler: (...args: never[]) => unknown) => keep('web')(handler) },
    protocol: { handle: (_scheme: string, handler: (...args: never[]) => unknown) => keep('app')(handler) },
  };
  return { session: session as never, set: set as Record<string, (...args: unknown[]) => unknown> };
};

const logged: string[] = [];
const log = (event: string): void => void logged.push(event);
beforeEach(() => {
  fake.calls.length = 0;
  logged.length = 0;
  fake.app.listeners.clear();
  fake.Notification.shown.length = 0;
});

describe('starting', () => {
  it('goes through the sandbox first, then the scheme', () => {
    prepareApp();
    expect(fake.calls[0]).toBe('enableSandbox');
    expect(fake.calls[1]).toContain('"scheme":"app"');
    registerAppScheme();
    expect(fake.calls[2]).toContain('"standard":true,"secure":true');
  });

  it('refuses a packaged station with a dangerous switch, by exit code 78', () => {
    fake.app.switches = ['no-sandbox'];
    expect(refuseSwitches()).toBe(true);
    fake.app.isPackaged = true;
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(refuseSwitches()).toBe(false);
    expect(fake.calls).toEqual(['exit 78']);
    fake.app.switches = [];
    expect(refuseSwitches()).toBe(true);
    fake.app.isPackaged = false;
  });

  it('is once per profile; the second hands over its wish and ends', () => {
    const wishes: (string | null)[] = [];
    expect(claimInstance((id) => wishes.push(id))).toBe(true);
    fake.app.emit('second-instance', {}, ['electron', '--shipment=s1'], '/', null);
    fake.app.emit('second-instance', {}, ['electron'], '/', null);
    expect(wishes).toEqual(['s1', null]);
    fake.app.first = false;
    expect(claimInstance(() => undefined)).toBe(false);
    expect(fake.calls).toEqual(['quit']);
    fake.app.first = true;
  });

  it('says on the console when it cannot start, and ends', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    whenReady(() => Promise.reject(new Error('no folder')));
    await vi.waitFor(() => expect(fake.calls).toEqual(['exit 1']));
    expect(said).toHaveBeenCalledWith('Dockline could not start:', 'no folder');
  });

  it('quits only after everything was put away, once', async () => {
    let stops = 0;
    let put = (): void => undefined;
    onQuit(async () => {
      stops += 1;
      await new Promise<void>((resolve) => {
        put = resolve;
      });
    });
    const prevented: string[] = [];
    const event = { preventDefault: () => prevented.push('quit') };
    fake.app.emit('before-quit', event);
    fake.app.emit('before-quit', event);
    expect([stops, prevented.length, fake.calls]).toEqual([1, 2, []]);
    put();
    await vi.waitFor(() => expect(fake.calls).toEqual(['quit']));
    fake.app.emit('before-quit', event);
    expect(prevented).toHaveLength(2);
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeAllListeners(signal);
  });
});

describe('the page', () => {
  it('may do nothing: permissions, devices, screens, requests', () => {
    const { session, set } = fakeSession();
    lockDown(session, null, log);
    const answers: unknown[] = [];
    set.request?.(null, 'media', (allowed: boolean) => answers.push(allowed));
    set.display?.(null, (streams: unknown) => answers.push(streams));
    expect([...answers, set.check?.(), set.device?.()]).toEqual([false, {}, false, false]);
    const cancels: unknown[] = [];
    for (const url of ['https://evil.example/x', 'app://bundle/a.js'])
      set.web?.({ url }, (answer: unknown) => cancels.push(answer));
    expect(cancels).toEqual([{ cancel: true }, { cancel: false }]);
    expect(logged).toEqual(['page.request_refused']);
  });

  it('may go nowhere and open nothing', () => {
    const { session } = fakeSession();
    lockDown(session, null, log);
    const contents = new fake.Contents();
    fake.app.emit('web-contents-created', {}, contents);
    const prevented: string[] = [];
    const event = (url: string) => ({ url, preventDefault: () => prevented.push(url) });
    for (const name of ['will-navigate', 'will-frame-navigate', 'will-redirect']) {
      contents.emit(name, event('https://evil.example/'));
      contents.emit(name, event('app://bundle/index.html'));
    }
    contents.emit('will-attach-webview', event(''));
    expect(prevented).toHaveLength(4);
    expect(contents.openHandler()).toEqual({ action: 'deny' });
  });

  it('is served with its policy, and nothing beside its folder', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'dockline-page-'));
    writeFileSync(join(dir, 'index.html'), '<p>');
    const { session, set } = fakeSession();
    serveBundle(session, dir);
    const get = (url: string, method = 'GET') => set.app?.({ url, method }) as Promise<Response>;
    const page = await get('app://bundle/index.html');
    expect([page.status, await page.text()]).toEqual([200, '<p>']);
    expect(page.headers.get('content-security-policy')).toBe(CONTENT_SECURITY_POLICY);
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await (await get('app://bundle/index.html', 'HEAD')).text()).toBe('');
    for (const [url, method] of [
      ['app://bundle/../x.js', 'GET'],
      ['app://bundle/index.html', 'POST'],
      ['app://bundle/', 'GET'],
    ] as const) {
      expect((await get(url, method)).status, url).toBe(404);
    }
    rmSync(dir, { recursive: true, force: true });
    expect(CONTENT_SECURITY_POLICY).toContain("connect-src 'none'");
    expect(CONTENT_SECURITY_POLICY).not.toMatch(/unsafe|https?:|\*/);
  });
});

describe('the window', () => {
  const make = (devUrl: string | null = null) => {
    const clock = new FakeClock();
    const window = createWindow({
      session: fakeSession().session,
      preload: '/p.cjs',
      devUrl,
      clock,
      log,
    }) as unknown as InstanceType<typeof fake.BrowserWindow>;
    return { clock, window };
  };

  it('is hardened, hidden until it has something to show, and without tools', () => {
    const { window } = make();
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      devTools: false,
      preload: '/p.cjs',
    });
    expect(window.options.show).toBe(false);
    expect(fake.calls).toContain('loadURL app://bundle/index.html');
    window.emit('ready-to-show');
    expect(fake.calls.at(-1)).toBe('show');
    expect(make('http://localhost:5173').window.options.webPreferences.devTools).toBe(true);
  });

  it('loads its page again when that died, later each time', async () => {
    const { window, clock } = make();
    const reloads = () => fake.calls.filter((call) => call === 'reload').length;
    window.webContents.emit('render-process-gone', {}, { reason: 'clean-exit' });
    await clock.advance(60_000);
    expect(reloads()).toBe(0);
    window.webContents.emit('render-process-gone', {}, { reason: 'crashed' });
    await clock.advance(500);
    expect(reloads()).toBe(1);
    window.webContents.emit('render-process-gone', {}, { reason: 'oom' });
    await clock.advance(999);
    expect(reloads()).toBe(1);
    await clock.advance(1);
    expect(reloads()).toBe(2);
  });

  it('comes before the person wherever it was', () => {
    const { window } = make();
    window.minimized = true;
    fake.calls.length = 0;
    raise(window as never);
    expect(fake.calls).toEqual(['restore', 'show', 'moveTop', 'focus']);
  });
});

describe('the system', () => {
  it('shows toasts, tells which was clicked, and takes them back', () => {
    const clicked: (string | null)[] = [];
    const toasts = createNotifier({ onClick: (id) => clicked.push(id), isSilent: () => true, log });
    const item = {
      seq: 1,
      kind: 'status',
      shipmentId: 's1',
      title: 'SHP-1 has arrived',
      body: 'by Mara',
      at: '',
      seen: false,
      inspectionId: null,
      takenBy: null,
    } as const;
    toasts.show(item);
    const [shown] = fake.Notification.shown;
    expect(shown?.options).toEqual({ title: 'SHP-1 has arrived', body: 'by Mara', silent: true });
    shown?.emit('click');
    shown?.emit('failed');
    expect([clicked, logged]).toEqual([['s1'], ['toast.failed']]);
    toasts.withdraw([2]);
    expect(shown?.isClosed).toBe(false);
    toasts.withdraw([1, 1]);
    expect(shown?.isClosed).toBe(true);
    fake.Notification.supported = false;
    toasts.show(item);
    expect(fake.Notification.shown).toHaveLength(1);
    fake.Notification.supported = true;
  });

  it('wakes the link on resume and unlock, until told to stop', async () => {
    const clock = new FakeClock();
    let woken = 0;
    const end = onWake(clock, () => {
      woken += 1;
    });
    fake.powerMonitor.emit('resume');
    fake.powerMonitor.emit('unlock-screen');
    await clock.advance(10_000);
    expect(woken).toBe(2);
    end();
    fake.powerMonitor.emit('resume');
    expect([woken, clock.timers]).toEqual([2, 0]);
  });

  it('trusts what the operating system trusts, besides what it trusted before', () => {
    const before = tls.getCACertificates('default');
    trustSystemCertificates(log);
    const print = (pem: string): string => new X509Certificate(pem).fingerprint256;
    const after = new Set(tls.getCACertificates('default').map(print));
    const wanted = [...before, ...tls.getCACertificates('system')].map(print);
    expect(wanted.filter((each) => !after.has(each))).toEqual([]);
    expect(logged).toEqual(['tls.system_certificates']);
    tls.setDefaultCACertificates(before);
  });

  it('protects the token only where the system really can', async () => {
    const sealed = await tokenCipher.encrypt('t');
    expect(sealed).not.toBeNull();
    expect(await tokenCipher.decrypt(sealed ?? '')).toBe('t');
    expect(await tokenCipher.decrypt('bm9uc2Vuc2U=')).toBeNull();
    fake.storage.available = false;
    expect(await tokenCipher.encrypt('t')).toBeNull();
    fake.storage.available = true;
    fake.storage.backend = 'basic_text';
    expect(await tokenCipher.encrypt('t')).toBe(process.platform === 'linux' ? null : sealed);
  });
});
