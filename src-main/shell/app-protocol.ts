import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { protocol, type Session } from 'electron';
import { bundlePath } from './bundle-path.ts';

export const START_URL = 'app://bundle/index.html';

/** `connect-src 'none'` is possible because the socket lives in main: a page that was taken over can reach nobody. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'none'",
  "worker-src 'self'",
  "frame-src 'none'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** Before `ready`, or the scheme is an opaque origin without modules. */
export const registerAppScheme = (): void => {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, codeCache: true };
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges }]);
};

const headers = (type: string): Record<string, string> => ({
  'content-type': type,
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cache-control': 'no-cache',
});

/** Answers `app://bundle/…` on our session from the files under `folder`, and everything else with 404. */
export const serveBundle = (session: Session, folder: string): void => {
  const root = realpathSync(folder);
  session.protocol.handle('app', async ({ url, method }) => {
    const found = method === 'GET' || method === 'HEAD' ? bundlePath(root, url) : null;
    if (found === null) return new Response('Not found', { status: 404, headers: headers('text/plain') });
    const body = method === 'HEAD' ? null : new Uint8Array(await readFile(found.path));
    return new Response(body, { headers: headers(found.type) });
  });
};
