import { join } from 'node:path';
import { app, type Session, session } from 'electron';

export type Paths = { readonly data: string; readonly log: string; readonly preload: string; readonly page: string };

/** Where things are. The app's folder holds `out/`, in the source tree as in the package. */
export const paths = (): Paths => {
  const data = app.getPath('userData');
  const out = join(app.getAppPath(), 'out');
  return {
    data,
    log: join(data, 'logs', 'station.log'),
    preload: join(out, 'preload', 'index.cjs'),
    page: join(out, 'renderer'),
  };
};

/** Nothing of the page is kept on a device that a shift shares: the partition is in memory. */
export const pageSession = (): Session => session.fromPartition('station');

/** Name and version as the server sees them. */
export const appVersion = (): string => `dockline ${app.getVersion()}`;

/** The development server of `npm run dev`; never in a package, whatever the environment says. */
export const devServer = (): string | null => (app.isPackaged ? null : (process.env.ELECTRON_RENDERER_URL ?? null));

/** Runs `start` once Electron is ready. (Awaiting that at the top level of a module would never end.) */
export const whenReady = (start: () => Promise<void>): void => {
  app
    .whenReady()
    .then(start)
    .catch((error: unknown) => {
      console.error('Dockline could not start:', error instanceof Error ? error.message : error);
      app.exit(1);
    });
};

/** Quitting waits for `stop`, whoever asked: the last window, a signal, the system. */
export const onQuit = (stop: () => Promise<void>): void => {
  let stopped = false;
  let stopping = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    void stop().finally(() => {
      stopped = true;
      app.quit();
    });
  });
  app.on('window-all-closed', () => app.quit());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => app.quit());
};
