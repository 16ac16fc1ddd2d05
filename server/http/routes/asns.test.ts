import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { asnReply } from '#contract/wire/http.ts';
import { type Ask, type Dock, furnish, PEOPLE, startDock } from '../../dock-for-tests.ts';

let dock: Dock;
let strict: Dock;
beforeAll(async () => {
  [dock, strict] = await Promise.all([startDock(), startDock({ intakeCreate: false })]);
  await furnish(dock);
});
afterAll(() => Promise.all([dock.close(), strict.close()]));

const sample = (name: string) =>
  readFile(join(import.meta.dirname, '..', '..', '..', 'resources', 'samples', name), 'utf8');
const X12 = 'application/edi-x12';
const post = (body: string, ask: Ask = {}, on = dock) =>
  on.ask<{ code: string; detail: string }>('POST /api/asns', {
    body,
    person: PEOPLE.ada,
    ...ask,
    headers: { 'content-type': X12, ...ask.headers },
  });

describe('POST /api/asns with X12', () => {
  it('makes shipments, suppliers and warehouses, and says what it made', async () => {
    const { status, body } = await post(await sample('12-venlo-polish.edi'));
    expect(status).toBe(200);
    const { shipments, warnings } = asnReply.parse(body);
    expect(shipments).toMatchObject([{ number: 'JL/2026/1187', lines: 2 }]);
    expect(warnings.map(({ code }) => code)).toEqual(['warehouse_created', 'supplier_created']);
    const made = await dock.ask<ShipmentDetail>(`/api/shipments/${shipments[0]?.id}`);
    expect(made.body).toMatchObject({ status: 'announced', warehouseId: 'VEN', lines: [{}, {}] });
  });

  it('takes the same notice twice as the same shipment, also at once', async () => {
    const text = await sample('01-pallets-and-cartons.edi');
    const replies = await Promise.all([
      post(text),
      post(text),
      post(text, { headers: { 'content-type': 'Application/EDI-X12; charset=utf-8' } }),
    ]);
    const ids = replies.map(({ body }) => asnReply.parse(body).shipments[0]?.id);
    expect(new Set(ids).size).toBe(1);
  });

  it('changes and cancels what was announced', async () => {
    const [original] = asnReply.parse((await post(await sample('10-kitchen-to-cancel.edi'))).body).shipments;
    const [cancelled] = asnReply.parse((await post(await sample('11-kitchen-cancelled.edi'))).body).shipments;
    expect(cancelled?.id).toBe(original?.id);
    expect((await dock.ask<ShipmentDetail>(`/api/shipments/${original?.id}`)).body.status).toBe('cancelled');
  });

  it('takes every notice of one file', async () => {
    expect(asnReply.parse((await post(await sample('14-three-in-one.edi'))).body).shipments).toHaveLength(3);
  });

  it('announces a supplier’s notice as its own, whatever it says', async () => {
    const { body } = await post(await sample('02-no-packing-levels.edi'), { person: PEOPLE.acme });
    const id = asnReply.parse(body).shipments[0]?.id;
    const seen = await dock.ask<ShipmentDetail>(`/api/shipments/${id}`, { person: PEOPLE.acme });
    expect(seen.body.supplierId).toBe('ACME');
    expect((await dock.ask(`/api/shipments/${id}`, { person: PEOPLE.zenith })).status).toBe(404);
  });

  it('refuses what is no notice, and says why', async () => {
    const text = await sample('03-cold-chain-cartons.edi');
    const refused = async (body: string) => {
      const reply = await post(body);
      expect(reply.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(reply.body.detail.length).toBeGreaterThan(15);
      return [reply.status, reply.body.code];
    };
    expect(await refused('hello there')).toEqual([422, 'not_a_ship_notice']);
    expect(await refused('')).toEqual([422, 'not_a_ship_notice']);
    expect(await refused(text.slice(0, text.length / 2))).toEqual([422, 'notice_truncated']);
    expect((await refused(`ISA${'x'.repeat(11 * 1024 * 1024)}`))[0]).toBe(413);
  });

  it('creates nothing unknown when told not to', async () => {
    const { status, body } = await post(await sample('12-venlo-polish.edi'), {}, strict);
    expect([status, body.code]).toEqual([422, 'unknown_warehouse']);
    expect(strict.server.storage.position().head).toBe(0);
  });

  it('is for admin, lead and supplier, within their warehouses', async () => {
    const text = await sample('03-cold-chain-cartons.edi');
    expect((await post(text, { person: PEOPLE.mara })).status).toBe(403);
    expect((await post(text, { person: PEOPLE.ivo })).status).toBe(403);
    expect((await post(text, { person: null })).status).toBe(401);
    expect((await post(text, { person: PEOPLE.dallas })).status).toBe(403);
    expect((await post(text, { person: PEOPLE.lena })).status).toBe(200);
  });
});

describe('POST /api/asns in other forms', () => {
  const json = { warehouseId: 'JOL', number: 'ASN-J1', lines: [{ quantity: '1' }, { quantity: '2' }] };

  it('takes one notice or several as JSON', async () => {
    const one = await dock.ask('POST /api/asns', { json });
    expect([one.status, asnReply.parse(one.body).shipments]).toMatchObject([200, [{ number: 'ASN-J1', lines: 2 }]]);
    const several = await dock.ask('POST /api/asns', {
      json: [
        { ...json, number: 'J2' },
        { ...json, number: 'J3' },
      ],
    });
    expect(asnReply.parse(several.body).shipments.map(({ number }) => number)).toEqual(['J2', 'J3']);
  });

  it('takes all of a list or nothing', async () => {
    const list = [
      { ...json, id: 'one-id', number: 'J4' },
      { ...json, id: 'one-id', number: 'J5' },
    ];
    expect((await dock.ask('POST /api/asns', { json: list })).status).toBe(409);
    expect((await dock.ask<{ shipments: [] }>('/api/shipments?q=J4')).body.shipments).toEqual([]);
    expect((await dock.ask('POST /api/asns', { json: { number: 'x' } })).status).toBe(422);
  });

  it('takes ten thousand lines in all, however many notices they are in', async () => {
    const list = [4000, 4000, 2001].map((count, at) => ({
      ...json,
      number: `LONG-${at}`,
      lines: Array(count).fill({ quantity: '1' }),
    }));
    const { status, body } = await dock.ask<{ code: string; detail: string }>('POST /api/asns', { json: list });
    expect([status, body.code]).toEqual([413, 'notice_over_limit']);
    expect(body.detail).toContain('10001');
    expect((await dock.ask<{ shipments: [] }>('/api/shipments?q=LONG-')).body.shipments).toEqual([]);
  });

  it('says nothing of the shipment whose number or id is taken, and does nothing else in the list', async () => {
    const secret = { warehouseId: 'JOL', supplierId: 'ACME', id: 'ours', number: 'OURS', carrier: 'CANARY' };
    expect((await dock.ask('POST /api/asns', { json: secret })).status).toBe(200);
    for (const person of [PEOPLE.dallas, PEOPLE.zenith])
      for (const taken of [{ id: 'ours' }, { number: 'OURS', supplierId: 'ACME' }]) {
        if (person === PEOPLE.zenith && 'number' in taken) continue; // Zenith's own numbers are its own.
        const list = [
          { warehouseId: 'DAL', number: 'BESIDE' },
          { warehouseId: 'DAL', ...taken },
        ];
        const reply = await dock.ask<{ code: string }>('POST /api/asns', { person, json: list });
        expect([reply.status, reply.body.code]).toEqual([409, 'already_exists']);
        expect(reply.text).not.toMatch(/CANARY|JOL/);
        expect((await dock.ask<{ shipments: [] }>('/api/shipments?q=BESIDE')).body.shipments).toEqual([]);
      }
  });

  it('tells a supplier what is in use of its own, and not who did what with it', async () => {
    const own = { warehouseId: 'JOL', id: 'acmes', number: 'ACMES' };
    expect((await dock.ask('POST /api/asns', { json: own, person: PEOPLE.acme })).status).toBe(200);
    await dock.ask('PATCH /api/shipments/acmes/status', { json: { status: 'arrived' } });
    const reply = await dock.ask('POST /api/asns', { json: { ...own, carrier: 'other' }, person: PEOPLE.acme });
    expect(reply.body).toMatchObject({ code: 'already_exists', shipment: { id: 'acmes', status: 'arrived' } });
    expect(reply.text).not.toContain('Lena');
  });

  it('creates what only the notice knows, and says so', async () => {
    const fresh = { ...json, number: 'J6', warehouseId: 'NEW', supplierId: 'NEWCO' };
    const { body } = await dock.ask('POST /api/asns', { json: fresh, person: PEOPLE.ada });
    expect(asnReply.parse(body).warnings.map(({ code }) => code)).toEqual(['warehouse_created', 'supplier_created']);
    const refused = await strict.ask<{ code: string }>('POST /api/asns', { json: fresh, person: PEOPLE.ada });
    expect([refused.status, refused.body.code]).toEqual([422, 'unknown_warehouse']);
  });

  it('keeps people to their warehouses, and suppliers to their own shipments', async () => {
    const foreign = await dock.ask('POST /api/asns', { json: { ...json, number: 'J7' }, person: PEOPLE.dallas });
    expect(foreign.status).toBe(403);
    const hidden = await dock.ask('POST /api/asns', { json: { ...json, warehouseId: 'DAL' }, person: PEOPLE.dallas });
    expect(hidden.status).toBe(409);
    const own = await dock.ask('POST /api/asns', { json: { ...json, supplierId: 'ZENITH' }, person: PEOPLE.acme });
    const id = asnReply.parse(own.body).shipments[0]?.id;
    expect((await dock.ask<ShipmentDetail>(`/api/shipments/${id}`)).body.supplierId).toBe('ACME');
  });

  it.each(['application/edifact', 'text/csv', 'text/plain', 'application/octet-stream'])(
    'does not read %s',
    async (type) => {
      const { status, body } = await post('UNA', { headers: { 'content-type': type } });
      expect([status, body.code]).toEqual([415, 'unsupported_type']);
    },
  );
});
