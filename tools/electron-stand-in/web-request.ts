type BeforeRequest = Parameters<Electron.WebRequest['onBeforeRequest']>[0];
// The last overload's only parameter: the listener without a filter.
type HeadersReceived = Parameters<Electron.WebRequest['onHeadersReceived']>[0];
type Surface = Pick<Electron.WebRequest, 'onBeforeRequest' | 'onHeadersReceived'>;
type Details = Pick<Electron.OnBeforeRequestListenerDetails, 'url' | 'resourceType'>;

const everything: Electron.WebRequestFilter = { urls: ['<all_urls>'] };

const literal = (text: string): string => text.replace(/[.+?^${}()|[\]\\/]/g, '\\$&');

/** A Chromium match pattern (`<scheme>://<host>/<path>` with `*`) as a test of URLs. */
const pattern = (text: string): RegExp => {
  if (text === '<all_urls>') return /^/;
  const [, scheme = '*', host = '*', path = '/*'] = /^([^:]+):\/\/([^/]*)(\/.*)?$/.exec(text) ?? [];
  const schemes = scheme === '*' ? '(https?|wss?)' : literal(scheme);
  const hosts =
    host === '*'
      ? '[^/]*'
      : literal(host)
          .replace(/^\*\\\./, '([^/]+\\.)?')
          .replaceAll('*', '[^/]*');
  return new RegExp(`^${schemes}:\\/\\/${hosts}${literal(path).replaceAll('*', '.*')}$`, 'i');
};

const matches = (filter: Electron.WebRequestFilter, { url, resourceType }: Details): boolean => {
  if (filter.types && !filter.types.some((type) => type === resourceType)) return false;
  if (filter.excludeUrls?.some((text) => pattern(text).test(url))) return false;
  return filter.urls.some((text) => pattern(text).test(url));
};

interface Kept<Listener> {
  filter: Electron.WebRequestFilter;
  listener: Listener;
}

const kept = <Listener>(first: unknown, second: Listener | null): Kept<Listener> | undefined => {
  if (typeof first === 'function') return { filter: everything, listener: first as Listener };
  return second ? { filter: first as Electron.WebRequestFilter, listener: second } : undefined;
};

/** One session's request listeners; the last one set wins, as in Electron. */
export class WebRequestImpl implements Surface {
  #beforeRequest: Kept<NonNullable<BeforeRequest>> | undefined;
  #headersReceived: Kept<NonNullable<HeadersReceived>> | undefined;

  onBeforeRequest(first: Electron.WebRequestFilter | BeforeRequest, second: BeforeRequest = null): void {
    this.#beforeRequest = kept(first, second);
  }

  onHeadersReceived(first: Electron.WebRequestFilter | HeadersReceived, second: HeadersReceived = null): void {
    this.#headersReceived = kept(first, second);
  }

  /** The app's decision on a request; `{}` lets it pass. */
  beforeRequest(details: Electron.OnBeforeRequestListenerDetails): Promise<Electron.CallbackResponse> {
    const { filter, listener } = this.#beforeRequest ?? {};
    if (!filter || !listener || !matches(filter, details)) return Promise.resolve({});
    return new Promise((resolve) => listener(details, resolve));
  }

  /** Whether a response must be held for the app; passing the rest on saves two messages each. */
  wantsHeaders(details: Details): boolean {
    return this.#headersReceived !== undefined && matches(this.#headersReceived.filter, details);
  }

  /** The app's decision on a response; `{}` leaves its headers alone. */
  headersReceived(details: Electron.OnHeadersReceivedListenerDetails): Promise<Electron.HeadersReceivedResponse> {
    const { listener } = this.#headersReceived ?? {};
    if (!listener || !this.wantsHeaders(details)) return Promise.resolve({});
    return new Promise((resolve) => listener(details, resolve));
  }
}
