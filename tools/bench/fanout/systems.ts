import { WebSocket } from 'ws';
import type { COMMAND_TABLE } from '#contract/domain/command-table.ts';
import type { Change, Cursor, Frame } from '#contract/wire/sync.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { LENA, MARA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { LightClient } from './light-client.ts';

/** Called for every delivered change: at which station, and the number of the change. */
export type Delivered = (n: number) => void;

export type System = {
  readonly name: string;
  readonly script: string;
  /** Makes what the changes are about; called once. */
  prepare(url: string): Promise<void>;
  /** Connects one station; deliveries go to `delivered`. */
  connect(url: string, delivered: Delivered): Promise<{ close(): void }>;
  /** Makes change number `n`; resolves when the server has answered. */
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

export const bareWs: System = {
  name: 'bare ws',
  script: 'ws-server.ts',
  prepare: async () => {},
  connect: (url, delivered) =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false });
      socket.on('error', reject);
      socket.on('open', () => resolve({ close: () => socket.terminate() }));
      socket.on('message', (data) => delivered((JSON.parse(String(data)) as { n: number }).n));
    }),
  change: plainChange,
};

export const guide: System = {
  name: 'guide’s design',
  script: 'guide-server.ts',
  prepare: async () => {},
  connect: async (url, delivered) => {
    const client = await LightClient.connect(url, {}, (_name, payload) => delivered((payload as { n: number }).n));
    await client.request('join:shipment', { shipmentId: ROOM });
    return client;
  },
  change: plainChange,
};

/** Statuses cannot be moved back and forth for ever, so a change is a note-sized fact on one shipment: row, ledger, log. */
class DocklineSystem implements System {
  readonly name = 'Dockline';
  readonly script = 'dockline-server.ts';
  #shipmentId = '';
  #lead = '';
  #station = '';
  #head: Cursor = { epoch: '', seq: 0, chain: '' };

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

  async connect(url: string, delivered: Delivered): Promise<{ close(): void }> {
    const numberOf = (change: Change): number | undefined =>
      change.entity === 'shipment' ? Number(/(\d+)$/.exec(String(change.row?.trailer))?.[1] ?? Number.NaN) : undefined;
    const client = await LightClient.connect(url, { token: this.#station }, (name, payload) => {
      if (name !== 'sync:frame') return;
      for (const change of (payload as Frame).changes) {
        const n = numberOf(change);
        if (n !== undefined) delivered(n);
      }
    });
    const hello = (await client.request('sync:hello', {
      protocol: PROTOCOL_VERSION,
      clientId: `bench-${Math.random().toString(36).slice(2)}`,
      cursor: this.#head,
    })) as { ok: boolean; state: string };
    if (!hello.ok || hello.state !== 'live') throw new Error(`hello was answered with ${JSON.stringify(hello)}`);
    return client;
  }

  async change(url: string, n: number): Promise<void> {
    const args = { shipmentId: this.#shipmentId, trailer: `53-${n}` };
    const mutation = {
      clientId: `bench-driver-${n}`,
      n: 1,
      type: 'amendShipment' satisfies keyof typeof COMMAND_TABLE,
      args,
      occurredAt: new Date().toISOString(),
    };
    const reply = (await (
      await post(`${url}/api/sync/mutations`, { mutations: [mutation] }, { authorization: `Bearer ${this.#lead}` })
    ).json()) as { verdicts: { verdict: string }[] };
    if (reply.verdicts[0]?.verdict !== 'applied') throw new Error(JSON.stringify(reply));
  }
}

export const dockline = (): System => new DocklineSystem();
