import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DownPayload } from '#contract/wire/down.ts';
import type { AwaitedStation } from '#contract/wire/station-report.ts';
import { announce, type Dock, furnish, heard, PEOPLE, startDock } from './dock-for-tests.ts';

let dock: Dock;
let dataDir: string;
let shipmentId: string;

const step = (status: string, more: object = {}, person: (typeof PEOPLE)[keyof typeof PEOPLE] = PEOPLE.lena) =>
  dock.ask<{ code?: string; detail?: string; status?: string }>(`PATCH /api/shipments/${shipmentId}/status`, {
    person,
    json: { status, ...more },
  });

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'dockline-reports-'));
  dock = await startDock({ dataDir });
  await furnish(dock);
  shipmentId = (await announce(dock)).id;
  for (const status of ['arrived', 'at_door', 'unloading', 'counting', 'received'])
    expect((await step(status, status === 'at_door' ? { doorId: 'JOL-D1' } : {})).status).toBe(200);
});
afterEach(async () => {
  await dock.close();
  await rm(dataDir, { recursive: true, force: true });
});

type Lists = { unsentOn?: string[]; workedOn?: string[]; leaving?: boolean };
const saying = ({ leaving = false, ...lists }: Lists, clientId = 'kiosk-of-mara') => ({
  station: 'Dock 3',
  clientId,
  clients: [{ clientId, ...lists }],
  leaving,
});
const report = (socket: Socket, lists: Lists, clientId?: string) =>
  socket.timeout(5000).emitWithAck('sync:report', saying(lists, clientId)) as Promise<{ ok: boolean; code?: string }>;
const joined = async (socket: Socket): Promise<AwaitedStation[]> =>
  (await socket.timeout(5000).emitWithAck('join:shipment', { shipmentId })).waitingFor;
const named = (awaited: readonly AwaitedStation[]) =>
  awaited.map(({ station, userName, state }) => [station, userName, state]);

describe('closing', () => {
  it('waits for unsent work until the station says that it has come', async () => {
    const kiosk = await dock.connect(PEOPLE.mara);
    expect(await report(kiosk, { unsentOn: [shipmentId] })).toEqual({ ok: true });
    const refused = await step('closed');
    expect(refused).toMatchObject({ status: 409, body: { code: 'blocked', shipment: { status: 'received' } } });
    expect(refused.body.detail).toContain('Dock 3 (Mara) has work on it that is not sent yet.');
    await report(kiosk, { workedOn: [shipmentId] });
    expect((await step('closed')).status).toBe(200);
  });

  it('waits for a station that has worked on it and fell silent, also after a restart, unless somebody says why not', async () => {
    const kiosk = await dock.connect(PEOPLE.mara);
    await report(kiosk, { workedOn: [shipmentId] });
    kiosk.disconnect();
    await vi.waitFor(async () => expect((await step('closed')).status).toBe(409));
    await dock.close();
    dock = await startDock({ dataDir });
    expect((await step('closed')).body.detail).toContain('Dock 3 (Mara) has worked on it, cannot be reached');
    expect((await step('closed', { reason: 'the kiosk is broken, counted again by hand' })).status).toBe(200);
    const { body } = await dock.ask<{ history: { details: object }[] }>(`/api/shipments/${shipmentId}/history`);
    expect(body.history.at(-1)?.details).toMatchObject({
      withoutStations: 'the kiosk is broken, counted again by hand',
    });
  });

  it('does not wait for one that was shut down in good order', async () => {
    const kiosk = await dock.connect(PEOPLE.mara);
    await report(kiosk, { workedOn: [shipmentId] });
    await report(kiosk, { workedOn: [shipmentId], leaving: true });
    kiosk.disconnect();
    await vi.waitFor(() => expect(dock.server.sockets.connections()).toBe(0));
    expect((await step('closed')).status).toBe(200);
  });

  it('takes the word of a station that polls', async () => {
    const asked = { person: PEOPLE.mara, json: saying({ unsentOn: [shipmentId] }) };
    const { status, text } = await dock.ask('POST /api/sync/report', asked);
    expect([status, text]).toEqual([204, '']);
    expect((await step('closed')).status).toBe(409);
    await dock.ask('POST /api/sync/report', { person: PEOPLE.mara, json: saying({}) });
    expect((await step('closed')).status).toBe(200);
  });

  it('waits for nobody who may not see it, and for no supplier', async () => {
    await report(await dock.connect(PEOPLE.dallas), { unsentOn: [shipmentId] }, 'kiosk-of-dallas');
    await report(await dock.connect(PEOPLE.acme), { unsentOn: [shipmentId] }, 'desk-of-acme');
    await report(await dock.connect(PEOPLE.mara), { unsentOn: ['no-such-shipment'] });
    expect((await step('closed')).status).toBe(200);
  });
});

describe('whoever looks at a shipment', () => {
  it('is told what closing waits for, and of every change in that', async () => {
    const lead = await dock.connect(PEOPLE.lena);
    expect(await joined(lead)).toEqual([]);
    const kiosk = await dock.connect(PEOPLE.mara);
    const told: [string, unknown][] = [];
    lead.on('shipment:waiting', (event: DownPayload['shipment:waiting']) =>
      told.push([event.shipmentId, named(event.waitingFor)]),
    );
    await report(kiosk, { unsentOn: [shipmentId], workedOn: [shipmentId] });
    await vi.waitFor(() => expect(told).toEqual([[shipmentId, [['Dock 3', 'Mara', 'unsent']]]]));
    await report(kiosk, { workedOn: [shipmentId] });
    await vi.waitFor(() => expect(told.at(-1)).toEqual([shipmentId, []]));
    kiosk.disconnect();
    await vi.waitFor(() => expect(told.at(-1)).toEqual([shipmentId, [['Dock 3', 'Mara', 'unheard']]]));
    expect(named(await joined(await dock.connect(PEOPLE.ivo)))).toEqual([['Dock 3', 'Mara', 'unheard']]);
    await report(await dock.connect(PEOPLE.mara), { workedOn: [shipmentId] });
    await vi.waitFor(() => expect(told.at(-1)).toEqual([shipmentId, []]));
  });

  it('hears nothing of their own station, and a supplier of none', async () => {
    const kiosk = await dock.connect(PEOPLE.mara);
    const supplier = await dock.connect(PEOPLE.acme);
    const told: unknown[] = [];
    supplier.on('shipment:waiting', (event) => told.push(event));
    expect([await joined(kiosk), await joined(supplier)]).toEqual([[], []]);
    const own = heard(kiosk, 'shipment:waiting');
    await report(kiosk, { unsentOn: [shipmentId] });
    expect((await own).waitingFor).toEqual([]);
    expect([await joined(kiosk), await joined(supplier)]).toEqual([[], []]);
    expect(told).toEqual([]);
  });
});

describe('at a shared station', () => {
  const of = (clientId: string, ...others: object[]) => ({
    station: 'Dock 3',
    clientId,
    clients: [{ clientId }, ...others],
  });

  it('what the next person does not see is not forgotten, and what they do see is told to them', async () => {
    const mara = await dock.connect(PEOPLE.mara);
    await report(mara, { unsentOn: [shipmentId] });
    mara.disconnect();
    const dan = await dock.connect(PEOPLE.dallas);
    const others = { clientId: 'kiosk-of-mara' };
    expect(await dan.timeout(5000).emitWithAck('sync:report', of('kiosk-of-dan', others))).toEqual({ ok: true });
    expect((await step('closed')).body.detail).toContain('Dock 3 (Mara) has work on it');
    dan.disconnect();
    const lena = await dock.connect(PEOPLE.lena);
    await lena.timeout(5000).emitWithAck('sync:report', of('kiosk-of-lena', { ...others, unsentOn: [shipmentId] }));
    expect(named(await joined(lena))).toEqual([['Dock 3', 'Mara', 'unsent']]);
    await lena.timeout(5000).emitWithAck('sync:report', of('kiosk-of-lena', others));
    expect((await step('closed')).status).toBe(200);
  });
});

describe('a report', () => {
  it.each([
    ['nothing', undefined],
    ['nobody', { clients: [] }],
    ['no list', { clients: [{ clientId: 'kiosk-of-mara', unsentOn: 'S' }] }],
    ['a short id', { clients: [{ clientId: 'kiosk', unsentOn: [] }] }],
    [
      'too many',
      { clients: [{ clientId: 'kiosk-of-mara', unsentOn: Array.from({ length: 1001 }, (_, n) => `S${n}`) }] },
    ],
  ])('of %s is refused by both doors', async (_what, payload) => {
    const kiosk = await dock.connect(PEOPLE.mara);
    expect(await kiosk.timeout(5000).emitWithAck('sync:report', payload)).toMatchObject({
      ok: false,
      code: 'malformed',
    });
    const { status } = await dock.ask('POST /api/sync/report', { person: PEOPLE.mara, json: payload ?? null });
    expect([400, 422]).toContain(status);
    expect((await step('closed')).status).toBe(200);
  });

  it('that is too much is refused before it is read, whoever sends it, and holds up nobody', async () => {
    const kiosk = await dock.connect(PEOPLE.mara);
    const bystander = await dock.connect(PEOPLE.ivo);
    const clients = Array.from({ length: 200 }, (_, n) => ({
      clientId: `client-${n}`,
      unsentOn: Array.from({ length: 1000 }, () => 1),
    }));
    const answer = kiosk.timeout(5000).emitWithAck('sync:report', { clients });
    const asked = performance.now();
    await bystander.timeout(5000).emitWithAck('ping', {});
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect((await answer).ok).toBe(false);
    expect(JSON.stringify(await answer).length).toBeLessThan(2_000);
    const { status, text } = await dock.ask('POST /api/sync/report', { person: PEOPLE.mara, json: { clients } });
    expect([400, 413, 422]).toContain(status);
    expect(text.length).toBeLessThan(10_000);
  });

  it('is counted: nobody reports without end', async () => {
    const kiosk = await dock.connect(PEOPLE.mara);
    const answers = await Promise.all(Array.from({ length: 40 }, () => report(kiosk, { workedOn: [shipmentId] })));
    expect(answers.filter(({ ok }) => ok).length).toBeGreaterThanOrEqual(20);
    expect(answers.filter(({ code }) => code === 'too_fast').length).toBeGreaterThan(10);
  });

  it('needs a token', async () => {
    expect((await dock.ask('POST /api/sync/report', { person: null, json: saying({}) })).status).toBe(401);
  });

  it('of somebody who hangs up meanwhile leaves nobody who seems to be there', async () => {
    const kiosk = await dock.connect(PEOPLE.mara);
    kiosk.emit('sync:report', saying({ workedOn: [shipmentId] }));
    kiosk.disconnect();
    await vi.waitFor(() => expect(dock.server.sockets.connections()).toBe(0));
    const kept = await vi.waitFor(async () => {
      const reports = await dock.server.storage.keptReports();
      expect(reports).toHaveLength(1);
      return reports;
    });
    expect(kept).toMatchObject([{ clientId: 'kiosk-of-mara' }]);
    await vi.waitFor(async () => expect((await step('closed')).status).toBe(409));
  });
});
