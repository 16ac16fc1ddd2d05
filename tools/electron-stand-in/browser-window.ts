import { EventEmitter } from 'node:events';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { appImpl } from './app.ts';
import { display } from './displays.ts';
import { StandInEvent } from './event.ts';
import { nativeThemeImpl } from './native-theme.ts';
import { strict } from './strict.ts';
import { WebContentsImpl } from './web-contents.ts';
import { placeWindow, type WindowState } from './window-bounds.ts';
import { openWindows } from './window-list.ts';

type Options = Electron.BrowserWindowConstructorOptions;
type Surface = Pick<
  Electron.BrowserWindow,
  | 'id'
  | 'webContents'
  | 'loadURL'
  | 'loadFile'
  | 'reload'
  | 'show'
  | 'showInactive'
  | 'hide'
  | 'focus'
  | 'blur'
  | 'isFocused'
  | 'isVisible'
  | 'minimize'
  | 'isMinimized'
  | 'maximize'
  | 'unmaximize'
  | 'isMaximized'
  | 'restore'
  | 'setFullScreen'
  | 'isFullScreen'
  | 'setKiosk'
  | 'isKiosk'
  | 'close'
  | 'destroy'
  | 'isDestroyed'
  | 'setTitle'
  | 'getTitle'
  | 'title'
  | 'setBounds'
  | 'getBounds'
  | 'getContentBounds'
  | 'setSize'
  | 'getSize'
  | 'setMinimumSize'
  | 'getMinimumSize'
  | 'center'
  | 'moveTop'
  | 'flashFrame'
  | 'setMenu'
  | 'removeMenu'
  | 'setMenuBarVisibility'
  | 'setAutoHideMenuBar'
  | 'setBackgroundColor'
  | 'getBackgroundColor'
  | 'setAlwaysOnTop'
  | 'isAlwaysOnTop'
>;

/** The windows by what the app holds of them: oldest first. */
const windows = new Map<Electron.BrowserWindow, BrowserWindowImpl>();
let focused: BrowserWindowImpl | undefined;
let lastId = 0;

export class BrowserWindowImpl extends EventEmitter implements Surface {
  static getAllWindows(): Electron.BrowserWindow[] {
    return [...windows.keys()];
  }

  static getFocusedWindow(): Electron.BrowserWindow | null {
    return focused?.facade ?? null;
  }

  static fromId(id: number): Electron.BrowserWindow | null {
    return BrowserWindowImpl.getAllWindows().find((window) => window.id === id) ?? null;
  }

  static fromWebContents(contents: Electron.WebContents): Electron.BrowserWindow | null {
    return BrowserWindowImpl.getAllWindows().find((window) => window.webContents === contents) ?? null;
  }

  readonly id: number;
  readonly webContents: Electron.WebContents;
  readonly facade: Electron.BrowserWindow;
  readonly #contents: WebContentsImpl;
  #bounds: Electron.Rectangle;
  #minimum: [number, number];
  #state: WindowState = 'normal';
  #beforeMinimized: WindowState = 'normal';
  #kiosk = false;
  #onTop = false;
  #visible = false;
  #destroyed = false;
  #title: string;
  #backgroundColor: string;

  constructor(options: Options = {}) {
    super();
    if (!appImpl.isReady()) throw new Error('Cannot create BrowserWindow before app is ready');
    const preferences = options.webPreferences ?? {};
    if (preferences.nodeIntegration || preferences.contextIsolation === false || preferences.sandbox === false) {
      throw new Error('electron stand-in: only sandboxed, isolated windows without Node can be shown');
    }
    lastId += 1;
    this.id = lastId;
    this.#title = options.title ?? appImpl.name;
    this.#backgroundColor = options.backgroundColor ?? '#FFFFFF';
    this.#minimum = [options.minWidth ?? 0, options.minHeight ?? 0];
    const width = Math.max(options.width ?? 800, this.#minimum[0]);
    const height = Math.max(options.height ?? 600, this.#minimum[1]);
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width, height };
    this.#kiosk = options.kiosk ?? false;
    if (options.fullscreen || this.#kiosk) this.#state = 'fullscreen';
    const { width: across, height: down } = this.getBounds();
    this.#contents = new WebContentsImpl(preferences, {
      size: { width: across, height: down },
      close: () => this.close(),
      destroy: () => this.destroy(),
      focus: () => this.focus(),
      isFocused: () => this.isFocused(),
      openWindow: (url, overrides) => this.#openChild(url, overrides),
    });
    this.webContents = this.#contents.facade;
    this.facade = strict('BrowserWindow', this) as unknown as Electron.BrowserWindow;
    windows.set(this.facade, this);
    openWindows.add(this);
    this.#watchContents();
    appImpl.emit('browser-window-created', new StandInEvent(), this.facade);
    if (this.#state === 'fullscreen') this.#place();
    if (options.show ?? true) this.show();
  }

  loadURL(url: string): Promise<void> {
    return this.#contents.loadURL(url);
  }

  loadFile(path: string): Promise<void> {
    return this.loadURL(pathToFileURL(resolve(appImpl.getAppPath(), path)).href);
  }

  reload(): void {
    this.#contents.reload();
  }

  show(): void {
    this.showInactive();
    this.focus();
  }

  showInactive(): void {
    if (this.#visible || this.#destroyed) return;
    this.#visible = true;
    this.emit('show');
  }

  hide(): void {
    if (!this.#visible) return;
    this.blur();
    this.#visible = false;
    this.emit('hide');
  }

  focus(): void {
    if (focused === this || !this.#visible) return;
    focused?.blur();
    focused = this;
    this.#contents.withPage((page) => page.target.session.send('Page.bringToFront'));
    this.emit('focus');
    appImpl.emit('browser-window-focus', new StandInEvent(), this.facade);
  }

  blur(): void {
    if (focused !== this) return;
    focused = undefined;
    this.emit('blur');
    appImpl.emit('browser-window-blur', new StandInEvent(), this.facade);
  }

  isFocused(): boolean {
    return focused === this;
  }

  isVisible(): boolean {
    return this.#visible && this.#state !== 'minimized';
  }

  minimize(): void {
    if (this.#state === 'minimized') return;
    this.#beforeMinimized = this.#state;
    this.blur();
    this.#enter('minimized');
    this.emit('minimize');
  }

  isMinimized(): boolean {
    return this.#state === 'minimized';
  }

  maximize(): void {
    this.showInactive();
    if (this.#state === 'maximized') return;
    this.#enter('maximized');
    this.emit('maximize');
  }

  unmaximize(): void {
    if (this.#state !== 'maximized') return;
    this.#enter('normal');
    this.emit('unmaximize');
  }

  isMaximized(): boolean {
    return this.#state === 'maximized';
  }

  restore(): void {
    if (this.#state === 'maximized') this.unmaximize();
    if (this.#state !== 'minimized') return;
    this.#enter(this.#beforeMinimized);
    this.emit('restore');
  }

  setFullScreen(flag: boolean): void {
    if (flag === this.isFullScreen()) return;
    this.#enter(flag ? 'fullscreen' : 'normal');
    this.emit(flag ? 'enter-full-screen' : 'leave-full-screen');
  }

  isFullScreen(): boolean {
    return this.#state === 'fullscreen';
  }

  setKiosk(flag: boolean): void {
    this.#kiosk = flag;
    this.setFullScreen(flag);
  }

  isKiosk(): boolean {
    return this.#kiosk;
  }

  close(): void {
    if (this.#destroyed) return;
    const event = new StandInEvent();
    this.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    if (focused === this) focused = undefined;
    windows.delete(this.facade);
    openWindows.delete(this);
    nativeThemeImpl.off('updated', this.#applyTheme);
    this.#contents.destroy();
    this.emit('closed');
    // Without a listener Electron quits with the last window.
    if (windows.size === 0 && !appImpl.isQuitting() && !appImpl.emit('window-all-closed')) appImpl.quit();
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  get title(): string {
    return this.#title;
  }

  set title(title: string) {
    this.#title = title;
  }

  setTitle(title: string): void {
    this.#title = title;
  }

  getTitle(): string {
    return this.#title;
  }

  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
    this.#place();
    this.emit('resize');
  }

  getBounds(): Electron.Rectangle {
    return this.#state === 'fullscreen' || this.#state === 'maximized' ? { ...display.bounds } : { ...this.#bounds };
  }

  getContentBounds(): Electron.Rectangle {
    return this.getBounds();
  }

  setSize(width: number, height: number): void {
    this.setBounds({ width, height });
  }

  getSize(): number[] {
    const { width, height } = this.getBounds();
    return [width, height];
  }

  setMinimumSize(width: number, height: number): void {
    this.#minimum = [width, height];
  }

  getMinimumSize(): number[] {
    return [...this.#minimum];
  }

  setBackgroundColor(color: string): void {
    this.#backgroundColor = color;
  }

  getBackgroundColor(): string {
    return this.#backgroundColor;
  }

  setAlwaysOnTop(flag: boolean): void {
    this.#onTop = flag;
  }

  isAlwaysOnTop(): boolean {
    return this.#onTop;
  }

  /** Nothing to see here, but a test may ask `$standin.flashing`. */
  flashFrame(flag: boolean): void {
    if (flag) flashing.add(this.facade);
    else flashing.delete(this.facade);
  }

  // No menu bar exists, and there is nothing else a window could be moved in front of.
  setMenu(_menu: unknown): void {}
  removeMenu(): void {}
  setMenuBarVisibility(_visible: boolean): void {}
  setAutoHideMenuBar(_hide: boolean): void {}
  moveTop(): void {}
  center(): void {}

  readonly #applyTheme = (): void => {
    this.#contents.withPage((page) => page.setColorScheme(nativeThemeImpl.pageScheme));
  };

  #watchContents(): void {
    this.#contents.once('did-finish-load', () => this.emit('ready-to-show'));
    this.#contents.on('page-title-updated', (event: StandInEvent, title: string) => {
      this.emit('page-title-updated', event, title, true);
      if (!event.defaultPrevented) this.#title = title;
    });
    nativeThemeImpl.on('updated', this.#applyTheme);
    if (nativeThemeImpl.pageScheme) this.#applyTheme();
  }

  #enter(state: WindowState): void {
    this.#state = state;
    this.#place();
    this.emit('resize');
  }

  #place(): void {
    this.#contents.withPage((page) => placeWindow(page, this.#bounds, this.#state));
  }

  #openChild(url: string, overrides: Options): void {
    const child = new BrowserWindowImpl(overrides);
    this.#contents.emit('did-create-window', child.facade, { url });
    // Electron reports a failed load by events; nobody waits for this promise.
    child.loadURL(url).catch(() => undefined);
  }
}

/** Windows whose `flashFrame(true)` is in force. */
export const flashing = new Set<Electron.BrowserWindow>();
