import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { isOpen, type ShipmentStatus } from '#contract/domain/status.ts';
import { MARA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET } from '../../dock/server-process.ts';
import { DOCKLINE, MeasuredServer } from '../measured-server.ts';
import { numbers } from '../options.ts';
import { CountingProxy } from '../requests/counting-proxy.ts';
import { openSeedDock } from '../seed-dock.ts';
import { syncOnce } from '../station/linked-station.ts';
import { assertSameRows } from '../station/same-rows.ts';
import { startWholeStation } from '../station/whole-station.ts';
import { spread, table } from '../stats.ts';

/** A server's folder in which a station sees exactly `rows` rows, `open` of its shipments in work. */
export const fullDock = async (rows: number, open: number): Promise<string> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-snapshot-'));
  const dock = await openSeedDock(dataDir);
  const inWork = open * 5;
  await dock.past(rows - inWork - (await dock.furnish()));
  await dock.announce(inWork);
  await dock.close();
  return dataDir;
};

/** Milliseconds from the start of a whole, new station until its page was sent all open work, and until it was live. */
export const firstScreen = async (url: string, token: string, dir: string, open: number) => {
  const started = performance.now();
  let shownMs = 0;
  const onBoard = new Set<string>();
  return new Promise<{ shownMs: number; liveMs: number }>((resolve, reject) => {
    const starting = startWholeStation({
      url,
      token,
      dir,
      onPatch: ({ shipments, connection }) => {
        for (const { id } of shipments?.put ?? []) onBoard.add(id);
        if (onBoard.size >= open) shownMs ||= performance.now() - started;
        if (connection !== undefined && connection.kind !== 'connecting' && connection.kind !== 'live') {
          if (connection.kind !== 'offline') reject(new Error(`the station is ${connection.kind}`));
        }
        if (connection?.kind !== 'live' || shownMs === 0) return;
        const liveMs = performance.now() - started;
        void starting.then((station) => station.stop()).then(() => resolve({ shownMs, liveMs }));
      },
    });
    starting.catch(reject);
  });
};

/** Bytes a snapshot takes on the wire, asked for as a station asks, and what gzip would make of it. */
const bytesOf = async (url: string, token: string): Promise<{ wire: number; plain: number; zipped: number }> => {
  const proxy = new CountingProxy(url);
  const through = await proxy.listen();
  const headers = { authorization: `Bearer ${token}`, accept: 'application/x-ndjson' };
  const reply = await fetch(`${through}/api/sync/snapshot`, { headers });
  const text = await reply.text();
  const wire = proxy.traffic.bytes;
  proxy.close();
  return { wire, plain: Buffer.byteLength(text), zipped: gzipSync(text, { level: 1 }).length };
};

/** A new station: everything it may see, into a cache of its own. */
export const snapshot = async (args: readonly string[]): Promise<void> => {
  const { rows, open, runs } = numbers(args, { rows: 100_000, open: 300, runs: 5 });
  const dataDir = await fullDock(rows, open);
  const token = await tokenFor(MARA, DEMO_SECRET);
  const server = await MeasuredServer.start(DOCKLINE, { dataDir });
  const measured = { inFile: [] as number[], swapped: [] as number[], shown: [] as number[], live: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const dir = mkdtempSync(join(tmpdir(), 'bench-station-'));
    globalThis.gc?.();
    let seen = 0;
    let inFileAt = 0;
    const { swappedMs, helloAt } = await syncOnce({
      url: server.url,
      token,
      dir,
      onRows: (batch) => {
        seen += batch.filter(({ entity, row }) => entity === 'shipment' && isOpen(row.status as ShipmentStatus)).length;
        if (seen >= open) inFileAt ||= performance.now();
      },
    });
    const kept = assertSameRows(dir, dataDir);
    if (kept !== rows || swappedMs === null) throw new Error(`the new cache has ${kept} rows of ${rows}`);
    measured.inFile.push(inFileAt - helloAt);
    measured.swapped.push(swappedMs);
    rmSync(dir, { recursive: true, force: true });

    const wholeDir = mkdtempSync(join(tmpdir(), 'bench-station-'));
    globalThis.gc?.();
    const { shownMs, liveMs } = await firstScreen(server.url, token, wholeDir, open);
    assertSameRows(wholeDir, dataDir);
    measured.shown.push(shownMs);
    measured.live.push(liveMs);
    rmSync(wholeDir, { recursive: true, force: true });
  }
  const { wire, plain, zipped } = await bytesOf(server.url, token);
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });

  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
  console.log(
    `snapshot: ${rows} visible rows, ${open} shipments in work, ${runs} runs; server process and station over loopback\n` +
      `on the wire ${megabytes(wire)} MB, ${wire < plain ? 'compressed' : 'not compressed'} ` +
      `(${megabytes(plain)} MB of NDJSON; gzip -1 would make it ${megabytes(zipped)} MB)`,
  );
  const line = (name: string, milliseconds: readonly number[]): string[] => {
    const { p50, p99, max } = spread(milliseconds);
    return [name, p50.toFixed(0), p99.toFixed(0), max.toFixed(0)];
  };
  console.log(
    table([
      ['', 'p50 ms', 'p99 ms', 'max ms'],
      line('hello → open work committed in the new file', measured.inFile),
      line('hello → new cache complete and swapped', measured.swapped),
      line('start of a whole station → open work sent to its page', measured.shown),
      line('start of a whole station → live', measured.live),
    ]),
  );
};
