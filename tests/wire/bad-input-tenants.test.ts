import { randomUUID } from 'node:crypto';
import type { Socket } from 'socket.io-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { expectSurvived, type Vitals, vitals } from './hostile-client.ts';
import {
  ADMIN,
  type Answer,
  type Ask,
  type Asked,
  announce,
  asking,
  type Body,
  type Claims,
  connect,
  expectProblem,
  form,
  INSPECTOR,
  LEAD,
  pdf,
  RECEIVER,
  STRANGER,
  SUPPLIER,
  sample,
  say,
  signed,
} from './outside-client.ts';

// People with good tokens, for something else. A word stands in everything that is not theirs, and in nothing they are told.

const SECRET = 'CANARY';
const STRANGERS: [who: string, claims: Claims][] = [
  ['a lead of another warehouse', STRANGER],
  ['an admin of another warehouse', { ...ADMIN, sub: 'sad', warehouses: ['ELSEWHERE'] }],
  ['a receiver of another warehouse', { ...RECEIVER, sub: 'sid', warehouses: ['ELSEWHERE'] }],
  ['an inspector of another warehouse', { ...INSPECTOR, sub: 'sis', warehouses: ['ELSEWHERE'] }],
  ['a lead of no warehouse', { ...LEAD, sub: 'non', warehouses: [] }],
  [
    'a lead of a warehouse called nearly so',
    { ...LEAD, sub: 'nea', warehouses: ['WH-1 ', 'wh-1', 'WH-%', 'WH-_', '**'] },
  ],
  ['another supplier', { ...SUPPLIER, sub: 'zed', supplierId: 'ZENITH' }],
  ['a supplier called nearly so', { ...SUPPLIER, sub: 'acm', supplierId: 'ACM%' }],
];

let server: ServerProcess;
let ask: Ask;
let before: Vitals;
/** What strangers try to reach. */
let theirs: { id: string; lineId: string; documentId: string; contentHash: string };
/** A shipment that the strangers of ELSEWHERE may touch. */
let own: string;
let available = 0;

const push = (as: Claims, mutations: readonly { type: string; args: object; base?: object }[]): Promise<Answer> => {
  const clientId = randomUUID();
  const occurredAt = '2026-11-24T08:00:00Z';
  const numbered = mutations.map((mutation, at) => ({ clientId, n: at + 1, occurredAt, ...mutation }));
  return ask('POST /api/sync/mutations', { as, json: { mutations: numbered } });
};

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
  before = await vitals(ask);
  const lines = [{ sku: SECRET, description: SECRET, lot: SECRET, quantity: '5' }];
  const told = {
    number: 'TAKEN',
    poNumber: SECRET,
    carrier: SECRET,
    trailer: SECRET,
    seal: SECRET,
    billOfLading: SECRET,
  };
  const { id, lines: made } = await announce(ask, { ...told, lines });
  await ask(`PATCH /api/shipments/${id}/status`, { json: { status: 'arrived' } });
  await ask(`PUT /api/shipments/${id}/inspections/taken-i`, { json: { status: 'requested', note: SECRET } });
  await ask(`POST /api/shipments/${id}/reject`, { json: { reasonCode: 'wet', note: SECRET } });
  const bytes = form(pdf(SECRET), `${SECRET}.pdf`);
  const { body } = await ask(`POST /api/shipments/${id}/documents`, { as: RECEIVER, body: bytes });
  theirs = {
    id: String(id),
    lineId: String(made?.[0]?.id),
    documentId: String(body.id),
    contentHash: String(body.contentHash),
  };
  const onIt = { shipmentId: id };
  const said = await push(LEAD, [
    { type: 'addNote', args: { ...onIt, noteId: 'taken-n', text: SECRET } },
    { type: 'placeHold', args: { ...onIt, holdId: 'taken-h', reason: SECRET } },
    { type: 'reportDiscrepancy', args: { ...onIt, discrepancyId: 'taken-d', kind: 'short', note: SECRET } },
  ]);
  const places = await push(ADMIN, [
    { type: 'defineDoor', args: { doorId: 'taken-door', warehouseId: 'WH-1', name: SECRET } },
    { type: 'defineWarehouse', args: { warehouseId: 'ELSEWHERE', name: 'Elsewhere' } },
  ]);
  expect(said.text + places.text).not.toMatch(/rejected|conflict/);
  own = String((await ask('POST /api/shipments', { as: STRANGER, json: { warehouseId: 'ELSEWHERE' } })).body.id);
});
afterAll(async () => {
  await server?.stop();
});

/** Arguments that fit every command, on this shipment and with the ids of what is not theirs. */
const commandsOn = (shipmentId: string): { type: string; args: object }[] => {
  const on = { shipmentId };
  const { lineId, documentId, contentHash } = theirs;
  const inspection = { ...on, inspectionId: 'taken-i' };
  const file = { fileName: 'a.pdf', documentType: 'photo', mediaType: 'application/pdf', fileSize: pdf(SECRET).length };
  return [
    { type: 'announceShipment', args: { ...on, warehouseId: 'ELSEWHERE', lines: [] } },
    { type: 'announceShipment', args: { warehouseId: 'ELSEWHERE', number: 'TAKEN', supplierId: 'ACME' } },
    { type: 'announceShipment', args: { warehouseId: 'ELSEWHERE', lines: [{ id: lineId, quantity: '1' }] } },
    { type: 'announceShipment', args: { warehouseId: 'WH-1', number: 'SMUGGLED' } },
    { type: 'amendShipment', args: { ...on, carrier: 'stolen' } },
    { type: 'amendShipment', args: { ...on, lines: [{ id: lineId, quantity: '1' }] } },
    { type: 'recordDeparture', args: on },
    { type: 'recordArrival', args: on },
    { type: 'recordUnplannedArrival', args: { ...on, warehouseId: 'ELSEWHERE' } },
    { type: 'assignDoor', args: { ...on, doorId: 'taken-door' } },
    { type: 'reportAtDoor', args: { ...on, doorId: 'taken-door' } },
    { type: 'startUnloading', args: on },
    { type: 'startCounting', args: on },
    { type: 'recordScan', args: { ...on, scanId: randomUUID(), lineId } },
    { type: 'voidScan', args: { ...on, scanId: 'taken-s' } },
    { type: 'setCount', args: { ...on, lineId, counted: '1' } },
    { type: 'completeCount', args: on },
    { type: 'closeShipment', args: { ...on, waiver: 'x' } },
    { type: 'cancelShipment', args: on },
    { type: 'reopenCount', args: { ...on, reason: 'x' } },
    { type: 'reopenShipment', args: { ...on, reason: 'x' } },
    { type: 'placeHold', args: { ...on, holdId: 'taken-h', lineId, reason: 'x' } },
    { type: 'releaseHold', args: { ...on, holdId: 'taken-h', reason: 'x' } },
    { type: 'reportDiscrepancy', args: { ...on, discrepancyId: 'taken-d', lineId, kind: 'short' } },
    { type: 'addPhoto', args: { ...on, documentId, caption: 'x' } },
    { type: 'addNote', args: { ...on, noteId: 'taken-n', text: 'x' } },
    { type: 'attachDocument', args: { ...on, ...file, documentId, contentHash } },
    { type: 'attachDocument', args: { ...on, ...file, documentId: randomUUID(), contentHash } },
    { type: 'requestInspection', args: inspection },
    { type: 'claimInspection', args: inspection },
    { type: 'recordInspectionResult', args: { ...inspection, result: { checkId: 'c', passed: true } } },
    {
      type: 'completeInspection',
      args: { ...inspection, quantities: { inspected: '0', accepted: '0', rejected: '0', held: '0' } },
    },
    {
      type: 'reportRejection',
      args: { ...on, rejectionId: randomUUID(), reasonCode: 'wet', lineId, evidence: [documentId] },
    },
    { type: 'refuseShipment', args: { ...on, reason: 'x', reasonCode: 'wet' } },
    { type: 'setCapacity', args: { warehouseId: 'WH-1', total: 1, available: 0 } },
    { type: 'defineWarehouse', args: { warehouseId: 'WH-1', name: 'stolen' } },
    { type: 'defineDoor', args: { doorId: 'taken-door', warehouseId: 'WH-1', name: 'stolen' } },
    { type: 'defineDoor', args: { doorId: 'taken-door', warehouseId: 'ELSEWHERE', name: 'stolen' } },
  ];
};

const asItIs = async (): Promise<string> => (await ask(`GET /api/shipments/${theirs.id}`)).text;

describe.each(STRANGERS)('%s', (_who, as) => {
  it('is told of none of it by any route that reads', async () => {
    const routes = [
      `/api/shipments?q=${SECRET}`,
      '/api/shipments?warehouseId=WH-1',
      '/api/shipments?limit=200',
      '/api/sync/snapshot',
      '/api/sync/changes?from=0',
    ];
    for (const route of routes) {
      const answer = await ask(`GET ${route}`, { as });
      expect([answer.status, answer.text.includes(SECRET), answer.text.includes(theirs.id)], route).toEqual([
        200,
        false,
        false,
      ]);
      // The same as somebody who may: or nothing could be learned from its absence.
      expect((await ask(`GET ${route}`)).text, route).toContain(SECRET);
    }
    for (const route of [
      `/api/shipments/${theirs.id}`,
      `/api/shipments/${theirs.id}/history`,
      `/api/documents/${theirs.documentId}/content`,
    ]) {
      expectProblem(await ask(`GET ${route}`, { as }), 404, 'not_found');
      expectProblem(
        await ask(`GET ${route}`, { as, headers: { 'if-none-match': `"${theirs.contentHash}"`, range: 'bytes=0-3' } }),
        404,
        'not_found',
      );
    }
  });

  it('changes none of it by any route that writes', async () => {
    const was = await asItIs();
    const on = `/api/shipments/${theirs.id}`;
    const routes: [string, Asked, ...number[]][] = [
      [`PATCH ${on}/status`, { json: { status: 'at_door' } }, 404],
      [`PATCH ${on}/status`, { json: { status: 'at_door', expectedVersion: 999 } }, 404],
      [`POST ${on}/reject`, { json: { reasonCode: 'wet' } }, 404],
      [`POST ${on}/documents`, { body: form(pdf()) }, 404],
      [`PUT ${on}/inspections/taken-i`, { json: { status: 'claimed' } }, 404],
      ['PUT /api/warehouses/WH-1/capacity', { json: { total: 1, available: 1 } }, 403, 404],
      ['POST /api/shipments', { json: { id: theirs.id, warehouseId: 'ELSEWHERE' } }, 403, 409, 422],
      [
        'POST /api/shipments',
        { json: { warehouseId: 'ELSEWHERE', lines: [{ id: theirs.lineId, quantity: '1' }] } },
        403,
        409,
        422,
      ],
      ['POST /api/asns', { json: { id: theirs.id, warehouseId: 'ELSEWHERE' } }, 403, 409],
      ['POST /api/asns', { json: [{ id: theirs.id, warehouseId: 'ELSEWHERE', carrier: 'x' }] }, 403, 409],
      [
        'POST /api/asns',
        { json: { warehouseId: 'ELSEWHERE', lines: [{ id: theirs.lineId, quantity: '1' }] } },
        403,
        409,
      ],
    ];
    for (const [route, asked, ...statuses] of routes) {
      const answer = await ask(route, { ...asked, as });
      expect(statuses, `${route} ${answer.text.slice(0, 200)}`).toContain(answer.status);
      expect(answer.text).not.toMatch(new RegExp(`${SECRET}|WH-1"`));
    }
    expect(await asItIs()).toBe(was);
  });

  it('has every kind of work on it rejected', async () => {
    const was = await asItIs();
    const work = commandsOn(theirs.id).filter(({ args }) => 'shipmentId' in args);
    const answer = await push(as, work);
    expect(answer.text).not.toContain(SECRET);
    expect(answer.body.verdicts).toHaveLength(work.length);
    for (const [at, verdict] of (answer.body.verdicts ?? []).entries()) {
      expect(
        ['not_found', 'forbidden', 'already_exists', 'unknown_warehouse', 'lead_approval_needed'],
        work[at]?.type,
      ).toContain(verdict.code);
      expect(verdict.current).toBeUndefined();
    }
    expect(await asItIs()).toBe(was);
  });

  it('reaches nothing of it from a shipment that is theirs', async () => {
    const was = await asItIs();
    const places = async () =>
      (await ask('GET /api/sync/snapshot')).text.match(/"entity":"(door|warehouse|capacity)".*/g);
    const placesWere = await places();
    const answer = await push(as, commandsOn(own));
    expect(answer.text).not.toContain(SECRET);
    expect((await ask(`GET /api/shipments/${own}`)).text).not.toContain(SECRET);
    for (const { id } of (await ask(`GET /api/shipments/${own}`)).body.documents ?? [])
      expect((await ask(`GET /api/documents/${id}/content`, { as })).text).not.toContain(SECRET);
    expect(await asItIs()).toBe(was);
    expect(await places()).toEqual(placesWere);
  });

  it('joins none of it and hears none of it', async () => {
    const socket = await connect(server.url, await signed(server.secret, as));
    const owner = await connect(server.url, await signed(server.secret, LEAD));
    const heard: Record<'stranger' | 'owner', string> = { stranger: '', owner: '' };
    socket.onAny((...event) => (heard.stranger += JSON.stringify(event)));
    owner.onAny((...event) => (heard.owner += JSON.stringify(event)));
    const said: Body[] = [];
    const tell = async (event: string, payload: object): Promise<Body> => {
      const answer = await say(socket, event, payload);
      said.push(answer);
      return answer;
    };
    const shipmentId = theirs.id;
    expect(await tell('join:shipment', { shipmentId })).toMatchObject({ ok: false, code: 'not_found' });
    expect(await tell('typing:start', { shipmentId })).toMatchObject({ ok: false, code: 'forbidden' });
    await tell('typing:stop', { shipmentId });
    await tell('leave:shipment', { shipmentId });
    for (const sender of [socket, owner]) {
      const { epoch, to: seq, chain } = (await ask('GET /api/sync/changes', { as: sender === owner ? LEAD : as })).body;
      const hello = { protocol: 1, clientId: randomUUID(), cursor: { epoch, seq, chain } };
      expect(await say(sender, 'sync:hello', hello)).toMatchObject({ ok: true, state: 'live' });
    }
    await say(owner, 'join:shipment', { shipmentId });
    const noteId = randomUUID();
    await push(LEAD, [{ type: 'addNote', args: { shipmentId, noteId, text: SECRET } }]);
    await ask(`POST /api/shipments/${shipmentId}/reject`, { json: { reasonCode: 'wet', note: SECRET } });
    available += 1;
    await ask('PUT /api/warehouses/WH-1/capacity', { json: { total: 1000, available } });
    await expect
      .poll(() => heard.owner, { timeout: 8_000 })
      .toMatch(/shipment:rejected.*capacity_updated|capacity_updated.*shipment:rejected/s);
    await tell('ping', {});
    for (const each of [socket, owner] satisfies Socket[]) each.close();
    expect(heard.owner).toContain(SECRET);
    expect(heard.stranger + JSON.stringify(said)).not.toMatch(new RegExp(`${SECRET}|${shipmentId}|WH-1"`));
  });
});

describe('a ship notice', () => {
  const x12 = { 'content-type': 'application/edi-x12' };
  const send = (name: string, as: Claims) => ask('POST /api/asns', { as, body: sample(name), headers: x12 });

  it('of others is not changed or cancelled by strangers', async () => {
    const made = await send('10-kitchen-to-cancel.edi', ADMIN);
    const id = made.body.shipments?.[0]?.id;
    const was = (await ask(`GET /api/shipments/${id}`)).text;
    expectProblem(await send('11-kitchen-cancelled.edi', STRANGER), 403, 'forbidden');
    const zenith = await send('11-kitchen-cancelled.edi', { ...SUPPLIER, sub: 'zed', supplierId: 'ZENITH' });
    expect([zenith.status, zenith.body.shipments]).toEqual([200, []]);
    for (const as of [RECEIVER, INSPECTOR]) expectProblem(await send('11-kitchen-cancelled.edi', as), 403, 'forbidden');
    expect((await ask(`GET /api/shipments/${id}`)).text).toBe(was);
  });
});

describe('the supplier of the shipment', () => {
  it('is not told what the house says among itself, nor who says it', async () => {
    const { id } = theirs;
    const socket = await connect(server.url, await signed(server.secret, SUPPLIER));
    const joined = await say(socket, 'join:shipment', { shipmentId: id });
    socket.close();
    const told = [
      JSON.stringify({ ...joined, viewers: [] }),
      (await ask(`GET /api/shipments/${id}`, { as: SUPPLIER })).text,
      (await ask(`GET /api/shipments/${id}/history`, { as: SUPPLIER })).text,
      (await ask('GET /api/shipments', { as: SUPPLIER })).text,
      (await ask('GET /api/sync/snapshot', { as: SUPPLIER })).text,
      (await ask('GET /api/sync/changes', { as: SUPPLIER })).text,
      (await ask('POST /api/asns', { as: SUPPLIER, json: { id, warehouseId: 'WH-1', carrier: 'other' } })).text,
      (await ask('POST /api/shipments', { as: SUPPLIER, json: { id, warehouseId: 'WH-1', carrier: 'other' } })).text,
      (await ask(`PATCH /api/shipments/${id}/status`, { as: SUPPLIER, json: { status: 'cancelled' } })).text,
      (await push(SUPPLIER, commandsOn(id))).text,
    ];
    for (const text of told) expect(text).not.toMatch(/"Lea"|"lea"|taken-(n|h|d|door)/);
  });
});

it('is still the same server, at ease, and does its work', async () => {
  await expectSurvived(server, ask, before);
});
