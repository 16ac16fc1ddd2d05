import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { announce, type Dock, furnish, PEOPLE, startDock } from '../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());

let count = 0;
const key = (): Record<string, string> => ({ 'idempotency-key': `key-${++count}` });
const body = { warehouseId: 'JOL', supplierId: 'ACME', lines: [{ quantity: '1' }] };
const post = (
  headers: Record<string, string>,
  json: unknown = body,
  person: (typeof PEOPLE)[keyof typeof PEOPLE] = PEOPLE.lena,
) => dock.ask<ShipmentDetail & { code: string }>('POST /api/shipments', { headers, json, person });

describe('Idempotency-Key', () => {
  it('answers the same request with the same answer and makes nothing twice', async () => {
    const headers = key();
    const first = await post(headers);
    const { head } = dock.server.storage.position();
    const again = await post(headers);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.text).toBe(first.text);
    expect(dock.server.storage.position().head).toBe(head);
  });

  it('makes two without one', async () => {
    expect((await post({})).body.id).not.toBe((await post({})).body.id);
  });

  it('refuses the key for another request', async () => {
    const headers = key();
    await post(headers);
    const other = await post(headers, { ...body, poNumber: 'other' });
    expect([other.status, other.body.code]).toEqual([409, 'idempotency_conflict']);
    const route = await dock.ask('PUT /api/warehouses/JOL/capacity', { headers, json: { total: 1, available: 1 } });
    expect(route.status).toBe(409);
  });

  it('lets duplicates sent at once wait for the first', async () => {
    const headers = key();
    const replies = await Promise.all(Array.from({ length: 10 }, () => post(headers)));
    expect(new Set(replies.map(({ body: made }) => made.id)).size).toBe(1);
    expect(replies.every(({ status }) => status === 201)).toBe(true);
  });

  it('keeps people apart', async () => {
    const headers = key();
    const [lena, acme] = [await post(headers), await post(headers, { warehouseId: 'JOL' }, PEOPLE.acme)];
    expect([lena.status, acme.status]).toEqual([201, 201]);
    expect(acme.body.id).not.toBe(lena.body.id);
  });

  it('keeps refusals that stand, and lets the key go with those that do not reach the route', async () => {
    const { id } = await announce(dock);
    const headers = key();
    const close = () => dock.ask(`PATCH /api/shipments/${id}/status`, { headers, json: { status: 'closed' } });
    const first = await close();
    expect(first.status).toBe(409);
    expect((await close()).text).toBe(first.text);
    const again = key();
    expect((await post(again, { warehouseId: 7 })).status).toBe(422);
    expect((await post(again)).status).toBe(201);
  });

  it('goes by the bytes of an upload', async () => {
    const { id } = await announce(dock);
    const headers = key();
    const upload = (text: string) => {
      const form = new FormData();
      form.set('documentType', 'other');
      form.set('file', new Blob([text]), 'note.txt');
      return dock.ask<{ id: string; code: string }>(`POST /api/shipments/${id}/documents`, { headers, body: form });
    };
    const [first, again, other] = [await upload('one'), await upload('one'), await upload('two')];
    expect([first.status, again.status, other.status]).toEqual([201, 201, 409]);
    expect(again.body.id).toBe(first.body.id);
    expect(other.body.code).toBe('idempotency_conflict');
  });

  it('survives a restart', async () => {
    const headers = key();
    const first = await startDock();
    await furnish(first);
    const { dataDir } = first;
    const made = await first.ask<ShipmentDetail>('POST /api/shipments', { headers, json: body });
    await first.server.close();
    const second = await startDock({ dataDir });
    const again = await second.ask<ShipmentDetail>('POST /api/shipments', { headers, json: body });
    expect(again.body).toEqual(made.body);
    await second.close();
    await first.close();
  });

  it('makes nothing twice when the server died before it kept the answer', async () => {
    const { id } = await announce(dock);
    const { storage } = dock.server;
    const kept = storage.keepAnswer;
    const [one, two] = [key(), key()];
    const reject = () =>
      dock.ask<{ rejection: { id: string } }>(`POST /api/shipments/${id}/reject`, {
        headers: two,
        json: { reasonCode: 'wet' },
      });
    storage.keepAnswer = async () => undefined;
    const [shipment, rejection] = [await post(one), await reject()];
    storage.keepAnswer = kept;
    const { head } = storage.position();
    expect((await post(one)).body.id).toBe(shipment.body.id);
    expect((await reject()).body).toEqual(rejection.body);
    expect(storage.position().head).toBe(head);
  });

  it.each([
    ['a status', 'PATCH', 'status', { status: 'arrived', expectedVersion: 1 }],
    ['a rejection', 'POST', 'reject', { reasonCode: 'wet' }],
    ['an inspection', 'PUT', 'inspections/i', { status: 'requested' }],
  ])('answers with the row as it is now when it died after the commit of %s', async (_what, method, path, json) => {
    const { id } = await announce(dock);
    const { storage } = dock.server;
    const headers = key();
    const send = () =>
      dock.ask<object>(`${method} /api/shipments/${id}/${path.replace('/i', `/i-${id}`)}`, { headers, json });
    const kept = storage.keepAnswer;
    storage.keepAnswer = async () => undefined;
    const first = await send();
    storage.keepAnswer = kept;
    // The house goes on meanwhile.
    const isStatus = path === 'status';
    const onward = isStatus ? { status: 'at_door', doorId: 'JOL-D1' } : { status: 'arrived' };
    expect((await dock.ask(`PATCH /api/shipments/${id}/status`, { json: onward })).status).toBe(200);
    const { head } = storage.position();
    const again = await send();
    expect([first.status, again.status], again.text).toEqual([200, 200]);
    expect(again.body).toMatchObject(isStatus ? { id, ...onward } : first.body);
    expect(storage.position().head).toBe(head);
    expect((await send()).headers.get('idempotency-replayed')).toBe('true');
  });

  it('names the same shipments when it died after the commit of notices', async () => {
    const { storage } = dock.server;
    const headers = key();
    const json = [body, { ...body, warehouseId: 'DAL' }];
    const send = () => dock.ask('POST /api/asns', { headers, json });
    const kept = storage.keepAnswer;
    storage.keepAnswer = async () => undefined;
    const first = await send();
    storage.keepAnswer = kept;
    const { head } = storage.position();
    expect((await send()).body).toEqual(first.body);
    expect(storage.position().head).toBe(head);
  });

  it('shows nobody by a key what is out of their sight by now', async () => {
    const { id } = await announce(dock);
    const headers = key();
    const note = 'the canary sang';
    const send = (person: (typeof PEOPLE)[keyof typeof PEOPLE]) =>
      dock.ask(`POST /api/shipments/${id}/reject`, { headers, json: { reasonCode: 'wet', note }, person });
    expect((await send(PEOPLE.dallas)).status).toBe(404);
    const dan = { ...PEOPLE.dallas, warehouses: ['JOL'] } as never;
    const first = await send(dan);
    expect([first.status, first.text]).toEqual([200, expect.stringContaining(note)]);
    const { head } = dock.server.storage.position();
    const away = await send(PEOPLE.dallas);
    expect([away.status, away.text]).toEqual([404, expect.not.stringContaining(note)]);
    expect(dock.server.storage.position().head).toBe(head);
  });

  it('says what was done also when the answer cannot be kept', async () => {
    const { storage } = dock.server;
    const kept = storage.keepAnswer;
    storage.keepAnswer = () => Promise.reject(new ProblemError('storage_full'));
    const headers = key();
    const made = await post(headers);
    storage.keepAnswer = kept;
    expect(made.status).toBe(201);
    expect((await post(headers)).body.id).toBe(made.body.id);
  });

  it('refuses a key that is none', async () => {
    const { status, body: problem } = await post({ 'idempotency-key': 'x'.repeat(201) });
    expect([status, problem.code]).toEqual([400, 'malformed']);
  });
});
