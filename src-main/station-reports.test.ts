import { rmSync } from 'node:fs';
import { createServer as createHttp, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ShipmentView } from '#contract/bridge/view.ts';
import { createServer } from '../server/create-server.ts';
import { announce, type Dock, furnish, PEOPLE, SECRET, startDock, tokenFor } from '../server/dock-for-tests.ts';
import { FakeServer, shipmentRow } from './core/fake-server.ts';
import { unreachable } from './core/link-fault.ts';
import { FakeLinks } from './links-for-tests.ts';
import { newId } from './shell/system-clock.ts';
import { startStation, type TestStation } from './station-for-tests.ts';

// What a whole station tells of its unsent work: to a log in memory when people come and go, and to the real server until it closes.

const tokenOf = (sub: string, name: string): string => {
  const part = Buffer.from(
    JSON.stringify({ sub, name, role: 'receiver', warehouses: ['*'], exp: 4_000_000_000 }),
  ).toString('base64url');
  return `x.${part}.x`;
};

const running: TestStation[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((station) => station.stop()));
  for (const server of servers.splice(0)) server.close();
});

const live = (station: TestStation) => station.until('live', ({ connection }) => connection.kind === 'live');
const until = async (what: string, holds: () => boolean | Promise<boolean>): Promise<void> => {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not in time: ${what}`);
};

describe('people at a station', () => {
  /** A server that accepts everybody who is tried there. */
  const acceptor = async (): Promise<string> => {
    const server = createHttp((request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(request.url === '/health' ? { status: 'OK', ready: true } : { shipments: [] }));
    });
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  };

  /** Mara, live, with work on `a` that gets no verdict. */
  const start = async () => {
    const server = new FakeServer();
    server.put(shipmentRow('a'));
    const links = new FakeLinks(server);
    links.pushFault = unreachable('lost');
    const url = await acceptor();
    const station = await startStation({ serverUrl: url, token: tokenOf('mara', 'Mara') }, undefined, {
      openLinks: links.open,
    });
    running.push(station);
    await live(station);
    await station.handlers['work:save']('recordArrival', { shipmentId: 'a' }, null);
    const { reports } = links;
    const leaving = () => reports.filter((report) => report.leaving);
    return { links, url, station, reports, leaving };
  };

  it('who sign out or close it leave with what they have not sent', async () => {
    const { station, leaving } = await start();
    await station.handlers['station:sign-out']();
    expect(leaving()).toMatchObject([{ station: 'Test', clients: [{ unsentOn: ['a'], workedOn: ['a'] }] }]);
    const other = await start();
    await other.station.stop();
    expect(other.leaving()).toMatchObject([{ clients: [{ unsentOn: ['a'] }] }]);
    expect(other.reports.at(-1)?.leaving).toBe(true);
  });

  it('who sign out save nothing more once the server is told so, and can save again when they are back', async () => {
    const { station, links, url, leaving } = await start();
    const said: boolean[] = [];
    links.beforeReport = async () => {
      const saved = await station.handlers['work:save'](
        'addNote',
        { shipmentId: 'a', noteId: 'n', text: 'late' },
        null,
      );
      said.push(saved.ok);
    };
    await station.handlers['station:sign-out']();
    expect(new Set(said)).toEqual(new Set([false]));
    expect(leaving()).toHaveLength(1);
    links.beforeReport = async () => undefined;
    await station.handlers['station:configure']({ serverUrl: url, token: tokenOf('mara', 'Mara') });
    const note = { shipmentId: 'a', noteId: 'n2', text: 'in time' };
    expect(await station.handlers['work:save']('addNote', note, null)).toMatchObject({ ok: true });
  });

  it('who go on for somebody else tell of their work, and do not leave', async () => {
    const { station, url, links, reports, leaving } = await start();
    await station.handlers['station:configure']({ serverUrl: url, token: tokenOf('ivo', 'Ivo') });
    await station.until('Ivo', ({ session, connection }) => session?.userId === 'ivo' && connection.kind === 'live');
    await until('his report', () => reports.at(-1)?.clients.length === 2);
    expect(leaving()).toEqual([]);
    expect(
      reports
        .at(-1)
        ?.clients.map(({ unsentOn }) => unsentOn)
        .sort(),
    ).toEqual([[], ['a']]);
    expect(links.heard.lastIndexOf('push')).toBeLessThan(links.heard.lastIndexOf('report'));
  });

  it('who go to another server leave the one before', async () => {
    const { station, reports, leaving } = await start();
    await station.handlers['station:configure']({ serverUrl: await acceptor(), token: tokenOf('mara', 'Mara') });
    await until('the report there', () => reports.at(-1)?.leaving === false);
    expect(leaving()).toHaveLength(1);
    // What was saved for the other is none of this one's business.
    expect(reports.at(-1)?.clients).toMatchObject([{ unsentOn: [], workedOn: [] }]);
  });

  it('whose server cannot be reached do not wait for it', async () => {
    const { station, links, reports } = await start();
    links.hasSockets = false;
    links.httpFault = unreachable('down');
    links.drop();
    await station.until('offline', ({ connection }) => connection.kind === 'offline');
    const { length } = reports;
    const begun = performance.now();
    await station.stop();
    expect(performance.now() - begun).toBeLessThan(500);
    expect(reports).toHaveLength(length);
  });
});

describe('closing on the real server', () => {
  let dock: Dock;
  beforeEach(async () => {
    dock = await startDock();
    await furnish(dock);
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((station) => station.stop()));
    await dock.close();
  });

  const at = async (person: Parameters<typeof tokenFor>[0], dir?: string): Promise<TestStation> => {
    const station = await startStation({ serverUrl: dock.url, token: await tokenFor(person) }, dir);
    running.push(station);
    await live(station);
    return station;
  };

  it('waits for a station that worked on it and cannot be reached, until what it has has come', async () => {
    const { id } = await announce(dock);
    const mara = await at(PEOPLE.mara);
    const lena = await at(PEOPLE.lena);
    for (const type of ['recordArrival', 'reportAtDoor', 'startUnloading', 'startCounting', 'completeCount'] as const)
      expect(await mara.handlers['work:save'](type, { shipmentId: id }, null)).toMatchObject({ ok: true });
    const status = (wanted: string) =>
      lena.until(wanted, ({ shipments }) => shipments.some((row) => row.id === id && row.status === wanted));
    await status('received');
    await lena.handlers['shipment:open'](id);
    /** As the open screen was last told. */
    const awaited = () => {
      const shown = lena.pushed.filter(({ channel }) => channel === 'shipment:changed').at(-1);
      return (shown?.payload as ShipmentView | undefined)?.waitingFor;
    };
    await until('nothing to wait for', () => awaited()?.length === 0);
    // What is worked on is told half a second after it was touched.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    await dock.server.close();
    await mara.until('offline', ({ connection }) => connection.kind === 'offline');
    const note = { shipmentId: id, noteId: newId(), text: 'Carton nine is wet' };
    expect(await mara.handlers['work:save']('addNote', note, null)).toMatchObject({ ok: true });
    const { dir } = mara;
    running.splice(running.indexOf(mara), 1);
    await mara.station.stop();
    const { port } = new URL(dock.url);
    const server = await createServer({ jwtSecret: SECRET, logLevel: 'silent', dataDir: dock.dataDir });
    await server.listen(Number(port));
    try {
      await lena.handlers['link:retry']();
      await live(lena);
      await until('her station is missed', () => awaited()?.length === 1);
      expect(awaited()).toMatchObject([{ station: 'Test', userName: 'Mara', state: 'unheard' }]);
      await lena.handlers['work:save']('closeShipment', { shipmentId: id }, null);
      const { work } = await lena.until('refused', (view) => view.work.some(({ state }) => state === 'needs_person'));
      expect(work).toMatchObject([{ type: 'closeShipment', code: 'blocked' }]);

      const back = await at(PEOPLE.mara, dir);
      await back.until('sent', ({ unsent }) => unsent === 0);
      await until('nothing to wait for', () => awaited()?.length === 0);
      await lena.handlers['work:save']('closeShipment', { shipmentId: id }, null);
      await status('closed');
      expect((await lena.handlers['shipment:open'](id))?.notes).toMatchObject([{ text: note.text }]);
    } finally {
      await Promise.all(running.splice(0).map((station) => station.stop()));
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
