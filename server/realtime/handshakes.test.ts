import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dock, PEOPLE, startDock } from '../dock-for-tests.ts';

let dock: Dock;

beforeAll(async () => {
  const limits = { handshakes: { perSecond: 0.01, burst: 20 }, handshakesOfOne: { perSecond: 0.01, burst: 8 } };
  dock = await startDock({ limits });
});
afterAll(() => dock.close());

const path = (transport: string): string => `/socket.io/?EIO=4&transport=${transport}`;

const poll = async (address: string): Promise<readonly [number, string]> => {
  const reply = await fetch(dock.url + path('polling'), { headers: { 'x-forwarded-for': address } });
  return [reply.status, await reply.text()];
};

/** What an upgrade is answered with, as text. */
const upgrade = (address: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(dock.url).port), '127.0.0.1');
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(String(bytes));
    });
    socket.once('error', reject);
    const key =
      'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
    socket.write(`GET ${path('websocket')} HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: ${address}\r\n${key}\r\n\r\n`);
  });

it('refuses an address that opens too many, in a sentence, and lets the others in', async () => {
  const answers: (readonly [number, string])[] = [];
  for (let time = 0; time < 50; time++) answers.push(await poll('203.0.113.9'));
  expect(answers.map(([status]) => status)).toEqual([...Array(8).fill(200), ...Array(42).fill(403)]);
  expect(answers.at(-1)?.[1]).toContain('Too many connections are opened from this address.');
  const refused = await upgrade('203.0.113.9');
  expect(refused).toMatch(/^HTTP\/1\.1 429 /);
  expect(refused).toMatch(/^Retry-After: 1\r$/m);

  expect(await upgrade('198.51.100.7')).toMatch(/^HTTP\/1\.1 101 /);
  const socket = await dock.connect(PEOPLE.mara);
  expect(socket.connected).toBe(true);
});

it('says that it is crowded when all together are too many', async () => {
  const statuses = new Set<number>();
  for (let time = 0; time < 20; time++) statuses.add((await poll(`198.51.100.${time}`))[0]);
  expect([...statuses]).toEqual([200, 403]);
  expect((await poll('192.0.2.1'))[1]).toContain('Many stations are coming back at once.');
  expect(await upgrade('192.0.2.2')).toMatch(/^HTTP\/1\.1 503 /);
});
