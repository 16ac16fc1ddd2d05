import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { uuidv7 } from 'uuidv7';
import type { PushReply } from '#contract/wire/sync.ts';
import type { Sender } from '../../../server/core/storage.ts';
import { openSqliteStorage } from '../../../server/storage/open-sqlite-storage.ts';
import { LENA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { LightClient } from '../fanout/light-client.ts';
import { DOCKLINE, MeasuredServer, UNLIMITED } from '../measured-server.ts';
import { numbers } from '../options.ts';
import { openSeedDock } from '../seed-dock.ts';
import { headOf } from '../station/same-rows.ts';
import { spread, table } from '../stats.ts';
import { bareInserts } from './bare-sqlite.ts';
import { type Push, type Pushed, pushFor } from './pushers.ts';

/**
 * Mutations before each measurement. A server runs for weeks; V8 takes as many until the last of the way they go is compiled, and one
 * client that waits for each answer sends them in some eight seconds.
 */
const WARM_UP = 20_000;
/** Seconds of the baseline before it is measured: it has hardly any code to warm. */
const BARE_WARM_UP = 1;
/** What the station's outbox sends at most in one go. */
const BATCH = 50;

const LEAD: Sender = {
  actor: { id: LENA.sub, name: LENA.name, role: LENA.role },
  scope: { role: LENA.role, warehouses: LENA.warehouses, supplierId: null },
};

type Row = readonly [name: string, perSecond: number, latencies: readonly number[]];
type Case = readonly [name: string, stations: number, perPush: number];

const cases = (clients: number): readonly Case[] => [
  ['one client, one at a time', 1, 1],
  [`${clients} clients at once`, clients, 1],
  [`one client, ${BATCH} a push`, 1, BATCH],
];

/** Everything acknowledged is in the file: one change and one verdict each. */
const assertKept = (dataDir: string, headBefore: number, pushed: readonly Pushed[]): void => {
  const made = pushed.reduce((sum, { mutations }) => sum + mutations, 0);
  const head = headOf(dataDir);
  if (head - headBefore !== made)
    throw new Error(`${made} were acknowledged, and the log grew by ${head - headBefore}`);
  const db = new Database(join(dataDir, 'dockline.db'), { readonly: true });
  const lastN = db.prepare<[string], number>('SELECT last_n FROM client WHERE client_id = ?').pluck();
  for (const { clients } of pushed) {
    for (const [clientId, n] of clients) {
      if (lastN.get(clientId) !== n) throw new Error(`${clientId}: ${n} acknowledged, ${lastN.get(clientId)} kept`);
    }
  }
  db.close();
};

const dockWith = async (shipments: number) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-durable-'));
  const dock = await openSeedDock(dataDir);
  await dock.furnish();
  const ids = await dock.announce(shipments * 5);
  await dock.close();
  return { dataDir, ids, head: headOf(dataDir) };
};

const measure = async (
  how: string,
  seconds: number,
  clients: number,
  ids: readonly string[],
  ways: readonly Push[],
): Promise<{ rows: Row[]; pushed: Pushed[] }> => {
  const rows: Row[] = [];
  const pushed: Pushed[] = [];
  for (const [name, stations, perPush] of cases(clients)) {
    const some = ways.slice(0, stations);
    for (let made = 0; made < WARM_UP; made += pushed.at(-1)?.mutations ?? 0) {
      pushed.push(await pushFor(1, some, ids, perPush));
    }
    const result = await pushFor(seconds, some, ids, perPush);
    pushed.push(result);
    rows.push([`${how}: ${name}`, result.mutations / result.seconds, result.latencies]);
  }
  return { rows, pushed };
};

const throughStorage = async (seconds: number, clients: number): Promise<Row[]> => {
  const { dataDir, ids, head } = await dockWith(clients);
  const storage = await openSqliteStorage({
    file: join(dataDir, 'dockline.db'),
    clock: () => new Date(),
    newId: uuidv7,
  });
  const push: Push = (clientId, mutations) => storage.push(LEAD, clientId, mutations);
  const { rows, pushed } = await measure(
    'storage.push',
    seconds,
    clients,
    ids,
    Array.from({ length: clients }, () => push),
  );
  await storage.close();
  assertKept(dataDir, head, pushed);
  rmSync(dataDir, { recursive: true, force: true });
  return rows;
};

const overSockets = async (seconds: number, clients: number): Promise<Row[]> => {
  const { dataDir, ids, head } = await dockWith(clients);
  const server = await MeasuredServer.start(DOCKLINE, {
    dataDir,
    limits: { events: UNLIMITED, handshakes: UNLIMITED, handshakesOfOne: UNLIMITED },
  });
  const token = await tokenFor(LENA, DEMO_SECRET);
  const connected = Array.from({ length: clients }, () => LightClient.connect(server.url, { token }, () => undefined));
  const sockets = await Promise.all(connected);
  const ways = sockets.map(
    (socket): Push =>
      async (clientId, mutations) => {
        const answer = (await socket.request('sync:push', { clientId, mutations })) as { ok: boolean } & PushReply;
        if (!answer.ok) throw new Error(JSON.stringify(answer));
        return answer;
      },
  );
  const { rows, pushed } = await measure('sync:push', seconds, clients, ids, ways);
  for (const socket of sockets) socket.close();
  await server.stop();
  assertKept(dataDir, head, pushed);
  rmSync(dataDir, { recursive: true, force: true });
  return rows;
};

const bare = (seconds: number, perCommit: number): Row => {
  bareInserts(BARE_WARM_UP, perCommit);
  const latencies = bareInserts(seconds, perCommit);
  const total = latencies.reduce((sum, each) => sum + each, 0);
  return [`bare better-sqlite3: ${perCommit} a commit`, (latencies.length * perCommit * 1000) / total, latencies];
};

/** Mutations that are on the disk when they are acknowledged, against inserts that are no more than that. */
export const durable = async (args: readonly string[]): Promise<void> => {
  const { seconds, clients } = numbers(args, { seconds: 10, clients: 128 });
  const rows = [
    bare(seconds, 1),
    bare(seconds, 64),
    ...(await throughStorage(seconds, clients)),
    ...(await overSockets(seconds, clients)),
  ];
  console.log(
    `durable: synchronous=FULL, ${seconds} s each on ${tmpdir()}; a mutation amends a shipment (row, ledger, history, log). ` +
      'storage.push in this process; sync:push to a server process; latency of a transaction or a push',
  );
  const lines = rows.map(([name, perSecond, latencies]) => {
    const { p50, p99, max } = spread(latencies);
    return [name, perSecond.toFixed(0), p50.toFixed(2), p99.toFixed(2), max.toFixed(1)];
  });
  console.log(table([['', 'mutations/s', 'p50 ms', 'p99 ms', 'max ms'], ...lines]));
};
