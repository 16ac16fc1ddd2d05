import { app, type Session, type WebContents } from 'electron';
import type { Log } from '../core/ports.ts';
import { isOurPage, mayRequest } from './allowed-page.ts';

/** Electron allows every permission unless told otherwise. This app needs none: toasts and files are main's. */
const denyPermissions = (session: Session): void => {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
};

const stayOnPage = (contents: WebContents, devUrl: string | null, log: Log): void => {
  const refuse = (event: { preventDefault(): void }, url: string): void => {
    if (isOurPage(url, devUrl)) return;
    event.preventDefault();
    log('page.navigation_refused', { scheme: URL.parse(url)?.protocol ?? 'none' });
  };
  contents.on('will-navigate', (event) => refuse(event, event.url));
  contents.on('will-frame-navigate', (event) => refuse(event, event.url));
  contents.on('will-redirect', (event) => refuse(event, event.url));
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
};

/** Shuts the page in: no permission, no navigation, no window, no request but for its own files. Call before any window. */
export const lockDown = (session: Session, devUrl: string | null, log: Log): void => {
  denyPermissions(session);
  session.setSpellCheckerEnabled(false);
  session.webRequest.onBeforeRequest({ urls: ['<all_urls>'] }, ({ url }, answer) => {
    const cancel = !mayRequest(url, devUrl);
    if (cancel) log('page.request_refused', { scheme: URL.parse(url)?.protocol ?? 'none' });
    answer({ cancel });
  });
  app.on('web-contents-created', (_event, contents) => stayOnPage(contents, devUrl, log));
};
