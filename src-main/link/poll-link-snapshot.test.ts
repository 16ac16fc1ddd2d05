import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shipmentRow } from '../core/fake-server.ts';
import { faultOf as fault, httpPeer, readAll as lines } from '../http-peer-for-tests.ts';
import { DownDoor } from './parse-down.ts';
import { PollLink } from './poll-link.ts';

const { peer, asked, dropped, begin, end, link, problem, portal } = httpPeer();

beforeEach(begin);
afterEach(end);

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
    peer.answer = (_request, response) => {
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
    const whole = new PollLink({ url: peer.url, token: () => 'my-token', door: new DownDoor(() => undefined), fetch });
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
    peer.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write(ndjson(head, row('a')));
      setTimeout(() => response.destroy(), 20);
    };
    expect((await fault(() => lines(link().snapshot()))).code).toBeNull();
  });

  it('ends with everything else that is under way when the link is closed', async () => {
    peer.answer = (request, response) => {
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
    peer.answer = (_request, response) => {
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

describe('a snapshot that breaks off', () => {
  const row = (id: string, more: object = shipmentRow(id)) =>
    ({ kind: 'row', entity: 'shipment', id, seq: 1, shipmentId: id, row: more }) as const;
  const body = [...'abcdefgh'].map((id) => row(id, id === 'c' ? { id: 'misfit' } : shipmentRow(id)));
  const all = [...body, { kind: 'end', rows: 8, seq: 9 }];
  /** Sends so many lines of what was asked for, then hangs up in the middle of the next; null sends all. */
  const serve = (...cuts: (number | null)[]) => {
    peer.answer = (request, response) => {
      const query = new URL(request.url ?? '', peer.url).searchParams;
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
    const first = peer.answer;
    peer.answer = (request, response) => {
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
    peer.answer = (_request, response) => {
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
