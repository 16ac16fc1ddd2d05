import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { MARA, tokenFor } from '../../dock/people.ts';
import { DEMO_SECRET, freePort } from '../../dock/server-process.ts';
import { DOCKLINE, MeasuredServer } from '../measured-server.ts';
import { numbers } from '../options.ts';
import { openSeedDock } from '../seed-dock.ts';
import { syncOnce } from '../station/linked-station.ts';
import { assertSameRows, cacheFileOf } from '../station/same-rows.ts';
import { liveOnce } from '../station/whole-station.ts';
import { chance, spread, table } from '../stats.ts';
import { replicate } from './pouchdb.ts';

/** Rows the station has before it goes away. */
const ROWS_BEFORE = 5000;
/** PouchDB's own default, and what suits it best here. */
const BATCHES = [100, 1000] as const;

export type Behind = {
  readonly dataDir: string;
  readonly token: string;
  /** A station's folder as it was before the changes; copied for every run. */
  readonly before: string;
  /** Where it stood then. */
  readonly seq: number;
  /** Of the server: at another address the station would take it for another server. */
  readonly port: number;
};

/** A server's folder and the folder of a station that is `changes` behind. */
export const fallBehind = async (changes: number): Promise<Behind> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bench-catchup-'));
  const before = mkdtempSync(join(tmpdir(), 'bench-station-'));
  const token = await tokenFor(MARA, DEMO_SECRET);
  const first = await openSeedDock(dataDir);
  await first.announce(ROWS_BEFORE - (await first.furnish()));
  await first.close();
  const port = await freePort();
  const server = await MeasuredServer.start(DOCKLINE, { dataDir, port });
  // A whole one, because it notes whose rows these are: another view than its person's would be thrown away at the next start.
  await liveOnce({ url: server.url, token, dir: before });
  await server.stop();
  assertSameRows(before, dataDir);

  const then = await openSeedDock(dataDir);
  const { seq } = then.position();
  await then.announce(changes);
  const made = then.position().seq - seq;
  if (made !== changes) throw new Error(`${made} changes were made instead of ${changes}`);
  await then.close();
  return { dataDir, token, before, seq, port };
};

/** The rows that a station took in as changes, as documents. */
const documentsIn = (stationDir: string, after: number): object[] => {
  const db = new Database(cacheFileOf(stationDir), { readonly: true });
  const select = db.prepare<[number], { entity: string; id: string; body: string }>(
    'SELECT entity, id, body FROM row WHERE seq > ?',
  );
  const rows = select.all(after);
  db.close();
  return rows.map(({ entity, id, body }) => ({ ...JSON.parse(body), _id: `${entity}:${id}` }));
};

/** A station comes back and takes in what it missed, against PouchDB replicating the same rows. */
export const catchup = async (args: readonly string[]): Promise<void> => {
  const { changes, runs } = numbers(args, { changes: 10_000, runs: 7 });
  const { dataDir, token, before, seq, port } = await fallBehind(changes);
  const server = await MeasuredServer.start(DOCKLINE, { dataDir, port });
  const times: number[] = [];
  const documents = join(dataDir, 'documents.json');
  for (let run = 0; run < runs; run++) {
    const dir = mkdtempSync(join(tmpdir(), 'bench-station-'));
    cpSync(before, dir, { recursive: true });
    globalThis.gc?.();
    let applied = 0;
    const { liveMs, swappedMs } = await syncOnce({
      url: server.url,
      token,
      dir,
      onApplied: (frame) => {
        applied += frame.changes.length;
      },
    });
    assertSameRows(dir, dataDir);
    if (swappedMs !== null || applied !== changes) {
      throw new Error(`the station took in ${applied} changes${swappedMs === null ? '' : ' and a snapshot'}`);
    }
    times.push(liveMs);
    if (run === 0) writeFileSync(documents, JSON.stringify(documentsIn(dir, seq)));
    rmSync(dir, { recursive: true, force: true });
  }
  await server.stop();
  const systems: [name: string, milliseconds: readonly number[]][] = [];
  for (const batch of BATCHES) {
    systems.push([`PouchDB, batches of ${batch}`, await replicate(documents, batch, runs)]);
  }
  systems.push(['Dockline', times]);
  for (const dir of [dataDir, before]) rmSync(dir, { recursive: true, force: true });

  console.log(
    `catchup: ${changes} changes, ${runs} runs each. Dockline: from hello to live over loopback, from a server process, every ` +
      'row checked and written. PouchDB 9: from a memory database in the same process into leveldb, no network and no checks',
  );
  const rows = systems.map(([name, milliseconds]) => {
    const { p50, p99, max } = spread(milliseconds);
    const p = name === 'Dockline' ? '' : chance(milliseconds, times).toFixed(4);
    return [name, ...[p50, p99, max].map((ms) => ms.toFixed(0)), ((changes / p50) * 1000).toFixed(0), p];
  });
  console.log(table([['', 'p50 ms', 'p99 ms', 'max ms', 'rows/s', 'p against Dockline'], ...rows]));
};
