/** Whether a URL is the one page this app has. `devUrl` is the development server's, when there is one. */
export const isOurPage = (url: string, devUrl: string | null): boolean => {
  const parsed = URL.parse(url);
  if (parsed === null || parsed.username !== '') return false;
  if (devUrl !== null) return parsed.origin === URL.parse(devUrl)?.origin;
  return parsed.protocol === 'app:' && parsed.host === 'bundle' && parsed.pathname === '/index.html';
};

const SCHEMES: ReadonlySet<string> = new Set(['app:', 'blob:', 'data:']);

/** Whether the page may fetch this at all; everything the product needs from the network goes through main. */
export const mayRequest = (url: string, devUrl: string | null): boolean => {
  const parsed = URL.parse(url);
  if (parsed === null) return false;
  if (SCHEMES.has(parsed.protocol)) return true;
  if (devUrl === null) return false;
  const dev = URL.parse(devUrl);
  return parsed.host === dev?.host || parsed.protocol === 'devtools:';
};
