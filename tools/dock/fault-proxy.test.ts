import { createServer, type Server } from 'node:http';
import { Server as SocketServer } from 'socket.io';
import { io } from 'socket.io-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FaultProxy } from './fault-proxy.ts';

let server: Server;
let sockets: SocketServer;
let proxy: FaultProxy;
let url: string;

beforeEach(async () => {
  server = createServer((_request, reply) => reply.end('hello'));
  sockets = new SocketServer(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  proxy = new FaultProxy(`http://127.0.0.1:${(server.address() as { port: number }).port}`);
  url = await proxy.listen();
});
afterEach(async () => {
  await proxy.close();
  await sockets.close();
});

const connects = (transports: ('websocket' | 'polling')[]): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = io(url, { transports, reconnection: false, forceNew: true, timeout: 2000 });
    socket.on('connect', () => resolve(true));
    socket.on('connect_error', () => resolve(false));
  });
const answers = async (): Promise<boolean> => (await fetch(url).catch(() => null))?.ok ?? false;

test.each([
  ['open', true, true, true],
  ['no_socket', true, false, false],
  ['no_upgrade', true, false, true],
  ['closed', false, false, false],
] as const)('%s: HTTP %s, WebSocket %s, HTTP transport %s', async (network, http, webSocket, polling) => {
  proxy.set(network);
  expect(await answers()).toBe(http);
  expect(await connects(['websocket'])).toBe(webSocket);
  expect(await connects(['polling'])).toBe(polling);
});

test('a connection that is no longer allowed is cut at once, and passes again afterwards', async () => {
  const socket = io(url, { transports: ['websocket'], reconnection: false, forceNew: true });
  await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
  const gone = new Promise<void>((resolve) => socket.on('disconnect', () => resolve()));
  proxy.set('no_socket');
  await gone;
  proxy.set('open');
  expect(await connects(['websocket'])).toBe(true);
  socket.close();
});

const saysWithin = (ms: number): Promise<string> =>
  Promise.race([
    fetch(url).then(async (reply) => `${reply.status} ${(await reply.text()).slice(0, 5)}`),
    new Promise<string>((resolve) => setTimeout(() => resolve('silence'), ms)),
  ]);

test.each([
  ['portal', '200 <html'],
  ['bad_gateway', '502 <html'],
  ['half_open', 'silence'],
  ['deaf', 'silence'],
] as const)('%s answers HTTP with %s and lets no socket through', async (network, answer) => {
  proxy.set(network);
  expect(await saysWithin(300)).toBe(answer);
  expect(await connects(['websocket'])).toBe(false);
});

test('what was held back arrives late, but whole, and slow and chopped answers do too', async () => {
  proxy.hold({ up: true, down: true });
  const late = saysWithin(2_000);
  setTimeout(() => proxy.hold({ up: false, down: false }), 100);
  expect(await late).toBe('200 hello');
  proxy.disturb({ latencyMs: 30, jitterMs: 10, sliceBytes: 1 });
  const started = performance.now();
  expect(await saysWithin(5_000)).toBe('200 hello');
  expect(performance.now() - started).toBeGreaterThanOrEqual(29);
});

test('an answer that has to be lost is, and one that has to be cut is', async () => {
  proxy.lose('hell');
  await expect(fetch(url)).rejects.toThrow();
  proxy.lose(null);
  proxy.cutNext();
  await expect(fetch(url).then((reply) => reply.text())).rejects.toThrow();
  expect(proxy.lost).toBe(2);
  expect(await answers()).toBe(true);
});
