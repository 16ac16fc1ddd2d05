import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { MARA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { DOCKLINE, MeasuredServer, UNLIMITED } from '../measured-server.ts';
import { openSeedDock } from '../seed-dock.ts';
import { headOf } from '../station/same-rows.ts';
import { LightStation } from './light-station.ts';
import { type Back, outage } from './outage.ts';
import { SteadyLead } from './steady-lead.ts';

/** All stations of the bench come from one address, those of a company from many. */
const LIMITS = { handshakesOfOne: UNLIMITED } as const;

const until = async (what: string, holds: () => boolean): Promise<void> => {
  const end = performance.now() + 60_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`not within a minute: ${what}`);
    await sleep(20);
  }
};

/** A thousand stations of a thousand people, live and current, lose the server and find it again; nothing may be missed. */
export const docklineStorm = async (stations: number, rate: number): Promise<Back> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-storm-'));
  const dock = await openSeedDock(dataDir);
  await dock.furnish();
  const ids = await dock.announce(1000);
  const cursor = dock.position();
  await dock.close();
  const server = await MeasuredServer.start(DOCKLINE, { dataDir, limits: LIMITS });

  const liveAt = new Map<number, number>();
  let connectsAt: number[] = [];
  let onLive = (): void => undefined;
  const tokens = await Promise.all(
    Array.from({ length: stations }, (_, at) => tokenFor({ ...MARA, sub: `mara-${at}` }, DEMO_SECRET)),
  );
  const crowd = tokens.map(
    (token, at) =>
      new LightStation(server.url, token, `bench-station-${at}`, cursor, {
        connected: (when) => connectsAt.push(when),
        live: (when) => {
          liveAt.set(at, when);
          onLive();
        },
      }),
  );
  for (const [at, station] of crowd.entries()) {
    station.start();
    if (at % 25 === 24) await until('25 more stations live', () => liveAt.size > at);
  }
  const lead = new SteadyLead(server.url, ids, 'bench-steady-lead');
  const stop = new AbortController();
  const changes = lead.run(rate, stop.signal);
  await sleep(2000);

  const restart = (): Promise<MeasuredServer> =>
    MeasuredServer.start(DOCKLINE, { dataDir, port: server.port, limits: LIMITS });
  const result = await outage(server, restart, {
    stations,
    back: (connects) => {
      connectsAt = connects;
      liveAt.clear();
      const all = new Promise<void>((resolve) => {
        onLive = () => (liveAt.size === stations ? resolve() : undefined);
      });
      return { times: liveAt, all };
    },
  });
  await sleep(2000);
  stop.abort();
  await changes;
  const head = headOf(dataDir);
  await until('every station at the head', () => crowd.every((station) => station.isLive && station.seq >= head));
  const usage = await result.server.usage();
  const gaps = crowd.reduce((sum, station) => sum + station.gaps, 0);
  for (const station of crowd) station.stop();
  await result.server.stop();
  rmSync(dataDir, { recursive: true, force: true });
  // The change under way when the stop came may have been written and not acknowledged.
  if (gaps > 0 || head - cursor.seq < lead.acknowledged || head - cursor.seq > lead.acknowledged + 1) {
    throw new Error(`${gaps} gaps; ${lead.acknowledged} changes acknowledged, ${head - cursor.seq} in the log`);
  }
  const remark = `${lead.acknowledged} changes, every one at every station`;
  return { ...result, name: 'Dockline', usage, remark };
};
