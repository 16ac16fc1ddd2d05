import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from '../../dock/fault-proxy.ts';
import { MARA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { DOCKLINE, MeasuredServer } from '../measured-server.ts';
import { numbers } from '../options.ts';
import { openSeedDock } from '../seed-dock.ts';
import { assertSameRows } from '../station/same-rows.ts';
import { type Point, slope, table } from '../stats.ts';
import { SteadyLead } from '../storm/steady-lead.ts';
import { Crew } from './crew.ts';
import { largest } from './file-sizes.ts';
import { type Cut, unexplained } from './unexplained.ts';

const SAMPLE_MS = 5000;
/** Between two cuts of some station's line, and how long one lasts. */
const CUT_EVERY_MS = 15_000;
const CUT_MS = 4000;
/** Longest back-off of a station, and a little. */
const SETTLE_MS = 20_000;
/** Share of the run that counts as warm-up, and the most it is, in minutes. */
const WARM_UP = { share: 0.25, most: 10 } as const;
const HOUR_MS = 3_600_000;
const MB = 1e6;

type Sample = { readonly at: number; readonly server: number; readonly stations: number };
type Growth = { readonly samples: Sample[]; serverWal: number; stationWal: number };

/** Cuts one station's line after another until told to end, and notes when. */
const cutLines = async (proxies: readonly FaultProxy[], cuts: Cut[], signal: AbortSignal): Promise<void> => {
  for (let turn = 0; !signal.aborted; turn++) {
    await sleep(CUT_EVERY_MS - CUT_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const desk = turn % proxies.length;
    const from = Date.now();
    // Every other time only the socket goes, and the station polls.
    proxies[desk]?.set(turn % 2 === 0 ? 'closed' : 'no_socket');
    await sleep(CUT_MS);
    proxies[desk]?.set('open');
    cuts.push({ desk, from, to: Date.now() });
  }
};

const watchGrowth = async (
  server: MeasuredServer,
  crew: Crew,
  dirs: { readonly server: string; readonly stations: readonly string[] },
  until: number,
): Promise<Growth> => {
  const growth: Growth = { samples: [], serverWal: 0, stationWal: 0 };
  while (Date.now() < until) {
    await sleep(Math.min(SAMPLE_MS, Math.max(0, until - Date.now())));
    const [ours, theirs] = await Promise.all([server.usage(), crew.usage()]);
    growth.samples.push({ at: Date.now(), server: ours.heapBytes, stations: theirs.heapBytes });
    growth.serverWal = Math.max(growth.serverWal, largest([dirs.server], '-wal'));
    growth.stationWal = Math.max(growth.stationWal, largest(dirs.stations, '-wal'));
  }
  return growth;
};

const perHour = (samples: readonly Sample[], of: (sample: Sample) => number): number =>
  slope(samples.map((sample): Point => ({ x: sample.at / HOUR_MS, y: of(sample) / MB })));

/** A dock at work for hours: what grows that should not, and whether anything is ever missed. */
export const soak = async (args: readonly string[]): Promise<void> => {
  const { minutes, stations, rate } = numbers(args, { minutes: 30, stations: 8, rate: 5 });
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-soak-'));
  const dock = await openSeedDock(dataDir);
  await dock.furnish();
  const ids = await dock.announce(1000);
  const { seq: before } = dock.position();
  await dock.close();
  const server = await MeasuredServer.start(DOCKLINE, { dataDir, logLevel: 'info' });
  const proxies = Array.from({ length: stations }, () => new FaultProxy(server.url));
  const urls = await Promise.all(proxies.map((proxy) => proxy.listen()));
  const dirs = urls.map(() => mkdtempSync(join(tmpdir(), 'bench-soak-station-')));
  const people = urls.map((_, at) => tokenFor({ ...MARA, sub: `mara-${at}` }, DEMO_SECRET));
  const tokens = await Promise.all(people);
  const crew = await Crew.start(urls.map((url, at) => ({ url, token: tokens[at] ?? '', dir: dirs[at] ?? '' })));

  const started = Date.now();
  const end = started + minutes * 60_000;
  const stop = new AbortController();
  const cuts: Cut[] = [];
  const lead = new SteadyLead(server.url, ids, 'bench-steady-lead');
  const running = [lead.run(rate, stop.signal), cutLines(proxies, cuts, stop.signal)];
  const growth = await watchGrowth(server, crew, { server: dataDir, stations: dirs }, end);
  stop.abort();
  await Promise.all(running);
  const patience = Date.now() + SETTLE_MS;
  let last = await crew.usage();
  while (last.live < stations && Date.now() < patience) {
    await sleep(500);
    last = await crew.usage();
  }
  // The last change is on its way to those that are live.
  await sleep(2000);
  await crew.stop();
  for (const proxy of proxies) await proxy.close();
  await server.stop();
  const seen = dirs.map((dir) => assertSameRows(dir, dataDir));
  const gaps = unexplained(crew.pulled, cuts);
  for (const dir of [dataDir, ...dirs]) rmSync(dir, { recursive: true, force: true });

  const warm = started + Math.min(minutes * WARM_UP.share, WARM_UP.most) * 60_000;
  const samples = growth.samples.filter(({ at }) => at >= warm);
  const hours = (end - started) / HOUR_MS;
  console.log(
    `soak: ${minutes} min, ${stations} stations in one process, ${rate} changes/s (${lead.acknowledged} acknowledged from ${before} on), ` +
      `${cuts.length} lines cut for ${CUT_MS / 1000} s; slopes of the heap after a collection, over ${samples.length} samples after warm-up. ` +
      `At the end all ${seen.length} caches hold the server’s ${seen[0] ?? 0} rows`,
  );
  const ends = [samples[0], samples.at(-1)];
  const row = (name: string, of: (sample: Sample) => number, wal: number, logBytes: number): string[] => [
    name,
    ...ends.map((sample) => (sample === undefined ? '' : (of(sample) / MB).toFixed(1))),
    perHour(samples, of).toFixed(2),
    (wal / MB).toFixed(1),
    (logBytes / MB / hours).toFixed(2),
  ];
  console.log(
    table([
      ['', 'heap MB at first', 'at last', 'slope MB/h', 'largest WAL MB', 'log MB/h'],
      row('server', ({ server: heap }) => heap, growth.serverWal, server.logBytes),
      row(`${stations} stations`, ({ stations: heap }) => heap, growth.stationWal, last.logBytes),
    ]),
  );
  console.log(`unexplained gaps: ${gaps.length} (of ${crew.pulled.length} times a station had to fetch)`);
  for (const gap of gaps.slice(0, 20)) console.error(JSON.stringify(gap));
  if (gaps.length > 0) process.exitCode = 1;
};
