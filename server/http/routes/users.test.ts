import { request } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { accessReply } from '#contract/wire/http.ts';
import type { Frame } from '#contract/wire/sync.ts';
import { type Ask, announce, type Dock, furnish, PEOPLE, startDock, tokenFor } from '../../dock-for-tests.ts';

let dock: Dock;
let count = 0;
/** A lead of her own for each test, whose tokens were all issued a minute ago. */
let nora: NonNullable<Ask['person']>;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());
beforeEach(() => {
  nora = { sub: `nora-${++count}`, name: 'Nora', role: 'lead', warehouses: ['JOL'], iat: Date.now() / 1000 - 60 };
});

const give = (json: object, person: NonNullable<Ask['person']> = PEOPLE.ada, id = nora.sub ?? '') =>
  dock.ask<{ code: string }>(`PUT /api/users/${id}/access`, { person, json });
const DAL = { role: 'receiver', warehouses: ['DAL'] };

describe('PUT /api/users/:id/access', () => {
  it('counts at once, and says what counts now', async () => {
    const { id } = await announce(dock);
    const look = () => dock.ask(`/api/shipments/${id}`, { person: nora });
    expect((await look()).status).toBe(200);
    const { status, body } = await give(DAL);
    expect(status).toBe(200);
    const said = accessReply.parse(body);
    expect(said).toEqual({ userId: nora.sub, ...DAL, supplierId: null, changedAt: said.changedAt });
    expect(Math.abs(Date.now() - Date.parse(said.changedAt))).toBeLessThan(10_000);
    expect((await look()).status).toBe(404);
    expect(
      (await dock.ask('PUT /api/warehouses/JOL/capacity', { person: nora, json: { total: 1, available: 1 } })).status,
    ).toBe(404);
    const fresh = { ...nora, iat: Date.now() / 1000 };
    expect((await dock.ask(`/api/shipments/${id}`, { person: fresh })).status).toBe(200);
  });

  it.each([
    ['a lead', PEOPLE.lena, DAL],
    ['a supplier', PEOPLE.acme, DAL],
    ['an admin of one warehouse, for another', { ...PEOPLE.ada, warehouses: ['JOL'] }, DAL],
    [
      'an admin of one warehouse, to take others away',
      { ...PEOPLE.ada, warehouses: ['JOL'] },
      { role: 'receiver', warehouses: ['JOL'] },
    ],
    [
      'an admin of one warehouse, for all',
      { ...PEOPLE.ada, warehouses: ['JOL'] },
      { role: 'admin', warehouses: ['*'] },
    ],
    [
      'an admin of one warehouse, for a supplier',
      { ...PEOPLE.ada, warehouses: ['JOL'] },
      { role: 'supplier', warehouses: ['JOL'], supplierId: 'ACME' },
    ],
  ])('is not for %s', async (_who, person, json) => {
    const { status, body } = await give(json, person as NonNullable<Ask['person']>);
    expect([status, body.code]).toEqual([403, 'forbidden']);
    expect((await dock.server.storage.changedAccess()).filter(({ userId }) => userId === nora.sub)).toEqual([]);
  });

  it.each([
    ['a supplier without its id', { role: 'supplier', warehouses: ['*'] }],
    ['a role that is none', { role: 'king', warehouses: ['*'] }],
    ['no warehouses', { role: 'lead' }],
  ])('refuses %s', async (_what, json) => {
    expect((await give(json)).status).toBe(422);
  });

  it.each([
    [
      { role: 'lead', warehouses: ['JOL', 'JLO', '*'] },
      'There is no warehouse JLO. Nothing was changed.',
      'warehouses.1',
    ],
    [{ role: 'supplier', warehouses: ['JLO'], supplierId: 'ACME' }, 'There is no warehouse JLO.', 'warehouses.0'],
    [{ role: 'lead', warehouses: ['JOL'], supplierId: 'ACME' }, 'leave ACME out', 'supplierId'],
  ])('refuses %j and names the id that does not fit', async (json, sentence, path) => {
    const { status, body } = await dock.ask<{ code: string; detail: string; issues: { path: string }[] }>(
      `PUT /api/users/${nora.sub}/access`,
      { person: PEOPLE.ada, json },
    );
    expect([status, body.code, body.issues.map((issue) => issue.path)]).toEqual([422, 'invalid', [path]]);
    expect(body.detail).toContain(sentence);
    expect((await dock.server.storage.changedAccess()).filter(({ userId }) => userId === nora.sub)).toEqual([]);
  });

  it('names every warehouse that there is not', async () => {
    const { body } = await dock.ask<{ detail: string }>(`PUT /api/users/${nora.sub}/access`, {
      person: PEOPLE.ada,
      json: { role: 'lead', warehouses: ['JLO', 'DAL', 'DLA'] },
    });
    expect(body.detail).toBe('There is no warehouse JLO. There is no warehouse DLA. Nothing was changed.');
  });

  it.each([
    ['all warehouses', { role: 'lead', warehouses: ['*'] }],
    ['none', { role: 'lead', warehouses: [] }],
    [
      'those of a supplier whose first notice is still to come',
      { role: 'supplier', warehouses: ['*'], supplierId: 'NEW' },
    ],
  ])('gives %s', async (_what, json) => {
    expect((await give(json)).status).toBe(200);
  });

  it('changes nothing for an admin who stopped being one while warehouses were looked up', async () => {
    const eve: NonNullable<Ask['person']> = { ...nora, sub: `eve-${count}`, role: 'admin', warehouses: ['*'] };
    const { storage } = dock.server;
    const { findRow } = storage;
    storage.findRow = async (entity, id) => {
      storage.findRow = findRow;
      await give(DAL, PEOPLE.ada, eve.sub);
      return findRow(entity, id);
    };
    expect((await give(DAL, eve)).status).toBe(429);
    expect((await give(DAL, eve)).status).toBe(403);
    expect((await storage.changedAccess()).filter(({ userId }) => userId === nora.sub)).toEqual([]);
  });

  it('tells admins what they did to themselves', async () => {
    const eve: NonNullable<Ask['person']> = {
      sub: `eve-${count}`,
      name: 'Eve',
      role: 'admin',
      iat: Date.now() / 1000 - 60,
    };
    expect((await give(DAL, eve, eve.sub)).status).toBe(200);
    expect((await give(DAL, eve)).status).toBe(403);
  });

  it('ends a long poll under way, which answers for what may be seen now', async () => {
    const { head } = dock.server.storage.position();
    const started = performance.now();
    const waiting = dock.ask<Frame>(`/api/sync/changes?from=${head}&wait=20`, { person: nora });
    const other = dock.ask<Frame>(`/api/sync/changes?from=${head}&wait=1`, { person: { ...nora, sub: 'another' } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    await give(DAL);
    const { status, body } = await waiting;
    expect([status, body.group]).toEqual([200, 'staff:DAL']);
    expect(performance.now() - started).toBeLessThan(10_000);
    expect((await other).body.group).toBe('staff:JOL');
  });

  it('reads anew what was being read for a poll', async () => {
    await announce(dock, { poNumber: `canary-${count}` });
    const { storage } = dock.server;
    const { readFrame } = storage;
    storage.readFrame = async (...asked) => {
      const page = await readFrame(...asked);
      if (asked[0].id === 'staff:JOL') await give(DAL);
      return page;
    };
    const { status, body, text } = await dock.ask<Frame>('/api/sync/changes?from=0&wait=5', { person: nora });
    storage.readFrame = readFrame;
    expect([status, body.group]).toEqual([200, 'staff:DAL']);
    expect(text).not.toContain(`canary-${count}`);
  });

  it('holds back an answer that was made for what could be seen before', async () => {
    const canary = `canary-${count}`;
    const { id } = await announce(dock, { poNumber: canary });
    const { storage } = dock.server;
    const { shipmentDetail } = storage;
    storage.shipmentDetail = async (...asked) => {
      const found = await shipmentDetail(...asked);
      await give(DAL);
      return found;
    };
    const reply = await dock.ask<{ code: string }>(`/api/shipments/${id}`, { person: nora });
    storage.shipmentDetail = shipmentDetail;
    expect([reply.status, reply.body.code, reply.headers.get('retry-after')]).toEqual([429, 'too_fast', '1']);
    expect(reply.text).not.toContain(canary);
    expect((await dock.ask(`/api/shipments/${id}`, { person: nora })).status).toBe(404);
  });

  it('holds back an answer even while it is being kept, and does not give it out later', async () => {
    const canary = `canary-${count}`;
    const { id } = await announce(dock, { poNumber: canary });
    const { storage } = dock.server;
    const { keepAnswer } = storage;
    storage.keepAnswer = async (...kept) => {
      await keepAnswer(...kept);
      await give(DAL);
    };
    const headers = { 'idempotency-key': `key-${canary}` };
    const arrive = () =>
      dock.ask(`PATCH /api/shipments/${id}/status`, { person: nora, headers, json: { status: 'arrived' } });
    const first = await arrive();
    storage.keepAnswer = keepAnswer;
    const again = await arrive();
    expect([first.status, again.status]).toEqual([429, 404]);
    expect(first.text + again.text).not.toContain(canary);
  });

  it('counts for a request whose body was still coming', async () => {
    const { id } = await announce(dock);
    const headers = { authorization: `Bearer ${await tokenFor(nora)}`, 'content-type': 'application/json' };
    const status = await new Promise((resolve, reject) => {
      const sent = request(`${dock.url}/api/shipments/${id}/reject`, { method: 'POST', headers }, (reply) => {
        reply.resume();
        resolve(reply.statusCode);
      });
      sent.on('error', reject);
      sent.write('{"reasonCode":');
      setTimeout(async () => {
        await give(DAL);
        sent.end('"wet"}');
      }, 200);
    });
    expect(status).toBe(404);
  });
});
