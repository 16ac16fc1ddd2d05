import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client';
import { vi } from 'vitest';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { DownEvent, DownPayload } from '#contract/wire/down.ts';
import type { TokenClaims } from '#contract/wire/token.ts';
import { signToken } from './access.ts';
import { createServer, type DocklineServer, type ServerOptions } from './create-server.ts';

// Every write here is on disk when it is answered, and a disk shared with other work may take seconds for that.
vi.setConfig({ testTimeout: 20_000, hookTimeout: 30_000 });

// A real server on a port and a folder of its own, and people to sign in: what the tests of this part begin with.

export const SECRET = 'a secret of the tests only';

type Person = Partial<TokenClaims> & Pick<TokenClaims, 'role'>;
export const PEOPLE = {
  lena: { sub: 'lena', name: 'Lena', role: 'lead' },
  mara: { sub: 'mara', name: 'Mara', role: 'receiver' },
  ivo: { sub: 'ivo', name: 'Ivo', role: 'inspector' },
  ada: { sub: 'ada', name: 'Ada', role: 'admin' },
  acme: { sub: 'acme-desk', name: 'Acme desk', role: 'supplier', supplierId: 'ACME' },
  zenith: { sub: 'zenith-desk', name: 'Zenith desk', role: 'supplier', supplierId: 'ZENITH' },
  dallas: { sub: 'dan', name: 'Dan', role: 'lead', warehouses: ['DAL'] },
} as const satisfies Record<string, Person>;

export const tokenFor = (person: Person, secret = SECRET): Promise<string> => {
  const exp = Math.floor(Date.now() / 1000) + 3600;
  const claims = { sub: 'somebody', name: 'Somebody', warehouses: ['*'], exp, ...person };
  return signToken({ ...claims, warehouses: [...claims.warehouses] }, secret);
};

export type Reply<T> = { readonly status: number; readonly headers: Headers; readonly text: string; readonly body: T };
export type Ask = {
  person?: Person | null;
  headers?: Record<string, string>;
  json?: unknown;
  body?: string | Uint8Array<ArrayBuffer> | FormData;
};

const METHODS = /^(GET|POST|PUT|PATCH|OPTIONS|DELETE) /;

/** Settles when the event comes, or fails after `ms` naming it. */
export const heard = <E extends DownEvent>(socket: Socket, event: E, ms = 3000): Promise<DownPayload[E]> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${event} did not come within ${ms} ms`)), ms);
    socket.once(event as string, (payload: DownPayload[E]) => {
      clearTimeout(timer);
      resolve(payload);
    });
  });

export type Dock = {
  readonly url: string;
  readonly dataDir: string;
  readonly server: DocklineServer;
  /** `ask('PATCH /api/…', { json })`, signed in as Lena unless told otherwise. */
  readonly ask: <T = Record<string, unknown>>(request: string, ask?: Ask) => Promise<Reply<T>>;
  /** A signed-in socket, connected; closed with the dock. */
  readonly connect: (person?: Person, options?: Partial<ManagerOptions & SocketOptions>) => Promise<Socket>;
  readonly close: () => Promise<void>;
};

const connectTo = async (url: string, person: Person, options: Partial<ManagerOptions & SocketOptions>) => {
  const auth = { token: await tokenFor(person) };
  const socket = io(url, { auth, forceNew: true, reconnection: false, transports: ['websocket'], ...options });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('connect_error', reject);
  });
  return socket;
};

/** Starts a server; `dataDir` given is kept, else a folder is made and removed. */
export const startDock = async (options: Partial<ServerOptions> = {}): Promise<Dock> => {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'dockline-test-')));
  const server = await createServer({ jwtSecret: SECRET, logLevel: 'silent', dataDir, ...options });
  const { url } = await server.listen();
  const sockets: Socket[] = [];

  const ask: Dock['ask'] = async <T>(request: string, { person = PEOPLE.lena, headers = {}, json, body }: Ask = {}) => {
    const method = request.match(METHODS)?.[1] ?? 'GET';
    const all: Record<string, string> = { ...headers };
    if (person !== null) all.authorization ??= `Bearer ${await tokenFor(person)}`;
    if (json !== undefined) all['content-type'] ??= 'application/json';
    const sent = body ?? (json === undefined ? null : JSON.stringify(json));
    const reply = await fetch(url + request.replace(METHODS, ''), { method, headers: all, body: sent });
    const text = await reply.text();
    const isJson = reply.headers.get('content-type')?.includes('json') === true;
    const parsed = isJson && !reply.headers.get('content-type')?.includes('ndjson') ? JSON.parse(text) : null;
    return { status: reply.status, headers: reply.headers, text, body: parsed as T };
  };

  return {
    url,
    dataDir,
    server,
    ask,
    connect: async (person = PEOPLE.lena, socketOptions = {}) => {
      const socket = await connectTo(url, person, socketOptions);
      sockets.push(socket);
      return socket;
    },
    close: async () => {
      for (const socket of sockets) socket.disconnect();
      await server.close();
      if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
    },
  };
};

/** Warehouses JOL (doors JOL-D1, JOL-D2) and DAL, suppliers ACME and ZENITH. */
export const furnish = async (dock: Dock): Promise<void> => {
  const work = [
    ['defineWarehouse', { warehouseId: 'JOL', name: 'Joliet', timeZone: 'America/Chicago' }],
    ['defineWarehouse', { warehouseId: 'DAL', name: 'Dallas', timeZone: 'America/Chicago' }],
    ['defineDoor', { doorId: 'JOL-D1', warehouseId: 'JOL', name: 'D1' }],
    ['defineDoor', { doorId: 'JOL-D2', warehouseId: 'JOL', name: 'D2' }],
    ['defineSupplier', { supplierId: 'ACME', name: 'Acme' }],
    ['defineSupplier', { supplierId: 'ZENITH', name: 'Zenith' }],
  ] as const;
  const occurredAt = new Date().toISOString();
  const clientId = 'furnishing-of-the-dock';
  const mutations = work.map(([type, args], at) => ({ clientId, n: at + 1, type, args, occurredAt }));
  const { status, text } = await dock.ask('POST /api/sync/mutations', { person: PEOPLE.ada, json: { mutations } });
  if (status !== 200 || text.includes('rejected')) throw new Error(`could not furnish the dock: ${text}`);
};

/** Announces a shipment of ACME to JOL with one line of 12, as Lena; `body` says what is different. */
export const announce = async (dock: Dock, body: Record<string, unknown> = {}): Promise<ShipmentDetail> => {
  const json = {
    warehouseId: 'JOL',
    supplierId: 'ACME',
    poNumber: 'PO-1',
    lines: [{ sku: 'A', quantity: '12' }],
    ...body,
  };
  const { status, text, body: made } = await dock.ask<ShipmentDetail>('POST /api/shipments', { json });
  if (status !== 201) throw new Error(`could not announce: ${text}`);
  return made;
};
