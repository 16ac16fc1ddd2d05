import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capacityReply } from '#contract/wire/http.ts';
import { type Dock, furnish, PEOPLE, startDock } from '../../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());

const put = (json: unknown, ask: Parameters<Dock['ask']>[1] = {}, id = 'JOL') =>
  dock.ask<{ code: string }>(`PUT /api/warehouses/${id}/capacity`, { json, ...ask });

describe('PUT /api/warehouses/:id/capacity', () => {
  it('sets it and answers how full the house is', async () => {
    const { status, body } = await put({ total: 1000, available: 350 });
    expect(status).toBe(200);
    expect(capacityReply.parse(body)).toMatchObject({
      warehouseId: 'JOL',
      id: 'JOL',
      total: 1000,
      available: 350,
      utilization: 65,
    });
    expect((await put({ total: 1000, available: 350 })).status).toBe(200);
  });

  it.each([
    ['more room than there is', { total: 10, available: 11 }, {}, 422],
    ['less than nothing', { total: 10, available: -1 }, {}, 422],
    ['half a position', { total: 10, available: 0.5 }, {}, 422],
    ['words', { total: 'many', available: 1 }, {}, 422],
    ['nothing', {}, {}, 422],
    ['a receiver', { total: 1, available: 1 }, { person: PEOPLE.mara }, 403],
    ['a supplier', { total: 1, available: 1 }, { person: PEOPLE.acme }, 403],
    ['the lead of another warehouse', { total: 1, available: 1 }, { person: PEOPLE.dallas }, 404],
    ['nobody', { total: 1, available: 1 }, { person: null }, 401],
  ])('refuses %s', async (_what, json, ask, status) => {
    expect((await put(json, ask)).status).toBe(status);
  });

  it('knows no warehouse that nobody defined', async () => {
    const { status, body } = await put({ total: 1, available: 1 }, {}, 'NOPE');
    expect([status, body.code]).toEqual([404, 'not_found']);
  });
});
