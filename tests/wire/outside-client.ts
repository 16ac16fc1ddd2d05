import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JWTPayload, SignJWT } from 'jose';
import { io, type Socket } from 'socket.io-client';
import { afterEach, expect } from 'vitest';
import type { ServerProcess } from '../../tools/dock/server-process.ts';

// What an outside integrator has: the public names, a secret to sign tokens with, and nothing of the server's own code.

export type Claims = {
  sub?: string | undefined;
  name?: string | undefined;
  role?: string | undefined;
  warehouses?: unknown;
  supplierId?: string | undefined;
  /** Seconds since 1970. */
  exp?: number | undefined;
};
export type Json = Record<string, unknown>;
// Replies are read by the letter of the guide, field by field; a wrong field shows as a failed expectation.
export type Body = { [name: string]: Body } & Body[] & { toString(): string };

export const LEAD: Claims = { sub: 'lea', name: 'Lea', role: 'lead', warehouses: ['*'] };
export const ADMIN: Claims = { sub: 'ada', name: 'Ada', role: 'admin', warehouses: ['*'] };
export const RECEIVER: Claims = { sub: 'rob', name: 'Rob', role: 'receiver', warehouses: ['*'] };
export const INSPECTOR: Claims = { sub: 'ina', name: 'Ina', role: 'inspector', warehouses: ['*'] };
export const SUPPLIER: Claims = { sub: 'sue', name: 'Sue', role: 'supplier', warehouses: ['*'], supplierId: 'ACME' };
/** Signed in properly, for a warehouse where none of the shipments are. */
export const STRANGER: Claims = { sub: 'stan', name: 'Stan', role: 'lead', warehouses: ['ELSEWHERE'] };

export const inOneHour = (): number => Math.floor(Date.now() / 1000) + 3600;

/** A token with exactly the claims of the guide. */
export const signed = (secret: string, claims: Claims, alg = 'HS256'): Promise<string> =>
  new SignJWT({ exp: inOneHour(), ...claims } as JWTPayload)
    .setProtectedHeader({ alg })
    .sign(new TextEncoder().encode(secret));

export type Answer = { status: number; headers: Headers; text: string; body: Body };
export type Asked = {
  as?: Claims | null;
  /** Sent instead of a signed token. */
  token?: string;
  json?: unknown;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
  headers?: Record<string, string>;
};
export type Ask = (route: string, asked?: Asked) => Promise<Answer>;

const parsed = (text: string): Body => {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {} as Body;
  }
};

/** Asks as `'PATCH /api/…'`; signed in as a lead unless told otherwise. */
export const asking =
  ({ url, secret }: Pick<ServerProcess, 'url' | 'secret'>): Ask =>
  async (route, { as = LEAD, token, json, body, headers } = {}) => {
    const [method = 'GET', path = '/'] = route.split(' ');
    const bearer = token ?? (as === null ? undefined : await signed(secret, as));
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(json === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
      ...(body === undefined ? {} : { body }),
    });
    const text = await reply.text();
    return { status: reply.status, headers: reply.headers, text, body: parsed(text) };
  };

/** Fails unless the answer is an RFC 9457 document with this status and stable code. */
export const expectProblem = ({ status, headers, body, text }: Answer, wanted: number, code: string): void => {
  expect({ status, code: body.code }, text.slice(0, 500)).toEqual({ status: wanted, code });
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(body.status).toBe(wanted);
  for (const word of ['type', 'title', 'detail']) expect(String(body[word]).length, word).toBeGreaterThan(0);
};

export const sample = (name: string): string =>
  readFileSync(join(import.meta.dirname, '..', '..', 'resources', 'samples', name), 'utf8');

let announced = 0;
/** A shipment of supplier ACME to warehouse WH-1 (made on the way, unless it is there) with two lines. */
export const announce = async (ask: Ask, more: Json = {}): Promise<Body> => {
  announced += 1;
  const notice = {
    number: `N-${announced}`,
    warehouseId: 'WH-1',
    supplierId: 'ACME',
    poNumber: `PO-${announced}`,
    eta: '2026-12-01T08:00:00Z',
    lines: [
      { sku: 'BOLT', quantity: '10', unit: 'EA' },
      { sku: 'NUT', quantity: '2.5', unit: 'KG' },
    ],
    ...more,
  };
  const taken = await ask('POST /api/asns', { as: ADMIN, json: notice });
  expect(taken.status, taken.text).toBe(200);
  const detail = await ask(`GET /api/shipments/${taken.body.shipments?.[0]?.id}`);
  expect(detail.status, detail.text).toBe(200);
  return detail.body;
};

export const pdf = (text = 'hello'): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(Buffer.from(`%PDF-1.4\n% ${text}\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n`));

export const form = (bytes: Uint8Array<ArrayBuffer>, name = 'bill.pdf', documentType = 'bill_of_lading'): FormData => {
  const made = new FormData();
  made.set('documentType', documentType);
  made.set('file', new Blob([bytes], { type: 'application/pdf' }), name);
  return made;
};

/** Connects, or rejects with the `connect_error`. */
export const connect = (
  url: string,
  token: unknown,
  transport: 'websocket' | 'polling' = 'websocket',
): Promise<Socket> =>
  new Promise((resolve, reject) => {
    const auth = token === undefined ? {} : { token };
    const socket = io(url, { auth, transports: [transport], reconnection: false, forceNew: true });
    socket.once('connect', () => resolve(socket));
    socket.once('connect_error', (error) => {
      socket.close();
      reject(error);
    });
  });

/** Lets somebody in at the server there is by then; their sockets are closed after each test. Call it once, outside of tests. */
export const entering = (server: () => Pick<ServerProcess, 'url' | 'secret'>) => {
  const open: Socket[] = [];
  afterEach(() => {
    for (const socket of open.splice(0)) socket.close();
  });
  return async (claims: Claims = LEAD, transport: 'websocket' | 'polling' = 'websocket'): Promise<Socket> => {
    const { url, secret } = server();
    const socket = await connect(url, await signed(secret, claims), transport);
    open.push(socket);
    return socket;
  };
};

/** Sends an event and waits for its acknowledgement. */
export const say = (socket: Socket, event: string, ...payload: unknown[]): Promise<Body> =>
  socket.timeout(5_000).emitWithAck(event, ...payload) as Promise<Body>;

/** The next such event that fits. Listen before causing it. */
export const hear = (socket: Socket, event: string, fits: (payload: Body) => boolean = () => true): Promise<Body> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${event} did not come`)), 8_000);
    const listen = (payload: Body): void => {
      if (!fits(payload)) return;
      clearTimeout(timer);
      socket.off(event, listen);
      resolve(payload);
    };
    socket.on(event, listen);
  });

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** Fails when anything in it that looks like an instant is not UTC with `Z`. */
export const expectUtc = (value: unknown): void => {
  const dates = [...JSON.stringify(value).matchAll(/"([^"]*)"/g)].map(([, text]) => text ?? '');
  for (const text of dates.filter((each) => INSTANT.test(each))) expect(text).toMatch(/Z$/);
};
