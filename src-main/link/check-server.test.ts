import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { httpPeer } from '../http-peer-for-tests.ts';
import { checkServer, serverUrl } from './check-server.ts';
import { readToken } from './read-token.ts';

const { peer, begin, end, portal } = httpPeer();

beforeEach(begin);
afterEach(end);

describe('checkServer', () => {
  const token = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  const good = token({ sub: 'mara', name: 'Mara', role: 'receiver', warehouses: ['*'], exp: 1_800_000_000 });
  const check = (at: string, with_ = good) => checkServer(at, with_, () => undefined);

  it('wants an address, a token, a Dockline server and its consent', async () => {
    expect(await check('ftp://x')).toMatchObject({ code: 'bad_address' });
    expect(await check(peer.url, 'abc')).toMatchObject({ code: 'token_invalid' });
    expect(await check('http://127.0.0.1:1')).toMatchObject({ code: 'unreachable' });
    portal();
    expect(await check(peer.url)).toMatchObject({ code: 'not_dockline' });
    peer.answer = (request, response) => {
      const isHealth = request.url === '/health';
      const body = isHealth
        ? { status: 'OK', ready: true }
        : { type: '', title: '', status: 401, detail: '', code: 'token_expired' };
      response.writeHead(isHealth ? 200 : 401, {
        'content-type': isHealth ? 'application/json' : 'application/problem+json',
      });
      response.end(JSON.stringify(body));
    };
    expect(await check(peer.url)).toMatchObject({
      code: 'token_expired',
      message: 'The token has expired. Sign in again.',
    });
    peer.answer = (request, response) => {
      if (request.url !== '/health') request.socket.destroy();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"OK","ready":true}');
    };
    expect(await check(peer.url)).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('Nothing was changed'),
    });
    peer.answer = (request, response) => {
      const body = request.url === '/health' ? { status: 'OK', ready: true } : { shipments: [], nextCursor: null };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    expect(await check(`${peer.url}/`)).toMatchObject({
      ok: true,
      signedIn: { token: good, session: { name: 'Mara', serverUrl: peer.url } },
    });
  });

  it('makes one address of what people type', () => {
    const typed = ['https://Dock.Example:443/', ' dock.example ', 'http://10.0.0.5:5001', 'dock.example:5001'];
    expect(typed.map(serverUrl)).toEqual([
      'https://dock.example',
      'https://dock.example',
      'http://10.0.0.5:5001',
      'https://dock.example:5001',
    ]);
    const bad = ['', 'file:///etc', 'http://', 'https://user:pw@host', 'https://host/path', 'https://host/?q', 'a b'];
    expect(bad.map(serverUrl)).toEqual(bad.map(() => null));
  });

  it('reads the claims of a token of ours and of no other', () => {
    expect(readToken(good)).toMatchObject({ sub: 'mara', role: 'receiver' });
    for (const bad of [
      '',
      'a',
      'a.b.c',
      token({ sub: 'x' }),
      token({ sub: 's', name: 'S', role: 'supplier', warehouses: [], exp: 1 }),
    ]) {
      expect(readToken(bad)).toBeNull();
    }
  });
});
