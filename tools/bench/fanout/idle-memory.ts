import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../stats.ts';
import { Mailbox } from './mailbox.ts';
import { connectAll, startServer } from './start-server.ts';
import type { System } from './systems.ts';

/** V8 doubles its young generation now and then; here it has its full size from the start (MiB), in every system alike. */
const YOUNG_MIB = 16;
const V8_OPTIONS = [`--min-semi-space-size=${YOUNG_MIB}`, `--max-semi-space-size=${YOUNG_MIB}`];
const RUNS = 3;
const SETTLE_MS = 2_000;

const measureOnce = async (system: System, stations: number): Promise<number> => {
  const server = await startServer(system, V8_OPTIONS);
  await sleep(SETTLE_MS);
  const empty = await server.usage();
  const nobodyReads = new Mailbox(() => undefined);
  const open = await connectAll(stations, () => system.connect(server.url, nobodyReads));
  await sleep(SETTLE_MS);
  const idle = await server.usage();
  for (const one of open) one.close();
  await server.stop('SIGKILL');
  return (idle.rssBytes - empty.rssBytes) / stations / 1024;
};

/**
 * KiB of resident memory per idle connection: what `stations` of them add to a server of their own, divided by them; the median of
 * three servers. The young generation is in full use before and after: how far it has grown by then differs from run to run by more
 * than all connections take, and does not depend on them.
 */
export const idleMemory = async (system: System, stations: number): Promise<number> => {
  const runs: number[] = [];
  while (runs.length < RUNS) runs.push(await measureOnce(system, stations));
  return median(runs);
};
