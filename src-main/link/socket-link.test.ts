import { createServer, type Server as HttpServer } from 'node:http';
import {
  type AddressInfo,
  connect,
  createServer as createTcp,
  type Socket as Tcp,
  type Server as TcpServer,
} from 'node:net';
import { Server, type Socket } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Frame } from '#contract/wire/sync.ts';
import { FakeServer, shipmentRow } from '../core/fake-server.ts';
import type { SocketListener } from '../core/ports.ts';
import { systemClock } from '../shell/system-clock.ts';
import { DownDoor } from './parse-down.ts';
import { SocketLink } from './socket-link.ts';

const AT = '2026-11-23T08:00:00.000Z';
const FRAME = { epoch: 'e', group: 'g', from: 0, to: 0, chain: '', head: 0, changes: [] };

let http: HttpServer;
let io: Server;
let url: string;
const ends: (() => void)[] = [];

const listen = async (server: HttpServer | TcpServer): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

beforeEach(async () => {
  http = createServer((_request, response) => response.writeHead(404).end());
  io = new Server(http);
  io.use((socket, next) => {
    const { token } = socket.handshake.auth;
    if (token === 'good') next();
    else next(Object.assign(new Error('no'), { data: { code: token } }));
  });
  io.on('connection', (socket) => {
    socket.on('ping', (_payload: unknown, answer: (ack: unknown) => void) =>
      answer({ ok: true, at: new Date().toISOString() }),
    );
  });
  url = `http://127.0.0.1:${await listen(http)}`;
});
afterEach(async () => {
  for (const end of ends.splice(0)) end();
  await io.close();
});

type Heard = { what: string; with: unknown[] };

const start = (token = 'good', at = url, clock = systemClock) => {
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  const listener = new Proxy({} as SocketListener, {
    get:
      (_target, what: string) =>
      (...args: unknown[]) => {
        heard.push({ what, with: args });
        for (const look of waiting) look();
      },
  });
  const dropped: string[] = [];
  const door = new DownDoor((event, facts) => dropped.push(`${event} ${facts?.what}`));
  const link = new SocketLink({ url: at, token: () => token, clock, door, listener });
  ends.push(() => link.close());
  const names = () => heard.map(({ what }) => what);
  /** Resolves with what the listener was told. */
  const told = (what: string, ms = 4_000): Promise<unknown[]> =>
    new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} was not told; ${names().join(', ')}`)), ms);
      const look = (): void => {
        const found = heard.find((each) => each.what === what);
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(found.with);
      };
      waiting.add(look);
      look();
    });
  return { link, heard, names, told, dropped };
};

const serverSide = (): Promise<Socket> => new Promise((resolve) => io.once('connection', resolve));

/** A proxy in front of the server that a test makes worse. */
const proxy = async (meddle: (client: Tcp, upstream: Tcp, head: string) => 'pass' | 'taken') => {
  const open = new Set<Tcp>();
  const server = createTcp((client) => {
    open.add(client);
    client.on('error', () => undefined);
    client.once('data', (head) => {
      const upstream = connect(Number(new URL(url).port), '127.0.0.1');
      open.add(upstream);
      upstream.on('error', () => undefined);
      if (meddle(client, upstream, head.toString('latin1')) === 'taken') return;
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
  });
  const port = await listen(server);
  ends.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return { url: `http://127.0.0.1:${port}`, open };
};

describe('connecting', () => {
  it('goes over WebSocket and measures way and clock at once', async () => {
    const { link, told } = start();
    link.open();
    link.open();
    const [transport, id] = await told('connected');
    expect(transport).toBe('websocket');
    expect(id).toEqual(expect.any(String));
    const [latency, offset] = (await told('measured')) as [number, number];
    expect(latency).toBeGreaterThanOrEqual(0);
    expect(Math.abs(offset)).toBeLessThan(1_000);
    expect(link.isConnected()).toBe(true);
  });

  it('fails once when nobody is there', async () => {
    const { link, told, names } = start('good', 'http://127.0.0.1:1');
    link.open();
    await told('failed');
    expect(names()).toEqual(['failed']);
    expect(link.isConnected()).toBe(false);
  });

  it('says why it was turned away, and takes a busy server for one that is away', async () => {
    const refused = start('token_expired');
    refused.link.open();
    expect(await refused.told('refused')).toEqual(['token_expired']);
    for (const token of ['stopping', 'storage_full', 'something new']) {
      const busy = start(token);
      busy.link.open();
      await busy.told('failed');
    }
  });

  it('falls back to HTTP when WebSocket upgrades are refused', async () => {
    const { url: at } = await proxy((client, upstream, head) => {
      if (!/upgrade: websocket/i.test(head)) return 'pass';
      upstream.destroy();
      client.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
      return 'taken';
    });
    const { link, told } = start('good', at);
    link.open();
    expect((await told('connected'))[0]).toBe('http');
    const answer = await link.request('ping', {}, 2_000);
    expect(answer.ok).toBe(true);
  });

  it('tries HTTP first after a WebSocket that hung without a word', async () => {
    const { url: at } = await proxy((_client, _upstream, head) =>
      /upgrade: websocket/i.test(head) ? 'taken' : 'pass',
    );
    const { link, told, heard } = start('good', at);
    link.open();
    await told('failed', 9_000);
    heard.length = 0;
    link.open();
    expect((await told('connected'))[0]).toBe('http');
  }, 15_000);
});

describe('losing', () => {
  it('is told once when the server goes', async () => {
    const { link, told, names } = start();
    const there = serverSide();
    link.open();
    await told('connected');
    (await there).disconnect(true);
    expect(await told('lost')).toEqual(['closed']);
    expect(names().filter((what) => what === 'lost')).toHaveLength(1);
    await expect(link.request('ping', {}, 100)).rejects.toMatchObject({ code: null });
  });

  it('is noticed within 12 s when the link just falls silent', async () => {
    let dead = false;
    const { url: at, open } = await proxy((client, upstream, head) => {
      upstream.write(head);
      const pass = (to: Tcp) => (data: Buffer) => {
        if (!dead) to.write(data);
      };
      client.on('data', pass(upstream));
      upstream.on('data', pass(client));
      return 'taken';
    });
    const { link, told } = start('good', at);
    link.open();
    await told('measured');
    dead = true;
    const died = performance.now();
    expect(await told('lost', 13_000)).toEqual(['silent']);
    expect(performance.now() - died).toBeLessThanOrEqual(12_000);
    expect(open.size).toBeGreaterThan(0);
  }, 20_000);

  it('is silent after close, and can be opened again', async () => {
    const { link, told, heard } = start();
    link.open();
    await told('measured');
    link.close();
    heard.length = 0;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(heard).toEqual([]);
    link.open();
    await told('connected');
  });
});

describe('asking and hearing', () => {
  it('never keeps anything to send later', async () => {
    const { link, told } = start();
    await expect(link.request('join:shipment', { shipmentId: 's' }, 1_000)).rejects.toThrow('not connected');
    const got: string[] = [];
    io.on('connection', (socket) => socket.onAny((event: string) => got.push(event)));
    link.open();
    await told('measured');
    expect(got).toEqual(['ping']);
  });

  it('gives up on an answer in time, and on one it cannot read', async () => {
    io.on('connection', (socket) => {
      socket.on('join:shipment', () => undefined);
      socket.on('sync:push', (_payload: unknown, answer: (ack: unknown) => void) =>
        answer({ ok: true, verdicts: 'many' }),
      );
      socket.on('leave:shipment', (_payload: unknown, answer: (ack: unknown) => void) =>
        answer({ ok: false, code: 'not_found', message: 'no' }),
      );
    });
    const { link, told, dropped } = start();
    link.open();
    await told('connected');
    await expect(link.request('join:shipment', { shipmentId: 's' }, 50)).rejects.toMatchObject({ code: null });
    await expect(link.request('sync:push', { mutations: [{}] }, 1_000)).rejects.toMatchObject({ code: null });
    expect(dropped).toEqual(['down.dropped push']);
    expect(await link.request('leave:shipment', { shipmentId: 's' }, 1_000)).toEqual({
      ok: false,
      code: 'not_found',
      message: 'no',
    });
  });

  it('passes frames and events it can read, and asks for a pull for frames it cannot', async () => {
    const { link, told, names, heard, dropped } = start();
    const there = serverSide();
    link.open();
    await told('connected');
    const socket = await there;
    socket.emit('sync:frame', FRAME);
    expect(await told('frame')).toEqual([FRAME]);
    socket.emit('sync:frame', { ...FRAME, to: 'ten' });
    await told('badFrame');
    socket.emit('sync:scope', { group: 'other' });
    socket.emit('sync:scope', 'gibberish');
    expect(await told('scopeChanged')).toEqual(['other']);
    const typing = { type: 'user:typing', userId: 'u', userName: 'U', shipmentId: 's', isTyping: true, timestamp: AT };
    socket.emit('user:typing', { ...typing, isTyping: 'maybe' });
    socket.emit('user:typing', typing);
    expect(await told('guide')).toEqual([typing]);
    expect(names().filter((what) => what === 'guide')).toHaveLength(1);
    expect(dropped).toEqual(['down.dropped frame', 'down.dropped sync:scope', 'down.dropped user:typing']);
    expect(heard.filter(({ what }) => what === 'scopeChanged')[1]?.with).toEqual([null]);
    const waiting = { type: 'shipment:waiting', shipmentId: 's', waitingFor: [], timestamp: AT };
    socket.emit('shipment:waiting', 'gibberish');
    socket.emit('shipment:waiting', waiting);
    expect(await told('waiting')).toEqual([waiting]);
    expect(names().filter((what) => what === 'waiting')).toHaveLength(1);
    socket.emit('sync:upgrade', { protocol: 9, oldest: 8 });
    expect(await told('refused')).toEqual(['upgrade_required']);
  });

  it('takes frames in their order, and gives others their turn while it checks a large one', async () => {
    const { link, told, heard, names } = start();
    const there = serverSide();
    link.open();
    await told('connected');
    const socket = await there;
    const log = new FakeServer();
    for (let n = 0; n < 3_000; n += 1) log.put(shipmentRow(`s${n}`));
    socket.emit('sync:frame', log.frame(0, 10));
    socket.emit('sync:frame', log.frame(10, 2_000));
    socket.emit('sync:frame', log.frame(2_010, 10));
    const spoilt = log.frame(2_020, 200);
    const changes = spoilt.changes.map((change, at) => (at === 150 ? { ...change, op: 'x' } : change));
    socket.emit('sync:frame', { ...spoilt, changes });
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
    }, 1);
    await told('badFrame', 10_000);
    clearInterval(timer);
    const frames = heard.filter(({ what }) => what === 'frame').map(({ with: [frame] }) => frame as Frame);
    expect(frames.map(({ from, to }) => [from, to])).toEqual([
      [0, 10],
      [10, 2_010],
      [2_010, 2_020],
    ]);
    expect(frames[1]?.changes).toHaveLength(2_000);
    expect(names().indexOf('badFrame')).toBe(names().lastIndexOf('frame') + 1);
    expect(turns).toBeGreaterThan(3);
    // What was still being checked when the link was closed is nobody's.
    socket.emit('sync:frame', log.frame(0, 3_000));
    await new Promise((resolve) => setTimeout(resolve, 15));
    link.close();
    const { length } = heard;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(heard).toHaveLength(length);
  });
});
