import { existsSync, readFileSync, statSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

type PathName = Parameters<Electron.App['getPath']>[0];

export interface AppPackage {
  /** The folder that holds package.json: `app.getAppPath()`. */
  folder: string;
  main: string;
  name: string;
  version: string;
}

/** @param target an app folder or its main file, as given on the command line. */
export const readPackage = (target: string): AppPackage => {
  const isFolder = statSync(target).isDirectory();
  const folder = isFolder ? target : dirname(target);
  const file = join(folder, 'package.json');
  const manifest = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  return {
    folder,
    main: isFolder ? resolve(folder, manifest.main ?? 'index.js') : target,
    name: manifest.productName ?? manifest.name ?? 'Electron',
    version: manifest.version ?? '0.0.0',
  };
};

const appDataFolder = (): string => {
  if (process.platform === 'win32') return process.env.APPDATA ?? join(homedir(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Application Support');
  return process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config');
};

const inHome: Partial<Record<PathName, string>> = {
  desktop: 'Desktop',
  documents: 'Documents',
  downloads: 'Downloads',
  music: 'Music',
  pictures: 'Pictures',
  videos: process.platform === 'darwin' ? 'Movies' : 'Videos',
};

/** Where `app.getPath(name)` points unless the app has said otherwise; the folders Electron itself would use. */
export const defaultPath = (name: PathName, appName: string, userData: string | undefined): string => {
  const data = userData ?? join(appDataFolder(), appName);
  const home = inHome[name];
  if (home) return join(homedir(), home);
  switch (name) {
    case 'home':
      return homedir();
    case 'appData':
      return appDataFolder();
    case 'userData':
    case 'sessionData':
      return data;
    case 'logs':
      return process.platform === 'darwin' ? join(homedir(), 'Library', 'Logs', appName) : join(data, 'logs');
    case 'crashDumps':
      return join(data, 'Crashpad');
    case 'temp':
      return tmpdir();
    case 'exe':
    case 'module':
      return process.execPath;
    default:
      throw new Error(`electron stand-in: app.getPath('${name}') is not implemented`);
  }
};
