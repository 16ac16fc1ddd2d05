import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SnapshotLine } from '#contract/wire/sync.ts';
import { shipmentRow } from '../core/fake-server.ts';
import { LinkFault } from '../core/link-fault.ts';
import { systemClock } from '../shell/system-clock.ts';
import { checkServer, serverUrl } from './check-server.ts';
import { DownDoor } from './parse-down.ts';
import { PollLink } from './poll-link.ts';
import { readToken } from './read-token.ts';

const AT = '2026-11-23T08:00:00.000Z';
const CURSOR = { epoch: 'e', seq: 4, chain: 'c4' };
const FRAME = { epoch: 'e', group: 'g', from: 4, to: 4, chain: 'c4', head: 4, changes: [] };

let server: Server;
let url: string;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: { method: string; path: string; token: string | undefined; body: string }[];
let dropped: string[];

beforeEach(async () => {
  asked = [];
  dropped = [];
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      asked.push({ method: request.method ?? '', path: request.url ?? '', token: request.headers.authorization, body });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const link = (at = url) =>
  new PollLink({
    url: at,
    token: () => 'my-token',
    door: new DownDoor((_event, facts) => dropped.push(String(facts?.what))),
  });
const json = (body: unknown, status = 200, type = 'application/json') => {
  answer = (_request, response) => response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
};
const problem = (code: string, status: number) =>
  json({ type: 'about:blank', title: 't', status, detail: 'said so', code }, status, 'application/problem+json');
const portal = () => {
  answer = (_request, response) =>
    response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to our Wi-Fi</h1>');
};
const fault = async (run: () => Promise<unknown>): Promise<LinkFault> => {
  try {
    await run();
  } catch (error) {
    expect(error).toBeInstanceOf(LinkFault);
    return error as LinkFault;
  }
  throw new Error('it did not fail');
};
const lines = async (given: AsyncIterable<SnapshotLine>): Promise<SnapshotLine[]> => {
  const all: SnapshotLine[] = [];
  for await (const line of given) all.push(line);
  return all;
};

describe('changes', () => {
  it('asks from the cursor, with the token, and brings the frame', async () => {
    json(FRAME);
    expect(await link().changes(CURSOR, 25)).toEqual(FRAME);
    expect(asked).toMatchObject([
      { method: 'GET', path: '/api/sync/changes?from=4&epoch=e&chain=c4&wait=25&limit=200', token: 'Bearer my-token' },
    ]);
  });

  it('passes on what the server refuses, by its code', async () => {
    for (const [code, status] of [
      ['token_expired', 401],
      ['cursor_too_old', 410],
      ['epoch_changed', 409],
    ] as const) {
      problem(code, status);
      expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code, message: 'said so' });
    }
  });

  it('takes a captive portal, a proxy’s page and nonsense for no server', async () => {
    portal();
    expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code: null, isForeign: true });
    json({ hello: 'world' });
    expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code: null });
    json({ error: 'bad gateway' }, 502);
    expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code: null, isForeign: true });
    answer = (_request, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"epoch":');
    expect((await fault(() => link().changes(CURSOR, 0))).code).toBeNull();
    answer = (_request, response) => response.writeHead(302, { location: 'http://portal.example/' }).end();
    expect(await fault(() => link().changes(CURSOR, 0))).toMatchObject({ code: null, isForeign: true });
    answer = (request) => void request.socket.destroy();
    expect((await fault(() => link().changes(CURSOR, 0))).code).toBeNull();
    expect((await fault(() => link('http://127.0.0.1:1').changes(CURSOR, 0))).code).toBeNull();
  });

  it('can be ended while it waits', async () => {
    answer = () => undefined;
    const waiting = link();
    const failed = fault(() => waiting.changes(CURSOR, 25));
    setTimeout(() => waiting.cancelChanges(), 20);
    expect((await failed).code).toBeNull();
  });

  it('leaves out a row that does not fit, because asking again would bring the same', async () => {
    const change = (id: string, row: object) => ({
      seq: 5,
      entity: 'shipment',
      id,
      op: 'put',
      row,
      shipmentId: id,
      command: 'amendShipment',
      actor: { id: 'a', name: 'A', role: 'lead' },
      origin: null,
      occurredAt: AT,
      recordedAt: AT,
    });
    json({
      ...FRAME,
      to: 7,
      head: 7,
      changes: [change('a', shipmentRow('a')), change('b', { id: 'b' }), change('c', shipmentRow('other'))],
    });
    expect((await link().changes(CURSOR, 0)).changes.map(({ id }) => id)).toEqual(['a']);
    expect(dropped).toEqual(['row shipment', 'row shipment']);
  });
});

describe('push, history and probe', () => {
  it('sends work as it is and reads the verdicts', async () => {
    const reply = { verdicts: [{ n: 1, verdict: 'applied', seq: 7 }], lastN: 1 };
    json(reply);
    const mutation = { clientId: 'client-1', n: 1, type: 'addNote', args: { text: 'ü' }, occurredAt: AT } as const;
    expect(await link().push('client-1', [mutation])).toEqual(reply);
    expect(asked).toMatchObject([{ method: 'POST', path: '/api/sync/mutations' }]);
    expect(JSON.parse(asked[0]!.body)).toEqual({ clientId: 'client-1', mutations: [mutation] });
  });

  it('tells what is unsent, and takes an answer without a body for a yes', async () => {
    const report = {
      station: 'Dock 3',
      clients: [{ clientId: 'client-1', unsentOn: ['s'], workedOn: [] }],
      leaving: false,
    };
    answer = (_request, response) => response.writeHead(204).end();
    await link().report(report);
    expect(asked).toMatchObject([{ method: 'POST', path: '/api/sync/report', token: 'Bearer my-token' }]);
    expect(JSON.parse(asked[0]!.body)).toEqual(report);
    problem('not_found', 404);
    expect(await fault(() => link().report(report))).toMatchObject({ code: 'not_found' });
    portal();
    expect((await fault(() => link().report(report))).isForeign).toBe(true);
  });

  it('reads a history, whatever the id looks like', async () => {
    json({ history: [] });
    expect(await link().history('a/../b?c')).toEqual([]);
    expect(asked[0]?.path).toBe('/api/shipments/a%2F..%2Fb%3Fc/history');
  });

  it('knows a Dockline server, ready or not, and sends it no token to find out', async () => {
    json({ status: 'OK', ready: true });
    await link().probe();
    json({ status: 'STOPPING', ready: false }, 503);
    await link().probe();
    expect(asked.map(({ token }) => token)).toEqual([undefined, undefined]);
    json({ status: 'up' });
    expect((await fault(() => link().probe())).isForeign).toBe(true);
    portal();
    expect((await fault(() => link().probe())).isForeign).toBe(true);
  });
});

describe('snapshot', () => {
  const head = { kind: 'head', protocol: 1, epoch: 'e', seq: 2, chain: 'c', group: 'g' };
  const row = (id: string, more: object = shipmentRow(id)) => ({
    kind: 'row',
    entity: 'shipment',
    id,
    seq: 1,
    shipmentId: id,
    row: more,
  });
  const end = (rows: number) => ({ kind: 'end', rows, seq: 2 });
  const stream = (text: string, cut = 7, type = 'application/x-ndjson') => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': type });
      // In small pieces, cut wherever it falls.
      for (let at = 0; at < text.length; at += cut) response.write(Buffer.from(text.slice(at, at + cut)));
      response.end();
    };
  };
  const ndjson = (...all: object[]) => all.map((line) => `${JSON.stringify(line)}\n`).join('');

  it('comes line by line, however it is cut', async () => {
    stream(ndjson(head, row('a', shipmentRow('a', { supplierName: 'Müller' })), end(1)));
    expect(await lines(link().snapshot())).toMatchObject([head, { id: 'a', row: { supplierName: 'Müller' } }, end(1)]);
    stream(ndjson(head, end(0)).trimEnd(), 1);
    expect(await lines(link().snapshot())).toMatchObject([head, end(0)]);
  });

  it('gives others their turn although it comes all at once', async () => {
    const rows = Array.from({ length: 4_000 }, (_, n) => row(`s${n}`));
    // One piece, as a fast network and a compressed body bring it.
    const body = new TextEncoder().encode(ndjson(head, ...rows, end(4_000)));
    const headers = { 'content-type': 'application/x-ndjson' };
    const fetch = async () => new Response(body, { headers });
    const whole = new PollLink({ url, token: () => 'my-token', door: new DownDoor(() => undefined), fetch });
    let turns = 0;
    const others = (): void => {
      turns += 1;
      next = setImmediate(others);
    };
    let next = setImmediate(others);
    let count = 0;
    for await (const _ of whole.snapshot()) count += 1;
    clearImmediate(next);
    expect(count).toBe(4_002);
    // In one go it would be none; how many more depends on the machine.
    expect(turns).toBeGreaterThan(5);
  });

  it('leaves out rows that do not fit, and still adds up', async () => {
    stream(ndjson(head, row('a'), row('b', { id: 'b' }), end(2)), 500);
    expect(await lines(link().snapshot())).toMatchObject([{ kind: 'head' }, { id: 'a' }, { kind: 'end', rows: 1 }]);
    expect(dropped).toEqual(['snapshot shipment']);
  });

  it('fails when it is no snapshot, when a line cannot be read, and when it breaks off', async () => {
    portal();
    expect((await fault(() => lines(link().snapshot()))).isForeign).toBe(true);
    problem('token_expired', 401);
    expect((await fault(() => lines(link().snapshot()))).code).toBe('token_expired');
    stream(`${ndjson(head)}not json\n`, 500);
    expect((await fault(() => lines(link().snapshot()))).code).toBeNull();
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(ndjson(head, row('a')));
      setTimeout(() => response.destroy(), 20);
    };
    expect((await fault(() => lines(link().snapshot()))).code).toBeNull();
  });

  it('ends with everything else that is under way when the link is closed', async () => {
    answer = (request, response) => {
      if (request.url !== '/api/sync/snapshot') return;
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(ndjson(head, row('a')));
    };
    const open = link();
    const failed = Promise.all([fault(() => lines(open.snapshot())), fault(() => open.push('client-1', []))]);
    await expect.poll(() => asked.length).toBe(2);
    setTimeout(() => open.close(), 20);
    expect((await failed).map(({ code }) => code)).toEqual([null, null]);
  });

  it('ends the transfer when nobody reads on', async () => {
    let closed = false;
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(ndjson(head, row('a')));
      response.once('close', () => {
        closed = true;
      });
    };
    for await (const _line of link().snapshot()) break;
    await expect.poll(() => closed).toBe(true);
  });
});

describe('checkServer', () => {
  const token = (claims: object) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.y`;
  const good = token({ sub: 'mara', name: 'Mara', role: 'receiver', warehouses: ['*'], exp: 1_800_000_000 });
  const check = (at: string, with_ = good) => checkServer(at, with_, () => undefined);

  it('wants an address, a token, a Dockline server and its consent', async () => {
    expect(await check('ftp://x')).toMatchObject({ code: 'bad_address' });
    expect(await check(url, 'abc')).toMatchObject({ code: 'token_invalid' });
    expect(await check('http://127.0.0.1:1')).toMatchObject({ code: 'unreachable' });
    portal();
    expect(await check(url)).toMatchObject({ code: 'not_dockline' });
    answer = (request, response) => {
      const isHealth = request.url === '/health';
      const body = isHealth
        ? { status: 'OK', ready: true }
        : { type: '', title: '', status: 401, detail: '', code: 'token_expired' };
      response.writeHead(isHealth ? 200 : 401, {
        'content-type': isHealth ? 'application/json' : 'application/problem+json',
      });
      response.end(JSON.stringify(body));
    };
    expect(await check(url)).toMatchObject({ code: 'token_expired', message: 'The token has expired. Sign in again.' });
    answer = (request, response) => {
      if (request.url !== '/health') request.socket.destroy();
      else response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"OK","ready":true}');
    };
    expect(await check(url)).toMatchObject({
      code: 'unreachable',
      message: expect.stringContaining('Nothing was changed'),
    });
    answer = (request, response) => {
      const body = request.url === '/health' ? { status: 'OK', ready: true } : { shipments: [], nextCursor: null };
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    expect(await check(`${url}/`)).toMatchObject({
      ok: true,
      signedIn: { token: good, session: { name: 'Mara', serverUrl: url } },
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

describe('a snapshot that breaks off', () => {
  const row = (id: string, more: object = shipmentRow(id)) =>
    ({ kind: 'row', entity: 'shipment', id, seq: 1, shipmentId: id, row: more }) as const;
  const body = [...'abcdefgh'].map((id) => row(id, id === 'c' ? { id: 'misfit' } : shipmentRow(id)));
  const all = [...body, { kind: 'end', rows: 8, seq: 9 }];
  /** Sends so many lines of what was asked for, then hangs up in the middle of the next; null sends all. */
  const serve = (...cuts: (number | null)[]) => {
    answer = (request, response) => {
      const query = new URL(request.url ?? '', url).searchParams;
      // It goes on at every second line only.
      const line = Number(query.get('line') ?? 0) & ~1;
      const head = { kind: 'head', protocol: 2, epoch: 'e', seq: 2, chain: 'c', group: 'g', snapshot: 'snap-1', line };
      const cut = cuts.shift();
      const lines = [head, ...all.slice(line)].map((each) => `${JSON.stringify(each)}\n`);
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      if (cut === null || cut === undefined) return void response.end(lines.join(''));
      response.write(lines.slice(0, cut + 1).join('') + lines[cut + 1]?.slice(0, 9));
      setTimeout(() => response.destroy(), 30);
    };
  };
  const paths = () => asked.map(({ path }) => path.replace('/api/sync/snapshot', ''));

  it('goes on where it was, and every row comes once', async () => {
    serve(3, 3, null);
    const got = await lines(link().snapshot());
    expect(paths()).toEqual(['', '?snapshot=snap-1&line=3', '?snapshot=snap-1&line=5']);
    expect(got.map((line) => (line.kind === 'row' ? line.id : line.kind))).toEqual([
      'head',
      ...['a', 'b', 'd', 'e', 'f', 'g', 'h'],
      'end',
    ]);
    // The row that did not fit counts as having come.
    expect(got.at(-1)).toEqual({ kind: 'end', rows: 7, seq: 9 });
  });

  it('is given up when nothing more of it comes, or it is not kept any more', async () => {
    serve(2, 0, 0, 0, 0, 0, 0);
    expect((await fault(() => lines(link().snapshot()))).code).toBeNull();
    expect(asked).toHaveLength(5);
    asked.length = 0;
    serve(2);
    const first = answer;
    answer = (request, response) => {
      if (asked.length < 2) return first(request, response);
      const other = {
        kind: 'head',
        protocol: 2,
        epoch: 'e',
        seq: 5,
        chain: 'c',
        group: 'g',
        snapshot: 'snap-2',
        line: 0,
      };
      response.writeHead(200, { 'content-type': 'application/x-ndjson' }).end(`${JSON.stringify(other)}\n`);
    };
    expect((await fault(() => lines(link().snapshot()))).code).toBe('cursor_too_old');
    expect(asked).toHaveLength(2);
  });

  it('is not asked for again of a server that cannot go on, nor once the link is closed', async () => {
    const head = { kind: 'head', protocol: 1, epoch: 'e', seq: 2, chain: 'c', group: 'g' };
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write([head, ...all.slice(0, 3)].map((each) => `${JSON.stringify(each)}\n`).join(''));
      setTimeout(() => response.destroy(), 30);
    };
    await fault(() => lines(link().snapshot()));
    expect(asked).toHaveLength(1);
    asked.length = 0;
    serve(2, null);
    const closing = link();
    await fault(async () => {
      for await (const line of closing.snapshot()) if (line.kind === 'row' && line.id === 'b') closing.close();
    });
    expect(asked).toHaveLength(1);
  });
});

describe('closing', () => {
  const waits = () => {
    answer = () => undefined;
  };
  const arrived = async () => {
    while (asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it('ends a snapshot that has not begun to come, and asks nothing more', async () => {
    waits();
    const closing = link();
    const reading = fault(() => lines(closing.snapshot()));
    await arrived();
    const begun = performance.now();
    closing.close();
    expect((await reading).code).toBeNull();
    expect(performance.now() - begun).toBeLessThan(1_000);
    json(FRAME);
    await fault(() => closing.changes(CURSOR, 0));
    await fault(() => closing.push('client-0001', []));
    await fault(() => lines(closing.snapshot()));
    expect(asked).toHaveLength(1);
  });

  it('of the waiting poll leaves a page alone that is asked for meanwhile, and the other way round', async () => {
    waits();
    const both = link();
    const waiting = fault(() => both.changes(CURSOR, 25));
    await arrived();
    let page = 'open';
    const paging = both.changes(CURSOR, 0).then(
      () => (page = 'came'),
      () => (page = 'ended'),
    );
    while (asked.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    both.cancelChanges();
    await waiting;
    expect(page).toBe('open');
    both.close();
    await paging;
  });
});

describe('the clock', () => {
  it('is read off every quick answer, to the second', async () => {
    const heard: number[] = [];
    const clock = { ...systemClock, now: () => Date.now() + 3 * 60 * 60 * 1000 };
    const dated = new PollLink({
      url,
      token: () => 'my-token',
      door: new DownDoor(() => undefined),
      clock,
      onDate: (latencyMs, offsetMs) => heard.push(latencyMs, offsetMs),
    });
    json({ status: 'OK', ready: true });
    await dated.probe();
    expect(heard).toHaveLength(2);
    expect(heard[0]).toBeLessThan(1_000);
    expect(Math.abs((heard[1] ?? 0) - 3 * 60 * 60 * 1000)).toBeLessThan(2_000);
    // How long it was held says nothing of how long the way was.
    const body = JSON.stringify(FRAME);
    answer = (_request, response) =>
      void setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end(body), 2_100);
    await dated.changes(CURSOR, 5);
    expect(heard).toHaveLength(2);
  });
});
