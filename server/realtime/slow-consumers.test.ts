import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { announce, type Dock, furnish, PEOPLE, startDock, tokenFor } from '../dock-for-tests.ts';
import type { DockSocket } from './dock-socket.ts';
import { SlowConsumers } from './slow-consumers.ts';

const fake = (bytes: number, messages: number) => ({
  conn: {
    transport: { socket: { bufferedAmount: bytes } },
    writeBuffer: Array.from({ length: messages }, () => ({ data: '2[]' })),
  },
});

describe('looking for slow consumers', () => {
  it.each([
    ['a megabyte that is not taken', 1024 * 1024 + 1, 0, ['drop', 'drop']],
    ['messages that pile up', 10, 201, ['drop', 'drop']],
    ['a busy moment', 900_000, 150, []],
  ])('%s', (_what, bytes, messages, told) => {
    const heard: string[] = [];
    const slow = new SlowConsumers({ drop: () => heard.push('drop'), invite: () => heard.push('invite') });
    const socket = fake(bytes, messages) as unknown as DockSocket;
    slow.look(socket);
    slow.look(socket);
    expect(heard).toEqual(told);
  });

  it('invites back when everything has been taken, once, and starts over', () => {
    const heard: string[] = [];
    const slow = new SlowConsumers({ drop: () => heard.push('drop'), invite: () => heard.push('invite') });
    const socket = fake(2_000_000, 0);
    const look = (): void => slow.look(socket as unknown as DockSocket);
    look();
    socket.conn.transport.socket.bufferedAmount = 5;
    look();
    expect(heard).toEqual(['drop']);
    socket.conn.transport.socket.bufferedAmount = 0;
    look();
    look();
    socket.conn.transport.socket.bufferedAmount = 2_000_000;
    look();
    expect(heard).toEqual(['drop', 'invite', 'drop']);
  });
});

describe('a station that stops reading', () => {
  let dock: Dock;
  beforeAll(async () => {
    dock = await startDock({ limits: { requestsPerSecond: 100_000 } });
    await furnish(dock);
  });
  afterAll(() => dock.close());

  /** A WebSocket by hand, because a client library would read. */
  const raw = async () => {
    const { port, hostname } = new URL(dock.url);
    const socket = connect({ port: Number(port), host: hostname });
    let seen = '';
    socket.on('data', (bytes) => {
      seen += bytes.toString('latin1');
    });
    const until = async (text: string): Promise<void> => {
      while (!seen.includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
    };
    const send = (text: string): void => {
      const payload = Buffer.from(text);
      const length =
        payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255];
      // The mask may be zero: the payload then stands as it is.
      socket.write(Buffer.concat([Buffer.from([0x81, ...length, 0, 0, 0, 0]), payload]));
    };
    const key = 'dGhlIHNhbXBsZSBub25jZQ==';
    socket.write(
      `GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
    await until('pingInterval');
    send(`40${JSON.stringify({ token: await tokenFor(PEOPLE.lena) })}`);
    await until('40{"sid"');
    return { socket, send, until };
  };

  it('is taken out of the live stream, and told to come back when it reads again', async () => {
    const { epoch, head: seq, chain } = dock.server.storage.position();
    const { socket, send, until } = await raw();
    send(
      `421${JSON.stringify(['sync:hello', { protocol: PROTOCOL_VERSION, clientId: 'slow-station', cursor: { epoch, seq, chain } }])}`,
    );
    await until('"state":"live"');
    socket.pause();
    const bulky = Array.from({ length: 400 }, (_, n) => ({
      sku: `SKU-${n}`,
      quantity: '1',
      description: 'x'.repeat(200),
    }));
    const dropped = async (): Promise<boolean> => (await dock.ask('/metrics')).text.includes('slow_consumer');
    for (let n = 0; n < 120 && !(await dropped()); n += 1) await announce(dock, { number: `B-${n}`, lines: bulky });
    expect(await dropped()).toBe(true);
    socket.resume();
    await until('"reason":"behind"');
    socket.destroy();
  });
});
