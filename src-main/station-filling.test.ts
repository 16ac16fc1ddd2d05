import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StationView } from '#contract/bridge/view.ts';
import type { SnapshotLine } from '#contract/wire/sync.ts';
import { FakeServer, shipmentRow } from './core/fake-server.ts';
import { unreachable } from './core/link-fault.ts';
import { FakeLinks } from './links-for-tests.ts';
import { startStation, type TestStation } from './station-for-tests.ts';

// A whole station that has nothing yet, and a snapshot that takes its time, breaks off or belongs to somebody else.

const URL_A = 'http://dock.example';
const tokenOf = (warehouse: string): string => {
  const claims = { sub: 'mara', name: 'Mara', role: 'receiver', warehouses: [warehouse], exp: 4_000_000_000 };
  return `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.x`;
};

let dir: string;
const running: TestStation[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-station-'));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((station) => station.stop()));
  rmSync(dir, { recursive: true, force: true });
});

/** Enough rows for some batches, and one more that only the end of the snapshot brings. */
const ROWS = 600;
const SHOWN = 520;

/** The server's snapshot, which stops before its end until it is let go or broken off. */
const slowly = (links: FakeLinks) => {
  let end = (_fault: Error | null): void => undefined;
  const ended = new Promise<Error | null>((resolve) => {
    end = resolve;
  });
  links.snapshot = async function* (): AsyncGenerator<SnapshotLine> {
    if (links.httpFault !== null) throw links.httpFault;
    for await (const line of links.server.snapshot()) {
      const fault = line.kind === 'end' ? await ended : null;
      if (fault !== null) throw fault;
      yield line;
    }
  };
  return { letGo: () => end(null), breakOff: () => end(unreachable('cut')) };
};

const start = async (links: FakeLinks): Promise<TestStation> => {
  const station = await startStation({ serverUrl: URL_A, token: tokenOf('*') }, dir, { openLinks: links.open });
  running.push(station);
  return station;
};
const withRows = (prefix: string): FakeLinks => {
  const server = new FakeServer();
  for (let n = 0; n < ROWS; n += 1) server.put(shipmentRow(`${prefix}${n}`));
  return new FakeLinks(server);
};
/** The last seq of the scan: two for the shipment and its line, the other shipments, what `push` writes, and these two again. */
const WROTE = ROWS + 5;
/** A shipment with a line on it comes first, and scans are added to what it counts. */
const withScans = (): FakeLinks => {
  const server = new FakeServer();
  const shipment = shipmentRow('c', { status: 'counting', lineCount: 1 });
  const put = (counted: string | null): void => {
    const row = { id: 'l1', shipmentId: 'c', lineNumber: 1, expected: '10', counted, handlingUnitId: null };
    server.put({ ...shipment, countedLines: Number(counted !== null) });
    server.commit({ entity: 'line', id: 'l1', op: 'put', row, shipmentId: 'c' });
  };
  put(null);
  for (let n = 0; n < ROWS; n += 1) server.put(shipmentRow(`s${n}`));
  const push = server.push.bind(server);
  server.push = (clientId, mutations) => {
    const before = server.head;
    const reply = push(clientId, mutations);
    if (server.head > before) put(String(mutations[0]?.args.quantity));
    return { ...reply, verdicts: reply.verdicts.map((verdict) => ({ ...verdict, seq: WROTE })) };
  };
  return new FakeLinks(server);
};
const has =
  (coverage: StationView['coverage'], rows: number) =>
  (view: StationView): boolean =>
    view.coverage === coverage && view.shipments.length === rows;
const live = (station: TestStation) => station.until('live', ({ connection }) => connection.kind === 'live');

describe('a station that has nothing yet', () => {
  it('shows what has come of the snapshot, says that it is a part, and tells nobody of it as news', async () => {
    const links = withRows('s');
    const slow = slowly(links);
    const station = await start(links);
    const view = await station.until('a part', has('part', SHOWN));
    expect([view.connection.kind, view.syncedAt, view.inbox.length]).toEqual(['connecting', null, 0]);
    expect(await station.handlers['shipment:search']('SHP-s7')).not.toEqual([]);
    slow.letGo();
    await station.until('all', has('whole', ROWS));
    await live(station);
    expect(station.toasts).toEqual([]);
  });

  it('lets people work on what has come, and sends it in the end', async () => {
    const links = withRows('s');
    const slow = slowly(links);
    const station = await start(links);
    await station.until('a part', has('part', SHOWN));
    expect(await station.handlers['work:save']('recordArrival', { shipmentId: 's1' }, null)).toMatchObject({
      ok: true,
    });
    const pending = ({ shipments }: StationView) => shipments.find(({ id }) => id === 's1')?.pending;
    await station.until('the work on the screen', (view) => pending(view) === true);
    slow.letGo();
    await live(station);
    links.tell(ROWS);
    await station.until('sent', (view) => has('whole', ROWS)(view) && pending(view) === false && view.unsent === 0);
    expect(links.server.known()).toHaveLength(1);
  });

  it('keeps showing the part when it broke off, then has it all', async () => {
    const links = withRows('s');
    const slow = slowly(links);
    const station = await start(links);
    await station.until('a part', has('part', SHOWN));
    links.httpFault = unreachable('down');
    links.hasSockets = false;
    slow.breakOff();
    await station.until('offline', ({ connection }) => connection.kind === 'offline');
    expect(has('part', SHOWN)(station.view())).toBe(true);
    links.hasSockets = true;
    links.httpFault = null;
    slowly(links).letGo();
    await station.handlers['link:retry']();
    await station.until('all', has('whole', ROWS));
  });

  it('counts a scan once that the server has answered and that is in what has come', async () => {
    const links = withScans();
    const before = await start(links);
    await before.until('all', has('whole', ROWS + 1));
    await live(before);
    const scan = { shipmentId: 'c', scanId: 'scan-1', lineId: 'l1', quantity: '3' };
    expect(await before.handlers['work:save']('recordScan', scan, null)).toMatchObject({ ok: true });
    await before.until('answered', ({ unsent, work }) => unsent === 0 && work.length === 1);
    await before.stop();
    // Its echo never came, and of the rows nothing is left.
    for (const name of readdirSync(dir)) if (name.startsWith('cache')) rmSync(join(dir, name));
    const slow = slowly(links);
    const station = await start(links);
    await station.until('a part', has('part', SHOWN - 1));
    const counted = async () => (await station.handlers['shipment:open']('c'))?.lines.map((line) => line.counted);
    expect([station.view().work.length, await counted()]).toEqual([1, ['3']]);
    slow.letGo();
    await station.until('all', has('whole', ROWS + 1));
    expect(await counted()).toEqual(['3']);
  });

  it('takes the part of another view off the screen at once', async () => {
    const links = withRows('secret');
    const slow = slowly(links);
    const station = await start(links);
    await station.until('a part', has('part', SHOWN));
    await station.settings.saveServer({ serverUrl: URL_A, token: tokenOf('W2') });
    links.httpFault = unreachable('down');
    links.hasSockets = false;
    // The server breaks it off for them, and lets them in no more with the old token.
    slow.breakOff();
    links.listener?.refused('token_expired');
    await station.until('nothing', (view) => view.session?.warehouses[0] === 'W2' && has('none', 0)(view));
    expect(await station.handlers['shipment:search']('SHP-secret')).toEqual([]);
  });

  it('begins anew after it was killed in the middle, with nothing left of the part', async () => {
    const links = withRows('s');
    const cut = slowly(links);
    const station = await start(links);
    await station.until('a part', has('part', SHOWN));
    const killed = mkdtempSync(join(tmpdir(), 'dockline-killed-'));
    cpSync(dir, killed, { recursive: true });
    cut.breakOff();
    const after = withRows('t');
    const slow = slowly(after);
    const again = await startStation({ serverUrl: URL_A, token: tokenOf('*') }, killed, { openLinks: after.open });
    running.push(again);
    expect(existsSync(join(killed, readFileSync(join(killed, 'cache.current'), 'utf8')))).toBe(true);
    await again.until('a part', has('part', SHOWN));
    slow.letGo();
    await again.until('all', has('whole', ROWS));
    expect(again.view().shipments.every(({ id }) => id.startsWith('t'))).toBe(true);
    expect(readdirSync(killed).filter((name) => /^cache-\d+\.db$/.test(name))).toHaveLength(1);
    await again.stop();
    rmSync(killed, { recursive: true, force: true });
  });
});
