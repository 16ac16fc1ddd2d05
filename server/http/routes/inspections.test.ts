import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import { type Inspection, inspection as inspectionSchema } from '#contract/domain/shipment-records.ts';
import { announce, type Dock, furnish, PEOPLE, startDock } from '../../dock-for-tests.ts';

let dock: Dock;
let shipment: ShipmentDetail;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
  shipment = await announce(dock);
});
afterAll(() => dock.close());

let count = 0;
const fresh = (): string => `inspection-${++count}`;
const put = (
  inspectionId: string,
  json: object,
  person: Parameters<Dock['ask']>[1] = { person: PEOPLE.ivo },
  on = shipment.id,
) =>
  dock.ask<Inspection & { code: string }>(`PUT /api/shipments/${on}/inspections/${inspectionId}`, { json, ...person });

describe('PUT /api/shipments/:id/inspections/:inspectionId', () => {
  it('takes an inspection the whole way, a step a request', async () => {
    const id = fresh();
    const asked = await put(id, { status: 'requested', lineId: shipment.lines[0]?.id }, { person: PEOPLE.lena });
    expect([asked.status, asked.body.status, asked.body.requestedBy.name]).toEqual([200, 'requested', 'Lena']);
    expect((await put(id, { status: 'claimed' })).body.claimedBy?.name).toBe('Ivo');
    expect((await put(id, { status: 'in_progress' })).body.status).toBe('in_progress');
    const results = {
      checks: [{ checkId: 'labels', passed: true }],
      inspected: '12',
      accepted: '10',
      rejected: '2',
      held: '0',
    };
    const { status, body } = await put(id, { status: 'completed', results });
    expect(status).toBe(200);
    expect(inspectionSchema.parse(body)).toMatchObject({ id, status: 'completed', outcome: 'partly_rejected' });
    expect(body.results.map(({ checkId }) => checkId)).toContain('labels');
  });

  it('goes the whole way in one request, or not at all', async () => {
    const done = await put(fresh(), { status: 'completed', results: [{ checkId: 'condition', passed: true }] });
    expect(done.body).toMatchObject({ status: 'completed', outcome: 'passed', quantities: { accepted: '12' } });
    const id = fresh();
    const results = { inspected: '5', accepted: '1', rejected: '1', held: '1' };
    const wrong = await put(id, { status: 'completed', results });
    expect([wrong.status, wrong.body.code]).toEqual([422, 'quantities_do_not_add_up']);
    expect(await dock.server.storage.findRow('inspection', id)).toBeNull();
  });

  it('says what is wrong within results, whichever form they have', async () => {
    type Wrong = { code: string; detail: string; issues: { path: string }[] };
    const wrong = async (results: unknown) =>
      (await put(fresh(), { status: 'completed', results })).body as unknown as Wrong;
    const split = await wrong({ inspected: 'many', accepted: '1' });
    expect([split.code, split.issues.map(({ path }) => path)]).toEqual(['invalid', ['results.inspected']]);
    expect(split.detail).not.toContain('Invalid input');
    expect((await wrong([{ passed: true }])).issues.map(({ path }) => path)).toEqual(['results.0.checkId']);
  });

  it('answers the same again', async () => {
    const id = fresh();
    const body = { status: 'completed', results: { accepted: '12' } };
    const first = await put(id, body);
    expect((await put(id, body)).body).toEqual(first.body);
  });

  it('places a hold, and shows it, when a check failed', async () => {
    const other = await announce(dock);
    const failed = { status: 'completed', results: [{ checkId: 'condition', passed: false }] };
    expect((await put(fresh(), failed, undefined, other.id)).body.outcome).toBe('on_hold');
    const { body } = await dock.ask<Shipment>(`/api/shipments/${other.id}`);
    expect([body.quality, body.activeHolds]).toEqual(['on_hold', 1]);
  });

  it('tells the second to claim who was first', async () => {
    const id = fresh();
    const claims = [PEOPLE.ivo, { ...PEOPLE.ivo, sub: 'nia', name: 'Nia' }].map((person) =>
      put(id, { status: 'requested' }, { person: PEOPLE.lena }).then(() => put(id, { status: 'claimed' }, { person })),
    );
    const replies = await Promise.all(claims);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(replies.find(({ status }) => status === 409)?.body.code).toBe('already_claimed');
  });

  it('refuses to go back, wrong bodies, wrong people', async () => {
    const id = fresh();
    await put(id, { status: 'completed', results: { accepted: '1' } });
    const back = await put(id, { status: 'claimed' });
    expect([back.status, back.body.code]).toEqual([409, 'illegal_step']);
    expect((await put(fresh(), { status: 'voided' })).status).toBe(422);
    expect((await put(fresh(), { status: 'requested', checks: 'all' })).status).toBe(422);
    expect((await put(fresh(), { status: 'completed', results: {} }, { person: PEOPLE.mara })).status).toBe(403);
    expect((await put(fresh(), { status: 'requested' }, { person: PEOPLE.zenith })).status).toBe(404);
    expect((await put(fresh(), { status: 'requested' }, { person: null })).status).toBe(401);
    expect((await put(fresh(), { status: 'requested' }, undefined, 'unknown')).status).toBe(404);
  });

  it('shows a supplier no more of an inspection than a frame would, also when there is nothing to do', async () => {
    const id = fresh();
    await put(id, { status: 'requested', note: 'look twice' }, { person: PEOPLE.lena });
    for (const body of [{ status: 'requested' }, { status: 'completed', results: { held: '1' } }]) {
      await put(id, body);
      const { status, body: seen } = await put(id, { status: body.status }, { person: PEOPLE.acme });
      expect(status).toBe(200);
      expect(inspectionSchema.parse(seen)).toMatchObject({ id, note: null, outcome: null, quantities: null });
      for (const secret of ['Lena', 'lena', 'Ivo', 'look twice']) expect(JSON.stringify(seen)).not.toContain(secret);
    }
  });

  it('knows no inspection of another shipment', async () => {
    const id = fresh();
    await put(id, { status: 'requested' });
    const other = await announce(dock);
    expect((await put(id, { status: 'claimed' }, undefined, other.id)).status).toBe(404);
  });
});
