import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { expectRefused, expectSurvived, FORGERIES, raw, TRICKY, type Vitals, vitals, work } from './hostile-client.ts';
import { type Ask, announce, asking, expectProblem, form, LEAD, pdf, signed } from './outside-client.ts';

// The attack on every HTTP route: tokens, addresses, values, positions. Bodies as such are in bad-input-bodies.test.ts.

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

const json = { 'content-type': 'application/json' };

/** Every route that reads a JSON body, with one that it would take. */
const WRITES: [what: string, route: (key: string) => string, body: Record<string, unknown>][] = [
  [
    'an announcement',
    () => 'POST /api/shipments',
    { warehouseId: 'WH-1', carrier: 'Fast', lines: [{ quantity: '1', sku: 'A' }] },
  ],
  [
    'a step',
    (key) => `PATCH /api/shipments/${key}/status`,
    { status: 'announced', reason: 'because', expectedVersion: 1 },
  ],
  [
    'a rejection',
    (key) => `POST /api/shipments/${key}/reject`,
    { reasonCode: 'wet', quantity: '1', note: 'x', evidence: [] },
  ],
  [
    'an inspection',
    (key) => `PUT /api/shipments/${key}/inspections/fuzzed`,
    { status: 'requested', note: 'x', checks: [] },
  ],
  ['a capacity', () => 'PUT /api/warehouses/WH-1/capacity', { total: 9, available: 1 }],
  [
    'a notice',
    () => 'POST /api/asns',
    { warehouseId: 'WH-1', supplierId: 'ACME', poNumber: 'P', lines: [{ quantity: '1' }] },
  ],
];
const PUSH = 'POST /api/sync/mutations';

describe('tokens', () => {
  it.each(FORGERIES)('with %s are refused', async (_what, token) => {
    expectProblem(await ask('GET /api/shipments', { token: token(server.secret) }), 401, 'token_invalid');
  });

  it('in odd places are not looked for', async () => {
    const token = await signed(server.secret, LEAD);
    const path = 'GET /api/shipments';
    const places: [string, Record<string, string>][] = [
      [`${path}?token=${token}&access_token=${token}&authorization=Bearer%20${token}`, {}],
      [path, { cookie: `token=${token}; authorization=Bearer ${token}` }],
      [
        path,
        { 'x-authorization': `Bearer ${token}`, 'x-access-token': token, 'proxy-authorization': `Bearer ${token}` },
      ],
      ...['Basic ', 'Token ', 'Bearer', 'Bearer:', 'JWT ', 'Bearer Bearer ', 'Bearer a ', ''].map(
        (scheme): [string, Record<string, string>] => [path, { authorization: scheme + token }],
      ),
      [path, { authorization: `Bearer ${token} ${token}` }],
      [path, { authorization: `Bearer ${' '.repeat(8000)}x y` }],
    ];
    for (const [route, headers] of places) expectProblem(await ask(route, { as: null, headers }), 401, 'not_signed_in');
    const { status } = await ask('POST /api/shipments', { as: null, json: { token, warehouseId: 'WH-1' } });
    expect(status).toBe(401);
    expect((await ask(path, { as: null, headers: { authorization: `bEaReR   ${token} ` } })).status).toBe(200);
  });

  it('named twice count as the first', async () => {
    const token = await signed(server.secret, LEAD);
    const head = 'GET /api/shipments?limit=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ';
    expect((await raw(server, `${head}x\r\nAuthorization: Bearer ${token}\r\n\r\n`)).statuses).toEqual([401]);
  });
});

describe('methods and addresses', () => {
  it.each(['DELETE', 'TRACE', 'PROPFIND', 'PURGE', 'MKCOL', 'SEARCH', 'LINK'])('%s is not known', async (method) => {
    const { statuses, text } = await raw(
      server,
      `${method} /api/shipments/${id} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    );
    expect([statuses, text]).toEqual([[404], expect.stringContaining('"code":"not_found"')]);
  });

  it.each(['GET', 'PUT', 'POST', 'PATCH'])('%s on the wrong address is answered 404', async (method) => {
    for (const path of [
      '/',
      '/api',
      '/api/',
      '/api/shipments/x/y/z',
      '/api//shipments',
      '/API/SHIPMENTS',
      '/api/sync/',
    ])
      expectProblem(await ask(`${method} ${path}`), 404, 'not_found');
    expectProblem(await ask(`PUT /api/shipments`), 404, 'not_found');
  });

  it.each(TRICKY)('an id like %s names nothing', async (_what, trick) => {
    const key = encodeURIComponent(trick);
    const routes: [string, object?][] = [
      [`GET /api/shipments/${key}`],
      [`GET /api/shipments/${key}/history`],
      [`GET /api/documents/${key}/content`],
      [`GET /api/documents/${documentId}${key}/content`],
      [`PUT /api/warehouses/${key}/capacity`, { total: 1, available: 1 }],
      [`PATCH /api/shipments/${key}/status`, { status: 'arrived' }],
      [`POST /api/shipments/${key}/reject`, { reasonCode: 'wet' }],
      [`PUT /api/shipments/${key}/inspections/${key}`, { status: 'requested' }],
    ];
    for (const [route, body] of routes)
      expectRefused(
        await ask(route, body === undefined ? {} : { json: body }),
        ...(trick.length > 100 ? ['invalid', 'too_large'] : ['not_found']),
      );
    expectRefused(
      await ask(`POST /api/shipments/${key}/documents`, { body: form(pdf()) }),
      ...(trick.length > 100 ? ['invalid', 'too_large'] : ['not_found']),
    );
  });

  it.each([
    '/api/shipments/%ff',
    '/api/shipments/%zz',
    '/api/shipments/%',
    '/api/shipments/%c0%ae%c0%ae',
    '/api/shipments/%ed%a0%80',
    '/docs/static/%2e%2e%2f%2e%2e%2fpackage.json',
    '/docs/static/..%5c..%5cpackage.json',
    '/docs/static/%00',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/api/shipments/..%2f..%2f..%2fmetrics',
  ])('%s leads nowhere', async (path) => {
    const { statuses, text } = await raw(server, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    expect([400, 401, 404]).toContain(statuses[0]);
    expect(text).toContain('application/problem+json');
    expect(text).not.toMatch(/root:|"dependencies"|process_start/);
  });
});

describe('values', () => {
  const ODD: unknown[] = [
    null,
    true,
    7,
    -0,
    -1,
    1.5,
    '',
    ' ',
    'x',
    [],
    [[]],
    {},
    { $ne: null },
    { $gt: '' },
    ['a', 'b'],
  ];

  it.each(WRITES)(
    'of the wrong kind in any field of %s are refused or make sense, never a fault',
    async (_what, route, body) => {
      for (const field of Object.keys(body))
        for (const value of ODD) {
          const answer = await ask(route(id), { json: { ...body, [field]: value } });
          if (answer.status >= 300)
            expectRefused(
              answer,
              'invalid',
              'illegal_step',
              'version_conflict',
              'unknown_supplier',
              'unknown_warehouse',
            );
        }
    },
  );

  it.each(WRITES)('that no disk can hold in %s are refused with their place', async (_what, route, body) => {
    for (const field of Object.keys(body))
      for (const value of ['\u0000', 'half \ud800', '\udc00 half', ['a\u0000b'], { deep: [{ x: '\ud800' }] }]) {
        const answer = await ask(route(id), { json: { ...body, [field]: value } });
        expectProblem(answer, 422, 'invalid');
        expect(String(answer.body.issues?.[0]?.path)).toMatch(new RegExp(`^${field}`));
      }
  });

  it.each(WRITES)('of endless length in %s are too large', async (_what, route, body) => {
    for (const field of Object.keys(body))
      expectProblem(await ask(route(id), { json: { ...body, [field]: 'x'.repeat(10_001) } }), 413, 'too_large');
    const eta = `2026-12-01T00:00:00.${'0'.repeat(900_000)}Z`;
    expectProblem(await ask('POST /api/shipments', { json: { warehouseId: 'WH-1', eta } }), 413, 'too_large');
  });

  it.each(WRITES)('in the prototype of %s change nothing', async (_what, route, body) => {
    const plain = JSON.stringify(body).slice(1);
    for (const poison of [
      '"__proto__":{"polluted":1}',
      '"constructor":{"prototype":{"polluted":1}}',
      '"\\u005f_proto__":{}',
    ])
      expectProblem(await ask(route(id), { body: `{${poison},${plain}`, headers: json }), 400, 'malformed');
    expect((await ask('GET /health', { as: null })).text).toBe('{"status":"OK","ready":true}');
  });

  it.each([
    ['total', ['1e400', '-1e400', '-1', '1.5', '9007199254740993', '1e21', '"5"', 'null', '[5]', '10000001']],
    ['available', ['1e400', '-1', '0.1', '9007199254740993', '101', 'true']],
  ])('of %s at the edge', async (field, numbers) => {
    const put = (number: string) => {
      const other = field === 'total' ? '"available":0' : '"total":100';
      return ask('PUT /api/warehouses/WH-1/capacity', { body: `{"${field}":${number},${other}}`, headers: json });
    };
    for (const number of numbers) expectProblem(await put(number), 422, 'invalid');
    for (const number of ['NaN', 'Infinity', '0x10', '01', '+1', '.5', '1_000', '--1'])
      expectProblem(await put(number), 400, 'malformed');
    expect((await put('-0')).body).toMatchObject({ total: field === 'total' ? 0 : 100, available: 0 });
  });

  it.each(['-1', '1e3', '0x1', 'NaN', 'Infinity', '1,5', ' 1', '1.', '.5', '٣', '1'.repeat(13), '1.1234567', '1e400'])(
    'like %s are no quantity',
    async (quantity) => {
      expectProblem(
        await ask(`POST /api/shipments/${id}/reject`, { json: { reasonCode: 'wet', quantity } }),
        422,
        'invalid',
      );
      const lines = [{ quantity }];
      expectProblem(await ask('POST /api/shipments', { json: { warehouseId: 'WH-1', lines } }), 422, 'invalid');
    },
  );

  it.each([
    '2026-13-01T00:00:00Z',
    '2026-02-30T00:00:00Z',
    'now',
    '2026-01-01',
    '0',
    '2026-01-01T00:00:00+25:00',
    '+275760-09-13T00:00:00Z',
  ])('like %s are no instant', async (eta) => {
    expectProblem(await ask('POST /api/shipments', { json: { warehouseId: 'WH-1', eta } }), 422, 'invalid');
    const mutations = [work({ shipmentId: id }, { occurredAt: eta })];
    expect((await ask(PUSH, { json: { mutations } })).body.stoppedBy).toMatchObject({ n: 1, code: 'malformed' });
  });
});

it('is still the same server, at ease, and does its work', async () => {
  await expectSurvived(server, ask, before);
});
