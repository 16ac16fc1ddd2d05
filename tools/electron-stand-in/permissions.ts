import type { CdpSession } from './cdp.ts';
import { debug } from './debug.ts';
import type { SessionImpl } from './session.ts';

type Permission = Parameters<NonNullable<Parameters<Electron.Session['setPermissionRequestHandler']>[0]>>[1];
type CheckedPermission = Parameters<NonNullable<Parameters<Electron.Session['setPermissionCheckHandler']>[0]>>[1];
type MediaType = 'video' | 'audio';

interface Row {
  /** The name in the web's Permissions API, which is what CDP takes. */
  web: string;
  electron: Permission & CheckedPermission;
  media?: MediaType;
  sysex?: boolean;
}

const table: Row[] = [
  { web: 'camera', electron: 'media', media: 'video' },
  { web: 'microphone', electron: 'media', media: 'audio' },
  { web: 'geolocation', electron: 'geolocation' },
  { web: 'notifications', electron: 'notifications' },
  { web: 'midi', electron: 'midi' },
  { web: 'midi', electron: 'midiSysex', sysex: true },
  { web: 'clipboard-read', electron: 'clipboard-read' },
  { web: 'clipboard-write', electron: 'clipboard-sanitized-write' },
  { web: 'idle-detection', electron: 'idle-detection' },
  { web: 'storage-access', electron: 'storage-access' },
  { web: 'window-management', electron: 'window-management' },
  { web: 'speaker-selection', electron: 'speaker-selection' },
];

const allowed = async (
  session: SessionImpl,
  contents: Electron.WebContents,
  origin: string,
  { electron, media }: Row,
): Promise<boolean> => {
  const { checkHandler, requestHandler } = session;
  const securityOrigin = `${origin}/`;
  const details = { isMainFrame: true, requestingUrl: securityOrigin };
  const asked = media ? { ...details, securityOrigin, mediaType: media } : { ...details, securityOrigin };
  if (checkHandler && !checkHandler(contents, electron, origin, asked)) return false;
  if (!requestHandler) return true;
  const request = media ? { ...details, securityOrigin, mediaTypes: [media] } : details;
  return new Promise((resolve) => requestHandler(contents, electron, resolve, request));
};

/**
 * Asks the app's handlers about every permission and sets Chromium accordingly. Chromium then really refuses or grants,
 * but the app was asked when the page was loaded, not when the page wanted it. Without handlers all is granted, as in
 * Electron.
 * @param carrier the origin as Chromium knows it; `origin` as the app does.
 */
export const applyPermissions = async (
  browser: CdpSession,
  session: SessionImpl,
  contents: Electron.WebContents,
  origin: string,
  carrier: string,
): Promise<void> => {
  const settle = async (row: Row): Promise<void> => {
    const setting = (await allowed(session, contents, origin, row)) ? 'granted' : 'denied';
    const permission = { name: row.web, ...(row.sysex ? { sysex: true } : {}) };
    await browser
      .send('Browser.setPermission', { permission, setting, origin: carrier })
      .catch((error: unknown) => debug('permission', row.web, error));
  };
  await Promise.all(table.map(settle));
};
