import { EventEmitter } from 'node:events';
import { mkdirSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { type AppPackage, defaultPath } from './app-paths.ts';
import { closeChromium } from './chromium.ts';
import { commandLine } from './command-line.ts';
import { StandInEvent } from './event.ts';
import { acquireInstance, holdsInstance, releaseInstance, type SecondInstance } from './single-instance.ts';
import { openWindows } from './window-list.ts';

type PathName = Parameters<Electron.App['getPath']>[0];
type Surface = Pick<
  Electron.App,
  | 'whenReady'
  | 'isReady'
  | 'quit'
  | 'exit'
  | 'getPath'
  | 'setPath'
  | 'getAppPath'
  | 'getName'
  | 'setName'
  | 'name'
  | 'getVersion'
  | 'getLocale'
  | 'getSystemLocale'
  | 'getPreferredSystemLanguages'
  | 'isPackaged'
  | 'setAppUserModelId'
  | 'setToastActivatorCLSID'
  | 'toastActivatorCLSID'
  | 'requestSingleInstanceLock'
  | 'hasSingleInstanceLock'
  | 'releaseSingleInstanceLock'
  | 'enableSandbox'
  | 'disableHardwareAcceleration'
  | 'focus'
  | 'commandLine'
>;

export class AppImpl extends EventEmitter implements Surface {
  readonly isPackaged = false;
  readonly commandLine = commandLine as Electron.CommandLine;
  readonly #ready = Promise.withResolvers<void>();
  readonly #paths = new Map<PathName, string>();
  #package: AppPackage = { folder: process.cwd(), main: '', name: 'Electron', version: '0.0.0' };
  #clsid = '';
  #isReady = false;
  #isQuitting = false;
  #isExiting = false;

  /** Told by the launcher which app this is, before any of the app's code runs. */
  describe(app: AppPackage): void {
    this.#package = app;
  }

  /** Told by the launcher that the main file was evaluated and Chromium is up. */
  becomeReady(): void {
    this.#isReady = true;
    this.emit('ready', new StandInEvent(), {});
    this.#ready.resolve();
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  get name(): string {
    return this.#package.name;
  }

  set name(name: string) {
    this.#package = { ...this.#package, name };
  }

  getName(): string {
    return this.name;
  }

  setName(name: string): void {
    this.name = name;
  }

  getVersion(): string {
    return this.#package.version;
  }

  getAppPath(): string {
    return this.#package.folder;
  }

  getLocale(): string {
    return this.#isReady ? Intl.DateTimeFormat().resolvedOptions().locale : '';
  }

  getSystemLocale(): string {
    return Intl.DateTimeFormat().resolvedOptions().locale;
  }

  getPreferredSystemLanguages(): string[] {
    return [this.getSystemLocale()];
  }

  getPath(name: PathName): string {
    const userData = commandLine.getSwitchValue('user-data-dir') || process.env.DOCKLINE_STANDIN_USER_DATA;
    const path =
      this.#paths.get(name) ??
      (name === 'sessionData' ? this.#paths.get('userData') : undefined) ??
      defaultPath(name, this.name, this.#paths.get('userData') ?? (userData || undefined));
    if (name === 'userData' || name === 'sessionData' || name === 'logs') mkdirSync(path, { recursive: true });
    return path;
  }

  setPath(name: string, path: string): void {
    if (!isAbsolute(path)) throw new Error('Path must be absolute');
    this.#paths.set(name as PathName, path);
  }

  setAppUserModelId(_id: string): void {}

  setToastActivatorCLSID(id: string): void {
    if (this.#isReady) throw new Error('setToastActivatorCLSID must be called before the app is ready');
    this.#clsid = id;
  }

  get toastActivatorCLSID(): string {
    return this.#clsid;
  }

  enableSandbox(): void {
    if (this.#isReady) throw new Error('app.enableSandbox() can only be called before app is ready');
  }

  disableHardwareAcceleration(): void {
    if (this.#isReady) throw new Error('app.disableHardwareAcceleration() can only be called before app is ready');
  }

  focus(): void {}

  requestSingleInstanceLock(additionalData: Record<never, never> = {}): boolean {
    return acquireInstance(this.getPath('userData'), additionalData, (second: SecondInstance) => {
      // Electron promises that this event never comes before `ready`.
      void this.whenReady().then(() =>
        this.emit('second-instance', new StandInEvent(), second.argv, second.workingDirectory, second.additionalData),
      );
    });
  }

  hasSingleInstanceLock(): boolean {
    return holdsInstance();
  }

  releaseSingleInstanceLock(): void {
    releaseInstance();
  }

  /** True between `before-quit` and the end: closing the last window then does not mean `window-all-closed`. */
  isQuitting(): boolean {
    return this.#isQuitting;
  }

  quit(): void {
    if (this.#isExiting || !this.#allows('before-quit')) return;
    this.#isQuitting = true;
    for (const window of [...openWindows]) {
      window.close();
      // The app kept its window: the quit is off.
      if (!window.isDestroyed()) {
        this.#isQuitting = false;
        return;
      }
    }
    if (this.#allows('will-quit')) this.exit(0);
    else this.#isQuitting = false;
  }

  exit(exitCode = 0): void {
    if (this.#isExiting) return;
    this.#isExiting = true;
    this.#isQuitting = true;
    for (const window of [...openWindows]) window.destroy();
    this.emit('quit', new StandInEvent(), exitCode);
    void closeChromium().finally(() => {
      releaseInstance();
      process.exit(exitCode);
    });
  }

  #allows(name: 'before-quit' | 'will-quit'): boolean {
    const event = new StandInEvent();
    this.emit(name, event);
    return !event.defaultPrevented;
  }
}

export const appImpl = new AppImpl();
