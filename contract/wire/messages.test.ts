import { describe, expect, test } from 'vitest';
import { DOWN, DOWN_EVENTS, GUIDE_EVENTS } from './down.ts';
import { PROBLEM_CODES, PROBLEMS, ProblemError, problemDocument } from './errors.ts';
import { changesQuery, listQuery, rejectBody, statusBody } from './http.ts';
import { cursor, hello, MAX_PUSH, mutation, pushRequest, snapshotLine } from './sync.ts';
import { tokenClaims } from './token.ts';
import { UP, UP_EVENTS } from './up.ts';

const at = '2026-11-23T05:00:00.000Z';

describe('events', () => {
  test('up and down are the documented lists', () => {
    expect(UP_EVENTS).toEqual([
      'join:shipment',
      'leave:shipment',
      'ping',
      'typing:start',
      'typing:stop',
      'sync:hello',
      'sync:push',
      'sync:report',
    ]);
    expect(DOWN_EVENTS.filter((name) => !GUIDE_EVENTS.includes(name as never))).toEqual([
      'shipment:waiting',
      'sync:frame',
      'sync:scope',
      'sync:upgrade',
    ]);
  });

  // The guide's own fields: more may stand beside them, none may be renamed or dropped.
  test.each([
    ['shipment:updated', ['type', 'shipmentId', 'status', 'statusChangedAt', 'changedBy', 'shipment', 'timestamp']],
    ['document:uploaded', ['type', 'shipmentId', 'document', 'timestamp']],
    ['user:viewing', ['type', 'userId', 'socketId', 'timestamp']],
    ['user:disconnected', ['type', 'userId', 'socketId', 'viewersCount', 'timestamp']],
    ['warehouse:capacity_updated', ['type', 'warehouseId', 'capacity', 'timestamp']],
  ] as const)('%s has the fields of the guide', (name, fields) => {
    const shape = Object.keys(DOWN[name].shape);
    for (const field of fields) expect(shape).toContain(field);
  });

  test('nested guide fields are there', () => {
    expect(Object.keys(DOWN['shipment:updated'].shape.shipment.shape)).toEqual(
      expect.arrayContaining(['id', 'poNumber', 'status', 'eta']),
    );
    expect(Object.keys(DOWN['document:uploaded'].shape.document.shape)).toEqual(
      expect.arrayContaining(['id', 'fileName', 'documentType', 'fileSize', 'uploadedAt', 'uploadedBy', 'isVerified']),
    );
    expect(Object.keys(DOWN['warehouse:capacity_updated'].shape.capacity.shape)).toEqual([
      'total',
      'available',
      'utilization',
    ]);
  });

  test('a join without a shipment id is refused', () => {
    expect(UP['join:shipment'].payload.safeParse({}).success).toBe(false);
    expect(UP['join:shipment'].payload.safeParse({ shipmentId: 7 }).success).toBe(false);
    expect(UP['join:shipment'].payload.safeParse({ shipmentId: 'x'.repeat(101) }).success).toBe(false);
    expect(UP['join:shipment'].payload.safeParse({ shipmentId: '123' }).success).toBe(true);
  });

  test('a ping may carry anything or nothing', () => {
    for (const payload of [undefined, null, {}, 'now']) expect(UP.ping.payload.safeParse(payload).success).toBe(true);
  });
});

describe('problem codes', () => {
  test('every code has a client or server error status and a sentence', () => {
    for (const code of PROBLEM_CODES) {
      expect(PROBLEMS[code].status, code).toBeGreaterThanOrEqual(400);
      expect(PROBLEMS[code].status, code).toBeLessThan(600);
      expect(PROBLEMS[code].title, code).toMatch(/^[A-Z].*\.$/);
    }
  });

  test.each([
    ['not_signed_in', 401],
    ['token_expired', 401],
    ['forbidden', 403],
    ['not_found', 404],
    ['illegal_step', 409],
    ['version_conflict', 409],
    ['too_large', 413],
    ['unsupported_type', 415],
    ['too_fast', 429],
  ] as const)('%s is answered with %i', (code, status) => {
    expect(PROBLEMS[code].status).toBe(status);
  });

  test('an error carries its code and, unless told otherwise, its sentence', () => {
    expect(new ProblemError('blocked')).toMatchObject({ code: 'blocked', message: PROBLEMS.blocked.title, extra: {} });
    expect(new ProblemError('invalid', 'Line 3 has no unit.', { issues: [] })).toMatchObject({
      message: 'Line 3 has no unit.',
      extra: { issues: [] },
    });
  });

  test('a problem document has the members of RFC 9457 and the code', () => {
    const document = { type: 'about:blank', title: 't', status: 409, detail: 'd', code: 'blocked' };
    expect(problemDocument.safeParse(document).success).toBe(true);
    expect(problemDocument.safeParse({ ...document, code: 'nonsense' }).success).toBe(false);
  });
});

describe('sync messages', () => {
  const work = { clientId: 'station-1', n: 1, type: 'recordArrival', args: { shipmentId: 's' }, occurredAt: at };

  test('a mutation needs a known command, a positive n and a client id', () => {
    expect(mutation.safeParse(work).success).toBe(true);
    expect(mutation.safeParse({ ...work, type: 'dropTables' }).success).toBe(false);
    expect(mutation.safeParse({ ...work, n: 0 }).success).toBe(false);
    expect(mutation.safeParse({ ...work, n: 1.5 }).success).toBe(false);
    expect(mutation.safeParse({ ...work, clientId: 'short' }).success).toBe(false);
    expect(mutation.safeParse({ ...work, args: null }).success).toBe(false);
  });

  test('device time is UTC with Z', () => {
    expect(mutation.safeParse({ ...work, occurredAt: '2026-11-23T05:00:00+01:00' }).success).toBe(false);
    expect(mutation.safeParse({ ...work, occurredAt: 'yesterday' }).success).toBe(false);
  });

  test('a push is bounded', () => {
    expect(pushRequest.safeParse({ mutations: [] }).success).toBe(false);
    expect(pushRequest.safeParse({ mutations: Array(MAX_PUSH).fill({}) }).success).toBe(true);
    expect(pushRequest.safeParse({ mutations: Array(MAX_PUSH + 1).fill({}) }).success).toBe(false);
  });

  test('hello without a cursor asks for a snapshot', () => {
    expect(hello.parse({ protocol: 1, clientId: 'station-1' })).toMatchObject({ cursor: null });
  });

  test('a cursor is never negative or fractional', () => {
    expect(cursor.safeParse({ epoch: 'e', seq: -1, chain: '' }).success).toBe(false);
    expect(cursor.safeParse({ epoch: 'e', seq: 0.5, chain: '' }).success).toBe(false);
    expect(cursor.safeParse({ epoch: '', seq: 0, chain: '' }).success).toBe(false);
  });

  test('a snapshot line of an unknown kind is refused', () => {
    expect(snapshotLine.safeParse({ kind: 'end', rows: 1, seq: 2 }).success).toBe(true);
    expect(snapshotLine.safeParse({ kind: 'tail', rows: 1, seq: 2 }).success).toBe(false);
  });
});

describe('http bodies', () => {
  test('queries are read from strings and bounded', () => {
    expect(listQuery.parse({ limit: '20' }).limit).toBe(20);
    expect(listQuery.safeParse({ limit: '0' }).success).toBe(false);
    expect(listQuery.safeParse({ status: 'lost' }).success).toBe(false);
    expect(changesQuery.parse({ from: '5', wait: '25' })).toMatchObject({ from: 5, wait: 25 });
    expect(changesQuery.safeParse({ from: '-1' }).success).toBe(false);
    expect(changesQuery.safeParse({ wait: '3600' }).success).toBe(false);
  });

  test('a status change names a known status', () => {
    expect(statusBody.safeParse({ status: 'received' }).success).toBe(true);
    expect(statusBody.safeParse({ status: 'gone' }).success).toBe(false);
    expect(statusBody.safeParse({ status: 'received', expectedVersion: 0 }).success).toBe(false);
  });

  test('a rejected quantity may be a number or a decimal string, never negative', () => {
    expect(rejectBody.parse({ reasonCode: 'damaged', quantity: 3 }).quantity).toBe('3');
    expect(rejectBody.parse({ reasonCode: 'damaged', quantity: '2.5' }).quantity).toBe('2.5');
    expect(rejectBody.safeParse({ reasonCode: 'damaged', quantity: -1 }).success).toBe(false);
    expect(rejectBody.safeParse({ reasonCode: 'bored' }).success).toBe(false);
  });
});

describe('token claims', () => {
  const claims = { sub: 'u1', name: 'Mara', role: 'receiver', warehouses: ['JOL'], exp: 1 };

  test('role and warehouses are needed', () => {
    expect(tokenClaims.safeParse(claims).success).toBe(true);
    expect(tokenClaims.safeParse({ ...claims, role: 'root' }).success).toBe(false);
    expect(tokenClaims.safeParse({ ...claims, warehouses: 'JOL' }).success).toBe(false);
    expect(tokenClaims.safeParse({ ...claims, exp: undefined }).success).toBe(false);
  });

  test('a supplier names itself', () => {
    expect(tokenClaims.safeParse({ ...claims, role: 'supplier' }).success).toBe(false);
    expect(tokenClaims.safeParse({ ...claims, role: 'supplier', supplierId: 'ACME' }).success).toBe(true);
  });
});
