import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProtocolImpl } from './protocol.ts';

const mediaTypes: Record<string, string> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.map': 'application/json',
  '.mjs': 'text/javascript',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

type FetchOptions = Parameters<Electron.Net['fetch']>[1];

/**
 * `net.fetch` and `session.fetch`: custom schemes go to the app's handlers, `file:` to the disk, the rest to Node's
 * fetch (so without Chromium's proxy and certificate handling).
 * @throws Error `net::ERR_FILE_NOT_FOUND` and the like, as Electron words them.
 */
export const fetchThrough = async (
  protocol: ProtocolImpl,
  input: string | Request,
  options?: FetchOptions,
): Promise<Response> => {
  const request = new Request(input, options as RequestInit);
  if (!options?.bypassCustomProtocolHandlers) {
    const answer = await protocol.answer(request);
    if (answer) return answer;
  }
  const { protocol: scheme } = new URL(request.url);
  if (scheme === 'http:' || scheme === 'https:') return fetch(request);
  if (scheme !== 'file:') throw new Error('net::ERR_UNKNOWN_URL_SCHEME');
  const path = fileURLToPath(request.url.replace(/[?#].*$/, ''));
  const body = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw new Error(error.code === 'ENOENT' ? 'net::ERR_FILE_NOT_FOUND' : 'net::ERR_ACCESS_DENIED');
  });
  const type = mediaTypes[extname(path).toLowerCase()] ?? 'application/octet-stream';
  return new Response(body, { headers: { 'content-type': type } });
};
