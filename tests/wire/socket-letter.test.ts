import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import {
  type Ask,
  announce,
  asking,
  type Body,
  connect,
  entering,
  expectUtc,
  form,
  hear,
  INSPECTOR,
  inOneHour,
  LEAD,
  pdf,
  RECEIVER,
  STRANGER,
  SUPPLIER,
  say,
  signed,
} from './outside-client.ts';

let server: ServerProcess;
let ask: Ask;

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
});
afterAll(async () => {
  await server?.stop();
});

const enter = entering(() => server);

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);

describe('signing in', () => {
  const refusedWith = async (token: unknown, transport: 'websocket' | 'polling'): Promise<string> => {
    const error: { data?: { code?: string } } = await connect(server.url, token, transport).then(
      (socket) => {
        socket.close();
        return {};
      },
      (refused) => refused as object,
    );
    return error.data?.code ?? 'let in';
  };

  it.each(['websocket', 'polling'] as const)('over %s says with connect_error why not', async (transport) => {
    const old = await signed(server.secret, { ...LEAD, exp: inOneHour() - 7200 });
    const forged = await signed('not the secret of this server at all', LEAD);
    const good = await signed(server.secret, LEAD);
    expect(await refusedWith(undefined, transport)).toBe('not_signed_in');
    expect(await refusedWith('', transport)).toBe('not_signed_in');
    expect(await refusedWith(forged, transport)).toBe('token_invalid');
    expect(await refusedWith({ sub: 'lea' }, transport)).toBe('token_invalid');
    expect(await refusedWith(`${good.slice(0, -4)}AAAA`, transport)).toBe('token_invalid');
    expect(await refusedWith(old, transport)).toBe('token_expired');
  });

  it('closes a live socket when its token expires', async () => {
    const exp = Math.floor(Date.now() / 1000) + 2;
    const socket = await enter({ ...LEAD, exp });
    const reason = await new Promise((resolve) => socket.once('disconnect', resolve));
    expect(reason).toBe('io server disconnect');
    expect(Date.now() / 1000).toBeGreaterThanOrEqual(exp);
    expect(Date.now() / 1000).toBeLessThan(exp + 3);
  });
});

describe.each(['websocket', 'polling'] as const)('acknowledgements over %s', (transport) => {
  it('agree with ok: true and what the guide says', async () => {
    const { id } = await announce(ask);
    const socket = await enter(LEAD, transport);
    expect(await say(socket, 'ping')).toEqual({ ok: true, at: INSTANT });
    const joined = await say(socket, 'join:shipment', { shipmentId: id });
    expect(joined).toMatchObject({ ok: true, viewers: [{ userId: 'lea', userName: 'Lea', socketId: socket.id }] });
    expectUtc(joined);
    for (const event of ['typing:start', 'typing:stop', 'leave:shipment'])
      expect(await say(socket, event, { shipmentId: id }), event).toEqual({ ok: true });
    const clients = [{ clientId: 'station-of-the-letter', unsentOn: [id], workedOn: [] }];
    expect(await say(socket, 'sync:report', { station: 'Dock 3', clients })).toEqual({ ok: true });
    expect(await say(socket, 'sync:report', { clients: [{ clientId: 'station-of-the-letter' }] })).toEqual({
      ok: true,
    });
  });

  it('refuse with ok: false, a code and a sentence', async () => {
    const { id } = await announce(ask);
    const socket = await enter(STRANGER, transport);
    const refused = async (code: string, event: string, ...payload: unknown[]) =>
      expect(await say(socket, event, ...payload), event).toEqual({
        ok: false,
        code,
        message: expect.stringMatching(/\w \w/),
      });
    await refused('not_found', 'join:shipment', { shipmentId: id });
    await refused('not_found', 'join:shipment', { shipmentId: 'no-such' });
    await refused('malformed', 'join:shipment', { shipmentId: { $ne: null } });
    await refused('malformed', 'join:shipment');
    await refused('forbidden', 'typing:start', { shipmentId: id });
    await refused('malformed', 'sync:hello', {});
    await refused('malformed', 'sync:push', { mutations: [] });
    await refused('malformed', 'sync:report', { clients: [] });
    await refused('unknown_event', 'shipment:updated', { shipmentId: id });
    await refused('unknown_event', 'join:warehouse', { warehouseId: 'WH-1' });
  });

  it('brings events too', async () => {
    const { id } = await announce(ask);
    const socket = await enter(LEAD, transport);
    await say(socket, 'join:shipment', { shipmentId: id });
    const told = hear(socket, 'shipment:updated');
    await ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'in_transit' } });
    expect(await told).toMatchObject({ shipmentId: id, status: 'in_transit' });
  });
});

describe('events about a shipment', () => {
  let id: string;
  let viewer: Socket;
  const collect = (socket: Socket): Body[] => {
    const all: Body[] = [];
    socket.onAny((event: string, payload: Body) => {
      if (!event.startsWith('sync:')) all.push(payload);
    });
    return all;
  };
  const watch = async (): Promise<void> => {
    id = String((await announce(ask)).id);
    viewer = await enter();
    await say(viewer, 'join:shipment', { shipmentId: id });
  };
  const causing = async (event: string, cause: () => Promise<{ status: number; text: string }>): Promise<Body> => {
    const told = hear(viewer, event);
    const done = await cause();
    expect(done.status, done.text).toBeLessThan(300);
    const payload = await told;
    expect(payload).toMatchObject({ type: event, seq: expect.any(Number), timestamp: INSTANT });
    expectUtc(payload);
    return payload;
  };

  it('shipment:updated', async () => {
    await watch();
    const json = { status: 'in_transit' };
    expect(await causing('shipment:updated', () => ask(`PATCH /api/shipments/${id}/status`, { json }))).toMatchObject({
      shipmentId: id,
      status: 'in_transit',
      statusChangedAt: INSTANT,
      changedBy: 'Lea',
      shipment: { id, poNumber: expect.any(String), status: 'in_transit', eta: INSTANT },
    });
  });

  it('document:uploaded', async () => {
    await watch();
    const cause = () => ask(`POST /api/shipments/${id}/documents`, { as: RECEIVER, body: form(pdf()) });
    expect(await causing('document:uploaded', cause)).toMatchObject({
      shipmentId: id,
      document: {
        id: expect.any(String),
        fileName: 'bill.pdf',
        documentType: 'bill_of_lading',
        fileSize: pdf().length,
        uploadedAt: INSTANT,
        uploadedBy: 'Rob',
        isVerified: expect.any(Boolean),
      },
    });
  });

  it('inspection:updated', async () => {
    await watch();
    const cause = () =>
      ask(`PUT /api/shipments/${id}/inspections/i-${id}`, { as: INSPECTOR, json: { status: 'claimed' } });
    expect(await causing('inspection:updated', cause)).toMatchObject({
      shipmentId: id,
      inspection: { id: `i-${id}`, shipmentId: id, status: expect.stringMatching(/^(requested|claimed)$/) },
    });
  });

  it('shipment:rejected', async () => {
    await watch();
    const cause = () => ask(`POST /api/shipments/${id}/reject`, { json: { reasonCode: 'wet', quantity: 2 } });
    expect(await causing('shipment:rejected', cause)).toMatchObject({
      shipmentId: id,
      rejection: { shipmentId: id, reasonCode: 'wet', quantity: '2' },
    });
  });

  it('reach those who joined and nobody else, and end with leave:shipment', async () => {
    await watch();
    const outside = await enter(RECEIVER);
    const left = await enter(INSPECTOR);
    await say(left, 'join:shipment', { shipmentId: id });
    await say(left, 'leave:shipment', { shipmentId: id });
    const quiet = [collect(outside), collect(left)];
    await causing('shipment:updated', () => ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'arrived' } }));
    await Promise.all([say(outside, 'ping'), say(left, 'ping')]);
    expect(quiet).toEqual([[], []]);
  });

  it('do not tell a supplier who in the house did it', async () => {
    await watch();
    const supplier = await enter(SUPPLIER);
    expect(await say(supplier, 'join:shipment', { shipmentId: id })).toMatchObject({ ok: true });
    const told = hear(supplier, 'shipment:updated');
    await ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'arrived' } });
    expect(JSON.stringify(await told)).not.toMatch(/Lea|"lea"/);
  });
});

describe('warehouse:capacity_updated', () => {
  it('reaches the sockets of that warehouse, without joining, and no others', async () => {
    await announce(ask);
    const all = await enter();
    const here = await enter({ ...RECEIVER, warehouses: ['WH-1', 'WH-9'] });
    const elsewhere = await enter(STRANGER);
    const supplier = await enter(SUPPLIER);
    const leaks: unknown[] = [];
    for (const socket of [elsewhere, supplier])
      socket.on('warehouse:capacity_updated', (payload) => leaks.push(payload));
    const told = [hear(all, 'warehouse:capacity_updated'), hear(here, 'warehouse:capacity_updated')];
    await ask('PUT /api/warehouses/WH-1/capacity', { json: { total: 40, available: 10 } });
    for (const payload of await Promise.all(told))
      expect(payload).toMatchObject({
        type: 'warehouse:capacity_updated',
        warehouseId: 'WH-1',
        capacity: { total: 40, available: 10, utilization: 75 },
        seq: expect.any(Number),
        timestamp: INSTANT,
      });
    await Promise.all([say(elsewhere, 'ping'), say(supplier, 'ping')]);
    expect(leaks).toEqual([]);
  });
});

describe('presence', () => {
  it('tells who comes, types, and goes, and how many are left', async () => {
    const { id } = await announce(ask);
    const first = await enter();
    const second = await enter(RECEIVER);
    await say(first, 'join:shipment', { shipmentId: id });
    const viewing = hear(first, 'user:viewing');
    const joined = await say(second, 'join:shipment', { shipmentId: id });
    expect(joined.viewers?.map(({ userId }) => userId)).toEqual(['lea', 'rob']);
    const whom = { userId: 'rob', userName: 'Rob', shipmentId: id, timestamp: INSTANT };
    expect(await viewing).toMatchObject({ type: 'user:viewing', ...whom, socketId: second.id, viewersCount: 2 });

    const typing = hear(first, 'user:typing');
    await say(second, 'typing:start', { shipmentId: id });
    expect(await typing).toMatchObject({ type: 'user:typing', ...whom, isTyping: true });
    const stopped = hear(first, 'user:typing');
    await say(second, 'typing:stop', { shipmentId: id });
    expect(await stopped).toMatchObject({ type: 'user:typing', ...whom, isTyping: false });

    const gone = hear(first, 'user:disconnected');
    const socketId = second.id;
    second.close();
    expect(await gone).toMatchObject({
      type: 'user:disconnected',
      userId: 'rob',
      socketId,
      viewersCount: 1,
      timestamp: INSTANT,
    });
    const rejoined = await say(first, 'join:shipment', { shipmentId: id });
    expect(rejoined.viewers).toHaveLength(1);
  });

  it('says so too when somebody leaves and stays connected, typing or not', async () => {
    const { id } = await announce(ask);
    const first = await enter();
    const second = await enter(RECEIVER);
    await say(first, 'join:shipment', { shipmentId: id });
    await say(second, 'join:shipment', { shipmentId: id });
    await say(second, 'typing:start', { shipmentId: id });
    const told = [hear(first, 'user:typing', ({ isTyping }) => !isTyping), hear(first, 'user:disconnected')];
    await say(second, 'leave:shipment', { shipmentId: id });
    expect(await Promise.all(told)).toMatchObject([{ isTyping: false }, { userId: 'rob', viewersCount: 1 }]);
  });
});
