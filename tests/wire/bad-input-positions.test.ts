import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { expectRefused, expectSurvived, type Vitals, vitals, work } from './hostile-client.ts';
import { ADMIN, type Ask, announce, asking, expectProblem, form, pdf, STRANGER } from './outside-client.ts';

// The attack on what says where somebody stands: searches, cursors, ranges, Idempotency-Keys and the numbers of a station's work.

let server: ServerProcess;
let ask: Ask;
let before: Vitals;
let id: string;
let documentId: string;

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
  before = await vitals(ask);
  id = String((await announce(ask)).id);
  const made = await ask(`POST /api/shipments/${id}/documents`, { body: form(pdf('ranges')) });
  documentId = String(made.body.id);
});
afterAll(async () => {
  await server?.stop();
});

const PUSH = 'POST /api/sync/mutations';

describe('searching and reading on', () => {
  it.each([
    '%',
    '_',
    '%%%',
    'N_1',
    '\\',
    '\\%',
    '*',
    "' OR '1'='1",
    '"',
    '\u0000',
    'N-1\u0000',
    '%00',
    ';--',
    '[a-z]',
    '\u202e',
  ])('q=%j finds nothing but itself', async (q) => {
    const { status, body } = await ask(`GET /api/shipments?q=${encodeURIComponent(q)}`);
    expect([status, body.shipments]).toEqual([200, []]);
  });

  it.each(
    [
      'limit=NaN',
      'limit=1.5',
      'limit=-1',
      'limit=',
      'limit=1e400',
      'limit=9007199254740993',
      'limit=1&limit=2',
      'limit[]=1',
      'q=a&q=b',
      'status=',
      'status=__proto__',
      'status=arrived&status=closed',
      'warehouseId=',
      `warehouseId=${'x'.repeat(101)}`,
      `cursor=${'x'.repeat(201)}`,
      'cursor=',
      'cursor=%00',
      'cursor=null',
      'cursor=..%2f..',
    ].filter((query) => query !== 'limit[]=1'),
  )('GET /api/shipments?%s is refused', async (query) => {
    expectProblem(await ask(`GET /api/shipments?${query}`), 422, 'invalid');
  });

  it.each([
    '[]',
    '{}',
    'null',
    '7',
    '"x"',
    '[1]',
    '[1,2]',
    '[1.5,"x"]',
    '["1","x"]',
    '[1e400,"x"]',
    '[1,"x",3]',
    '[null,null]',
    '[[1],"x"]',
    '[',
    '{"0":1,"1":"x","length":2}',
  ])('a cursor made of %s is refused', async (key) => {
    const cursor = Buffer.from(key).toString('base64url');
    expectProblem(await ask(`GET /api/shipments?cursor=${cursor}`), 422, 'invalid');
  });

  it('a cursor forged well shows no more than the list does', async () => {
    for (const key of ['[9007199254740993,"~"]', '[1e300,"~"]', '[4102444800000,"~"]', '[-9e15,""]']) {
      const cursor = Buffer.from(key).toString('base64url');
      const { status, body } = await ask(`GET /api/shipments?cursor=${cursor}`, { as: STRANGER });
      expect([status, body.shipments]).toEqual([200, []]);
    }
  });

  it.each([
    ['from=-1', 422, 'invalid'],
    ['from=0.5', 422, 'invalid'],
    ['from=NaN', 422, 'invalid'],
    ['from=1e400', 422, 'invalid'],
    ['from=9007199254740993', 422, 'invalid'],
    ['from=1&from=2', 422, 'invalid'],
    ['from=%00', 422, 'invalid'],
    ['wait=NaN', 422, 'invalid'],
    ['wait=1e400', 422, 'invalid'],
    ['wait=30.01', 422, 'invalid'],
    ['limit=0', 422, 'invalid'],
    [`epoch=${'e'.repeat(65)}`, 422, 'invalid'],
    [`chain=${'e'.repeat(65)}`, 422, 'invalid'],
    ['from=9007199254740991', 409, 'cursor_ahead'],
    ['from=0&epoch=', 409, 'epoch_changed'],
    ['from=0&epoch=__proto__', 409, 'epoch_changed'],
    ['from=1&epoch=00000000000000000000000000000000', 409, 'epoch_changed'],
    ['from=1&chain=', 409, 'epoch_changed'],
    ['from=1&chain=%25', 409, 'epoch_changed'],
    ['from=1&chain=%00', 409, 'epoch_changed'],
  ])('GET /api/sync/changes?%s is refused', async (query, status, code) => {
    expectProblem(await ask(`GET /api/sync/changes?${query}`), status, code);
  });

  it.each([
    'bytes=',
    'bytes=-',
    'bytes=5-2',
    'bytes=a-b',
    'bytes=1.5-2',
    'bytes=--1',
    'bytes=0x1-0x2',
    'bytes 0-1',
    'items=0-1',
    'bytes=0-0,5-6',
    'bytes=1e1-',
    `bytes=${'0-0,'.repeat(2000)}0-0`,
    'x'.repeat(9000),
    'bytes=0-1;x',
    '../..',
    `bytes=0-${'9'.repeat(400)}`,
    `bytes=-${'9'.repeat(400)}`,
    'bytes=-0',
    `bytes=${'9'.repeat(400)}-`,
  ])('Range: %s is ignored or answered as HTTP says', async (range) => {
    const answer = await ask(`GET /api/documents/${documentId}/content`, { headers: { range } });
    if (answer.status === 416) expectProblem(answer, 416, 'range_not_satisfiable');
    else
      expect([[200, 206].includes(answer.status), answer.text]).toEqual([true, Buffer.from(pdf('ranges')).toString()]);
  });
});

describe('Idempotency-Key', () => {
  const send = (key: string, body: object, route = `POST /api/shipments/${id}/reject`) =>
    ask(route, { json: body, headers: { 'idempotency-key': key } });

  it('of garbage is refused, and nothing is done', async () => {
    const count = async () => (await ask(`GET /api/shipments/${id}`)).body.rejections?.length;
    const had = await count();
    for (const key of ['', ' ', 'k'.repeat(201), 'k'.repeat(5000)])
      expectProblem(await send(key, { reasonCode: 'wet' }), 400, 'malformed');
    expect(await count()).toBe(had);
  });

  it.each(['../../../etc/passwd', "' OR 1=1 --", '%00', '__proto__', '\u00ff\u00fe', '{"a":1}'])(
    'like %j is a name as any other, and bound to what it was used for',
    async (key) => {
      const first = await send(key, { reasonCode: 'wet', note: key });
      expect(first.status, first.text).toBe(200);
      expect((await send(key, { reasonCode: 'wet', note: key })).text).toBe(first.text);
      expectProblem(await send(key, { reasonCode: 'crushed' }), 409, 'idempotency_conflict');
      expectProblem(
        await send(key, { status: 'arrived' }, `PATCH /api/shipments/${id}/status`),
        409,
        'idempotency_conflict',
      );
      const upload = { body: form(pdf(key)), headers: { 'idempotency-key': key } };
      expectProblem(await ask(`POST /api/shipments/${id}/documents`, upload), 409, 'idempotency_conflict');
    },
  );

  it('belongs to whoever used it', async () => {
    expect((await send('mine', { reasonCode: 'wet' })).status).toBe(200);
    const others = await ask(`POST /api/shipments/${id}/reject`, {
      as: STRANGER,
      json: { reasonCode: 'wet' },
      headers: { 'idempotency-key': 'mine' },
    });
    expectProblem(others, 404, 'not_found');
  });
});

describe('a push', () => {
  const push = (mutations: unknown, more: object = {}) => ask(PUSH, { json: { mutations, ...more } });

  it.each([
    ['no list', 'x'],
    ['an object', { 0: work({}), length: 1 }],
    ['fifty-one', Array(51).fill(work({}))],
    ['nobody’s work', [{ ...work({}), clientId: undefined }]],
    ['none', []],
  ])('of %s is refused', async (_what, mutations) => {
    expectRefused(await push(mutations), 'invalid', 'malformed');
  });

  it.each([
    ['an unknown type', { type: 'dropTable' }],
    ['a type every object has', { type: 'constructor' }],
    ['a type of the prototype', { type: '__proto__' }],
    ['a number for a type', { type: 7 }],
    ['n of zero', { n: 0 }],
    ['a negative n', { n: -1 }],
    ['a fractional n', { n: 1.5 }],
    ['n in text', { n: '1' }],
    ['n beyond the integers', { n: 2 ** 53 }],
    ['a short client', { clientId: 'short' }],
    ['a long client', { clientId: 'x'.repeat(65) }],
    ['no time', { occurredAt: undefined }],
    ['a list for arguments', { args: [] }],
    ['text for arguments', { args: 'shipmentId' }],
    ['a base without version', { base: { id: 'x' } }],
    ['a clock that is no number', { clockOffsetMs: '0' }],
    ['an endless hash', { hash: 'x'.repeat(129) }],
  ])('with %s stops before it', async (_what, more) => {
    const { status, body } = await push([{ ...work({ shipmentId: id }), ...more }]);
    expect([status, body.verdicts, body.stoppedBy]).toMatchObject([200, [], { code: 'malformed' }]);
  });

  it('of the highest n of all is out of order', async () => {
    const { body } = await push([work({ shipmentId: id }, { n: Number.MAX_SAFE_INTEGER })]);
    expect(body.stoppedBy).toMatchObject({ code: 'out_of_order', expected: 1 });
  });

  it.each([
    ['none', {}],
    ['an operator', { shipmentId: { $ne: null } }],
    ['a list', { shipmentId: [id] }],
    ['an empty id', { shipmentId: '' }],
    ['a prototype', JSON.parse('{"__proto__":{"shipmentId":"x"}}')],
  ])('with arguments of %s is rejected and done with', async (_what, args) => {
    const { body } = await ask(PUSH, { as: ADMIN, json: { mutations: [work(args, { type: 'addNote' })] } });
    if (body.code === undefined)
      expect(body).toMatchObject({ verdicts: [{ verdict: 'rejected', code: 'invalid' }], lastN: 1 });
    else expect(body.code).toBe('malformed');
  });
});

it('is still the same server, at ease, and does its work', async () => {
  await expectSurvived(server, ask, before);
});
