import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import {
  type Ask,
  announce,
  asking,
  expectProblem,
  expectUtc,
  form,
  INSPECTOR,
  LEAD,
  pdf,
  RECEIVER,
  STRANGER,
  SUPPLIER,
} from './outside-client.ts';

let server: ServerProcess;
let ask: Ask;

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
});
afterAll(() => server?.kill9());

describe('documents', () => {
  const bytes = pdf('ranges');

  it('takes one, and gives it back whole, in part, and not at all when it is known', async () => {
    const { id } = await announce(ask);
    const made = await ask(`POST /api/shipments/${id}/documents`, { as: RECEIVER, body: form(bytes) });
    expect(made.status, made.text).toBe(201);
    expect(made.body).toMatchObject({
      id: expect.any(String),
      shipmentId: id,
      fileName: 'bill.pdf',
      documentType: 'bill_of_lading',
      fileSize: bytes.length,
      isVerified: expect.any(Boolean),
    });
    expectUtc(made.body);
    const path = `GET /api/documents/${made.body.id}/content`;
    const whole = await ask(path);
    expect([whole.status, whole.text]).toEqual([200, Buffer.from(bytes).toString()]);
    expect(whole.headers.get('accept-ranges')).toBe('bytes');
    const etag = whole.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[0-9a-f]{64}"$/);
    expect((await ask(path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    const part = await ask(path, { headers: { range: 'bytes=5-7' } });
    expect([part.status, part.text, part.headers.get('content-range')]).toEqual([
      206,
      '1.4',
      `bytes 5-7/${bytes.length}`,
    ]);
    expect((await ask(path, { headers: { range: 'bytes=-6' } })).text).toBe('%%EOF\n');
    expectProblem(await ask(path, { headers: { range: 'bytes=9999-' } }), 416, 'range_not_satisfiable');
    expectProblem(await ask(path, { as: STRANGER }), 404, 'not_found');
    expectProblem(await ask(path, { as: null }), 401, 'not_signed_in');
  });

  it.each([
    ['*', 304],
    ['W/"%"', 304],
    ['"other", "%"', 304],
    ['"other"', 200],
  ])('reads If-None-Match: %s as HTTP does', async (template, wanted) => {
    const { id } = await announce(ask);
    const { body } = await ask(`POST /api/shipments/${id}/documents`, { body: form(bytes) });
    const path = `GET /api/documents/${body.id}/content`;
    const etag = ((await ask(path)).headers.get('etag') ?? '').replaceAll('"', '');
    const header = template.replace('%', etag);
    expect((await ask(path, { headers: { 'if-none-match': header } })).status).toBe(wanted);
  });

  it('refuses other types, other forms, and nothing', async () => {
    const { id } = await announce(ask);
    const send = (body: FormData) => ask(`POST /api/shipments/${id}/documents`, { body });
    expectProblem(await send(form(Uint8Array.from(Buffer.from('MZ\0\0')), 'a.pdf')), 415, 'unsupported_type');
    expectProblem(await send(form(bytes, 'a.pdf', 'love_letter')), 422, 'invalid');
    expectProblem(await send(form(new Uint8Array(0))), 422, 'invalid');
    expectProblem(await send(new FormData()), 422, 'invalid');
    expectProblem(await ask(`POST /api/shipments/${id}/documents`, { json: {} }), 415, 'unsupported_type');
    expect((await ask(`GET /api/shipments/${id}`)).body.documents).toEqual([]);
  });
});

describe('capacity', () => {
  it.each([
    [200, 50, 75],
    [3, 1, 67],
    [10, 10, 0],
  ])('of %i with %i available is %i percent used', async (total, available, utilization) => {
    await announce(ask);
    const { status, body } = await ask('PUT /api/warehouses/WH-1/capacity', { json: { total, available } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ warehouseId: 'WH-1', total, available, utilization });
    expectUtc(body);
  });

  it('is for leads and admins of the warehouse, and has to make sense', async () => {
    const json = { total: 10, available: 5 };
    const put = (as = LEAD, body: object = json, id = 'WH-1') =>
      ask(`PUT /api/warehouses/${id}/capacity`, { as, json: body });
    expectProblem(await put(RECEIVER), 403, 'forbidden');
    expect([403, 404]).toContain((await put(SUPPLIER)).status);
    expectProblem(await put(STRANGER), 404, 'not_found');
    expectProblem(await put(LEAD, json, 'NOWHERE'), 404, 'not_found');
    for (const wrong of [{ total: 5, available: 9 }, { total: -1, available: 0 }, { total: 1.5, available: 1 }, {}])
      expectProblem(await put(LEAD, wrong), 422, 'invalid');
  });
});

describe('Idempotency-Key', () => {
  const key = (name: string) => ({ 'idempotency-key': name });

  it('answers a repeat with the first answer, and refuses the key for anything else', async () => {
    const { id } = await announce(ask);
    const send = (json: object, as = LEAD) =>
      ask(`POST /api/shipments/${id}/reject`, { as, json, headers: key('k-1') });
    const [one, two] = await Promise.all([send({ reasonCode: 'wet' }), send({ reasonCode: 'wet' })]);
    expect(two.text).toBe(one.text);
    expect(two.status).toBe(one.status);
    expectProblem(await send({ reasonCode: 'crushed' }), 409, 'idempotency_conflict');
    expect((await send({ reasonCode: 'crushed' }, INSPECTOR)).status).toBe(200);
    expect((await ask(`GET /api/shipments/${id}`)).body.rejections).toHaveLength(2);
  });

  it('holds for every kind of write', async () => {
    const { id } = await announce(ask);
    const writes: [string, () => Parameters<Ask>[1]][] = [
      ['POST /api/shipments', () => ({ json: { warehouseId: 'WH-1' } })],
      [`PATCH /api/shipments/${id}/status`, () => ({ json: { status: 'arrived' } })],
      [`POST /api/shipments/${id}/documents`, () => ({ body: form(pdf('again')) })],
      [`PUT /api/shipments/${id}/inspections/k-${id}`, () => ({ json: { status: 'requested' } })],
      ['PUT /api/warehouses/WH-1/capacity', () => ({ json: { total: 4, available: 1 } })],
      ['POST /api/asns', () => ({ json: { warehouseId: 'WH-1', number: 'K-9' } })],
    ];
    for (const [at, [route, asked]] of writes.entries()) {
      const first = await ask(route, { ...asked(), headers: key(`w-${at}`) });
      const again = await ask(route, { ...asked(), headers: key(`w-${at}`) });
      expect(first.status, first.text).toBeLessThan(300);
      expect([again.status, again.text], route).toEqual([first.status, first.text]);
    }
    expect((await ask(`GET /api/shipments/${id}`)).body.documents).toHaveLength(1);
  });

  it('keeps a refusal too', async () => {
    const { id } = await announce(ask);
    const send = () => ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'closed' }, headers: key('r-1') });
    const first = await send();
    expectProblem(first, 409, 'illegal_step');
    const again = await send();
    expectProblem(again, 409, 'illegal_step');
    expect(again.text).toBe(first.text);
  });
});
