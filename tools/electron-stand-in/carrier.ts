// Chromium knows no app:// scheme and none can be added from outside. An app URL is therefore carried by a host name
// under the reserved top-level domain below: app://bundle/x <-> https://bundle.app.standin/x. Requests to it never leave
// the machine: interception.ts answers every one of them.
const domain = '.standin';
const known = new Set([
  'http',
  'https',
  'file',
  'data',
  'blob',
  'about',
  'ws',
  'wss',
  'chrome',
  'devtools',
  'javascript',
]);
const custom = /^([a-z][a-z0-9-]*):\/\/([^/?#]+)(.*)$/i;

/** The URL Chromium is given for an app URL; any other URL comes back as it is. */
export const toCarrier = (url: string): string => {
  const [, scheme = '', host, rest = ''] = custom.exec(url) ?? [];
  if (scheme === '' || known.has(scheme.toLowerCase())) return url;
  return `https://${host}.${scheme.toLowerCase()}${domain}${rest.startsWith('/') ? '' : '/'}${rest}`;
};

/** The app URL behind a carrier URL (or origin); any other URL comes back as it is. */
export const fromCarrier = (url: string): string =>
  url.replace(/^https:\/\/(.+)\.([a-z][a-z0-9-]*)\.standin(?=[/?#]|$)/, '$2://$1');

/** The custom scheme a carrier URL stands for, or undefined for an ordinary URL. */
export const schemeOf = (url: string): string | undefined => {
  const app = fromCarrier(url);
  return app === url ? undefined : app.slice(0, app.indexOf(':'));
};

/**
 * The same policy in terms of carriers: sources such as `app:` or `app://bundle` in a Content-Security-Policy would
 * never match the URLs Chromium sees.
 */
export const carrierPolicy = (policy: string): string =>
  policy
    .split(/(\s+|;)/)
    .map((source) => {
      const scheme = /^([a-z][a-z0-9-]*):$/i.exec(source)?.[1]?.toLowerCase();
      if (scheme === undefined) return toCarrier(source).replace(/(\.standin)\/$/, '$1');
      return known.has(scheme) || ['mediastream', 'filesystem'].includes(scheme)
        ? source
        : `https://*.${scheme}${domain}`;
    })
    .join('');
