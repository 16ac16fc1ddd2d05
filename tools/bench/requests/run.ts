import { setTimeout as sleep } from 'node:timers/promises';
import { DockClient } from '../../dock/dock-client.ts';
import { launchDockStation } from '../../dock/launch-station.ts';
import { LENA, MARA, tokenFor } from '../../dock/people.ts';
import { sampleNotices } from '../../dock/sample-notices.ts';
import { startServerProcess } from '../../dock/server-process.ts';
import { numbers } from '../options.ts';
import { table } from '../stats.ts';
import { CountingProxy, type Traffic } from './counting-proxy.ts';

const perHour = (before: Traffic, after: Traffic, seconds: number): Traffic => ({
  requests: ((after.requests - before.requests) * 3600) / seconds,
  bytes: ((after.bytes - before.bytes) * 3600) / seconds,
});

/** What a browser page would do without a socket: the whole list, every five seconds. */
const poll = async (url: string, token: string, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const reply = await fetch(`${url}/api/shipments?limit=200`, {
      headers: { authorization: `Bearer ${token}` },
      signal,
    }).catch(() => null);
    await reply?.text().catch(() => '');
    await sleep(5000, undefined, { signal }).catch(() => {});
  }
};

/**
 * HTTP requests and bytes one station causes in an hour of ordinary work: a real station, live, beside a client that polls
 * every five seconds, against the same server, the same shipments and the same changes. Measured over `--seconds` of steady
 * running, after both have loaded, and scaled to an hour.
 */
export const requests = async (args: readonly string[]): Promise<void> => {
  const { seconds, changes } = numbers(args, { seconds: 120, changes: 60 });
  const server = await startServerProcess();
  const lena = await DockClient.signIn(server.url, LENA, server.secret);
  for (const { text } of sampleNotices()) await lena.sendNotice(text).catch(() => null);
  const [first] = await lena.shipments();
  if (first === undefined) throw new Error('the sample notices announced nothing');

  const [live, polling] = [new CountingProxy(server.url), new CountingProxy(server.url)];
  const [liveUrl, pollingUrl] = await Promise.all([live.listen(), polling.listen()]);
  const token = await tokenFor(MARA, server.secret);
  const station = await launchDockStation({ person: MARA, serverUrl: liveUrl, secret: server.secret });
  await station.page.locator('[data-testid="connection-chip"][data-kind="live"]').waitFor();
  const stopPolling = new AbortController();
  const poller = poll(pollingUrl, token, stopPolling.signal);
  await sleep(5000);

  const before = [live.traffic, polling.traffic] as const;
  const pause = (seconds * 1000) / changes;
  for (let n = 0; n < changes; n++) {
    await lena.setCapacity('JOL', 1000, 1000 - (n % 500));
    await sleep(pause);
  }
  const after = [live.traffic, polling.traffic] as const;
  stopPolling.abort();
  await poller;
  await station.close();
  live.close();
  polling.close();
  await server.stop();

  const rows = (['Dockline, live', 'polling every 5 s'] as const).map((name, at) => {
    const hour = perHour(before[at] as Traffic, after[at] as Traffic, seconds);
    return [name, hour.requests.toFixed(1), (hour.bytes / 1024).toFixed(0)];
  });
  console.log(`requests: ${seconds} s of steady running with ${changes} changes, scaled to an hour`);
  console.log(table([['', 'HTTP requests/h', 'KiB/h'], ...rows]));
};
