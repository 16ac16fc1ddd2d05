import { flashing } from './browser-window.ts';
import { dialogAnswers, dialogCalls } from './dialog.ts';
import { pressShortcut } from './global-shortcut.ts';
import { nativeThemeImpl } from './native-theme.ts';
import { activateNotification, failNotifications, shownNotifications } from './notification.ts';
import { powerMonitorImpl } from './power-monitor.ts';
import { shellCalls } from './shell.ts';

/** Connectivity as `net.isOnline()` reports it. */
export const network = { online: true };

/**
 * `require('electron').$standin`: what the operating system and the person in front of it would do. Only the stand-in
 * has it; tests reach it through launch-station.ts, which knows another way for real Electron.
 */
export const control = {
  /** Every notification shown so far, oldest first, as Electron's own `Notification` with `click()`, `press(action)`, `dismiss(reason)`. */
  notifications: shownNotifications,
  failNotifications,
  activateNotification,
  powerMonitor: powerMonitorImpl,
  nativeTheme: nativeThemeImpl,
  network,
  /** `shell.*` calls that were recorded instead of done. */
  shellCalls,
  /** `dialog.*` calls, and the answers to give to the next ones; without an answer a dialog is dismissed. */
  dialogCalls,
  dialogAnswers,
  flashing,
  pressShortcut,
};
