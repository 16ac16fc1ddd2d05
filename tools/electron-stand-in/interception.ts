import { carrierPolicy, fromCarrier, schemeOf, toCarrier } from './carrier.ts';
import { CdpError, type CdpSession, type Payload } from './cdp.ts';
import { debug } from './debug.ts';
import { type SessionImpl, sessionFor } from './session.ts';

type Paused = Payload<'Fetch.requestPaused'>;
type Details = Electron.OnBeforeRequestListenerDetails;
type Frame = Pick<Details, 'webContentsId' | 'webContents' | 'frame'>;

/** Whoever owns the frame a request comes from: a WebContents. */
export interface RequestOwner {
  readonly rules: SessionImpl;
  /** Asks the app about a navigation of one of its frames; false when the app prevents it. */
  allowsNavigation(frameId: string, url: string, isRedirect: boolean): boolean;
  /** How the app's request listeners are told where a request comes from. */
  describeFrame(frameId: string): Frame;
}

const owners = new Map<string, RequestOwner>();
const awaited = new Map<string, (() => void)[]>();
/** A frame's first request may overtake the news of the frame; longer than this it never takes. */
const claimWithinMs = 2_000;

/** Makes `owner` answer for a frame. Called before the frame can load anything, or as soon as it is heard of. */
export const claimFrame = (frameId: string, owner: RequestOwner): void => {
  owners.set(frameId, owner);
  for (const proceed of awaited.get(frameId) ?? []) proceed();
  awaited.delete(frameId);
};

export const releaseFrame = (frameId: string): void => void owners.delete(frameId);

const ownerOf = async (frameId: string): Promise<RequestOwner | undefined> => {
  if (!owners.has(frameId)) {
    await new Promise<void>((resolve) => {
      awaited.set(frameId, [...(awaited.get(frameId) ?? []), resolve]);
      setTimeout(resolve, claimWithinMs).unref();
    });
  }
  return owners.get(frameId);
};

const resourceTypes: Partial<Record<Paused['resourceType'], Details['resourceType']>> = {
  Stylesheet: 'stylesheet',
  Script: 'script',
  Image: 'image',
  Font: 'font',
  XHR: 'xhr',
  Fetch: 'xhr',
  EventSource: 'xhr',
  Ping: 'ping',
  CSPViolationReport: 'cspReport',
  Media: 'media',
  WebSocket: 'webSocket',
};

let lastRequest = 0;

const describe = (paused: Paused, owner: RequestOwner | undefined): Details => {
  const { request, frameId, resourceType } = paused;
  lastRequest += 1;
  const isMainFrame = owner?.describeFrame(frameId).frame?.parent === null;
  const ofFrame = isMainFrame ? 'mainFrame' : 'subFrame';
  return {
    id: lastRequest,
    url: fromCarrier(request.url),
    method: request.method,
    ...owner?.describeFrame(frameId),
    resourceType: resourceType === 'Document' ? ofFrame : (resourceTypes[resourceType] ?? 'other'),
    referrer: fromCarrier(request.headers.Referer ?? ''),
    timestamp: Date.now(),
    uploadData: [],
  };
};

const toRequest = ({ request }: Paused): Request => {
  const headers = new Headers();
  for (const [name, value] of Object.entries(request.headers)) headers.set(name, fromCarrier(value));
  const parts = request.postDataEntries?.map(({ bytes }) => Buffer.from(bytes ?? '', 'base64'));
  const body = parts ? { body: Buffer.concat(parts) } : {};
  return new Request(fromCarrier(request.url), { method: request.method, headers, ...body });
};

type HeaderList = { name: string; value: string }[];

const headerRecord = (list: HeaderList): Record<string, string[]> => {
  const record: Record<string, string[]> = {};
  for (const { name, value } of list) record[name] = [...(record[name] ?? []), value];
  return record;
};

const headerList = (record: Record<string, string | string[]>): HeaderList =>
  Object.entries(record).flatMap(([name, values]) => [values].flat().map((value) => ({ name, value })));

/** What Chromium must see differently from the app: redirects and policies that name app URLs. */
const forChromium = ({ name, value }: { name: string; value: string }): { name: string; value: string } => {
  if (/^location$/i.test(name)) return { name, value: toCarrier(value) };
  return { name, value: /^content-security-policy/i.test(name) ? carrierPolicy(value) : value };
};

/** Answers every request of every page, the way the app has decided. */
class Interception {
  readonly #browser: CdpSession;

  constructor(browser: CdpSession) {
    this.#browser = browser;
  }

  async decide(paused: Paused): Promise<void> {
    const { requestId, frameId, resourceType, request, redirectedRequestId } = paused;
    const isDocument = resourceType === 'Document';
    // A document of a frame nobody owns belongs to a window that is about to be closed again.
    const owner = owners.get(frameId) ?? (isDocument ? await ownerOf(frameId) : undefined);
    if (isDocument && !owner?.allowsNavigation(frameId, fromCarrier(request.url), redirectedRequestId !== undefined)) {
      await this.#browser.send('Fetch.failRequest', { requestId, errorReason: 'Aborted' });
      return;
    }
    const session = owner?.rules ?? sessionFor('');
    const details = describe(paused, owner);
    const { cancel, redirectURL } = await session.requests.beforeRequest(details);
    if (cancel) {
      await this.#browser.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
    } else if (redirectURL) {
      const responseHeaders = [{ name: 'location', value: toCarrier(redirectURL) }];
      await this.#browser.send('Fetch.fulfillRequest', { requestId, responseCode: 307, responseHeaders });
    } else if (schemeOf(request.url) !== undefined) {
      await this.#serve(paused, session, details);
    } else {
      await this.#browser.send('Fetch.continueRequest', {
        requestId,
        interceptResponse: session.requests.wantsHeaders(details),
      });
    }
  }

  async #serve(paused: Paused, session: SessionImpl, details: Details): Promise<void> {
    const { requestId } = paused;
    const response = await session.protocolImpl.answer(toRequest(paused));
    if (!response || response.type === 'error') {
      const errorReason = response ? 'Failed' : 'AddressUnreachable';
      await this.#browser.send('Fetch.failRequest', { requestId, errorReason });
      return;
    }
    const list = [...response.headers].map(([name, value]) => ({ name, value }));
    const headers = await this.#headers(session, details, response.status, response.statusText, list);
    if (!headers)
      return void (await this.#browser.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' }));
    await this.#browser.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: response.status,
      responseHeaders: headers.map(forChromium),
      body: Buffer.from(await response.arrayBuffer()).toString('base64'),
    });
  }

  /** A response from the network, held because the app wants to see its headers. */
  async pass(paused: Paused): Promise<void> {
    const { requestId, frameId, responseStatusCode = 0, responseStatusText = '', responseHeaders = [] } = paused;
    const errorReason = paused.responseErrorReason;
    if (errorReason) return void (await this.#browser.send('Fetch.failRequest', { requestId, errorReason }));
    const owner = owners.get(frameId);
    const session = owner?.rules ?? sessionFor('');
    const details = describe(paused, owner);
    const headers = await this.#headers(session, details, responseStatusCode, responseStatusText, responseHeaders);
    if (!headers) await this.#browser.send('Fetch.failRequest', { requestId, errorReason: 'BlockedByClient' });
    else
      await this.#browser.send('Fetch.continueResponse', {
        requestId,
        responseCode: responseStatusCode,
        responseHeaders: headers,
      });
  }

  /** @returns the headers after the app has had its say, undefined when it cancels the response. */
  async #headers(
    session: SessionImpl,
    { uploadData: _, ...details }: Details,
    statusCode: number,
    statusText: string,
    list: HeaderList,
  ): Promise<HeaderList | undefined> {
    const statusLine = `HTTP/1.1 ${statusCode} ${statusText}`.trim();
    const seen = { ...details, statusCode, statusLine, responseHeaders: headerRecord(list) };
    const { cancel, responseHeaders } = await session.requests.headersReceived(seen);
    if (cancel) return undefined;
    return responseHeaders ? headerList(responseHeaders) : list;
  }
}

/** Must run before the first page exists: Chromium decides at a document's start whether its requests are intercepted. */
export const startInterception = async (browser: CdpSession): Promise<void> => {
  const interception = new Interception(browser);
  browser.on('Fetch.requestPaused', (paused) => {
    const isResponse = paused.responseStatusCode !== undefined || paused.responseErrorReason !== undefined;
    const outcome = isResponse ? interception.pass(paused) : interception.decide(paused);
    outcome.catch((error: unknown) => {
      // The page has left while the app was still answering.
      if (error instanceof CdpError) return debug('request', paused.request.url, error);
      console.error(`electron stand-in: ${fromCarrier(paused.request.url)} could not be answered:`, error);
      browser
        .send('Fetch.failRequest', { requestId: paused.requestId, errorReason: 'Failed' })
        .catch((gone: unknown) => debug('request', gone));
    });
  });
  await browser.send('Fetch.enable', { patterns: [{ urlPattern: '*' }] });
};
