import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DOWN, type GuideEvent } from '#contract/wire/down.ts';
import { UP } from '#contract/wire/up.ts';
import { announce, type Dock, furnish, heard, PEOPLE, SECRET, startDock, tokenFor } from '../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  dock = await startDock({ allowedOrigins: ['http://localhost:5173'] });
  await furnish(dock);
});
afterAll(() => dock.close());

const say = (socket: Socket, event: string, ...args: unknown[]) => socket.timeout(3000).emitWithAck(event, ...args);
const join = async (socket: Socket, shipmentId: string) =>
  UP['join:shipment'].ok.parse(await say(socket, 'join:shipment', { shipmentId }));
const pair = async (shipmentId: string) => {
  const [mara, ivo] = [await dock.connect(PEOPLE.mara), await dock.connect(PEOPLE.ivo)];
  await join(mara, shipmentId);
  await join(ivo, shipmentId);
  return { mara, ivo };
};
/** Fails the test when the event comes within a moment. */
const silence = (socket: Socket, event: GuideEvent, ms = 250) =>
  new Promise<void>((resolve, reject) => {
    socket.once(event, () => reject(new Error(`${event} came`)));
    setTimeout(resolve, ms);
  });
const refusedWith = async (auth: unknown, options = {}) => {
  const socket = io(dock.url, {
    auth: auth as object,
    forceNew: true,
    reconnection: false,
    transports: ['websocket'],
    ...options,
  });
  const error = await new Promise<Error & { data?: { code: string; message: string } }>((resolve, reject) => {
    socket.once('connect_error', resolve);
    socket.once('connect', () => reject(new Error('it connected')));
  });
  socket.disconnect();
  return error;
};

describe('signing in', () => {
  it.each([
    ['nothing', async () => undefined, 'not_signed_in'],
    ['no string', async () => ({ deep: true }), 'token_invalid'],
    ['another secret', () => tokenFor(PEOPLE.mara, 'guess'), 'token_invalid'],
    ['an expired token', () => tokenFor({ ...PEOPLE.mara, exp: 1 }), 'token_expired'],
  ])('refuses %s and says why', async (_what, token, code) => {
    const { data, message } = await refusedWith({ token: await token() });
    expect(data?.code).toBe(code);
    expect(data?.message).toBe(message);
  });

  it.each([['websocket'], ['polling']])('works over %s', async (transport) => {
    const socket = await dock.connect(PEOPLE.mara, { transports: [transport] });
    expect(await say(socket, 'ping')).toMatchObject({ ok: true, at: expect.stringMatching(/Z$/) });
  });

  it('closes a socket when its token expires', async () => {
    const socket = await dock.connect({ ...PEOPLE.mara, exp: Math.floor(Date.now() / 1000) + 2 });
    const reason = await new Promise((resolve) => socket.once('disconnect', resolve));
    expect(reason).toBe('io server disconnect');
    expect((await refusedWith(socket.auth)).data?.code).toBe('token_expired');
  });

  it('keeps a socket open whose token lasts longer than a timer can', async () => {
    const socket = await dock.connect({ ...PEOPLE.mara, exp: Math.floor(Date.now() / 1000) + 100 * 86_400 });
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(socket.connected).toBe(true);
  });
});

describe('origins', () => {
  const token = () => tokenFor(PEOPLE.mara, SECRET);
  const status = async (transport: string, origin: string) => {
    const { description, context } = (await refusedWith(
      { token: await token() },
      { transports: [transport], extraHeaders: { origin } },
    )) as never as { description: unknown; context: { statusCode?: number; status?: number } };
    return description ?? context.status;
  };

  it('refuses a page that is not on the list, over polling with 403', async () => {
    expect(await status('polling', 'http://evil.example')).toBe(403);
  });

  it('refuses it over WebSocket too, which CORS does not bind', async () => {
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': `${'x'.repeat(22)}==`,
    };
    const { request } = await import('node:http');
    const answered = (origin: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const url = `${dock.url}/socket.io/?EIO=4&transport=websocket`;
        const asked = request(url, { headers: { ...upgrade, origin } }, (reply) => resolve(reply.statusCode));
        asked.on('upgrade', (reply, socket) => {
          socket.destroy();
          resolve(reply.statusCode);
        });
        asked.on('error', reject);
        asked.end();
      });
    expect(await answered('http://evil.example')).toBe(403);
    expect(await answered('null')).toBe(403);
    expect(await answered('http://localhost:5173')).toBe(101);
  });

  it('lets in pages on the list and native clients', async () => {
    for (const options of [{ extraHeaders: { origin: 'http://localhost:5173' } }, {}])
      expect((await dock.connect(PEOPLE.mara, options)).connected).toBe(true);
  });
});

describe('looking at a shipment', () => {
  it('answers who looks, and tells the others who came and went', async () => {
    const { id } = await announce(dock);
    const [mara, ivo] = [await dock.connect(PEOPLE.mara), await dock.connect(PEOPLE.ivo)];
    expect((await join(mara, id)).viewers.map(({ userName }) => userName)).toEqual(['Mara']);
    const came = heard(mara, 'user:viewing');
    const silent = silence(ivo, 'user:viewing');
    const joined = await join(ivo, id);
    expect(joined.viewers.map(({ userName }) => userName)).toEqual(['Mara', 'Ivo']);
    expect(DOWN['user:viewing'].parse(await came)).toMatchObject({
      type: 'user:viewing',
      userId: 'ivo',
      userName: 'Ivo',
      socketId: ivo.id,
      shipmentId: id,
      viewersCount: 2,
    });
    await silent;
    expect(dock.server.sockets.getShipmentViewers(id)).toHaveLength(2);
    const left = heard(mara, 'user:disconnected');
    expect(await say(ivo, 'leave:shipment', { shipmentId: id })).toEqual({ ok: true });
    expect(DOWN['user:disconnected'].parse(await left)).toMatchObject({ userId: 'ivo', viewersCount: 1 });
  });

  it('tells the others when a connection is gone', async () => {
    const { id } = await announce(dock);
    const { mara, ivo } = await pair(id);
    const left = heard(mara, 'user:disconnected');
    const ivosSocket = ivo.id;
    ivo.disconnect();
    expect(await left).toMatchObject({ socketId: ivosSocket, shipmentId: id, viewersCount: 1 });
  });

  it('is for those who may see it', async () => {
    const { id } = await announce(dock);
    for (const person of [PEOPLE.dallas, PEOPLE.zenith]) {
      const socket = await dock.connect(person);
      expect(await say(socket, 'join:shipment', { shipmentId: id })).toMatchObject({ ok: false, code: 'not_found' });
      expect(await say(socket, 'join:shipment', { shipmentId: 'unknown' })).toMatchObject({
        ok: false,
        code: 'not_found',
      });
    }
    expect((await join(await dock.connect(PEOPLE.acme), id)).viewersCount).toBe(1);
  });

  it('tells who types, once, and that they stopped', async () => {
    const { id } = await announce(dock);
    const { mara, ivo } = await pair(id);
    const typing: boolean[] = [];
    mara.on('user:typing', (event: unknown) => typing.push(DOWN['user:typing'].parse(event).isTyping));
    for (let times = 0; times < 3; times += 1)
      expect(await say(ivo, 'typing:start', { shipmentId: id })).toEqual({ ok: true });
    expect(await say(ivo, 'typing:stop', { shipmentId: id })).toEqual({ ok: true });
    await say(mara, 'ping');
    expect(typing).toEqual([true, false]);
    const stranger = await dock.connect(PEOPLE.lena);
    expect(await say(stranger, 'typing:start', { shipmentId: id })).toMatchObject({ ok: false, code: 'forbidden' });
  });

  it('tells a supplier that the house looks and types, not who', async () => {
    const { id } = await announce(dock);
    const [mara, acme] = [await dock.connect(PEOPLE.mara), await dock.connect(PEOPLE.acme)];
    await join(mara, id);
    const joined = await join(acme, id);
    expect(joined.viewers).toMatchObject([
      { userId: 'staff', userName: '', socketId: mara.id },
      { userId: 'acme-desk', userName: 'Acme desk', socketId: acme.id },
    ]);
    const heardByAcme: unknown[] = [];
    const heardByMara: unknown[] = [];
    acme.onAny((...event) => heardByAcme.push(event));
    mara.onAny((...event) => heardByMara.push(event));
    const ivo = await dock.connect(PEOPLE.ivo);
    await join(ivo, id);
    await say(ivo, 'typing:start', { shipmentId: id });
    await say(ivo, 'leave:shipment', { shipmentId: id });
    await say(acme, 'typing:start', { shipmentId: id });
    await Promise.all([say(acme, 'ping'), say(mara, 'ping')]);
    expect(heardByAcme).toMatchObject([
      ['user:viewing', { userId: 'staff', userName: '', socketId: ivo.id, viewersCount: 3 }],
      ['user:typing', { userId: 'staff', userName: '', isTyping: true }],
      ['user:typing', { userId: 'staff', userName: '', isTyping: false }],
      ['user:disconnected', { userId: 'staff', userName: '', viewersCount: 2 }],
    ]);
    expect(JSON.stringify(heardByAcme)).not.toContain('Ivo');
    expect(heardByMara).toMatchObject([
      ['user:viewing', { userId: 'ivo', userName: 'Ivo' }],
      ['user:typing', { userName: 'Ivo', isTyping: true }],
      ['user:typing', { userName: 'Ivo', isTyping: false }],
      ['user:disconnected', { userName: 'Ivo' }],
      ['user:typing', { userName: 'Acme desk', isTyping: true }],
    ]);
  });

  it('slows down who types too fast', async () => {
    const { id } = await announce(dock);
    const { ivo } = await pair(id);
    const answers = await Promise.all(Array.from({ length: 12 }, () => say(ivo, 'typing:start', { shipmentId: id })));
    expect(answers.filter(({ code }) => code === 'too_fast').length).toBeGreaterThanOrEqual(5);
  });
});

describe('what happened', () => {
  const patch = (id: string, status: string) => dock.ask(`PATCH /api/shipments/${id}/status`, { json: { status } });

  it('reaches everybody who looks at the shipment, and nobody else', async () => {
    const { id } = await announce(dock);
    const { mara, ivo } = await pair(id);
    const stranger = await dock.connect(PEOPLE.lena);
    const quiet = silence(stranger, 'shipment:updated', 500);
    const events = [heard(mara, 'shipment:updated'), heard(ivo, 'shipment:updated')];
    await patch(id, 'in_transit');
    for (const event of await Promise.all(events)) {
      expect(DOWN['shipment:updated'].parse(event)).toMatchObject({
        type: 'shipment:updated',
        shipmentId: id,
        status: 'in_transit',
        changedBy: 'Lena',
        shipment: { id, poNumber: 'PO-1', status: 'in_transit', eta: null },
      });
      expect(event.seq).toBeGreaterThan(0);
      expect([event.timestamp, event.statusChangedAt].every((at) => at.endsWith('Z'))).toBe(true);
    }
    await quiet;
  });

  it('tells every step, in order, however fast they come', async () => {
    const { id } = await announce(dock);
    const { mara } = await pair(id);
    const steps: string[] = [];
    mara.on('shipment:updated', ({ status }: { status: string }) => steps.push(status));
    const wanted = ['in_transit', 'arrived', 'at_door', 'unloading', 'counting', 'received'];
    for (const status of wanted) await patch(id, status);
    await expect.poll(() => steps).toEqual(wanted);
  });

  it('tells of documents, inspections and rejections', async () => {
    const { id } = await announce(dock);
    const { mara } = await pair(id);
    await patch(id, 'arrived');
    const form = new FormData();
    form.set('documentType', 'proof_of_delivery');
    form.set('file', new Blob(['%PDF-1.7 …']), 'POD.pdf');
    const uploaded = heard(mara, 'document:uploaded');
    await dock.ask(`POST /api/shipments/${id}/documents`, { body: form, person: PEOPLE.acme });
    expect(DOWN['document:uploaded'].parse(await uploaded)).toMatchObject({
      shipmentId: id,
      document: {
        fileName: 'POD.pdf',
        documentType: 'proof_of_delivery',
        fileSize: 12,
        uploadedBy: 'Acme desk',
        isVerified: false,
      },
    });
    const inspected = heard(mara, 'inspection:updated');
    await dock.ask(`PUT /api/shipments/${id}/inspections/i-1`, { json: { status: 'requested' } });
    expect(DOWN['inspection:updated'].parse(await inspected)).toMatchObject({
      inspection: { id: 'i-1', status: 'requested' },
    });
    const rejected = heard(mara, 'shipment:rejected');
    await dock.ask(`POST /api/shipments/${id}/reject`, { json: { reasonCode: 'damaged', quantity: '1' } });
    expect(DOWN['shipment:rejected'].parse(await rejected)).toMatchObject({ rejection: { reasonCode: 'damaged' } });
  });

  it('tells of capacity those who have the warehouse, those of all warehouses included', async () => {
    const [all, joliet] = [
      await dock.connect(PEOPLE.lena),
      await dock.connect({ ...PEOPLE.mara, warehouses: ['JOL'] }),
    ];
    const others = [await dock.connect(PEOPLE.dallas), await dock.connect(PEOPLE.acme)];
    const quiet = others.map((socket) => silence(socket, 'warehouse:capacity_updated', 400));
    const events = [all, joliet].map((socket) => heard(socket, 'warehouse:capacity_updated'));
    await dock.ask('PUT /api/warehouses/JOL/capacity', { json: { total: 1000, available: 350 } });
    for (const event of await Promise.all(events))
      expect(DOWN['warehouse:capacity_updated'].parse(event)).toMatchObject({
        warehouseId: 'JOL',
        capacity: { total: 1000, available: 350, utilization: 65 },
      });
    await Promise.all(quiet);
  });

  it('shows a supplier no names and no holds of the house', async () => {
    const { id } = await announce(dock);
    const [acme, mara] = [await dock.connect(PEOPLE.acme), await dock.connect(PEOPLE.mara)];
    await join(acme, id);
    await join(mara, id);
    const [theirs, ours] = [heard(acme, 'shipment:updated'), heard(mara, 'shipment:updated')];
    await patch(id, 'arrived');
    expect((await ours).changedBy).toBe('Lena');
    expect(DOWN['shipment:updated'].parse(await theirs)).toMatchObject({ status: 'arrived', changedBy: '' });
  });

  it('no longer reaches one who left', async () => {
    const { id } = await announce(dock);
    const { mara } = await pair(id);
    await say(mara, 'leave:shipment', { shipmentId: id });
    const quiet = silence(mara, 'shipment:updated', 400);
    await patch(id, 'arrived');
    await quiet;
  });

  it('no longer reaches one from whose sight the shipment has gone, who is told so', async () => {
    const { id } = await announce(dock);
    const ofJoliet = { warehouses: ['JOL'] };
    const [mara, ivo, lena] = await Promise.all([
      dock.connect({ ...PEOPLE.mara, ...ofJoliet }),
      dock.connect({ ...PEOPLE.ivo, ...ofJoliet }),
      dock.connect(PEOPLE.lena),
    ]);
    for (const socket of [mara, ivo, lena]) await join(socket, id);
    const [own, theirs] = [heard(mara, 'user:disconnected'), heard(lena, 'user:disconnected')];
    const sent: string[] = [];
    for (const socket of [mara, ivo]) socket.onAny((event) => sent.push(event));
    const mutation = { clientId: `sender-of-${id}`, n: 1, type: 'amendShipment', occurredAt: new Date().toISOString() };
    const mutations = [{ ...mutation, args: { shipmentId: id, warehouseId: 'DAL' } }];
    const reply = await dock.ask('POST /api/sync/mutations', { json: { mutations } });
    expect(reply.text).toContain('"verdict":"applied"');
    expect(DOWN['user:disconnected'].parse(await own)).toMatchObject({
      userId: 'mara',
      socketId: mara.id,
      shipmentId: id,
      viewersCount: 0,
    });
    expect((await theirs).socketId).not.toBe(lena.id);
    const moved = heard(lena, 'shipment:updated');
    await patch(id, 'in_transit');
    await moved;
    await Promise.all([say(mara, 'ping'), say(ivo, 'ping')]);
    expect(sent).toEqual(['user:disconnected', 'user:disconnected']);
    expect(dock.server.sockets.getShipmentViewers(id).map(({ socketId }) => socketId)).toEqual([lena.id]);
    expect((await say(mara, 'join:shipment', { shipmentId: id })).code).toBe('not_found');
  });
});
