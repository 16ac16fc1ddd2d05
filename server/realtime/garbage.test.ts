import fc from 'fast-check';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UP_EVENTS } from '#contract/wire/up.ts';
import { announce, type Dock, furnish, PEOPLE, startDock } from '../dock-for-tests.ts';

let dock: Dock;
let socket: Socket;
beforeAll(async () => {
  const many = { perSecond: 100_000, burst: 100_000 };
  dock = await startDock({ limits: { events: many, typing: many } });
  await furnish(dock);
  socket = await dock.connect(PEOPLE.mara);
});
afterAll(() => dock.close());

const say = (event: string, ...args: unknown[]) => socket.timeout(3000).emitWithAck(event, ...args);

const nested = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const work = (args: object) => ({
  clientId: 'station-of-garbage',
  n: 1,
  type: 'recordArrival',
  args,
  occurredAt: '2026-11-23T08:00:00Z',
});

describe('garbage on the socket', () => {
  it.each([
    ['an unknown event', 'teleport', [{}], 'unknown_event'],
    ['an event of the server', 'shipment:updated', [{}], 'unknown_event'],
    ['a name every object has', 'constructor', [{}], 'unknown_event'],
    ['the event Node throws', 'error', [new Error('x').message], 'unknown_event'],
    ['no payload', 'join:shipment', [], 'malformed'],
    ['null', 'join:shipment', [null], 'malformed'],
    ['a string', 'join:shipment', ['s1'], 'malformed'],
    ['a number for an id', 'leave:shipment', [{ shipmentId: 7 }], 'malformed'],
    ['an id of a thousand characters', 'join:shipment', [{ shipmentId: 'x'.repeat(1000) }], 'malformed'],
    ['bytes', 'join:shipment', [Buffer.from('s1')], 'malformed'],
    ['a list', 'typing:start', [[]], 'malformed'],
    ['a push that goes deep', 'sync:push', [{ mutations: [work({ nested: nested(1000) })] }], 'malformed'],
    ['a push of bytes', 'sync:push', [{ mutations: [Buffer.alloc(3_000_000)] }], 'malformed'],
    [
      'a push of very many numbers',
      'sync:push',
      [{ mutations: [work({ list: Array(400_000).fill(0) })] }],
      'too_large',
    ],
    ['a hello of nothing', 'sync:hello', [{}], 'malformed'],
    [
      'a hello with a cursor that is none',
      'sync:hello',
      [{ protocol: 1, clientId: 'station-1', cursor: 7 }],
      'malformed',
    ],
    ['a push of nothing', 'sync:push', [], 'malformed'],
    ['a push of too much', 'sync:push', [{ mutations: Array.from({ length: 51 }, () => ({})) }], 'malformed'],
    ['a push of more than a megabyte', 'sync:push', [{ mutations: [{ filler: 'x'.repeat(1_200_000) }] }], 'too_large'],
  ])('refuses %s with a sentence', async (_what, event, args, code) => {
    const answer = await say(event, ...args);
    expect(answer).toMatchObject({ ok: false, code });
    expect(answer.message.length).toBeGreaterThan(10);
    expect(socket.connected).toBe(true);
  });

  it('answers what no client library could write', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const { transport } = socket.io.engine as never as { transport: { ws: WebSocket } };
    for (const [id, event] of ['sync:hello', 'sync:push'].entries()) {
      const heard = new Promise<string>((resolve) => {
        transport.ws.addEventListener('message', ({ data }) => {
          if (String(data).startsWith(`439${id}`)) resolve(String(data));
        });
      });
      transport.ws.send(`429${id}["${event}",{"mutations":[${deep}]}]`);
      expect(await heard).toContain('"code":"malformed"');
    }
  });

  it('answers a ping with anything, and needs no acknowledgement for anything', async () => {
    for (const payload of [undefined, null, 0, 'x', [], {}, Buffer.alloc(3)])
      expect((await say('ping', payload)).ok).toBe(true);
    for (const event of [...UP_EVENTS, 'error', 'teleport']) socket.emit(event, 'garbage');
    for (const event of UP_EVENTS) socket.emit(event);
    expect((await say('ping')).ok).toBe(true);
  });

  it('takes more arguments than it asked for', async () => {
    const { id } = await announce(dock);
    expect((await say('join:shipment', { shipmentId: id }, 'and', { more: true })).ok).toBe(true);
  });

  it('answers whatever comes, and stays', async () => {
    const json = fc.jsonValue({ maxDepth: 4 });
    const payload = fc.oneof(
      json,
      fc.record({ shipmentId: json }),
      fc.record({ protocol: json, clientId: json, cursor: json }),
      fc.record({
        clientId: json,
        mutations: fc.array(fc.oneof(json, fc.record({ clientId: json, n: json, type: json, args: json }))),
      }),
    );
    const reserved = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
    const event = fc.oneof(
      fc.constantFrom<string>(...UP_EVENTS),
      fc.string().filter((name) => !reserved.includes(name)),
    );
    await fc.assert(
      fc.asyncProperty(event, payload, async (name, value) => {
        const answer = await say(name, value);
        expect(typeof answer.ok).toBe('boolean');
        if (!answer.ok) expect(answer).toMatchObject({ code: expect.any(String), message: expect.any(String) });
      }),
      { numRuns: 300 },
    );
    expect(socket.connected).toBe(true);
    expect((await dock.ask('/health')).status).toBe(200);
  });

  it('hangs up on what is no packet at all, and serves the others on', async () => {
    for (const junk of [
      '2["disconnect"]',
      '99',
      '42[',
      '451-["x",{"_placeholder":true,"num":9}]',
      '4',
      '\u0000',
      '2'.repeat(5_000_000),
    ]) {
      const one = await dock.connect(PEOPLE.ivo);
      const { transport } = one.io.engine;
      const gone = new Promise((resolve) => one.once('disconnect', resolve));
      (transport as never as { ws: WebSocket }).ws.send(junk);
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 200))]);
      one.disconnect();
    }
    expect((await say('ping')).ok).toBe(true);
  });
});
