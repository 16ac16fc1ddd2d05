import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeServer, shipmentRow } from './core/fake-server.ts';
import { LinkFault, unreachable } from './core/link-fault.ts';
import { FakeLinks } from './links-for-tests.ts';
import { newId, sha256, systemClock } from './shell/system-clock.ts';
import { createStation } from './station.ts';
import { memorySettings, startStation, type TestStation } from './station-for-tests.ts';
import type { StationOptions } from './station-parts.ts';

// A whole station whose disk, files or people misbehave. The network is a log in memory.

const URL_A = 'http://dock.example';
const token = (sub: string, name: string, role = 'receiver'): string => {
  const claims = { sub, name, role, warehouses: ['*'], exp: 4_000_000_000 };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'HS256' })}.${part(claims)}.signature`;
};
const MARA = { serverUrl: URL_A, token: token('mara', 'Mara') };

let dir: string;
const temporary = process.env.TMPDIR;
const running: TestStation[] = [];
const servers: Server[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-station-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((station) => station.stop()));
  for (const server of servers.splice(0)) server.close();
  if (temporary === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = temporary;
  rmSync(dir, { recursive: true, force: true });
});

const start = async (links: FakeLinks, more: Parameters<typeof startStation>[2] = {}): Promise<TestStation> => {
  const station = await startStation(MARA, dir, { openLinks: links.open, ...more });
  running.push(station);
  return station;
};
const cacheFile = () => readFileSync(join(dir, 'cache.current'), 'utf8');
const stop = async (station: TestStation): Promise<void> => {
  running.splice(running.indexOf(station), 1);
  await station.stop();
};
const live = (station: TestStation) => station.until('live', ({ connection }) => connection.kind === 'live');
const shows =
  (...ids: string[]) =>
  (view: ReturnType<TestStation['view']>) =>
    JSON.stringify(view.shipments.map(({ id }) => id).sort()) === JSON.stringify(ids);
const arrive = (station: TestStation) => station.handlers['work:save']('recordArrival', { shipmentId: 'a' }, null);
const withRows = (...ids: string[]): FakeLinks => {
  const server = new FakeServer();
  for (const id of ids) server.put(shipmentRow(id));
  return new FakeLinks(server);
};
const bare = (clock: typeof systemClock): Omit<StationOptions, 'settings'> => ({
  dir,
  clock,
  app: 'test',
  random: Math.random,
  newId,
  hash: sha256,
  log: () => undefined,
  toasts: { show: () => undefined, withdraw: () => undefined },
  push: () => undefined,
});
/** The address and token of somebody else, at a server that accepts everybody. */
const someoneElse = async (): Promise<{ serverUrl: string; token: string }> => {
  const server = createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(request.url === '/health' ? { status: 'OK', ready: true } : { shipments: [] }));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { serverUrl: `http://127.0.0.1:${port}`, token: token('ivo', 'Ivo', 'inspector') };
};

describe('a station starts, shows what there is and says why it cannot save', () => {
  it('where its folder is none and nothing may be written anywhere', async () => {
    writeFileSync(join(dir, 'file'), '');
    process.env.TMPDIR = join(dir, 'file');
    const station = await start(withRows('a'), { dir: join(dir, 'file', 'data') });
    await live(station);
    await station.until('the row', shows('a'));
    expect(await arrive(station)).toMatchObject({ ok: false, code: 'not_saved' });
    expect(station.view().unsent).toBe(0);
  });

  it('where another program holds both files, within two seconds, and has everything again afterwards', async () => {
    const before = await start(withRows('a'));
    await live(before);
    await stop(before);
    const held = ['journal.db', cacheFile()].map((name) => {
      expect(existsSync(join(dir, name))).toBe(true);
      const db = new Database(join(dir, name));
      db.pragma('locking_mode = EXCLUSIVE');
      db.exec('BEGIN EXCLUSIVE');
      return db;
    });
    const begun = performance.now();
    const station = await start(withRows('a'));
    expect(performance.now() - begun).toBeLessThan(2_000);
    await live(station);
    await station.until('the row', shows('a'));
    const saved = await arrive(station);
    expect(saved).toMatchObject({ ok: false, message: expect.stringContaining('Another program holds') });
    await stop(station);
    for (const db of held) db.close();
    const links = withRows('a');
    links.hasSockets = false;
    links.httpFault = unreachable('down');
    const after = await start(links);
    expect(shows('a')(after.view())).toBe(true);
    expect(await arrive(after)).toMatchObject({ ok: true, n: 1 });
  });

  it('where the journal is damaged and cannot even be set aside', async () => {
    mkdirSync(join(dir, 'journal.db'));
    const station = await start(withRows('a'));
    await live(station);
    expect(await arrive(station)).toMatchObject({ ok: false, code: 'not_saved' });
    expect(station.view().journalProblem).toEqual({ kind: 'read_only', folder: dir });
  });

  it('where the journal was damaged: work is saved again, and what was found is said to be the station’s', async () => {
    writeFileSync(join(dir, 'journal.db'), 'garbage '.repeat(1_000));
    const station = await start(withRows('a'));
    await live(station);
    expect(station.view().journalProblem).toBeNull();
    expect(station.view().work).toMatchObject([{ from: 'station', state: 'needs_person' }]);
    expect(await arrive(station)).toMatchObject({ ok: true });
    await station.until('the work', ({ work }) => work.length === 2);
    expect(station.view().work.map(({ from }) => from)).toEqual(['station', 'person']);
  });

  it('where the settings cannot be read', async () => {
    const settings = { ...memorySettings(MARA), server: () => Promise.reject(new Error('no settings')) };
    const station = await start(withRows('a'), { settings });
    expect(station.view().session).toBeNull();
    expect(station.logged.join()).toContain('station.not_signed_in');
  });
});

describe('a cache that is damaged while the station runs', () => {
  const flip = (): void => {
    const db = new Database(join(dir, cacheFile()));
    db.exec(`UPDATE row SET body = substr(body, 1, 20) WHERE entity = 'shipment'`);
    db.close();
  };

  it('is replaced unaided while the link is live, and the page goes on', async () => {
    const links = withRows('a', 'b');
    const station = await start(links);
    await live(station);
    await station.until('the rows', shows('a', 'b'));
    flip();
    // Somebody opens a shipment, which reads the damaged row.
    await expect(station.handlers['shipment:open']('a')).rejects.toThrow();
    await station.until('the rows anew', () => station.logged.some((line) => line.includes('sync.rebuild')));
    await station.until('the shipment, pushed to who has it open', () =>
      station.pushed.some(
        ({ channel, payload }) => channel === 'shipment:changed' && (payload as { id: string }).id === 'a',
      ),
    );
    expect(await station.handlers['shipment:open']('a')).toMatchObject({ id: 'a' });
    await station.until('everything', shows('a', 'b'));
    links.server.put(shipmentRow('c'));
    links.tell(2);
    await station.until('what comes next', shows('a', 'b', 'c'));
  });

  it('still gives the page a view, and saving goes on, while there is no server', async () => {
    const first = await start(withRows('a'));
    await live(first);
    await stop(first);
    flip();
    const links = withRows('a');
    links.hasSockets = false;
    links.httpFault = unreachable('down');
    const station = await start(links);
    expect(station.view().session?.userId).toBe('mara');
    expect(await arrive(station)).toMatchObject({ ok: true, n: 1 });
    await station.until('the count', ({ unsent }) => unsent === 1);
    links.hasSockets = true;
    links.httpFault = null;
    await station.handlers['link:retry']();
    await station.until('the rows', shows('a'));
  });
});

describe('people who come and go', () => {
  it('never get their work numbered for the one before or after', async () => {
    const links = withRows('a');
    const station = await start(links);
    await live(station);
    await station.until('the row', shows('a'));
    let answer = (): void => undefined;
    const arrived = new Promise<void>((resolve) => {
      links.beforePush = () => {
        resolve();
        links.beforePush = async () => undefined;
        return new Promise((release) => {
          answer = release;
        });
      };
    });
    expect(await arrive(station)).toMatchObject({ ok: true });
    await arrived;
    // Mara's push is under way while Ivo signs in.
    const configuring = station.handlers['station:configure'](await someoneElse());
    const refused: number[] = [];
    for (let turn = 0; turn < 30; turn += 1) {
      // An inspector may not do this, so it shows for whom it was planned.
      if (turn < 20 && !(await arrive(station)).ok) refused.push(turn);
      if (turn === 20) answer();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await configuring;
    await station.until('Ivo', ({ session }) => session?.userId === 'ivo');
    const note = { shipmentId: 'a', noteId: 'n1', text: 'by Ivo' };
    expect(await station.handlers['work:save']('addNote', note, null)).toMatchObject({ ok: true, n: 1 });
    await stop(station);
    expect(refused).toEqual([]);
    const db = new Database(join(dir, 'journal.db'));
    const rows = db.prepare('SELECT user_id, type, owner FROM mutation ORDER BY rowid').all() as Record<
      string,
      string
    >[];
    db.close();
    const whose = rows.map(({ user_id, type, owner }) => `${user_id} ${owner?.split(':')[1]} ${type}`);
    expect([...new Set(whose)]).toEqual(['mara mara recordArrival', 'ivo ivo addNote']);
    expect(whose).toHaveLength(22);
  });

  it('see nothing of what a new token does not show, from the moment it is taken', async () => {
    const links = withRows('secret');
    const station = await start(links);
    await live(station);
    await station.until('the row', shows('secret'));
    // IT has put another token there: the same person, another warehouse. The rows for it cannot be had yet.
    const claims = { sub: 'mara', name: 'Mara', role: 'receiver', warehouses: ['W2'], exp: 4_000_000_000 };
    const part = Buffer.from(JSON.stringify(claims)).toString('base64url');
    await station.settings.saveServer({ serverUrl: URL_A, token: `x.${part}.x` });
    links.helloFault = new LinkFault('token_expired', 'expired');
    links.httpFault = unreachable('down');
    links.drop();
    links.hasSockets = true;
    await station.until(
      'nothing',
      ({ session, shipments }) => session?.warehouses[0] === 'W2' && shipments.length === 0,
    );
    links.helloFault = null;
    links.httpFault = null;
    await station.handlers['link:retry']();
    await live(station);
  });

  it('are signed out also where the settings cannot be written', async () => {
    const settings = memorySettings(MARA);
    settings.forgetToken = () => Promise.reject(new Error('read-only'));
    const station = await start(withRows('a'), { settings });
    await live(station);
    await station.handlers['station:sign-out']();
    await station.until('signed out', ({ session, shipments }) => session === null && shipments.length === 0);
  });
});

describe('stopping', () => {
  /** Timers of the station that have not run or been called off. */
  const counted = () => {
    const open = new Set<object>();
    const clock: typeof systemClock = {
      ...systemClock,
      setTimer: (delayMs, run) => {
        const one = {};
        open.add(one);
        const cancel = systemClock.setTimer(delayMs, () => {
          open.delete(one);
          run();
        });
        return () => {
          open.delete(one);
          cancel();
        };
      },
    };
    return { open, clock };
  };

  it('in the middle of anything leaves no timer, no request and no fault behind', async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      for (let ms = 0; ms < 30; ms += 3) {
        const links = withRows(...Array.from({ length: 50 }, (_, n) => `s${n}`), 'a');
        const { open, clock } = counted();
        const station = await start(links, { clock });
        void arrive(station);
        await new Promise((resolve) => setTimeout(resolve, ms));
        links.tell(0);
        void arrive(station);
        await stop(station);
        expect(open.size, `${ms} ms`).toBe(0);
        const { hellos, opened } = links;
        const logged = station.logged.length;
        links.tell(0);
        station.station.retryNow();
        await new Promise((resolve) => setTimeout(resolve, 30));
        expect([links.hellos, links.opened, open.size]).toEqual([hellos, opened, 0]);
        // A frame that came too late was let go without touching the closed files.
        expect(station.logged.slice(logged).filter((line) => !line.includes('connection was ended'))).toEqual([]);
      }
    } finally {
      process.off('unhandledRejection', note);
    }
    expect(unhandled).toEqual([]);
  }, 15_000);

  it('while it still starts leaves nothing behind either', async () => {
    const { open, clock } = counted();
    let go = (): void => undefined;
    const settings = {
      ...memorySettings(MARA),
      server: () => new Promise<typeof MARA>((resolve) => (go = () => resolve(MARA))),
    };
    const station = createStation({ ...bare(clock), settings, openLinks: withRows('a').open });
    const starting = station.start();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const stopping = station.stop();
    go();
    await Promise.all([starting, stopping]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(open.size).toBe(0);
  });
});
