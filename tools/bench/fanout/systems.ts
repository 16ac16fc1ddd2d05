import { WebSocket } from 'ws';
import type { COMMAND_TABLE } from '#contract/domain/command-table.ts';
import type { Cursor, Frame } from '#contract/wire/sync.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { LENA, MARA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { eventOf, LightClient } from './light-client.ts';
import type { Mailbox } from './mailbox.ts';

export type Connection = { close(): void };

export type System = {
  readonly name: string;
  readonly script: string;
  /** Makes what the changes are about; called once. */
  prepare(url: string): Promise<void>;
  /** Connects one station; what it receives goes to the mailbox. */
  connect(url: string, mailbox: Mailbox): Promise<Connection>;
  /** Makes change number `n` the way this system's clients do; resolves when the server has answered. */
  change(url: string, n: number): Promise<void>;
};

const post = async (url: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> => {
  const reply = await fetch(url, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: { 'content-type': 'application/json', ...headers },
  });
  if (!reply.ok) throw new Error(`${url}: ${reply.status} ${await reply.text()}`);
  return reply;
};

const ROOM = 'bench-shipment';
const plainChange = async (url: string, n: number): Promise<void> => {
  await (await post(`${url}/change`, { id: ROOM, n })).text();
};

const numberIn = (payload: unknown): number[] => [(payload as { n: number }).n];

export const bareWs: System = {
  name: 'bare ws',
  script: 'ws-server.ts',
  prepare: async () => {},
  connect: (url, mailbox) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
      socket.on('error', reject);
      socket.on('open', () => resolve({ close: () => socket.terminate() }));
      socket.on('message', (data) => mailbox.put(data, (text) => numberIn(JSON.parse(text))));
    }),
  change: plainChange,
};

export const guide: System = {
  name: 'guide’s design',
  script: 'guide-server.ts',
  prepare: async () => {},
  connect: async (url, mailbox) => {
    const client = await LightClient.connect(url, {}, (data) =>
      mailbox.put(data, (text) => numberIn(eventOf(text)[1])),
    );
    await client.request('join:shipment', { shipmentId: ROOM });
    return client;
  },
  change: plainChange,
};

const trailersIn = (text: string): number[] => {
  const [name, payload] = eventOf(text);
  if (name !== 'sync:frame') return [];
  const trailers = (payload as Frame).changes.flatMap(({ row }) => /(\d+)$/.exec(String(row?.trailer))?.[1] ?? []);
  return trailers.map(Number);
};

/**
 * Statuses cannot be moved back and forth for ever, so a change is another trailer on one shipment: row, ledger, history and log.
 * It is pushed over a live socket, as a station does.
 */
class DocklineSystem implements System {
  readonly name = 'Dockline';
  readonly script = 'dockline-server.ts';
  #shipmentId = '';
  #lead = '';
  #station = '';
  #head: Cursor = { epoch: '', seq: 0, chain: '' };
  #driver: Promise<LightClient> | null = null;

  async prepare(url: string): Promise<void> {
    this.#lead = await tokenFor(LENA, DEMO_SECRET);
    this.#station = await tokenFor(MARA, DEMO_SECRET);
    const admin = await tokenFor({ sub: 'ada', name: 'Ada', role: 'admin', warehouses: ['*'] }, DEMO_SECRET);
    const at = new Date().toISOString();
    await post(
      `${url}/api/sync/mutations`,
      {
        mutations: [
          {
            clientId: 'bench-admin',
            n: 1,
            type: 'defineWarehouse',
            args: { warehouseId: 'JOL', name: 'Joliet' },
            occurredAt: at,
          },
        ],
      },
      { authorization: `Bearer ${admin}` },
    );
    const announced = await post(
      `${url}/api/shipments`,
      {
        number: 'BENCH-1',
        warehouseId: 'JOL',
        poNumber: 'PO-2026-0100',
        carrier: 'DEMO',
        trailer: '53-1101',
        seal: 'S-778812',
        lines: [{ quantity: '24' }],
      },
      { authorization: `Bearer ${this.#lead}` },
    );
    this.#shipmentId = ((await announced.json()) as { id: string }).id;
    const reply = await fetch(`${url}/api/sync/changes?from=0`, {
      headers: { authorization: `Bearer ${this.#station}` },
    });
    const frame = (await reply.json()) as Frame;
    this.#head = { epoch: frame.epoch, seq: frame.to, chain: frame.chain };
  }

  async connect(url: string, mailbox: Mailbox): Promise<{ close(): void }> {
    const client = await LightClient.connect(url, { token: this.#station }, (data) => mailbox.put(data, trailersIn));
    const hello = (await client.request('sync:hello', {
      protocol: PROTOCOL_VERSION,
      clientId: `bench-${Math.random().toString(36).slice(2)}`,
      cursor: this.#head,
    })) as { ok: boolean; state: string };
    if (!hello.ok || hello.state !== 'live') throw new Error(`hello was answered with ${JSON.stringify(hello)}`);
    return client;
  }

  async change(url: string, n: number): Promise<void> {
    this.#driver ??= LightClient.connect(url, { token: this.#lead }, () => undefined);
    const mutation = {
      clientId: 'bench-driver',
      n,
      type: 'amendShipment' satisfies keyof typeof COMMAND_TABLE,
      args: { shipmentId: this.#shipmentId, trailer: `53-${n}` },
      occurredAt: new Date().toISOString(),
    };
    const push = { clientId: mutation.clientId, mutations: [mutation] };
    const reply = (await (await this.#driver).request('sync:push', push)) as { verdicts?: { verdict: string }[] };
    if (reply.verdicts?.[0]?.verdict !== 'applied') throw new Error(JSON.stringify(reply));
  }
}

export const dockline = (): System => new DocklineSystem();
