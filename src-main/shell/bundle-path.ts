import { realpathSync } from 'node:fs';
import { extname, isAbsolute, join, relative, sep } from 'node:path';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.mp3': 'audio/mpeg',
  '.wav': 'audio/wav',
  '.ogg': 'audio/ogg',
};

const LONGEST = 500;

const inside = (root: string, path: string): boolean => {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
};

/**
 * The file under `root` (an absolute real path) that `app://bundle/…` names, with its type; null for anything else: another
 * host, a way out of the folder however it is written, a symbolic link that leads out, an unknown kind of file.
 */
export const bundlePath = (root: string, url: string): { readonly path: string; readonly type: string } | null => {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'app:' || parsed.host !== 'bundle' || url.length > LONGEST) return null;
  let name: string;
  try {
    name = decodeURIComponent(parsed.pathname);
  } catch {
    return null;
  }
  // A percent left after one decoding is a second layer of it; backslash and colon mean something on Windows.
  if (/[\0\\:%]/.test(name) || name.includes('//')) return null;
  const type = TYPES[extname(name).toLowerCase()];
  const path = join(root, name);
  if (type === undefined || !inside(root, path)) return null;
  try {
    return inside(root, realpathSync(path)) ? { path, type } : null;
  } catch {
    return null;
  }
};
