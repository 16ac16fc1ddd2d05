import { BrowserWindow, Menu, nativeTheme, type Session } from 'electron';
import type { ThemeChoice } from '#contract/bridge/view.ts';
import type { Clock, Log } from '../core/ports.ts';
import { START_URL } from './app-protocol.ts';

/** The colours the page starts with, so that a dark station does not flash white. */
const BACKGROUND = { light: '#f4f6f8', dark: '#12161b' } as const;
const RELOAD_MS = 500;
const LONGEST_RELOAD_MS = 30_000;

export type WindowOptions = {
  readonly session: Session;
  readonly preload: string;
  readonly devUrl: string | null;
  readonly clock: Clock;
  readonly log: Log;
};

export const applyTheme = (theme: ThemeChoice): void => {
  nativeTheme.themeSource = theme;
};

const background = (): string => (nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light);

/** A page that died is loaded again, later each time: its state is main's, so nothing is lost with it. */
const reloadWhenGone = (window: BrowserWindow, { clock, log }: WindowOptions): void => {
  let failures = 0;
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    log('page.gone', { reason });
    if (reason === 'clean-exit') return;
    const delay = Math.min(LONGEST_RELOAD_MS, RELOAD_MS * 2 ** failures);
    failures += 1;
    clock.setTimer(delay, () => {
      if (!window.isDestroyed()) window.webContents.reload();
    });
  });
};

/** The one window: sandboxed, isolated, with nothing but its own page. It shows when there is something to see. */
export const createWindow = (options: WindowOptions): BrowserWindow => {
  const { session, preload, devUrl, log } = options;
  if (process.platform !== 'darwin') Menu.setApplicationMenu(null);
  const window = new BrowserWindow({
    title: 'Dockline',
    width: 1280,
    height: 800,
    minWidth: 800,
    minHeight: 600,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: background(),
    webPreferences: {
      session,
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
      spellcheck: false,
      disableDialogs: true,
      devTools: devUrl !== null,
      // Clocks and counts have to go on when another window covers this one.
      backgroundThrottling: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  nativeTheme.on('updated', () => {
    if (!window.isDestroyed()) window.setBackgroundColor(background());
  });
  reloadWhenGone(window, options);
  window.loadURL(devUrl ?? START_URL).catch((error: unknown) => {
    log('page.not_loaded', { message: error instanceof Error ? error.message : 'unknown' });
  });
  return window;
};

/** Brings the window before the person, wherever it was. */
export const raise = (window: BrowserWindow): void => {
  if (window.isDestroyed()) return;
  if (window.isMinimized()) window.restore();
  window.show();
  window.moveTop();
  window.focus();
};
