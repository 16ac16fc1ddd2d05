import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Host {
  kind: 'electron' | 'stand-in';
  /** What Playwright's `_electron.launch` and electron-vite's ELECTRON_EXEC_PATH take. */
  executablePath: string;
  /** One line for people: which host a run used, and why. */
  describe: string;
}

type Environment = Record<string, string | undefined>;

const electronFolder = fileURLToPath(new URL('../../node_modules/electron/', import.meta.url));
const standIn = fileURLToPath(new URL('./electron', import.meta.url));
/** How long DOCKLINE_FETCH_ELECTRON may try; a blocked network answers late or never. */
const fetchWithinMs = 20_000;

const executableName: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'Electron.app/Contents/MacOS/Electron',
  win32: 'electron.exe',
};

/** Where the binary is, without asking the electron package: `require('electron')` would try to download it. */
const installedBinary = (env: Environment): string | undefined => {
  const pathFile = join(electronFolder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : (executableName[process.platform] ?? 'electron');
  const candidates = [
    env.DOCKLINE_ELECTRON,
    env.ELECTRON_OVERRIDE_DIST_PATH && join(env.ELECTRON_OVERRIDE_DIST_PATH, name),
  ];
  return [...candidates, join(electronFolder, 'dist', name)].find((path) => path && existsSync(path));
};

const download = (env: Environment): void => {
  const installer = join(electronFolder, 'install.js');
  spawnSync(process.execPath, [installer], {
    env: { ...process.env, ...env },
    timeout: fetchWithinMs,
    stdio: 'ignore',
  });
};

/**
 * Real Electron when its binary is there, the stand-in otherwise. Read from the environment: DOCKLINE_HOST
 * (`electron` | `stand-in`) forces, DOCKLINE_ELECTRON and ELECTRON_OVERRIDE_DIST_PATH name a binary,
 * DOCKLINE_FETCH_ELECTRON=1 tries for 20 s to download one.
 * @throws Error when DOCKLINE_HOST asks for something that is not there.
 */
export const whichHost = (env: Environment = process.env): Host => {
  const wanted = env.DOCKLINE_HOST ?? '';
  if (!['', 'electron', 'stand-in'].includes(wanted)) {
    throw new Error(`DOCKLINE_HOST is "${wanted}"; it must be "electron" or "stand-in", or not be set.`);
  }
  const stand = (why: string): Host => ({
    kind: 'stand-in',
    executablePath: standIn,
    describe: `Electron stand-in, on Node ${process.versions.node} and Chromium (${why})`,
  });
  if (wanted === 'stand-in') return stand('DOCKLINE_HOST asks for it');
  if (!installedBinary(env) && env.DOCKLINE_FETCH_ELECTRON === '1') download(env);
  const binary = installedBinary(env);
  if (!binary) {
    if (wanted === '') return stand('no Electron binary is installed');
    throw new Error('DOCKLINE_HOST asks for Electron, but no Electron binary is installed. Run: npx install-electron');
  }
  const noDisplay = process.platform === 'linux' && !env.DISPLAY && !env.WAYLAND_DISPLAY;
  if (noDisplay && wanted === '') return stand(`${binary} needs a display and there is none`);
  return { kind: 'electron', executablePath: binary, describe: `Electron at ${binary}` };
};
