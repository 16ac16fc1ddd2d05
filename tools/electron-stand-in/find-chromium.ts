import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { unpackChromium } from './unpack-chromium.ts';

export interface FoundChromium {
  executable: string;
  /** A real window on a real display, or none. */
  headed: boolean;
  environment: Record<string, string>;
  describe: string;
}

type Environment = Record<string, string | undefined>;

const installed: Partial<Record<NodeJS.Platform, string[]>> = {
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['ProgramFiles', 'ProgramFiles(x86)', 'LOCALAPPDATA'].flatMap((root) =>
    ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].map((path) =>
      join(process.env[root] ?? '', path),
    ),
  ),
};
const linuxNames = ['google-chrome', 'google-chrome-stable', 'microsoft-edge', 'chromium', 'chromium-browser'];

const installedBrowser = (env: Environment): string | undefined => {
  const onPath = (env.PATH ?? '').split(delimiter).flatMap((folder) => linuxNames.map((name) => join(folder, name)));
  return (installed[process.platform] ?? onPath).find((path) => existsSync(path));
};

const hasDisplay = (env: Environment): boolean =>
  process.platform === 'darwin' || process.platform === 'win32' || Boolean(env.DISPLAY || env.WAYLAND_DISPLAY);

/**
 * Which Chromium carries the windows: DOCKLINE_CHROMIUM, else an installed Chrome, Edge or Chromium when there is a
 * display, else the one from npm without a display, else an installed one without a display. DOCKLINE_HEADLESS=1 acts
 * as if there were no display.
 * @throws Error saying what to install or set, when there is none.
 */
export const findChromium = (env: Environment = process.env): FoundChromium => {
  const headed = hasDisplay(env) && env.DOCKLINE_HEADLESS !== '1';
  const chosen = (executable: string): FoundChromium => ({
    executable,
    headed,
    environment: {},
    describe: `${executable}${headed ? '' : ' (no window)'}`,
  });
  if (env.DOCKLINE_CHROMIUM) {
    if (existsSync(env.DOCKLINE_CHROMIUM)) return chosen(env.DOCKLINE_CHROMIUM);
    throw new Error(`DOCKLINE_CHROMIUM names ${env.DOCKLINE_CHROMIUM}, which does not exist. Correct it or unset it.`);
  }
  const browser = installedBrowser(env);
  if (headed && browser) return chosen(browser);
  const unpacked = unpackChromium();
  if (unpacked) return { ...unpacked, headed: false, describe: 'Chromium from npm (no window)' };
  if (browser) return { ...chosen(browser), headed: false };
  throw new Error(
    'No Chromium was found to show the station in. Install Chrome, Edge or Chromium, or set DOCKLINE_CHROMIUM to one.',
  );
};
