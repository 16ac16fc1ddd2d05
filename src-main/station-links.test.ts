import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dock, PEOPLE, startDock, tokenFor } from '../server/dock-for-tests.ts';
import { startStation, type TestStation } from './station-for-tests.ts';
import { StationJournal } from './store/journal.ts';

// The station on the real server, over a network a test makes worse.

let dock: Dock;
let wire: Wire;
const running: TestStation[] = [];

type Rule = 'open' | 'no upgrades' | 'no socket' | 'down';

/** Passes, refuses or cuts connections by their first line; each request has a connection of its own. */
class Wire {
  rule: Rule = 'open';
  /** Snapshots that break off after so many bytes, one each. */
  cuts: number[] = [];
  /** Paths of the snapshots asked for. */
  readonly snapshots: string[] = [];
  readonly #open = new Set<Socket>();
  readonly #server: Server;
  readonly #target: number;
  url = '';

  constructor(target: string) {
    this.#target = Number(new URL(target).port);
    this.#server = createServer((client) => this.#accept(client));
  }

  async listen(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  /** Changes the weather; what is open is cut. */
  set(rule: Rule): void {
    this.rule = rule;
    for (const socket of this.#open) socket.destroy();
  }

  close(): void {
    this.set('down');
    this.#server.close();
  }

  #accept(client: Socket): void {
    this.#open.add(client);
    client.on('error', () => undefined);
    client.on('close', () => this.#open.delete(client));
    if (this.rule === 'down') {
      client.destroy();
      return;
    }
    const upstream = connect(this.#target, '127.0.0.1');
    this.#open.add(upstream);
    upstream.on('error', () => client.destroy());
    upstream.on('close', () => client.destroy());
    client.on('close', () => upstream.destroy());
    client.on('data', (data) => {
      // Keep-alive: every request on the connection is looked at.
      const text = data.toString('latin1');
      const isSocket = /^(GET|POST) \/socket\.io/.test(text);
      const isUpgrade = /upgrade: websocket/i.test(text);
      if ((this.rule === 'no socket' && isSocket) || (this.rule === 'no upgrades' && isUpgrade)) {
        client.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n');
        return;
      }
      const snapshot = /^GET (\/api\/sync\/snapshot\S*)/.exec(text)?.[1];
      if (snapshot !== undefined) {
        this.snapshots.push(snapshot);
        left = this.cuts.shift() ?? Number.POSITIVE_INFINITY;
      }
      upstream.write(data);
    });
    let left = Number.POSITIVE_INFINITY;
    upstream.on('data', (data) => {
      if (data.length <= left) client.write(data);
      else client.write(data.subarray(0, left), () => client.destroy());
      left -= data.length;
    });
    upstream.on('end', () => client.end());
  }
}

beforeEach(async () => {
  dock = await startDock();
  wire = await new Wire(dock.url).listen();
  const warehouse = {
    clientId: 'furnishing-1',
    n: 1,
    type: 'defineWarehouse',
    args: { warehouseId: 'JOL', name: 'Joliet' },
    occurredAt: new Date().toISOString(),
  };
  await dock.ask('POST /api/sync/mutations', { person: PEOPLE.ada, json: { mutations: [warehouse] } });
  await announce('s1');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((station) => station.stop()));
  wire.close();
  await dock.close();
});

const announce = async (id: string): Promise<void> => {
  const reply = await dock.ask('POST /api/shipments', { json: { id, number: `SHP-${id}`, warehouseId: 'JOL' } });
  expect(reply.status, reply.text).toBeLessThan(300);
};
const at = async (url: string): Promise<TestStation> => {
  const station = await startStation({ serverUrl: url, token: await tokenFor(PEOPLE.mara) });
  running.push(station);
  return station;
};
const shows = (id: string, status: string) => (view: ReturnType<TestStation['view']>) =>
  view.shipments.some((row) => row.id === id && row.status === status);

describe('a station on a bad network', () => {
  it('polls while only HTTP answers, works on, and goes back to live by itself', async () => {
    wire.rule = 'no socket';
    const mara = await at(wire.url);
    await mara.until(
      'polling',
      ({ connection }) => connection.kind === 'polling' && connection.reason === 'socket_unreachable',
    );
    await mara.until('the rows', shows('s1', 'announced'));
    await announce('s2');
    await mara.until('the change, at once', shows('s2', 'announced'), 2_000);
    expect(await mara.handlers['work:save']('recordArrival', { shipmentId: 's1' }, null)).toMatchObject({ ok: true });
    await mara.until(
      'the work there and back',
      (view) => view.unsent === 0 && shows('s1', 'arrived')(view) && view.shipments.every(({ pending }) => !pending),
    );
    wire.rule = 'open';
    await mara.until('live', ({ connection }) => connection.kind === 'live', 16_000);
    await announce('s3');
    await mara.until('the change, over the socket', shows('s3', 'announced'));
  }, 30_000);

  it('is live over HTTP where only upgrades are blocked', async () => {
    wire.rule = 'no upgrades';
    const mara = await at(wire.url);
    await mara.until(
      'live over http',
      ({ connection }) => connection.kind === 'live' && connection.transport === 'http',
    );
    await announce('s2');
    await mara.until('the change', shows('s2', 'announced'));
  });

  it('has a whole cache after a snapshot that broke off twice', async () => {
    for (let n = 0; n < 150; n += 1) await announce(`many-${n}`);
    wire.cuts = [3_000, 4_000];
    const mara = await at(wire.url);
    await mara.until('live', ({ connection }) => connection.kind === 'live', 10_000);
    await mara.until('all of it', ({ shipments }) => shipments.length === 151);
    // How many lines had come by then is up to the pieces in which they were packed and read.
    const goesOn = expect.stringMatching(/\?snapshot=[\w-]+&line=\d+$/);
    expect(wire.snapshots).toEqual(['/api/sync/snapshot', goesOn, goesOn]);
    expect(mara.logged.filter((line) => line.startsWith('sync.rebuild'))).toHaveLength(1);
  }, 30_000);

  it('keeps what was missed while it was cut off, exactly once', async () => {
    const mara = await at(wire.url);
    await mara.until('live', ({ connection }) => connection.kind === 'live');
    wire.set('down');
    await mara.until('offline', ({ connection }) => connection.kind === 'offline');
    await announce('s2');
    await announce('s3');
    wire.set('open');
    mara.station.retryNow();
    await mara.until('all of it', (view) => shows('s2', 'announced')(view) && shows('s3', 'announced')(view));
    expect(
      mara
        .view()
        .inbox.map(({ title }) => title)
        .sort(),
    ).toEqual(['SHP-s2 is announced', 'SHP-s3 is announced']);
  });

  it('says when the disk did not take it, and keeps nothing by halves', async () => {
    const mara = await at(wire.url);
    await mara.until('live', ({ connection }) => connection.kind === 'live');
    const other = new StationJournal(`${mara.dir}/journal.db`, () => 0);
    other.db.exec("CREATE TRIGGER no_room AFTER INSERT ON mutation BEGIN SELECT RAISE(ABORT, 'no room'); END");
    const saved = await mara.handlers['work:save']('recordArrival', { shipmentId: 's1' }, null);
    expect(saved).toMatchObject({ ok: false, code: 'not_saved', message: expect.stringContaining('not saved') });
    expect(mara.view().unsent).toBe(0);
    other.db.exec('DROP TRIGGER no_room');
    other.close();
    const again = await mara.handlers['work:save']('recordArrival', { shipmentId: 's1' }, null);
    expect(again).toMatchObject({ ok: true, n: 1 });
  });

  it('goes on with a token that was put into the settings after the old one had ended', async () => {
    const mara = await at(wire.url);
    await mara.until('live', ({ connection }) => connection.kind === 'live');
    await mara.stop();
    running.splice(0);
    const expired = await tokenFor({ ...PEOPLE.mara, exp: Math.floor(Date.now() / 1000) - 60 } as never);
    const late = await startStation({ serverUrl: wire.url, token: expired });
    running.push(late);
    await late.until(
      'refused',
      ({ connection }) => connection.kind === 'refused' && connection.code === 'token_expired',
    );
    await late.settings.saveServer({ serverUrl: wire.url, token: await tokenFor(PEOPLE.mara) });
    await late.handlers['link:retry']();
    await late.until('live', ({ connection }) => connection.kind === 'live');
  });
});
