import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ShipmentDetail, shipmentDetail } from '#contract/domain/entities.ts';
import { type Shipment, shipment as shipmentSchema } from '#contract/domain/shipment.ts';
import { problemDocument } from '#contract/wire/errors.ts';
import { historyReply, listReply } from '#contract/wire/http.ts';
import { announce, type Dock, furnish, PEOPLE, startDock } from '../../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());

const patch = (id: string, json: object, person: Parameters<Dock['ask']>[1] = {}) =>
  dock.ask<Shipment & { shipment: Shipment; code: string }>(`PATCH /api/shipments/${id}/status`, { json, ...person });
const code = async (request: string, ask: Parameters<Dock['ask']>[1] = {}) => {
  const { status, body, headers } = await dock.ask(request, ask);
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(problemDocument.parse(body).status).toBe(status);
  return [status, problemDocument.parse(body).code];
};
const arrived = async (): Promise<ShipmentDetail> => {
  const made = await announce(dock);
  await patch(made.id, { status: 'arrived' });
  return made;
};

describe('POST /api/shipments', () => {
  it('announces one, with its lines', async () => {
    const json = {
      warehouseId: 'JOL',
      supplierId: 'ACME',
      poNumber: 'PO-7',
      eta: '2026-12-01T08:00:00Z',
      lines: [{ quantity: '3.5' }],
    };
    const { status, body, headers } = await dock.ask('POST /api/shipments', { json });
    expect(status).toBe(201);
    const made = shipmentDetail.parse(body);
    expect(made).toMatchObject({
      status: 'announced',
      warehouseId: 'JOL',
      poNumber: 'PO-7',
      eta: '2026-12-01T08:00:00Z',
    });
    expect(made.lines).toMatchObject([{ expected: '3.5', unit: 'EA' }]);
    expect(headers.get('location')).toBe(`/api/shipments/${made.id}`);
  });

  it('keeps the id the sender chose, and makes nothing twice', async () => {
    const json = { id: 'chosen-1', warehouseId: 'JOL', supplierId: 'ACME' };
    expect((await dock.ask('POST /api/shipments', { json })).status).toBe(201);
    const again = await dock.ask<Shipment>('POST /api/shipments', { json });
    expect([again.status, again.body.id]).toEqual([200, 'chosen-1']);
    const other = await code('POST /api/shipments', { json: { ...json, poNumber: 'other' } });
    expect(other).toEqual([409, 'already_exists']);
  });

  it.each([
    ['an unknown warehouse', { warehouseId: 'NOPE' }, {}, 422, 'unknown_warehouse'],
    ['no warehouse', { poNumber: 'x' }, {}, 422, 'invalid'],
    ['a quantity that is a float', { warehouseId: 'JOL', lines: [{ quantity: 1.5 }] }, {}, 422, 'invalid'],
    ['a negative quantity', { warehouseId: 'JOL', lines: [{ quantity: '-1' }] }, {}, 422, 'invalid'],
    ['a time without a zone', { warehouseId: 'JOL', eta: '2026-12-01T08:00:00' }, {}, 422, 'invalid'],
    ['a list', [], {}, 422, 'invalid'],
    ['a receiver', { warehouseId: 'JOL' }, { person: PEOPLE.mara }, 403, 'forbidden'],
    ['nobody', { warehouseId: 'JOL' }, { person: null }, 401, 'not_signed_in'],
  ])('refuses %s', async (_what, json, who, status, expected) => {
    expect(await code('POST /api/shipments', { json, ...who })).toEqual([status, expected]);
  });

  it('says where it does not fit', async () => {
    const { body } = await dock.ask('POST /api/shipments', {
      json: { warehouseId: 'JOL', lines: [{ quantity: 'many' }] },
    });
    expect(problemDocument.parse(body).issues).toMatchObject([{ path: 'lines.0.quantity' }]);
  });

  it('lets a supplier announce its own, and nobody else’s', async () => {
    const own = await dock.ask<Shipment>('POST /api/shipments', { person: PEOPLE.acme, json: { warehouseId: 'JOL' } });
    expect([own.status, own.body.supplierId]).toEqual([201, 'ACME']);
    const json = { warehouseId: 'JOL', supplierId: 'ZENITH' };
    expect((await code('POST /api/shipments', { person: PEOPLE.acme, json }))[0]).toBe(403);
  });

  it('refuses what is not JSON, what is too large, and other types', async () => {
    const headers = { 'content-type': 'application/json' };
    expect(await code('POST /api/shipments', { headers, body: '{"warehouseId"' })).toEqual([400, 'malformed']);
    expect(await code('POST /api/shipments', { headers, body: '' })).toEqual([400, 'malformed']);
    expect(await code('POST /api/shipments', { headers, body: '{"__proto__":{"x":1}}' })).toEqual([400, 'malformed']);
    expect(await code('POST /api/shipments', { headers, body: 'x'.repeat(11 * 1024 * 1024) })).toEqual([
      413,
      'too_large',
    ]);
    const text = { 'content-type': 'text/plain' };
    expect(await code('POST /api/shipments', { headers: text, body: 'hello' })).toEqual([415, 'unsupported_type']);
  });
});

describe('GET /api/shipments', () => {
  it('lists and pages with opaque cursors, each shipment once', async () => {
    for (let made = 0; made < 5; made += 1) await announce(dock, { poNumber: 'PO-PAGE' });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const next: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { status, body } = await dock.ask(`/api/shipments?q=PO-PAGE&limit=2${next}`);
      expect(status).toBe(200);
      const page = listReply.parse(body);
      expect(page.shipments.length).toBeLessThanOrEqual(2);
      seen.push(...page.shipments.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toHaveLength(5);
    expect(new Set(seen).size).toBe(5);
  });

  it('filters by status and warehouse', async () => {
    const { id } = await arrived();
    const found = listReply.parse((await dock.ask('/api/shipments?status=arrived&warehouseId=JOL&limit=200')).body);
    expect(found.shipments.map((each) => each.id)).toContain(id);
    expect(found.shipments.every(({ status }) => status === 'arrived')).toBe(true);
    expect(listReply.parse((await dock.ask('/api/shipments?warehouseId=DAL')).body).shipments).toEqual([]);
  });

  it.each(['status=gone', 'limit=0', 'limit=1000', 'limit=x', 'cursor=%7Bgarbage', `q=${'x'.repeat(101)}`])(
    'refuses ?%s',
    async (query) => {
      const [status] = await code(`/api/shipments?${query}`);
      expect([400, 422]).toContain(status);
    },
  );

  it('shows everybody only what is theirs', async () => {
    await announce(dock, { poNumber: 'PO-MINE' });
    const seenBy = async (person: (typeof PEOPLE)[keyof typeof PEOPLE]) =>
      listReply.parse((await dock.ask('/api/shipments?q=PO-MINE', { person })).body).shipments.length;
    expect(await seenBy(PEOPLE.mara)).toBe(1);
    expect(await seenBy(PEOPLE.acme)).toBe(1);
    expect(await seenBy(PEOPLE.zenith)).toBe(0);
    expect(await seenBy(PEOPLE.dallas)).toBe(0);
  });
});

describe('GET /api/shipments/:id and its history', () => {
  it('answers one shipment whole', async () => {
    const { id } = await announce(dock);
    const { status, body } = await dock.ask(`/api/shipments/${id}`);
    expect(status).toBe(200);
    expect(shipmentDetail.parse(body).lines).toHaveLength(1);
  });

  it('answers all that happened, in order', async () => {
    const { id } = await arrived();
    const { history } = historyReply.parse((await dock.ask(`/api/shipments/${id}/history`)).body);
    const steps = history.map(({ command, toStatus }) => [command, toStatus]);
    expect(steps).toContainEqual(['announceShipment', 'announced']);
    expect(steps).toContainEqual(['recordArrival', 'arrived']);
  });

  it('shows a supplier what happened to its own, and no names', async () => {
    const { id } = await arrived();
    const { text, body } = await dock.ask(`/api/shipments/${id}/history`, { person: PEOPLE.acme });
    expect(historyReply.parse(body).history.length).toBeGreaterThan(1);
    expect(text).not.toContain('Lena');
  });

  it.each(['', '/history'])('hides it from others exactly as if it were not there (%s)', async (path) => {
    const { id } = await announce(dock);
    for (const person of [PEOPLE.zenith, PEOPLE.dallas])
      expect(await code(`/api/shipments/${id}${path}`, { person })).toEqual([404, 'not_found']);
    expect(await code(`/api/shipments/unknown${path}`)).toEqual([404, 'not_found']);
    expect(await code(`/api/shipments/${id}${path}`, { person: null })).toEqual([401, 'not_signed_in']);
  });
});

describe('PATCH /api/shipments/:id/status', () => {
  it('takes a shipment the whole way', async () => {
    const { id } = await announce(dock, { requiredDocuments: [] });
    const steps = ['in_transit', 'arrived', 'at_door', 'unloading', 'counting', 'received', 'closed'];
    for (const status of steps) {
      const reply = await patch(id, status === 'at_door' ? { status, doorId: 'JOL-D1' } : { status });
      expect([status, reply.status, reply.body.status]).toEqual([status, 200, status]);
      shipmentSchema.parse(reply.body);
    }
  });

  it('says yes again when it already is so', async () => {
    const { id } = await arrived();
    const before = (await dock.ask<Shipment>(`/api/shipments/${id}`)).body.version;
    const again = await patch(id, { status: 'arrived' });
    expect([again.status, again.body.version]).toEqual([200, before]);
  });

  it('refuses a step that does not follow, with the shipment as it is', async () => {
    const { id } = await announce(dock);
    const { status, body } = await patch(id, { status: 'closed' });
    expect([status, body.code, body.shipment.status]).toEqual([409, 'illegal_step', 'announced']);
    const back = await arrived();
    expect((await patch(back.id, { status: 'announced' })).status).toBe(409);
  });

  it('lets one of two leads decide, and shows the other what was decided', async () => {
    const { id } = await arrived();
    const { version } = (await dock.ask<Shipment>(`/api/shipments/${id}`)).body;
    const doors = ['JOL-D1', 'JOL-D2'];
    const replies = await Promise.all(
      doors.map((doorId) => patch(id, { status: 'at_door', doorId, expectedVersion: version })),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const won = replies.find(({ status }) => status === 200)?.body;
    const lost = replies.find(({ status }) => status === 409)?.body;
    expect(lost?.code).toBe('version_conflict');
    expect(lost?.shipment.doorId).toBe(won?.doorId);
  });

  describe('with a door', () => {
    // Doors of its own, at which nothing of another test stands.
    const doors = { first: '', second: '' };
    let made = 0;
    beforeEach(async () => {
      made += 1;
      Object.assign(doors, { first: `first-${made}`, second: `second-${made}` });
      const mutations = [doors.first, doors.second].map((doorId, at) => ({
        clientId: `doors-of-test-${made}`,
        n: at + 1,
        type: 'defineDoor',
        args: { doorId, warehouseId: 'JOL', name: doorId },
        occurredAt: new Date().toISOString(),
      }));
      await dock.ask('POST /api/sync/mutations', { person: PEOPLE.ada, json: { mutations } });
    });
    const people = [
      ['a lead', PEOPLE.lena],
      ['a receiver', PEOPLE.mara],
    ] as const;

    it.each(people)('takes it from %s, and says yes again at the same', async (_who, person) => {
      const { id } = await arrived();
      for (const _ of ['first', 'again']) {
        const { status, body } = await patch(id, { status: 'at_door', doorId: doors.first }, { person });
        expect([status, body.status, body.doorId]).toEqual([200, 'at_door', doors.first]);
      }
    });

    it.each(people)('tells %s of a door that is not there, as of one elsewhere', async (_who, person) => {
      const { id } = await arrived();
      const elsewhere = { doorId: 'DAL-D1', warehouseId: 'DAL', name: 'D1' };
      const mutation = { clientId: 'door-elsewhere', n: 1, type: 'defineDoor', args: elsewhere };
      const mutations = [{ ...mutation, occurredAt: '2026-11-27T08:00:00Z' }];
      await dock.ask('POST /api/sync/mutations', { person: PEOPLE.ada, json: { mutations } });
      for (const doorId of ['nowhere', 'DAL-D1']) {
        const { status, body, text } = await patch(id, { status: 'at_door', doorId }, { person });
        expect([status, body.code]).toEqual([422, 'invalid']);
        expect(text).toContain(`There is no door \\"${doorId}\\" in this warehouse.`);
      }
      expect((await dock.ask<Shipment>(`/api/shipments/${id}`)).body).toMatchObject({
        status: 'arrived',
        doorId: null,
      });
    });

    it('lets a lead lose an occupied one, and believes a receiver with a flag', async () => {
      const { id: occupant } = await arrived();
      await patch(occupant, { status: 'at_door', doorId: doors.first });
      const { id } = await arrived();
      const lost = await patch(id, { status: 'at_door', doorId: doors.first });
      expect([lost.status, lost.body.code, lost.body.shipment.status]).toEqual([409, 'blocked', 'arrived']);
      const seen = await patch(id, { status: 'at_door', doorId: doors.first }, { person: PEOPLE.mara });
      expect([seen.status, seen.body.doorId, seen.body.discrepancyCount]).toEqual([200, doors.first, 1]);
    });

    it('answers nobody as if another had been taken: a lead loses, a receiver corrects', async () => {
      const { id } = await arrived();
      await patch(id, { status: 'at_door', doorId: doors.first });
      const lost = await patch(id, { status: 'at_door', doorId: doors.second });
      expect([lost.status, lost.body.code, lost.body.shipment.doorId]).toEqual([409, 'illegal_step', doors.first]);
      const seen = await patch(id, { status: 'at_door', doorId: doors.second }, { person: PEOPLE.mara });
      expect([seen.status, seen.body.doorId, seen.body.discrepancyCount]).toEqual([200, doors.second, 1]);
    });

    it('is refused with another status', async () => {
      const { id } = await announce(dock);
      const { status, body, text } = await patch(id, { status: 'arrived', doorId: doors.first });
      expect([status, body.code]).toEqual([422, 'invalid']);
      expect(text).toContain(doors.first);
      expect((await dock.ask<Shipment>(`/api/shipments/${id}`)).body.status).toBe('announced');
    });
  });

  it.each([
    ['an unknown status', { status: 'lost' }, 422, 'invalid'],
    ['no status', {}, 422, 'invalid'],
    ['a version that is none', { status: 'arrived', expectedVersion: 0 }, 422, 'invalid'],
    ['a refusal without a reason', { status: 'refused' }, 422, 'invalid'],
  ])('refuses %s', async (_what, json, status, expected) => {
    const { id } = await arrived();
    expect(await code(`PATCH /api/shipments/${id}/status`, { json })).toEqual([status, expected]);
  });

  it('keeps roles apart', async () => {
    const { id } = await announce(dock);
    const json = { status: 'arrived' };
    const path = `PATCH /api/shipments/${id}/status`;
    expect(await code(path, { json, person: PEOPLE.ivo })).toEqual([403, 'forbidden']);
    expect(await code(path, { json, person: PEOPLE.zenith })).toEqual([404, 'not_found']);
    expect((await patch(id, json, { person: PEOPLE.mara })).status).toBe(200);
    const refuse = { json: { status: 'refused', reason: 'wet' }, person: PEOPLE.mara };
    expect(await code(path, refuse)).toEqual([403, 'lead_approval_needed']);
  });
});
