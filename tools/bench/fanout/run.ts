import { setTimeout as sleep } from 'node:timers/promises';
import type { Usage } from '../measured-server.ts';
import { numbers } from '../options.ts';
import { percentile, table } from '../stats.ts';
import { idleMemory } from './idle-memory.ts';
import { Mailbox } from './mailbox.ts';
import { connectAll, startServer } from './start-server.ts';
import { bareWs, dockline, guide, type System } from './systems.ts';

type Result = {
  name: string;
  p50: number;
  p99: number;
  max: number;
  cpuPerDelivery: number;
  memoryPerConnection: number;
  deliveries: number;
  expected: number;
};

type Load = { stations: number; rate: number; seconds: number };

const measure = async (system: System, { stations, rate, seconds }: Load): Promise<Result> => {
  const server = await startServer(system);
  const { url } = server;
  const warmUp = rate * 2;
  const sentAt: number[] = [];
  const latencies = new Float64Array(stations * rate * (seconds + 2));
  let count = 0;
  const mailbox = new Mailbox((n, at) => {
    const sent = sentAt[n];
    if (n > warmUp && sent !== undefined) latencies[count++] = at - sent;
  });
  const clients = await connectAll(stations, () => system.connect(url, mailbox));
  await sleep(2000);

  const total = warmUp + rate * seconds;
  const start = performance.now();
  const pending: Promise<void>[] = [];
  let before: Usage = await server.usage();
  for (let n = 1; n <= total; n++) {
    await sleep(Math.max(0, start + (n * 1000) / rate - performance.now()));
    if (n === warmUp + 1) before = await server.usage();
    sentAt[n] = performance.now();
    pending.push(system.change(url, n));
  }
  await Promise.all(pending);
  await sleep(1000);
  const after = await server.usage();
  for (const client of clients) client.close();
  await server.stop('SIGKILL');

  const sorted = latencies.subarray(0, count).sort();
  return {
    name: system.name,
    p50: percentile(sorted, 0.5),
    p99: percentile(sorted, 0.99),
    max: percentile(sorted, 1),
    cpuPerDelivery: (after.cpuMicros - before.cpuMicros) / count,
    memoryPerConnection: await idleMemory(system, stations),
    deliveries: count,
    expected: stations * rate * seconds,
  };
};

/** One change to every station: latency, the server's CPU and memory, against the guide's design and bare `ws`. */
export const fanout = async (args: readonly string[]): Promise<void> => {
  const load = numbers(args, { stations: 500, rate: 10, seconds: 20 });
  console.log(
    `fanout: ${load.stations} stations, ${load.rate} changes/s, ${load.seconds} s each; server and load share this machine’s cores`,
  );
  const results: Result[] = [];
  for (const system of [guide, bareWs, dockline()]) {
    const result = await measure(system, load);
    results.push(result);
    if (result.deliveries !== result.expected) {
      console.error(`${result.name}: ${result.deliveries} of ${result.expected} deliveries arrived`);
      process.exitCode = 1;
    }
  }
  const rows = results.map((one) => [
    one.name,
    one.p50.toFixed(1),
    one.p99.toFixed(1),
    one.max.toFixed(1),
    one.cpuPerDelivery.toFixed(1),
    one.memoryPerConnection.toFixed(1),
    String(one.deliveries),
  ]);
  console.log(table([['', 'p50 ms', 'p99 ms', 'max ms', 'CPU µs/delivery', 'KiB/connection', 'deliveries'], ...rows]));
};
