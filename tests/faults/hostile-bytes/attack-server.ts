import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { io, type Socket } from 'socket.io-client';
import { WebSocket } from 'ws';
import { PROBLEM_CODES, problemDocument } from '#contract/wire/errors.ts';
import { UP_EVENTS } from '#contract/wire/up.ts';
import { ADA, LENA, MARA, tokenFor } from '../../../tools/dock/people.ts';
import { sampleNotices } from '../../../tools/dock/sample-notices.ts';
import type { Patch } from '../support/patches.ts';
import { below, oneOf, pickOf, seeded } from '../support/seeded.ts';
import { assertKeepsNothing } from './heap.ts';
import { noise, odd, spoilt, spoiltBytes } from './hostile.ts';
import { SECRET, startTarget, type Target } from './target.ts';

type Random = () => number;
export type Volume = { readonly events: number; readonly packets: number; readonly requests: number };

const AT_ONCE = 16;

/** Runs `count` of them, so many at a time. */
const inLanes = async (count: number, run: (index: number) => Promise<void>): Promise<void> => {
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await run(index);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
};

const connect = async (url: string, token: string): Promise<Socket> => {
  const socket = io(url, { auth: { token }, forceNew: true, reconnection: false, transports: ['websocket'] });
  await new Promise<void>((resolve, rejected) => {
    socket.once('connect', resolve);
    socket.once('connect_error', rejected);
  });
  return socket;
};

const RESERVED = new Set(['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener']);

const goodPayloads = (shipmentId: string) => ({
  'join:shipment': { shipmentId },
  'leave:shipment': { shipmentId },
  ping: {},
  'typing:start': { shipmentId },
  'typing:stop': { shipmentId },
  'sync:hello': {
    protocol: 1,
    clientId: 'a-station-of-noise',
    cursor: { epoch: 'e', seq: 3, chain: 'c' },
    app: 'x',
    lastN: 0,
  },
  'sync:report': {
    station: 'Noise',
    clients: [{ clientId: 'a-station-of-noise', unsentOn: [shipmentId], workedOn: [shipmentId] }],
    leaving: false,
  },
  'sync:push': {
    clientId: 'a-station-of-noise',
    mutations: [
      {
        clientId: 'a-station-of-noise',
        n: 1,
        type: 'addNote',
        args: { shipmentId, noteId: 'n', text: 't' },
        base: { id: shipmentId, version: 1 },
        occurredAt: '2026-11-24T10:00:00.000Z',
        clockOffsetMs: 3,
      },
    ],
  },
});

/** Every answer is `ok` or a code of the table with a sentence; `internal` would be a fault of ours. */
const attackEvents = async (url: string, token: string, shipmentId: string, random: Random, count: number) => {
  const good = goodPayloads(shipmentId);
  let socket = await connect(url, token);
  await inLanes(count, async (index) => {
    const known = oneOf(random, UP_EVENTS);
    const name = random() < 0.9 ? known : String(odd(random));
    if (RESERVED.has(name)) return;
    const payload = random() < 0.1 ? noise(random, 20) : spoilt(random, good[known], 0.1);
    if (!socket.connected) socket = await connect(url, token);
    const current = socket;
    const answer = await current
      .timeout(10_000)
      .emitWithAck(name, payload)
      .catch(() => null);
    if (answer === null) {
      // Hung up on is an answer too: what was sent was no packet that could be read. Silence is none.
      assert.ok(
        !current.connected,
        `event ${index} (${name}) was not answered: ${JSON.stringify(payload)?.slice(0, 300)}`,
      );
      return;
    }
    if (answer.ok === true) return;
    assert.ok(PROBLEM_CODES.includes(answer.code) && answer.code !== 'internal', `${name}: ${JSON.stringify(answer)}`);
    assert.ok(typeof answer.message === 'string' && answer.message !== '');
  });
  socket.disconnect();
};

const PACKETS: readonly [string, ...string[]] = [
  '40',
  '40{"token":"x"}',
  '2',
  '3',
  '2probe',
  '5',
  '6',
  '42["ping",{}]',
  '421["ping"]',
  '451-["x",{"_placeholder":true,"num":0}]',
  '44{"message":"x"}',
  '41',
  '43[]',
  '42/other,["x"]',
];

/** Raw packets of Engine.IO, over WebSocket and over HTTP, from whoever has no token as well. */
const attackPackets = async (url: string, token: string, random: Random, count: number): Promise<void> => {
  const perConnection = 20;
  await inLanes(Math.ceil(count / perConnection), async (index) => {
    if (index % 4 === 0) {
      for (let at = 0; at < perConnection; at += 1) {
        const body = spoiltBytes(random, Buffer.from(pickOf(random, PACKETS)));
        const sid = random() < 0.5 ? '' : `&sid=${encodeURIComponent(String(odd(random)).slice(0, 50).toWellFormed())}`;
        await ask(url, 'POST', `/socket.io/?EIO=${below(random, 6)}&transport=polling${sid}`, {}, body);
      }
      return;
    }
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`);
    await new Promise<void>((resolve) => {
      socket.once('error', () => resolve());
      socket.once('close', () => resolve());
      socket.once('open', () => {
        if (random() < 0.7) socket.send(`40${JSON.stringify({ token })}`);
        for (let at = 0; at < perConnection; at += 1) {
          const bytes = random() < 0.2 ? noise(random, 30) : spoiltBytes(random, Buffer.from(pickOf(random, PACKETS)));
          socket.send(random() < 0.8 ? bytes.toString() : bytes);
        }
        setTimeout(() => socket.close(), 20);
      });
    });
  });
};

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
type Answer = { readonly status: number; readonly type: string; readonly body: string };

const ask = (
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body: Buffer | null,
): Promise<Answer | null> =>
  new Promise((resolve) => {
    const sent = request(
      `${url}${path}`,
      { method, agent, headers: { ...headers, ...(body === null ? {} : { 'content-length': body.length }) } },
      (reply) => {
        let text = '';
        reply.setEncoding('utf8').on('data', (chunk) => {
          if (text.length < 100_000) text += chunk;
        });
        reply.once('end', () =>
          resolve({ status: reply.statusCode ?? 0, type: String(reply.headers['content-type'] ?? ''), body: text }),
        );
        reply.once('error', () => resolve(null));
      },
    );
    sent.setTimeout(10_000, () => sent.destroy());
    sent.once('error', () => resolve(null));
    sent.end(body ?? undefined);
  });

type Route = { readonly method: string; readonly path: string; readonly type: string; readonly body: unknown };

const routesOf = (id: string): readonly [Route, ...Route[]] => {
  const json = 'application/json';
  const good = goodPayloads(id);
  const part = `--b\r\nContent-Disposition: form-data; name="documentType"\r\n\r\nphoto\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n%PDF-1.4\r\n--b--\r\n`;
  return [
    { method: 'POST', path: '/api/sync/mutations', type: json, body: good['sync:push'] },
    {
      method: 'PATCH',
      path: `/api/shipments/${id}/status`,
      type: json,
      body: { status: 'arrived', reason: 'r', expectedVersion: 1 },
    },
    {
      method: 'POST',
      path: `/api/shipments/${id}/reject`,
      type: json,
      body: { reasonCode: 'wet', quantity: '1', note: 'n' },
    },
    {
      method: 'POST',
      path: '/api/shipments',
      type: json,
      body: { warehouseId: 'JOL', poNumber: 'P', lines: [{ sku: 'A', quantity: '1' }] },
    },
    { method: 'PUT', path: '/api/warehouses/JOL/capacity', type: json, body: { total: 10, available: 5 } },
    {
      method: 'PUT',
      path: `/api/shipments/${id}/inspections/i`,
      type: json,
      body: { status: 'requested', results: [] },
    },
    { method: 'POST', path: '/api/asns', type: 'application/edi-x12', body: sampleNotices()[0]?.text ?? '' },
    { method: 'POST', path: '/api/asns', type: json, body: { warehouseId: 'JOL', number: 'N', lines: [] } },
    { method: 'POST', path: `/api/shipments/${id}/documents`, type: 'multipart/form-data; boundary=b', body: part },
    { method: 'GET', path: `/api/shipments/${id}`, type: json, body: null },
    { method: 'GET', path: '/api/shipments?limit=5&q=x&status=arrived', type: json, body: null },
    { method: 'GET', path: '/api/sync/changes?from=0&epoch=e&chain=c&limit=5', type: json, body: null },
  ];
};

const attackHttp = async (
  url: string,
  tokens: readonly [string, ...string[]],
  id: string,
  random: Random,
  count: number,
) => {
  const routes = routesOf(id);
  await inLanes(count, async (index) => {
    const { method, path, type, body } = pickOf(random, routes);
    const text = typeof body === 'string' ? body : (JSON.stringify(spoilt(random, body, 0.1)) ?? '');
    const isSpoilt = typeof body === 'string' || random() < 0.3;
    const bytes = body === null ? null : isSpoilt ? spoiltBytes(random, Buffer.from(text)) : Buffer.from(text);
    const where =
      random() < 0.2 ? path.replace(/[^/=]+$/, encodeURIComponent(String(odd(random)).toWellFormed())) : path;
    const authorization = `Bearer ${random() < 0.95 ? pickOf(random, tokens) : String(spoiltBytes(random, Buffer.from(tokens[0])).toString('latin1')).replace(/[^\x20-\x7e]/g, '')}`;
    const contentType = random() < 0.95 ? type : 'text/plain';
    const answer = await ask(url, method, where, { authorization, 'content-type': contentType }, bytes);
    if (answer === null || answer.status < 400) return;
    // What is no HTTP at all is answered by the parser, before there is a request.
    if (answer.status === 431) return;
    const what = `request ${index}: ${method} ${where.slice(0, 120)} → ${answer.status} ${answer.body.slice(0, 300)}\n${bytes?.toString().slice(0, 500)}`;
    const problem = problemDocument.safeParse(JSON.parse(answer.body || 'null'));
    assert.ok(answer.type.startsWith('application/problem+json') && problem.success, what);
    assert.notEqual(problem.data.code, 'internal', what);
  });
};

type Run = { readonly target: Target; readonly tokens: readonly [string, string, string]; readonly shipmentId: string };

const attack = async ({ target, tokens, shipmentId }: Run, random: Random, volume: Volume): Promise<void> => {
  const [, mara] = tokens;
  await attackEvents(target.url, mara, shipmentId, random, volume.events);
  await attackPackets(target.url, mara, random, volume.packets);
  await attackHttp(target.url, tokens, shipmentId, random, volume.requests);
  assert.equal(target.hasEnded(), null);
};

const announce = async (url: string, token: string): Promise<string> => {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/edi-x12' };
  const made = await ask(url, 'POST', '/api/asns', headers, Buffer.from(sampleNotices()[0]?.text ?? ''));
  return String((JSON.parse(made?.body ?? '{}') as { shipments?: { id: string }[] }).shipments?.[0]?.id);
};

const halfOf = ({ events, packets, requests }: Volume): Volume => ({
  events: Math.ceil(events / 2),
  packets: Math.ceil(packets / 2),
  requests: Math.ceil(requests / 2),
});

/**
 * Throws at the real server until the volume is done; it stays, answers by its table, and keeps nothing of it: `perInput` is what
 * its heap grew by in bytes for each input of the second half, when all that is made once has been made. `planted` is a bug to find.
 */
export const attackServer = async (
  volume: Volume,
  seed: number,
  planted: readonly Patch[] = [],
): Promise<{ inputs: number; grewBy: number; perInput: number }> => {
  const target = await startTarget(planted);
  try {
    const random = seeded(seed);
    const [lena, mara, ada] = await Promise.all([LENA, MARA, ADA].map((person) => tokenFor(person, SECRET)));
    const tokens = [String(lena), String(mara), String(ada)] as const;
    const run = { target, tokens, shipmentId: await announce(target.url, String(ada)) };
    const half = halfOf(volume);
    await attack(run, random, half);
    const before = await target.heapBytes();
    await attack(run, random, half);
    const grewBy = (await target.heapBytes()) - before;
    const inputs = half.events + half.packets + half.requests;
    assertKeepsNothing('the server', grewBy, inputs);
    const health = await ask(target.url, 'GET', '/health', {}, null);
    assert.equal(health?.status, 200, 'the server still serves');
    return { inputs: inputs * 2, grewBy, perInput: Math.round(grewBy / inputs) };
  } catch (error) {
    throw target.hasEnded() === null ? error : new Error(`${target.hasEnded()}\n${String(error)}`);
  } finally {
    target.end();
  }
};
