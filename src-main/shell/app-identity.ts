import { join } from 'node:path';
import { app } from 'electron';
import { registerAppScheme } from './app-protocol.ts';

const APP_ID = 'com.dockline.station';
/** Constant, or Windows gathers a dead COM registration with every start. */
const TOAST_CLSID = '{7C1B1F52-0E5B-4E6D-9B0E-6C2F6F0B5D31}';

/** What has to be said before `ready`: the sandbox, the scheme, who we are to Windows, and where our files are. */
export const prepareApp = (): void => {
  app.enableSandbox();
  registerAppScheme();
  if (process.platform !== 'win32') return;
  app.setToastActivatorCLSID(TOAST_CLSID);
  app.setAppUserModelId(APP_ID);
  // The default is the roaming profile: databases do not travel.
  const local = process.env.LOCALAPPDATA;
  if (local !== undefined && !app.commandLine.hasSwitch('user-data-dir'))
    app.setPath('userData', join(local, 'Dockline'));
};
