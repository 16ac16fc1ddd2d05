import { describe, expect, it } from 'vitest';
import { WebRequestImpl } from './web-request.ts';

const details = (url: string, resourceType: 'image' | 'script' = 'image'): Electron.OnBeforeRequestListenerDetails => ({
  id: 1,
  url,
  method: 'GET',
  resourceType,
  referrer: '',
  timestamp: 0,
  uploadData: [],
});

const decide = async (filter: Electron.WebRequestFilter, url: string): Promise<boolean> => {
  const requests = new WebRequestImpl();
  requests.onBeforeRequest(filter, (_details, answer) => answer({ cancel: true }));
  return (await requests.beforeRequest(details(url))).cancel ?? false;
};

describe('webRequest', () => {
  it.each([
    ['<all_urls>', 'app://bundle/x', true],
    ['*://*/*', 'https://a.example/x', true],
    ['*://*/*', 'app://bundle/x', false],
    ['https://*.a.example/*', 'https://b.a.example/x', true],
    ['https://*.a.example/*', 'https://a.example/x', true],
    ['https://*.a.example/*', 'https://xa.example/x', false],
    ['app://bundle/*', 'app://bundle/a/b?c', true],
    ['https://a.example/img/*', 'https://a.example/other', false],
  ])('the pattern %s on %s: %s', async (pattern, url, expected) => {
    expect(await decide({ urls: [pattern] }, url)).toBe(expected);
  });

  it('heeds types and exclusions', async () => {
    expect(await decide({ urls: ['<all_urls>'], types: ['script'] }, 'https://a.example/')).toBe(false);
    expect(await decide({ urls: ['<all_urls>'], excludeUrls: ['https://a.example/*'] }, 'https://a.example/')).toBe(
      false,
    );
    expect(await decide({ urls: [] }, 'https://a.example/')).toBe(false);
  });

  it('lets everything pass without a listener, and after one was taken away', async () => {
    const requests = new WebRequestImpl();
    expect(await requests.beforeRequest(details('https://a.example/'))).toEqual({});
    requests.onBeforeRequest((_details, answer) => answer({ cancel: true }));
    expect(await requests.beforeRequest(details('https://a.example/'))).toEqual({ cancel: true });
    requests.onBeforeRequest(null);
    expect(await requests.beforeRequest(details('https://a.example/'))).toEqual({});
  });

  it('holds responses back only for a listener that wants them', async () => {
    const requests = new WebRequestImpl();
    const response = { ...details('https://a.example/'), statusCode: 200, statusLine: 'HTTP/1.1 200 OK' };
    expect(requests.wantsHeaders(response)).toBe(false);
    expect(await requests.headersReceived(response)).toEqual({});
    requests.onHeadersReceived({ urls: ['https://a.example/*'] }, (_details, answer) => answer({ cancel: true }));
    expect(requests.wantsHeaders(response)).toBe(true);
    expect(requests.wantsHeaders(details('https://b.example/'))).toBe(false);
    expect(await requests.headersReceived(response)).toEqual({ cancel: true });
  });
});
