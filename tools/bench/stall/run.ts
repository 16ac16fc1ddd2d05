import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Frame } from '#contract/wire/sync.ts';
import { MARA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { fallBehind } from '../catchup/run.ts';
import { LoopWatch } from '../loop-watch.ts';
import { DOCKLINE, MeasuredServer } from '../measured-server.ts';
import { numbers } from '../options.ts';
import { fullDock } from '../snapshot/run.ts';
import { assertSameRows } from '../station/same-rows.ts';
import { liveOnce } from '../station/whole-station.ts';
import { table } from '../stats.ts';
import { applyInOnePiece } from './one-piece.ts';

type Watched = { readonly name: string; readonly watch: LoopWatch };

/** A whole station: `watch` sees it from its start until it is live and its page has been told, `ends` its start and stop. */
const watchStation = async (
  { watch, ends }: { readonly watch: LoopWatch; readonly ends: LoopWatch },
  desk: { readonly url: string; readonly token: string; readonly dir: string },
  snapshots: number,
): Promise<void> => {
  globalThis.gc?.();
  const taken = await liveOnce(desk, {
    ends: (part) => ends.during(part),
    between: (part) => watch.during(part),
  });
  if (taken !== snapshots) throw new Error(`the station took ${taken} snapshots instead of ${snapshots}`);
};

/** All changes after `from`, a frame a line, as a station would be sent them. */
const framesAfter = async (url: string, token: string, from: number): Promise<string> => {
  const headers = { authorization: `Bearer ${token}` };
  const frames: string[] = [];
  for (let seq = from; ; ) {
    const text = await (await fetch(`${url}/api/sync/changes?from=${seq}&limit=1000`, { headers })).text();
    const frame = JSON.parse(text) as Frame;
    frames.push(text);
    if (frame.to >= frame.head) return frames.join('\n');
    seq = frame.to;
  }
};

const watchOnePiece = async (watch: LoopWatch, text: string, rows: number): Promise<void> => {
  globalThis.gc?.();
  let written = 0;
  await watch.during(async () => {
    written = applyInOnePiece(text);
  });
  if (written !== rows) throw new Error(`${written} rows were written in one piece instead of ${rows}`);
};

const duringCatchup = async (changes: number, runs: number): Promise<Watched[]> => {
  const { dataDir, token, before, seq, port } = await fallBehind(changes);
  const server = await MeasuredServer.start(DOCKLINE, { dataDir, port });
  const [station, ends, onePiece] = [new LoopWatch(), new LoopWatch(), new LoopWatch()];
  const text = await framesAfter(server.url, token, seq);
  for (let run = 0; run < runs; run++) {
    const dir = mkdtempSync(join(tmpdir(), 'bench-station-'));
    cpSync(before, dir, { recursive: true });
    await watchStation({ watch: station, ends }, { url: server.url, token, dir }, 0);
    assertSameRows(dir, dataDir);
    rmSync(dir, { recursive: true, force: true });
    await watchOnePiece(onePiece, text, changes);
  }
  await server.stop();
  for (const dir of [dataDir, before]) rmSync(dir, { recursive: true, force: true });
  return [
    { name: `station, catch-up of ${changes} changes`, watch: station },
    { name: 'its files opened and closed', watch: ends },
    { name: `the same in one piece`, watch: onePiece },
  ];
};

const duringSnapshot = async (rows: number, runs: number): Promise<Watched[]> => {
  const dataDir = await fullDock(rows, 300);
  const token = await tokenFor(MARA, DEMO_SECRET);
  const server = await MeasuredServer.start(DOCKLINE, { dataDir });
  const [station, ends, onePiece] = [new LoopWatch(), new LoopWatch(), new LoopWatch()];
  const headers = { authorization: `Bearer ${token}` };
  const text = await (await fetch(`${server.url}/api/sync/snapshot`, { headers })).text();
  for (let run = 0; run < runs; run++) {
    const dir = mkdtempSync(join(tmpdir(), 'bench-station-'));
    await watchStation({ watch: station, ends }, { url: server.url, token, dir }, 1);
    assertSameRows(dir, dataDir);
    rmSync(dir, { recursive: true, force: true });
    await watchOnePiece(onePiece, text, rows);
  }
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
  return [
    { name: `station, snapshot of ${rows} rows`, watch: station },
    { name: 'its files made and closed', watch: ends },
    { name: `the same in one piece`, watch: onePiece },
  ];
};

/** How long the station's main process keeps windows and sockets waiting while it takes in much at once. */
export const stall = async (args: readonly string[]): Promise<void> => {
  const { changes, rows, runs } = numbers(args, { changes: 10_000, rows: 100_000, runs: 3 });
  const results = [...(await duringCatchup(changes, runs)), ...(await duringSnapshot(rows, runs))];
  console.log(
    `stall: how much longer than asked a 1 ms timer takes in the process that runs the whole station but Electron; ${runs} runs ` +
      'together, from when its files are open until it is live and its page told; the server is a process of its own; held: processor time of that ' +
      'thread alone, whatever else the machine does',
  );
  const lines = results.map(({ name, watch: { stalls, held } }) => [
    name,
    stalls.p50.toFixed(2),
    stalls.p99.toFixed(1),
    stalls.max.toFixed(1),
    held.p99.toFixed(1),
    held.max.toFixed(1),
    String(stalls.looks),
  ]);
  console.log(table([['', 'p50 ms', 'p99 ms', 'max ms', 'held p99', 'held max', 'looks'], ...lines]));
};
