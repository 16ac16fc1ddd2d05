// What `import … from 'electron'` and `require('electron')` answer with: the main-process side of the module.
import { absent } from './absent.ts';
import { appImpl } from './app.ts';
import { BrowserWindowImpl } from './browser-window.ts';
import { control, network } from './control.ts';
import { dialogImpl } from './dialog.ts';
import { ScreenImpl } from './displays.ts';
import { globalShortcutImpl } from './global-shortcut.ts';
import { ipcMainImpl } from './ipc-main.ts';
import { MenuImpl } from './menu.ts';
import { nativeThemeImpl } from './native-theme.ts';
import { fetchThrough } from './net.ts';
import { NotificationImpl } from './notification.ts';
import { powerMonitorImpl } from './power-monitor.ts';
import { powerSaveBlockerImpl } from './power-save-blocker.ts';
import { safeStorageImpl } from './safe-storage.ts';
import { sessionFor, sessionModule } from './session.ts';
import { shellImpl } from './shell.ts';
import { strict, strictClass } from './strict.ts';
import { allContents } from './web-contents.ts';

const contentsFacade = (
  matches: (contents: { id: number; targetId: string }) => boolean,
): Electron.WebContents | undefined => [...allContents].find(matches)?.facade;

export const app = strict('app', appImpl);
export const ipcMain = strict('ipcMain', ipcMainImpl);
export const protocol = strict('protocol', sessionFor('').protocolImpl);
export const session = strict('session', sessionModule);
export const nativeTheme = strict('nativeTheme', nativeThemeImpl);
export const powerMonitor = strict('powerMonitor', powerMonitorImpl);
export const powerSaveBlocker = strict('powerSaveBlocker', powerSaveBlockerImpl);
export const safeStorage = strict('safeStorage', safeStorageImpl);
export const screen = strict('screen', new ScreenImpl());
export const shell = strict('shell', shellImpl);
export const dialog = strict('dialog', dialogImpl);
export const globalShortcut = strict('globalShortcut', globalShortcutImpl);
export const BrowserWindow = strictClass('BrowserWindow', BrowserWindowImpl, (window) => window.facade);
export const Notification = strictClass('Notification', NotificationImpl, (made) => strict('Notification', made));
export const Menu = strictClass('Menu', MenuImpl, (menu) => strict('Menu', menu));
export const net = strict('net', {
  fetch: (input, init) => fetchThrough(sessionFor('').protocolImpl, input, init),
  isOnline: () => network.online,
  get online() {
    return network.online;
  },
} satisfies Pick<Electron.Net, 'fetch' | 'isOnline' | 'online'>);
export const webContents = strict('webContents', {
  getAllWebContents: () => [...allContents].map((contents) => contents.facade),
  getFocusedWebContents: () => [...allContents].find((contents) => contents.isFocused())?.facade ?? null,
  fromId: (id) => contentsFacade((contents) => contents.id === id),
  fromDevToolsTargetId: (targetId) => contentsFacade((contents) => contents.targetId === targetId),
} satisfies Pick<
  typeof Electron.WebContents,
  'getAllWebContents' | 'getFocusedWebContents' | 'fromId' | 'fromDevToolsTargetId'
>);

export const autoUpdater = absent('autoUpdater');
export const BaseWindow = absent('BaseWindow');
export const BrowserView = absent('BrowserView');
export const clipboard = absent('clipboard');
export const ClipboardItem = absent('ClipboardItem');
export const contentTracing = absent('contentTracing');
export const crashReporter = absent('crashReporter');
export const desktopCapturer = absent('desktopCapturer');
export const ImageView = absent('ImageView');
export const inAppPurchase = absent('inAppPurchase');
export const IpcMainServiceWorker = absent('IpcMainServiceWorker');
export const MenuItem = absent('MenuItem');
export const MessageChannelMain = absent('MessageChannelMain');
export const nativeImage = absent('nativeImage');
export const netLog = absent('netLog');
export const pushNotifications = absent('pushNotifications');
export const sharedTexture = absent('sharedTexture');
export const ShareMenu = absent('ShareMenu');
export const systemPreferences = absent('systemPreferences');
export const TouchBar = absent('TouchBar');
export const Tray = absent('Tray');
export const utilityProcess = absent('utilityProcess');
export const View = absent('View');
export const WebContentsView = absent('WebContentsView');
export const webFrameMain = absent('webFrameMain');
export const WebSocket = absent('WebSocket');

/** The stand-in's own addition: see control.ts. */
export const $standin = control;
