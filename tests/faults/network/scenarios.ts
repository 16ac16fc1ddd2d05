import assert from 'node:assert/strict';
import { readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Frame } from '#contract/wire/sync.ts';
import { FaultProxy } from '../../../tools/dock/fault-proxy.ts';
import { cacheFileOf, epochOf, settleAndAudit } from '../support/audit.ts';
import { FaultDock } from '../support/dock.ts';

/** Milliseconds within which a dead link is noticed. */
const NOTICED_MS = 12_000;
const ASLEEP_MS = 8 * 60 * 60 * 1000;

export type Scenario = {
  readonly name: string;
  /** Takes long, or is much like another: not in every `npm test`. */
  readonly isLong?: true;
  /** Before the station starts. */
  readonly prepare?: (proxy: FaultProxy) => void;
  /** With a station that is live: brings the fault, lets people work, checks what the station says, takes the fault away. */
  readonly play: (dock: FaultDock, proxy: FaultProxy) => Promise<void>;
};
type Play = Scenario['play'];
type Rewrite = (page: Frame, next: (page: Frame) => Promise<Frame>) => Promise<Frame>;

/** Both desks work; the server is always reached from the desk, the station may be cut off. */
const work = async (dock: FaultDock, rounds = 2): Promise<void> => {
  for (let round = 1; round <= rounds; round += 1) {
    const saved = await dock.saveNote(`station, round ${round}`);
    assert.ok(saved?.ok === true, `work is saved whatever the network does: ${JSON.stringify(saved)}`);
    await dock.pushNote(`desk, round ${round}`);
    await dock.pushHold(`hold, round ${round}`);
  }
};

const connection = async (dock: FaultDock): Promise<ConnectionState> => (await dock.station.ask('view')).connection;

const live = (dock: FaultDock) => dock.untilView('live', (view) => view.connection.kind === 'live');
const notLive = (dock: FaultDock, ms: number) =>
  dock.untilView('not live any more', (view) => view.connection.kind !== 'live', ms);

/** Everything the station said about its connection since then is one of these. */
const saysOnly = async (dock: FaultDock, from: number, ...kinds: ConnectionState['kind'][]): Promise<void> => {
  const said = (await dock.station.ask('states')).filter(({ at }) => at >= from).map(({ state }) => state);
  for (const state of said) assert.ok(kinds.includes(state.kind), `it said ${JSON.stringify(state)}`);
};

/** The way is blocked by something that answers for itself: the station has to see through it, and keeps the work. */
const blockedBy =
  (network: 'portal' | 'bad_gateway'): Play =>
  async (dock, proxy) => {
    proxy.set(network);
    await notLive(dock, 2_000);
    const from = Date.now();
    await work(dock);
    await sleep(3_000);
    assert.equal((await dock.station.ask('view')).unsent, 2);
    await saysOnly(dock, from, 'offline', 'connecting');
    proxy.set('open');
  };

/** Nothing comes through, in silence. */
const silence =
  (network: 'half_open' | 'deaf'): Play =>
  async (dock, proxy) => {
    proxy.set(network);
    const from = Date.now();
    await work(dock);
    await notLive(dock, NOTICED_MS);
    assert.ok(Date.now() - from <= NOTICED_MS, 'a dead link is noticed within 12 s');
    proxy.set('open');
  };

const readOverHttp =
  (rewrite: Rewrite): Play =>
  async (dock, proxy) => {
    let rewritten = 0;
    proxy.rewritePage = async (page, ask) => {
      const next = async ({ epoch, to }: Frame): Promise<Frame> =>
        JSON.parse(await ask(new URLSearchParams({ from: `${to}`, epoch, limit: '1' }).toString())) as Frame;
      const changed = JSON.stringify(await rewrite(JSON.parse(page) as Frame, next));
      if (changed !== page) rewritten += 1;
      return changed;
    };
    proxy.set('no_socket');
    await dock.untilView('polling', (view) => view.connection.kind === 'polling', 10_000);
    const from = Date.now();
    for (let round = 0; round < 4; round += 1) {
      await work(dock, 1);
      await sleep(1_200);
    }
    assert.ok(rewritten > 0, 'pages were changed on the way');
    await saysOnly(dock, from, 'polling', 'connecting');
    proxy.rewritePage = null;
    proxy.set('open');
  };

/** Each page is followed by itself. */
const repeated = (): Rewrite => {
  let before: Frame | null = null;
  return async (page) => {
    const answer = before ?? page;
    before = before === null ? page : null;
    return answer;
  };
};

/** Of a page that could be had in two, the second half comes first, from beyond what the station has. */
const overtaking = (): Rewrite => {
  let turn = 0;
  return async (page, next) => {
    turn += 1;
    if (turn % 2 === 1) return page;
    const start: Frame = { ...page, to: page.from, changes: [] };
    const first = page.changes.length > 0 ? await next(start) : page;
    return next(first);
  };
};

/** Stops the station, spoils a file of its own, starts it again, and works on. */
const restarted =
  (spoil: (files: { cache: string; journal: string }) => void): Play =>
  async (dock) => {
    await dock.saveNote('before');
    await dock.untilView('nothing unsent', ({ unsent }) => unsent === 0);
    await dock.station.stop();
    spoil({ cache: cacheFileOf(dock.stationDir), journal: join(dock.stationDir, 'journal.db') });
    await dock.startStation();
    await live(dock);
    await work(dock, 1);
  };

const keeps = (dock: FaultDock, wanted: RegExp): void =>
  assert.ok(
    readdirSync(dock.stationDir).some((name) => wanted.test(name)),
    `${wanted} is kept`,
  );

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'latency and jitter',
    isLong: true,
    play: async (dock, proxy) => {
      proxy.disturb({ latencyMs: 150, jitterMs: 150 });
      const from = Date.now();
      await work(dock, 3);
      await sleep(6_000);
      await saysOnly(dock, from, 'live');
      const now = await connection(dock);
      assert.ok(now.kind === 'live' && Number(now.latencyMs) >= 250, JSON.stringify(now));
    },
  },
  {
    name: 'stalls of two seconds',
    isLong: true,
    play: async (dock, proxy) => {
      const from = Date.now();
      for (let round = 0; round < 3; round += 1) {
        proxy.hold({ up: true, down: true });
        await work(dock, 1);
        await sleep(2_000);
        proxy.hold({ up: false, down: false });
        await sleep(300);
      }
      await saysOnly(dock, from, 'live');
    },
  },
  { name: 'half-open: nothing comes through in either direction', play: silence('half_open') },
  { name: 'one way only: the station is heard and hears nothing', isLong: true, play: silence('deaf') },
  {
    name: 'reset in the middle of a frame',
    play: async (dock, proxy) => {
      for (let round = 0; round < 4; round += 1) {
        proxy.cutNext();
        await work(dock, 1);
        await sleep(400);
        await live(dock);
      }
      assert.ok(proxy.lost >= 3, `frames were cut: ${proxy.lost}`);
    },
  },
  {
    name: 'one byte at a time, from the first',
    isLong: true,
    prepare: (proxy) => proxy.disturb({ sliceBytes: 1 }),
    play: async (dock) => {
      const from = Date.now();
      await work(dock, 3);
      await saysOnly(dock, from, 'live');
    },
  },
  { name: 'pages of HTTP come twice', play: (dock, proxy) => readOverHttp(repeated())(dock, proxy) },
  {
    name: 'pages of HTTP overtake each other',
    isLong: true,
    play: (dock, proxy) => readOverHttp(overtaking())(dock, proxy),
  },
  { name: 'a captive portal answers everything with its page', play: blockedBy('portal') },
  { name: 'a proxy answers everything with 502', isLong: true, play: blockedBy('bad_gateway') },
  {
    name: 'WebSocket is blocked',
    prepare: (proxy) => proxy.set('no_upgrade'),
    play: async (dock) => {
      const from = Date.now();
      await work(dock);
      await saysOnly(dock, from, 'live');
      const now = await connection(dock);
      assert.ok(now.kind === 'live' && now.transport === 'http', JSON.stringify(now));
    },
  },
  {
    name: 'acknowledgements are lost after the commit',
    play: async (dock, proxy) => {
      proxy.lose('"verdicts"');
      for (let round = 0; round < 4; round += 1) {
        await work(dock, 1);
        await sleep(700);
      }
      assert.ok(proxy.lost >= 2, `acknowledgements were lost: ${proxy.lost}`);
      proxy.lose(null);
    },
  },
  {
    name: 'roaming: every connection is reset every 300 ms',
    play: async (dock, proxy) => {
      for (let round = 0; round < 12; round += 1) {
        if (round % 3 === 0) await work(dock, 1);
        await sleep(300);
        proxy.reset();
      }
    },
  },
  {
    name: 'the server stands still for 15 s',
    isLong: true,
    play: async (dock) => {
      process.kill(dock.server.pid, 'SIGSTOP');
      const from = Date.now();
      try {
        for (let round = 0; round < 2; round += 1) assert.ok((await dock.saveNote('meanwhile'))?.ok === true);
        await notLive(dock, NOTICED_MS);
        await sleep(15_000 - (Date.now() - from));
      } finally {
        process.kill(dock.server.pid, 'SIGCONT');
      }
      await work(dock, 1);
    },
  },
  {
    name: 'asleep for eight hours',
    isLong: true,
    play: async (dock) => {
      await dock.saveNote('before');
      dock.station.child.kill('SIGSTOP');
      // Longer than the server waits for a sign of life, so that it has long hung up.
      for (let round = 0; round < 3; round += 1) {
        await dock.pushHold(`at night, ${round}`);
        await sleep(4_500);
      }
      const waking = dock.station.ask('skew', { ms: ASLEEP_MS });
      dock.station.child.kill('SIGCONT');
      await waking;
      await dock.station.ask('retry');
      await work(dock, 1);
    },
  },
  {
    name: 'the cache is full of noise at the start',
    play: restarted(({ cache }) => writeFileSync(cache, Buffer.alloc(9_000, 7))),
  },
  { name: 'the cache is gone at the start', play: restarted(({ cache }) => rmSync(cache)) },
  {
    name: 'the journal is cut off at the start',
    play: async (dock, proxy) => {
      dock.damages = 1;
      await restarted(({ journal }) => truncateSync(journal, 5_000))(dock, proxy);
      keeps(dock, /^journal\.db\.damaged-/);
    },
  },
];

/** Plays one scenario from the first sync to the audit. */
export const playScenario = async ({ name, prepare, play }: Scenario): Promise<void> => {
  const dock = await FaultDock.copy('network', true);
  let proxy: FaultProxy | null = null;
  try {
    await dock.startServer();
    proxy = new FaultProxy(dock.url);
    dock.stationUrl = await proxy.listen();
    prepare?.(proxy);
    await dock.startStation();
    await dock.untilView('a first sync', (view) => view.connection.kind === 'live' && view.shipments.length > 0);
    const epoch = epochOf(dock.dataDir);
    await play(dock, proxy);
    await settleAndAudit(dock, epoch);
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    await dock.kill();
    await proxy?.close();
    for (const folder of [dock.dataDir, dock.stationDir]) rmSync(folder, { recursive: true, force: true });
  }
};
