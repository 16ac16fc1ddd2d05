import { describe, expect, it } from 'vitest';
import { carrierPolicy, fromCarrier, schemeOf, toCarrier } from './carrier.ts';

describe('carrier URLs', () => {
  it.each([
    ['app://bundle/index.html?x=1#y', 'https://bundle.app.standin/index.html?x=1#y'],
    ['app://bundle', 'https://bundle.app.standin/'],
    ['app://bundle?q', 'https://bundle.app.standin/?q'],
    ['APP://Bundle/A', 'https://Bundle.app.standin/A'],
    ['my-app://a.b.c/', 'https://a.b.c.my-app.standin/'],
  ])('%s is carried as %s', (app, carrier) => expect(toCarrier(app)).toBe(carrier));

  it.each([
    'https://example.org/',
    'file:///a/b.html',
    'data:text/html,x',
    'about:blank',
    'blob:https://x/1',
    '/x',
    '',
  ])('%s is left alone both ways', (url) => {
    expect(toCarrier(url)).toBe(url);
    expect(fromCarrier(url)).toBe(url);
    expect(schemeOf(url)).toBeUndefined();
  });

  it.each([
    ['https://bundle.app.standin/index.html?x#y', 'app://bundle/index.html?x#y'],
    ['https://bundle.app.standin', 'app://bundle'],
    ['https://a.b.app.standin/', 'app://a.b/'],
  ])('%s comes back as %s', (carrier, app) => {
    expect(fromCarrier(carrier)).toBe(app);
    expect(schemeOf(carrier)).toBe('app');
  });

  it('does not take a look-alike host for a carrier', () => {
    expect(fromCarrier('https://bundle.app.standin.evil.example/')).toBe('https://bundle.app.standin.evil.example/');
  });

  it('translates the sources of a policy and nothing else', () => {
    const policy = "default-src 'none'; script-src 'self' app:; img-src data: blob: app://bundle https://x.example/";
    expect(carrierPolicy(policy)).toBe(
      "default-src 'none'; script-src 'self' https://*.app.standin; " +
        'img-src data: blob: https://bundle.app.standin https://x.example/',
    );
  });
});
