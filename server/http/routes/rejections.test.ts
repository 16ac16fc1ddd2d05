import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ShipmentDetail, shipmentDetail } from '#contract/domain/entities.ts';
import { problemDocument } from '#contract/wire/errors.ts';
import { rejectReply } from '#contract/wire/http.ts';
import { announce, type Dock, furnish, PEOPLE, startDock } from '../../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());

const code = async (request: string, ask: Parameters<Dock['ask']>[1] = {}) => {
  const { status, body } = await dock.ask(request, ask);
  return [status, problemDocument.parse(body).code];
};
const arrived = async (): Promise<ShipmentDetail> => {
  const made = await announce(dock);
  await dock.ask(`PATCH /api/shipments/${made.id}/status`, { json: { status: 'arrived' } });
  return made;
};

describe('POST /api/shipments/:id/reject', () => {
  it('reports a rejection', async () => {
    const { id, lines } = await arrived();
    const json = { reasonCode: 'wet', quantity: 2, lineId: lines[0]?.id, note: 'soaked', disposition: 'return' };
    const { status, body } = await dock.ask(`POST /api/shipments/${id}/reject`, { json });
    expect(status).toBe(200);
    expect(rejectReply.parse(body)).toMatchObject({
      success: true,
      rejection: { shipmentId: id, scope: 'line', quantity: '2', reasonCode: 'wet', disposition: 'return' },
    });
    const { rejections } = shipmentDetail.parse((await dock.ask(`/api/shipments/${id}`)).body);
    expect(rejections).toHaveLength(1);
  });

  it.each([
    ['an unknown reason', { reasonCode: 'ugly' }, {}, 422, 'invalid'],
    ['no reason', {}, {}, 422, 'invalid'],
    ['another reason without words', { reasonCode: 'other' }, {}, 422, 'invalid'],
    ['less than nothing', { reasonCode: 'wet', quantity: -1 }, {}, 422, 'invalid'],
    ['a receiver', { reasonCode: 'wet' }, { person: PEOPLE.mara }, 403, 'forbidden'],
    ['another supplier', { reasonCode: 'wet' }, { person: PEOPLE.zenith }, 404, 'not_found'],
  ])('refuses %s', async (_what, json, who, status, expected) => {
    const { id } = await arrived();
    expect(await code(`POST /api/shipments/${id}/reject`, { json, ...who })).toEqual([status, expected]);
  });
});
