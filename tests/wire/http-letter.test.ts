import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import {
  ADMIN,
  type Answer,
  type Ask,
  announce,
  asking,
  expectProblem,
  expectUtc,
  form,
  INSPECTOR,
  inOneHour,
  LEAD,
  pdf,
  RECEIVER,
  STRANGER,
  SUPPLIER,
  sample,
  signed,
} from './outside-client.ts';

let server: ServerProcess;
let strict: ServerProcess;
let ask: Ask;

beforeAll(async () => {
  [server, strict] = await Promise.all([startServerProcess(), startServerProcess({ env: { INTAKE_CREATE: 'false' } })]);
  ask = asking(server);
});
afterAll(async () => {
  await Promise.all([server?.stop(), strict?.kill9()]);
});

const step = (id: unknown, status: string, more: object = {}, as = LEAD): Promise<Answer> =>
  ask(`PATCH /api/shipments/${id}/status`, { as, json: { status, ...more } });

describe('operations', () => {
  it('says that it is well', async () => {
    const health = await ask('GET /health', { as: null });
    expect([health.status, health.body]).toEqual([200, { status: 'OK', ready: true }]);
  });

  it('measures connections, events, errors, latency, the head of the log and the lag of the tailer', async () => {
    const { status, text, headers } = await ask('GET /metrics', { as: null });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    for (const word of [/connections/, /events/, /error|refus/, /_bucket\{/, /head/, /lag/]) expect(text).toMatch(word);
  });

  it('describes every route of the guide', async () => {
    const { status, body } = await ask('GET /openapi.json', { as: null });
    expect(status).toBe(200);
    expect(String(body.openapi)).toMatch(/^3\./);
    const routes = Object.entries(body.paths ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes).toEqual(
      expect.arrayContaining([
        'GET /health',
        'GET /metrics',
        'GET /api/shipments',
        'GET /api/shipments/{id}',
        'GET /api/shipments/{id}/history',
        'POST /api/shipments',
        'PATCH /api/shipments/{id}/status',
        'POST /api/shipments/{id}/reject',
        'POST /api/shipments/{id}/documents',
        'GET /api/documents/{id}/content',
        'PUT /api/shipments/{id}/inspections/{inspectionId}',
        'PUT /api/warehouses/{id}/capacity',
        'POST /api/asns',
        'GET /api/sync/snapshot',
        'GET /api/sync/changes',
        'POST /api/sync/mutations',
      ]),
    );
    expect((await ask('GET /docs', { as: null })).headers.get('content-type')).toMatch(/^text\/html/);
  });
});

describe('who asks', () => {
  const ROUTES = [
    'GET /api/shipments',
    'GET /api/shipments/x',
    'GET /api/shipments/x/history',
    'POST /api/shipments',
    'PATCH /api/shipments/x/status',
    'POST /api/shipments/x/reject',
    'POST /api/shipments/x/documents',
    'GET /api/documents/x/content',
    'PUT /api/shipments/x/inspections/y',
    'PUT /api/warehouses/x/capacity',
    'POST /api/asns',
    'GET /api/sync/snapshot',
    'GET /api/sync/changes',
    'POST /api/sync/mutations',
  ];

  it.each(ROUTES)('%s wants a token', async (route) => {
    const missing = await ask(route, { as: null });
    expectProblem(missing, 401, 'not_signed_in');
    expect(missing.headers.get('www-authenticate')).toMatch(/^Bearer/);
    expectProblem(
      await ask(route, { token: await signed('another secret of 32 characters!', LEAD) }),
      401,
      'token_invalid',
    );
    expectProblem(await ask(route, { as: { ...LEAD, exp: inOneHour() - 7200 } }), 401, 'token_expired');
  });

  it.each([
    ['no subject', { sub: undefined }],
    ['an unknown role', { role: 'king' }],
    ['warehouses that are no list', { warehouses: '*' }],
    ['no end', { exp: undefined }],
    ['a supplier without its id', { role: 'supplier' }],
  ])('refuses a token with %s', async (_what, claims) => {
    expectProblem(await ask('GET /api/shipments', { as: { ...LEAD, ...claims } }), 401, 'token_invalid');
  });

  it('answers what is not there with a problem too', async () => {
    expectProblem(await ask('GET /api/nothing'), 404, 'not_found');
    expectProblem(await ask('DELETE /api/shipments/x'), 404, 'not_found');
    expectProblem(await ask('GET /nothing', { as: null }), 404, 'not_found');
  });

  it('lets pages of the allowed origins in and no others', async () => {
    const from = async (origin: string) =>
      (await ask('GET /health', { as: null, headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await from('http://localhost:5173')).toBe('http://localhost:5173');
    expect(await from('http://evil.example')).toBeNull();
  });
});

describe('POST /api/asns', () => {
  const x12 = { 'content-type': 'application/edi-x12' };
  const notice = sample('01-pallets-and-cartons.edi');

  it('takes an X12 856, says what it made, and makes nothing twice', async () => {
    const { status, body } = await ask('POST /api/asns', { as: ADMIN, body: notice, headers: x12 });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['shipments', 'warnings']);
    const [made] = body.shipments ?? [];
    expect(made).toEqual({ id: expect.any(String), number: expect.any(String), lines: expect.any(Number) });
    expect(body.warnings?.length).toBeGreaterThan(0);
    for (const warning of body.warnings ?? [])
      expect(warning).toEqual({ code: expect.any(String), message: expect.any(String), position: expect.any(String) });
    const detail = await ask(`GET /api/shipments/${made?.id}`);
    expect(detail.body.lines).toHaveLength(Number(made?.lines));
    const again = await ask('POST /api/asns', { as: ADMIN, body: notice, headers: x12 });
    expect(again.body.shipments).toEqual(body.shipments);
  });

  it('takes JSON, counts the lines, and warns of what it had to create', async () => {
    const json = {
      number: 'J-1',
      warehouseId: 'NEW-W',
      supplierId: 'NEW-S',
      lines: [{ quantity: '1' }, { quantity: '2' }],
    };
    const { status, body } = await ask('POST /api/asns', { as: ADMIN, json });
    expect(status).toBe(200);
    expect(body.shipments).toEqual([{ id: expect.any(String), number: 'J-1', lines: 2 }]);
    const said = (body.warnings ?? []).map(({ message }) => String(message)).join();
    expect(said).toMatch(/NEW-W/);
    expect(said).toMatch(/NEW-S/);
    const again = await ask('POST /api/asns', { as: ADMIN, json });
    expect(again.body).toEqual({ shipments: body.shipments, warnings: [] });
  });

  it('is for admin, lead and supplier', async () => {
    for (const as of [RECEIVER, INSPECTOR])
      expectProblem(await ask('POST /api/asns', { as, body: notice, headers: x12 }), 403, 'forbidden');
    const json = { number: 'SUP-1', warehouseId: 'WH-1', supplierId: 'SOMEBODY-ELSE' };
    const { body, status } = await ask('POST /api/asns', { as: SUPPLIER, json });
    expect(status).toBe(200);
    const made = await ask(`GET /api/shipments/${body.shipments?.[0]?.id}`);
    expect(made.body.supplierId).toBe('ACME');
  });

  it('refuses what is no notice, what is too large, and types it does not read', async () => {
    const send = (body: string, type = 'application/edi-x12') =>
      ask('POST /api/asns', { as: ADMIN, body, headers: { 'content-type': type } });
    expectProblem(await send('Dear dock, the truck comes on Monday.'), 422, 'not_a_ship_notice');
    expectProblem(await send(notice.slice(0, notice.length / 2)), 422, 'notice_truncated');
    expectProblem(await send('x'.repeat(11 * 1024 * 1024)), 413, 'too_large');
    for (const type of ['application/edifact', 'text/csv', 'text/plain', 'image/png'])
      expectProblem(await send('a;b', type), 415, 'unsupported_type');
  });

  it('creates nothing unknown when INTAKE_CREATE=false', async () => {
    const there = asking(strict);
    const json = { number: 'J-2', warehouseId: 'NEW-W', lines: [] };
    expectProblem(await there('POST /api/asns', { as: ADMIN, json }), 422, 'unknown_warehouse');
    const x12Answer = await there('POST /api/asns', { as: ADMIN, body: notice, headers: x12 });
    expect(x12Answer.status).toBe(422);
    expect(String(x12Answer.body.code)).toMatch(/^unknown_(warehouse|supplier)$/);
    expect((await there('GET /api/shipments')).body.shipments).toEqual([]);
  });
});

describe('shipments', () => {
  it('announces one, shows it whole, and keeps its history', async () => {
    await announce(ask);
    const { status, body, headers } = await ask('POST /api/shipments', {
      json: {
        number: 'S-1',
        warehouseId: 'WH-1',
        poNumbers: ['P1', 'P2'],
        eta: '2026-12-02T10:00:00Z',
        lines: [{ quantity: '3' }],
      },
    });
    expect(status).toBe(201);
    expect(headers.get('location')).toBe(`/api/shipments/${body.id}`);
    const detail = await ask(`GET /api/shipments/${body.id}`);
    expect(detail.body).toMatchObject({
      number: 'S-1',
      poNumber: 'P1',
      status: 'announced',
      warehouseId: 'WH-1',
      version: 1,
    });
    for (const list of ['lines', 'documents', 'inspections']) expect(Array.isArray(detail.body[list]), list).toBe(true);
    const history = await ask(`GET /api/shipments/${body.id}/history`);
    expect(history.body.history?.[0]).toMatchObject({ command: 'announceShipment', toStatus: 'announced' });
    expectUtc([detail.body, history.body]);
  });

  it('does not show to others what is not theirs, on any route', async () => {
    const { id } = await announce(ask);
    const other = { ...SUPPLIER, sub: 'zed', supplierId: 'ZENITH' };
    for (const as of [STRANGER, other]) {
      expectProblem(await ask(`GET /api/shipments/${id}`, { as }), 404, 'not_found');
      expectProblem(await ask(`GET /api/shipments/${id}/history`, { as }), 404, 'not_found');
      expectProblem(await step(id, 'arrived', {}, as), 404, 'not_found');
      const json = { reasonCode: 'damaged' };
      expectProblem(await ask(`POST /api/shipments/${id}/reject`, { as, json }), 404, 'not_found');
      expectProblem(await ask(`POST /api/shipments/${id}/documents`, { as, body: form(pdf()) }), 404, 'not_found');
      const inspection = `PUT /api/shipments/${id}/inspections/i-1`;
      expectProblem(await ask(inspection, { as, json: { status: 'requested' } }), 404, 'not_found');
      expect((await ask('GET /api/shipments', { as })).body.shipments).toEqual([]);
    }
  });

  it('lists newest expected first, in pages whose cursors repeat and lose nothing', async () => {
    for (let day = 1; day <= 7; day += 1)
      await announce(ask, { warehouseId: 'PAGES', trailer: `TR-${day}`, eta: `2027-01-0${day}T00:00:00Z` });
    const seen: string[] = [];
    let cursor: string | null = null;
    for (let pages = 0; pages < 10; pages += 1) {
      const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await ask(`GET /api/shipments?warehouseId=PAGES&limit=2${after}`);
      expect(status).toBe(200);
      expect(body.shipments?.length).toBeLessThanOrEqual(2);
      seen.push(...(body.shipments ?? []).map(({ trailer }) => String(trailer)));
      cursor = (body.nextCursor as unknown as string | null) ?? null;
      if (cursor === null) break;
    }
    expect(seen).toEqual([7, 6, 5, 4, 3, 2, 1].map((day) => `TR-${day}`));
    const found = await ask('GET /api/shipments?q=TR-3&status=announced');
    expect(found.body.shipments?.map(({ trailer }) => trailer)).toEqual(['TR-3']);
    for (const query of ['limit=0', 'limit=9999', 'status=lost', `q=${'x'.repeat(200)}`])
      expectProblem(await ask(`GET /api/shipments?${query}`), 422, 'invalid');
    const garbled = await ask('GET /api/shipments?cursor=bm90IGEgY3Vyc29y');
    expect([400, 422]).toContain(garbled.status);
  });

  it('takes legal steps, and answers illegal and lost ones with the shipment as it is', async () => {
    const { id, version } = await announce(ask);
    const moved = await step(id, 'in_transit', { expectedVersion: version });
    expect(moved.status).toBe(200);
    expect(moved.body).toMatchObject({ id, status: 'in_transit', version: Number(version) + 1 });
    expectUtc(moved.body);
    const illegal = await step(id, 'closed');
    expectProblem(illegal, 409, 'illegal_step');
    expect(illegal.body.shipment).toMatchObject({ id, status: 'in_transit' });
    const lost = await step(id, 'arrived', { expectedVersion: version });
    expectProblem(lost, 409, 'version_conflict');
    expect(lost.body.shipment).toMatchObject({ id, status: 'in_transit', version: Number(version) + 1 });
    expectProblem(await step(id, 'cancelled', {}, RECEIVER), 403, 'forbidden');
    const unknown = await step(id, 'eaten');
    expectProblem(unknown, 422, 'invalid');
    expect(unknown.body.issues?.[0]).toMatchObject({ path: 'status' });
    expectProblem(await step('no-such-shipment', 'arrived'), 404, 'not_found');
  });

  it('walks from the road to the end of the count', async () => {
    const { id } = await announce(ask);
    for (const status of ['in_transit', 'arrived', 'at_door', 'unloading', 'counting', 'received', 'closed']) {
      const { body, text } = await step(id, status);
      expect(body.status, text).toBe(status);
    }
    const { body } = await ask(`GET /api/shipments/${id}/history`);
    expect(body.history).toHaveLength(8);
  });

  it('records a rejection', async () => {
    const { id, lines } = await announce(ask);
    const { status, body } = await ask(`POST /api/shipments/${id}/reject`, {
      json: { reasonCode: 'damaged', quantity: 4, lineId: lines?.[0]?.id, note: 'wet', disposition: 'return' },
    });
    expect([status, body.success]).toEqual([200, true]);
    expect(body.rejection).toMatchObject({
      shipmentId: id,
      reasonCode: 'damaged',
      quantity: '4',
      note: 'wet',
      disposition: 'return',
    });
    expectUtc(body);
    const wrong = await ask(`POST /api/shipments/${id}/reject`, { json: { reasonCode: 'ugly' } });
    expectProblem(wrong, 422, 'invalid');
  });

  it('brings an inspection to where it is wanted, once', async () => {
    const { id } = await announce(ask);
    await step(id, 'arrived');
    const put = (json: object, as = INSPECTOR) => ask(`PUT /api/shipments/${id}/inspections/insp-${id}`, { as, json });
    expect((await put({ status: 'requested' }, LEAD)).body).toMatchObject({ id: `insp-${id}`, status: 'requested' });
    expect((await put({ status: 'claimed' })).body.status).toBe('claimed');
    const taken = await put({ status: 'claimed' }, { ...INSPECTOR, sub: 'ike', name: 'Ike' });
    expectProblem(taken, 409, 'already_claimed');
    const done = { status: 'completed', results: { inspected: '5', accepted: '3', rejected: '2', held: '0' } };
    expectProblem(await put({ ...done, results: { ...done.results, held: '9' } }), 422, 'quantities_do_not_add_up');
    const { status, body } = await put(done);
    expect([status, body.status, body.outcome]).toEqual([200, 'completed', 'partly_rejected']);
    expectProblem(await put({ status: 'claimed' }), 409, 'illegal_step');
    expectUtc(body);
  });
});

describe('too fast', () => {
  it('is answered 429 with when to come back, and only to the one who was', async () => {
    const token = await signed(server.secret, { ...LEAD, sub: 'hasty' });
    const answers: Answer[] = [];
    for (let round = 0; round < 12 && !answers.some(({ status }) => status === 429); round += 1)
      answers.push(
        ...(await Promise.all(Array.from({ length: 100 }, () => ask('GET /api/documents/x/content', { token })))),
      );
    const refused = answers.find(({ status }) => status === 429);
    if (refused === undefined) throw new Error(`${answers.length} requests at once were not too many`);
    expectProblem(refused, 429, 'too_fast');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('GET /api/shipments?limit=1')).status).toBe(200);
    expect((await ask('GET /health', { as: null })).status).toBe(200);
  });
});

it('stops on SIGTERM with exit code 0', async () => {
  expect(await server.stop()).toBe(0);
});
