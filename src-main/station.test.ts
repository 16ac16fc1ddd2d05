import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signToken } from '../server/access.ts';
import { createServer } from '../server/create-server.ts';
import { type Dock, PEOPLE, SECRET, startDock, tokenFor } from '../server/dock-for-tests.ts';
import { newId } from './shell/system-clock.ts';
import { startStation, type TestStation } from './station-for-tests.ts';

// The station without its window against the real server.

let dock: Dock;
const running: TestStation[] = [];

const at = async (person: Parameters<typeof tokenFor>[0], dir?: string): Promise<TestStation> => {
  const station = await startStation({ serverUrl: dock.url, token: await tokenFor(person) }, dir);
  running.push(station);
  return station;
};

const announce = async (id: string, number: string): Promise<void> => {
  const lines = [{ id: `${id}-1`, lineNumber: 1, quantity: '10', sku: 'A-1', gtin: '04012345123456' }];
  const reply = await dock.ask('POST /api/shipments', {
    json: { id, number, warehouseId: 'JOL', poNumber: '4711', lines },
  });
  expect(reply.status, reply.text).toBeLessThan(300);
};

const live = (station: TestStation) => station.until('live', ({ connection }) => connection.kind === 'live');
const shipment = (station: TestStation, id: string) => station.view().shipments.find((row) => row.id === id);

beforeEach(async () => {
  dock = await startDock();
  const define = (n: number, id: string) => ({
    clientId: 'furnishing-1',
    n,
    type: 'defineWarehouse',
    args: { warehouseId: id, name: id, timeZone: 'America/Chicago' },
    occurredAt: new Date().toISOString(),
  });
  const json = { mutations: [define(1, 'JOL'), define(2, 'DAL')] };
  const reply = await dock.ask('POST /api/sync/mutations', { person: PEOPLE.ada, json });
  expect(reply.text).toContain('applied');
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((station) => station.stop()));
  await dock.close();
});

describe('a station on a real server', () => {
  it('comes live and shows what is there and what comes', async () => {
    await announce('s1', 'SHP-1');
    const mara = await at(PEOPLE.mara);
    await live(mara);
    await mara.until('the shipment', ({ shipments }) => shipments.some(({ id }) => id === 's1'));
    await announce('s2', 'SHP-2');
    await mara.until('the next one', ({ shipments }) => shipments.some(({ id }) => id === 's2'));
    expect(mara.view().session).toMatchObject({ userId: 'mara', role: 'receiver', serverUrl: dock.url });
    expect(mara.view().syncedAt).not.toBeNull();
    expect(mara.view().warehouses.map(({ id }) => id)).toContain('JOL');
  });

  it('brings a status moved on one station to the other, with a notification there and none here', async () => {
    await announce('s1', 'SHP-1');
    const [mara, ivo] = [await at(PEOPLE.mara), await at(PEOPLE.ivo)];
    await Promise.all([live(mara), live(ivo)]);
    const saved = await mara.handlers['work:save']('recordArrival', { shipmentId: 's1', trailer: 'T-9' }, null);
    expect(saved).toMatchObject({ ok: true, n: 1 });
    await ivo.until('arrived', ({ shipments }) =>
      shipments.some(({ id, status }) => id === 's1' && status === 'arrived'),
    );
    await ivo.until('the item', ({ inbox }) => inbox.length === 1);
    await mara.until(
      'settled',
      ({ unsent, work, shipments }) => unsent === 0 && work.length === 0 && shipments.every(({ pending }) => !pending),
    );
    expect(ivo.toasts.map(({ title }) => title)).toEqual(['SHP-1 has arrived']);
    expect(mara.toasts).toEqual([]);
    expect(mara.view().inbox).toEqual([]);
    expect(shipment(mara, 's1')).toMatchObject({ status: 'arrived', trailer: 'T-9' });
  });

  it('works on without the server, keeps everything over a restart and sends it once the server is back', async () => {
    await announce('s1', 'SHP-1');
    const mara = await at(PEOPLE.mara);
    await live(mara);
    await mara.until('the shipment', ({ shipments }) => shipments.some(({ id }) => id === 's1'));
    const { port } = new URL(dock.url);
    await dock.server.close();
    await mara.until('offline', ({ connection }) => connection.kind === 'offline');
    for (const type of ['recordArrival', 'reportAtDoor', 'startUnloading', 'startCounting'] as const) {
      expect(await mara.handlers['work:save'](type, { shipmentId: 's1' }, null)).toMatchObject({ ok: true });
    }
    await mara.handlers['work:save'](
      'recordScan',
      { shipmentId: 's1', scanId: newId(), lineId: 's1-1', quantity: '3' },
      null,
    );
    await mara.until('the count', ({ unsent }) => unsent === 5);
    expect(shipment(mara, 's1')).toMatchObject({ status: 'counting', countedLines: 1, pending: true });
    const refused = await mara.handlers['work:save'](
      'setCapacity',
      { warehouseId: 'JOL', total: 1, available: 1 },
      null,
    );
    expect(refused).toMatchObject({ ok: false, code: 'forbidden' });

    const { dir } = mara;
    running.splice(running.indexOf(mara), 1);
    await mara.station.stop();
    const again = await startStation({ serverUrl: dock.url, token: await tokenFor(PEOPLE.mara) }, dir);
    running.push(again);
    expect(again.view()).toMatchObject({ unsent: 5 });
    expect(shipment(again, 's1')).toMatchObject({ status: 'counting', pending: true });

    const server = await createServer({ jwtSecret: SECRET, logLevel: 'silent', dataDir: dock.dataDir });
    await server.listen(Number(port));
    await again.handlers['link:retry']();
    await again.until('sent', ({ unsent, connection }) => unsent === 0 && connection.kind === 'live', 10_000);
    await again.until('echoed', ({ shipments }) => shipments.every(({ pending }) => !pending));
    expect(shipment(again, 's1')).toMatchObject({ status: 'counting', countedLines: 1, pending: false });
    expect((await again.handlers['shipment:open']('s1'))?.lines).toMatchObject([{ counted: '3' }]);
    await again.stop();
    running.splice(0);
    await server.close();
    rmSync(dir, { recursive: true, force: true });
  });

  it('refuses decisions offline with a sentence', async () => {
    const lena = await at(PEOPLE.lena);
    await live(lena);
    await dock.server.close();
    await lena.until('offline', ({ connection }) => connection.kind === 'offline');
    const saved = await lena.handlers['work:save']('closeShipment', { shipmentId: 's1' }, { id: 's1', version: 1 });
    expect(saved).toMatchObject({ ok: false, code: 'needs_the_server' });
    expect(saved.ok ? '' : saved.message).toMatch(/cannot be reached.*Nothing was saved/s);
    expect(lena.view().unsent).toBe(0);
  });

  it('puts refused work before a person and keeps it until it is dealt with', async () => {
    await announce('s1', 'SHP-1');
    const mara = await at(PEOPLE.mara);
    await live(mara);
    await mara.handlers['work:save']('setCount', { shipmentId: 's1', lineId: 'nope', counted: '1' }, null);
    const view = await mara.until('refused', ({ work }) => work.some(({ state }) => state === 'needs_person'));
    const [item] = view.work;
    expect(item).toMatchObject({ state: 'needs_person', code: 'illegal_step', shipmentNumber: 'SHP-1', n: 1 });
    await mara.handlers['work:handled'](item!.clientId, item!.n);
    await mara.until('handled', ({ work }) => work.some(({ state }) => state === 'handled'));
    await mara.handlers['work:save']('recordArrival', { shipmentId: 's1' }, null);
    await mara.until(
      'the next goes through',
      ({ shipments, unsent }) => unsent === 0 && shipments.some(({ status }) => status === 'arrived'),
    );
  });

  it('shows who else is looking and typing, without oneself', async () => {
    await announce('s1', 'SHP-1');
    const [mara, ivo] = [await at(PEOPLE.mara), await at(PEOPLE.ivo)];
    await Promise.all([live(mara), live(ivo)]);
    await mara.until('the shipment', ({ shipments }) => shipments.length > 0);
    await ivo.until('the shipment', ({ shipments }) => shipments.length > 0);
    const seenBy = (station: TestStation) =>
      station.pushed
        .filter(({ channel }) => channel === 'shipment:changed')
        .map(({ payload }) => payload as { viewers: { userName: string }[]; typing: string[] })
        .at(-1);
    await mara.handlers['shipment:open']('s1');
    await ivo.handlers['shipment:open']('s1');
    await mara.until('Ivo is there', () => seenBy(mara)?.viewers.some(({ userName }) => userName === 'Ivo') === true);
    await ivo.until('Mara is there', () => seenBy(ivo)?.viewers.some(({ userName }) => userName === 'Mara') === true);
    expect(seenBy(mara)?.viewers).toHaveLength(1);
    await ivo.handlers['typing:set']('s1', true);
    await mara.until('typing', () => seenBy(mara)?.typing.includes('Ivo') === true);
    expect(seenBy(ivo)?.typing ?? []).toEqual([]);
    await ivo.handlers['typing:set']('s1', false);
    await mara.until('no longer', () => seenBy(mara)?.typing.length === 0);
    await ivo.handlers['shipment:leave']('s1');
    await mara.until('gone', () => seenBy(mara)?.viewers.length === 0);
  });

  it('answers history from the server, and from its copy without one', async () => {
    await announce('s1', 'SHP-1');
    const mara = await at(PEOPLE.mara);
    await live(mara);
    const fresh = await mara.handlers['shipment:history']('s1');
    expect(fresh).toMatchObject({ stale: false, history: [{ command: 'announceShipment' }] });
    await dock.server.close();
    await mara.until('offline', ({ connection }) => connection.kind === 'offline');
    expect(await mara.handlers['shipment:history']('s1')).toMatchObject({
      stale: true,
      fetchedAt: fresh.fetchedAt,
      history: fresh.history,
    });
    expect(await mara.handlers['shipment:history']('s9')).toEqual({ history: [], fetchedAt: null, stale: true });
  });

  it('is set up by a person: address and token are tried before they are kept', async () => {
    const station = await startStation(null);
    running.push(station);
    const token = await tokenFor(PEOPLE.mara);
    const configure = (serverUrl: string, given = token) =>
      station.handlers['station:configure']({ serverUrl, token: given });
    expect(await configure('not an address')).toMatchObject({ ok: false, code: 'bad_address' });
    expect(await configure('http://127.0.0.1:1')).toMatchObject({ ok: false, code: 'unreachable' });
    expect(await configure(dock.url, 'nonsense')).toMatchObject({ ok: false, code: 'token_invalid' });
    expect(await configure(dock.url, await tokenFor(PEOPLE.mara, 'another secret'))).toMatchObject({
      ok: false,
      code: 'token_invalid',
    });
    expect(station.settings.kept).toBeNull();
    expect(await configure(dock.url)).toMatchObject({ ok: true, session: { name: 'Mara' } });
    await live(station);
    await station.handlers['station:sign-out']();
    await station.until('signed out', ({ session, shipments }) => session === null && shipments.length === 0);
    expect(station.settings.kept).toBeNull();
    expect(await station.handlers['work:save']('recordArrival', { shipmentId: 's1' }, null)).toMatchObject({
      ok: false,
      code: 'not_signed_in',
    });
  });

  it('shows nobody the rows of another view, and sends nobody’s work under another name', async () => {
    await announce('s1', 'SHP-1');
    const mara = await at(PEOPLE.mara);
    await live(mara);
    await mara.until('the shipment', ({ shipments }) => shipments.some(({ id }) => id === 's1'));
    const answer = await mara.handlers['station:configure']({
      serverUrl: dock.url,
      token: await tokenFor(PEOPLE.dallas),
    });
    expect(answer).toMatchObject({ ok: true });
    await mara.until(
      'nothing of Joliet',
      ({ shipments, connection }) => connection.kind === 'live' && !shipments.some(({ id }) => id === 's1'),
    );
  });

  it('shows what an admin let one person see besides their token to them alone', async () => {
    await announce('s1', 'SHP-1');
    const given = { role: 'lead', warehouses: ['JOL', 'DAL'] };
    const { status } = await dock.ask('PUT /api/users/dan/access', { person: PEOPLE.ada, json: given });
    expect(status).toBe(200);
    // Issued before the change, so the change counts.
    const token = await signToken({ ...PEOPLE.dallas, warehouses: ['DAL'], exp: 4e9, iat: 1 }, SECRET);
    const dan = await startStation({ serverUrl: dock.url, token });
    running.push(dan);
    await dan.until('the shipment', ({ shipments }) => shipments.some(({ id }) => id === 's1'));
    const again = async (who: string): Promise<TestStation> => {
      const station = await startStation({ serverUrl: dock.url, token: who }, dan.dir);
      running.push(station);
      return station;
    };
    await dan.station.stop();
    const later = await again(token);
    expect(shipment(later, 's1')).toBeDefined();
    await later.stop();
    const dora = await again(await tokenFor({ ...PEOPLE.dallas, sub: 'dora' }));
    expect(shipment(dora, 's1')).toBeUndefined();
    await live(dora);
    expect(shipment(dora, 's1')).toBeUndefined();
  });

  it('does not let anybody forget unsent work by signing out, and sends it when its owner is back', async () => {
    await announce('s1', 'SHP-1');
    const mara = await at(PEOPLE.mara);
    await live(mara);
    await mara.until('the shipment', ({ shipments }) => shipments.some(({ id }) => id === 's1'));
    const { port } = new URL(dock.url);
    await dock.server.close();
    await mara.until('offline', ({ connection }) => connection.kind === 'offline');
    await mara.handlers['work:save']('recordArrival', { shipmentId: 's1' }, null);
    await mara.handlers['station:sign-out']();
    await mara.until(
      'signed out',
      ({ session, unsent, work }) => session === null && unsent === 1 && work.length === 0,
    );
    const server = await createServer({ jwtSecret: SECRET, logLevel: 'silent', dataDir: dock.dataDir });
    await server.listen(Number(port));
    const configure = async (person: Parameters<typeof tokenFor>[0]) =>
      mara.handlers['station:configure']({ serverUrl: dock.url, token: await tokenFor(person) });
    expect(await configure(PEOPLE.ivo)).toMatchObject({ ok: true });
    await live(mara);
    const waiting = await mara.until('waiting', ({ work }) => work.length === 1);
    expect(waiting.work[0]).toMatchObject({ state: 'unsent', message: 'Is sent when Mara signs in here again.' });
    expect(await configure(PEOPLE.mara)).toMatchObject({ ok: true });
    await mara.until(
      'sent',
      ({ unsent, shipments }) => unsent === 0 && shipments.some(({ status }) => status === 'arrived'),
    );
    await mara.stop();
    await server.close();
  });

  it('writes neither token nor address to its log', async () => {
    const token = await tokenFor(PEOPLE.mara);
    const mara = await startStation({ serverUrl: dock.url, token });
    running.push(mara);
    await live(mara);
    await dock.server.close();
    await mara.until('offline', ({ connection }) => connection.kind === 'offline');
    expect(mara.logged.join('\n')).not.toContain(token.slice(0, 20));
    expect(mara.logged.join('\n')).not.toContain(new URL(dock.url).host);
  });
});
