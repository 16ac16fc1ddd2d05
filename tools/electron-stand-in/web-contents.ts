import { EventEmitter } from 'node:events';
import { readFileSync } from 'node:fs';
import { appImpl } from './app.ts';
import { fromCarrier } from './carrier.ts';
import { decodeValue, encodeValue } from './codec.ts';
import { watchConsole } from './console-messages.ts';
import { debug } from './debug.ts';
import { StandInEvent } from './event.ts';
import { FrameTree } from './frame-tree.ts';
import type { RequestOwner } from './interception.ts';
import { dispatchInvoke, dispatchSend, type IpcMainImpl, ipcMainImpl, ipcScope, type Sender } from './ipc-main.ts';
import { Navigation } from './navigation.ts';
import { Page } from './page.ts';
import type { FromPage } from './page-messages.ts';
import { type SessionImpl, sessionBehind, sessionFacade, sessionFor } from './session.ts';
import { strict } from './strict.ts';
import type { PageTarget } from './targets.ts';
import { WebFrame } from './web-frame.ts';

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0];
type Surface = Pick<
  Electron.WebContents,
  | 'id'
  | 'session'
  | 'mainFrame'
  | 'ipc'
  | 'send'
  | 'loadURL'
  | 'reload'
  | 'reloadIgnoringCache'
  | 'getURL'
  | 'getTitle'
  | 'getType'
  | 'isDestroyed'
  | 'isCrashed'
  | 'isLoading'
  | 'isLoadingMainFrame'
  | 'isFocused'
  | 'focus'
  | 'close'
  | 'executeJavaScript'
  | 'setWindowOpenHandler'
  | 'forcefullyCrashRenderer'
  | 'setZoomFactor'
  | 'getZoomFactor'
  | 'zoomFactor'
  | 'setZoomLevel'
  | 'getZoomLevel'
  | 'zoomLevel'
  | 'setVisualZoomLevelLimits'
  | 'setIgnoreMenuShortcuts'
  | 'setBackgroundThrottling'
  | 'setAudioMuted'
  | 'isAudioMuted'
  | 'openDevTools'
  | 'closeDevTools'
  | 'isDevToolsOpened'
>;

/** The window a WebContents lives in, as far as it needs one. */
export interface Host {
  size: { width: number; height: number };
  close(): void;
  /** The page has gone and cannot be kept. */
  destroy(): void;
  focus(): void;
  isFocused(): boolean;
  openWindow(url: string, options: Electron.BrowserWindowConstructorOptions): void;
}

let lastId = 0;
/** Every living WebContents. */
export const allContents = new Set<WebContentsImpl>();

const preloadSource = (path: string | undefined): string => {
  if (!path) return '';
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    console.error(`Unable to load preload script: ${path}`, error);
    return '';
  }
};

export class WebContentsImpl extends EventEmitter implements Surface, RequestOwner {
  readonly id: number;
  readonly facade: Electron.WebContents;
  readonly rules: SessionImpl;
  readonly session: Electron.Session;
  readonly ipc: Electron.IpcMain;
  readonly #host: Host;
  readonly #ipcScope: IpcMainImpl;
  readonly #main: WebFrame;
  readonly #frames: FrameTree;
  readonly #navigation: Navigation;
  readonly #page: Promise<Page>;
  #targetId = '';
  #openHandler: OpenHandler = () => ({ action: 'allow' });
  #zoom = 1;
  #muted = false;
  #crashed = false;
  #destroyed = false;
  #title = '';

  constructor(preferences: Electron.WebPreferences, host: Host) {
    super();
    lastId += 1;
    this.id = lastId;
    this.#host = host;
    this.facade = strict('webContents', this) as unknown as Electron.WebContents;
    this.rules = preferences.session ? sessionBehind(preferences.session) : sessionFor(preferences.partition ?? '');
    this.session = sessionFacade(this.rules);
    const { scope, facade } = ipcScope('webContents.ipc');
    this.#ipcScope = scope;
    this.ipc = facade;
    this.#main = new WebFrame('', null, (channel, args) => this.send(channel, ...args));
    this.#frames = new FrameTree(this.#main, this);
    this.#page = Page.open({
      size: host.size,
      preload: preloadSource(preferences.preload),
      additionalArguments: preferences.additionalArguments ?? [],
      onTarget: (target) => this.#follow(target),
      onMessage: (contextId, message) => this.#receive(contextId, message),
    });
    this.#navigation = new Navigation(this, this.#main, this.#page);
    this.rules.on('stand-in:permissions', this.#permit);
    allContents.add(this);
    appImpl.emit('web-contents-created', new StandInEvent(), this.facade);
  }

  get mainFrame(): Electron.WebFrameMain {
    return this.#main.facade;
  }

  get targetId(): string {
    return this.#targetId;
  }

  /** Does something with the page as soon as there is one; what fails because the page has gone is not news. */
  withPage(act: (page: Page) => unknown): void {
    this.#page.then(act).catch((error: unknown) => debug('page', error));
  }

  send(channel: string, ...args: unknown[]): void {
    // Encoded now: what the app changes afterwards is not what it sent, and what cannot cross throws here.
    const encoded = encodeValue(args);
    this.withPage((page) => page.deliver({ kind: 'event', channel, args: encoded }));
  }

  loadURL(url: string): Promise<void> {
    return this.#navigation.load(url);
  }

  reload(): void {
    this.#navigation.reload(false);
  }

  reloadIgnoringCache(): void {
    this.#navigation.reload(true);
  }

  getURL(): string {
    return this.#main.carrierUrl === 'about:blank' ? '' : this.#main.url;
  }

  getTitle(): string {
    return this.#title;
  }

  getType(): 'window' {
    return 'window';
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  isCrashed(): boolean {
    return this.#crashed;
  }

  isLoading(): boolean {
    return this.#navigation.isLoading;
  }

  isLoadingMainFrame(): boolean {
    return this.#navigation.isLoading;
  }

  isFocused(): boolean {
    return this.#host.isFocused();
  }

  focus(): void {
    this.#host.focus();
  }

  close(_options?: Electron.CloseOpts): void {
    this.#host.close();
  }

  async executeJavaScript(code: string): Promise<unknown> {
    return (await this.#page).evaluate(code);
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler;
  }

  forcefullyCrashRenderer(): void {
    // Never answered: who would answer has just crashed.
    this.withPage((page) => void page.target.session.send('Page.crash').catch(() => undefined));
  }

  get zoomFactor(): number {
    return this.#zoom;
  }

  set zoomFactor(factor: number) {
    if (!(factor > 0)) throw new Error("'zoomFactor' must be a double greater than 0.0");
    this.#zoom = factor;
    this.withPage((page) => page.evaluate(`document.documentElement.style.zoom = ${factor}`));
  }

  setZoomFactor(factor: number): void {
    this.zoomFactor = factor;
  }

  getZoomFactor(): number {
    return this.#zoom;
  }

  // A zoom level is the exponent of 1.2, as everywhere in Chromium.
  get zoomLevel(): number {
    return Math.log(this.#zoom) / Math.log(1.2);
  }

  set zoomLevel(level: number) {
    this.zoomFactor = 1.2 ** level;
  }

  setZoomLevel(level: number): void {
    this.zoomLevel = level;
  }

  getZoomLevel(): number {
    return this.zoomLevel;
  }

  setVisualZoomLevelLimits(_minimum: number, _maximum: number): Promise<void> {
    return Promise.resolve();
  }

  // There is no menu, background pages are never throttled here, and the tools are those of whoever drives Chromium.
  setIgnoreMenuShortcuts(_ignore: boolean): void {}
  setBackgroundThrottling(_allowed: boolean): void {}
  openDevTools(_options?: Electron.OpenDevToolsOptions): void {}
  closeDevTools(): void {}

  isDevToolsOpened(): boolean {
    return false;
  }

  setAudioMuted(muted: boolean): void {
    this.#muted = muted;
  }

  isAudioMuted(): boolean {
    return this.#muted;
  }

  allowsNavigation(frameId: string, url: string, isRedirect: boolean): boolean {
    const frame = this.#frames.get(frameId);
    return frame !== undefined && this.#navigation.allows(frame, url, isRedirect);
  }

  describeFrame(frameId: string): ReturnType<RequestOwner['describeFrame']> {
    return { webContentsId: this.id, webContents: this.facade, frame: this.#frames.get(frameId)?.facade ?? null };
  }

  /** The window is gone: the page follows it. */
  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    allContents.delete(this);
    this.rules.off('stand-in:permissions', this.#permit);
    this.#frames.detachAll();
    this.#navigation.abandon();
    this.withPage((page) => page.close());
    this.emit('destroyed', new StandInEvent());
  }

  readonly #permit = (): void => {
    this.#navigation.permit(this.#main.url).catch((error: unknown) => debug('permissions', error));
  };

  #follow(target: PageTarget): void {
    const { targetId, session } = target;
    this.#targetId = targetId;
    target.onClosed(() => this.#host.destroy());
    this.#frames.follow(session, targetId, {
      navigated: (frame) => this.#committed(frame),
      movedInPage: (frame) => this.#navigation.movedInPage(frame),
    });
    this.#navigation.follow(target);
    watchConsole(session, (message) => {
      this.emit('console-message', new StandInEvent({ ...message, frame: this.mainFrame }));
    });
    session.on('Inspector.targetCrashed', () => {
      this.#crashed = true;
      this.emit('render-process-gone', new StandInEvent(), { reason: 'crashed', exitCode: 5 });
    });
    session.on('Page.windowOpen', ({ url, windowName, windowFeatures }) =>
      this.#open(url, windowName, windowFeatures.join(',')),
    );
    this.on('dom-ready', () => {
      if (this.#zoom !== 1) this.zoomFactor = this.#zoom;
      this.withPage(async (page) => this.#retitle(await page.evaluate('document.title')));
    });
  }

  #committed(frame: WebFrame): void {
    if (frame === this.#main) this.#crashed = false;
    this.#navigation.committed(frame);
  }

  #retitle(title: unknown): void {
    if (typeof title !== 'string' || title === '') return;
    this.#title = title;
    this.emit('page-title-updated', new StandInEvent(), title, true);
  }

  #open(url: string, frameName: string, features: string): void {
    const referrer: Electron.Referrer = { url: '', policy: 'strict-origin-when-cross-origin' };
    const details: Electron.HandlerDetails = {
      url: fromCarrier(url),
      frameName,
      features,
      disposition: features === '' ? 'foreground-tab' : 'new-window',
      referrer,
    };
    const { action, overrideBrowserWindowOptions = {} } = this.#openHandler(details);
    if (action === 'allow') this.#host.openWindow(details.url, overrideBrowserWindowOptions);
  }

  #receive(contextId: number, message: FromPage): void {
    const frame = this.#frames.ofContext(contextId);
    // The document that said it is gone already.
    if (!frame || this.#destroyed) return;
    if (message.kind === 'open') {
      this.#open(message.url, message.name, message.features);
      return;
    }
    if (message.kind === 'preload-error') {
      console.error(`Unable to load preload script: ${message.message}`);
      this.emit('preload-error', new StandInEvent(), '', new Error(message.message));
      return;
    }
    const sender: Sender = {
      contents: this.facade,
      frame: frame.facade,
      reply: (channel, ...args) => this.send(channel, ...args),
      scopes: [frame.ipcScope, this.#ipcScope, ipcMainImpl],
    };
    const args = decodeValue(message.args) as unknown[];
    if (message.kind === 'send') {
      this.emit('ipc-message', new StandInEvent({ sender: this.facade }), message.channel, ...args);
      dispatchSend(sender, message.channel, args);
      return;
    }
    const { id, channel } = message;
    dispatchInvoke(sender, channel, args)
      .then((value) => this.withPage((page) => page.deliver({ kind: 'reply', id, value: encodeValue(value) })))
      .catch((error: unknown) =>
        this.withPage((page) => page.deliver({ kind: 'failure', id, message: String(error) })),
      );
  }
}
