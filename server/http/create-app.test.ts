import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemDocument } from '#contract/wire/errors.ts';
import { type Dock, furnish, PEOPLE, SECRET, startDock, tokenFor } from '../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  dock = await startDock({ allowedOrigins: ['http://localhost:5173'], jwtSecretPrevious: 'the old one' });
  await furnish(dock);
});
afterAll(() => dock.close());

/** Writes bytes that no HTTP library would and returns what comes back. */
const raw = async (bytes: string): Promise<string> => {
  const socket = connect(Number(new URL(dock.url).port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString();
  });
  socket.on('error', () => undefined);
  socket.end(bytes);
  await new Promise((resolve) => socket.once('close', resolve));
  return answer;
};

describe('operations', () => {
  it('says that it is well', async () => {
    const { status, body } = await dock.ask('/health', { person: null });
    expect([status, body]).toEqual([200, { status: 'OK', ready: true }]);
  });

  it('counts what it does', async () => {
    await dock.ask('/api/shipments/nothing');
    const { text, headers } = await dock.ask('/metrics', { person: null });
    expect(headers.get('content-type')).toMatch(/^text\/plain/);
    expect(text).toMatch(/^dockline_connections \d+$/m);
    expect(text).toMatch(/^dockline_log_head [1-9]\d*$/m);
    expect(text).toMatch(/^dockline_tailer_lag \d+$/m);
    expect(text).toMatch(/^dockline_errors_total\{code="not_found"\} [1-9]/m);
    expect(text).toMatch(/dockline_http_request_duration_seconds_bucket\{[^}]*route="\/api\/shipments\/:id"/);
    expect(text).toMatch(/^dockline_command_duration_seconds_count\{via="push"\} [1-9]/m);
  });

  it('describes every route from the schemas that check them', async () => {
    const { body } = await dock.ask<{ openapi: string; paths: Record<string, object> }>('/openapi.json', {
      person: null,
    });
    expect(body.openapi).toBe('3.1.0');
    const promised = [
      '/health',
      '/metrics',
      '/api/shipments',
      '/api/shipments/{id}',
      '/api/shipments/{id}/history',
      '/api/shipments/{id}/status',
      '/api/shipments/{id}/reject',
      '/api/shipments/{id}/documents',
      '/api/documents/{id}/content',
      '/api/shipments/{id}/inspections/{inspectionId}',
      '/api/warehouses/{id}/capacity',
      '/api/asns',
      '/api/sync/snapshot',
      '/api/sync/changes',
      '/api/sync/mutations',
    ];
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(promised));
    expect((await dock.ask('/docs', { person: null })).text).toContain('swagger');
  });

  it('describes the bodies that routes read by themselves', async () => {
    type Body = { content: Record<string, { schema: Record<string, unknown> }> };
    const { body } = await dock.ask<{ paths: Record<string, { post: { requestBody: Body } }> }>('/openapi.json');
    const notices = body.paths['/api/asns']?.post.requestBody.content;
    expect(Object.keys(notices ?? {}).sort()).toEqual(['application/edi-x12', 'application/json']);
    expect(notices?.['application/edi-x12']?.schema).toMatchObject({ type: 'string' });
    const [one, many] = (notices?.['application/json']?.schema.anyOf ?? []) as Record<string, unknown>[];
    expect(one).toMatchObject({ properties: { warehouseId: { type: 'string' } }, required: ['warehouseId'] });
    expect(many).toMatchObject({ type: 'array', minItems: 1, maxItems: 100 });
    const form = body.paths['/api/shipments/{id}/documents']?.post.requestBody.content;
    expect(form).toMatchObject({
      'multipart/form-data': {
        schema: {
          properties: { file: { type: 'string', format: 'binary' }, documentType: { enum: expect.any(Array) } },
          required: ['documentType', 'file'],
        },
      },
    });
  });
});

describe('signing in', () => {
  const withToken = (authorization: string) =>
    dock.ask<{ code: string }>('/api/shipments', { headers: { authorization } });
  const unsigned = (claims: object) =>
    `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.`;
  const claims = { ...PEOPLE.lena, warehouses: ['*'], exp: 4_000_000_000 };

  it.each([
    ['no token', async () => '', 'not_signed_in'],
    ['another scheme', async () => 'Basic bGVuYTpsZW5h', 'not_signed_in'],
    [
      'a token by somebody else',
      () => tokenFor(PEOPLE.lena, 'guess').then((token) => `Bearer ${token}`),
      'token_invalid',
    ],
    ['no signature', async () => `Bearer ${unsigned(claims)}`, 'token_invalid'],
    [
      'an expired token',
      () => tokenFor({ ...PEOPLE.lena, exp: 1 }).then((token) => `Bearer ${token}`),
      'token_expired',
    ],
    ['words', async () => 'Bearer words', 'token_invalid'],
  ])('refuses %s', async (_what, header, code) => {
    const { status, body, headers } = await withToken(await header());
    expect([status, body.code]).toEqual([401, code]);
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  it('takes tokens by either secret', async () => {
    expect((await withToken(`Bearer ${await tokenFor(PEOPLE.lena, SECRET)}`)).status).toBe(200);
    expect((await withToken(`bearer ${await tokenFor(PEOPLE.lena, 'the old one')}`)).status).toBe(200);
  });

  it('refuses before it reads the body', async () => {
    const body = 'x'.repeat(5_000_000);
    const { status } = await dock.ask('POST /api/shipments', {
      person: null,
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect(status).toBe(401);
  });
});

describe('what does not exist or is no HTTP', () => {
  it.each(['/nothing', '/api/nothing', '/api/shipments/a/b/c', '/../../etc/passwd'])(
    'answers %s with a problem',
    async (path) => {
      const { status, body, headers } = await dock.ask(path);
      expect(status).toBe(404);
      expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(problemDocument.parse(body).code).toBe('not_found');
    },
  );

  it('answers a broken path and never repeats a query', async () => {
    expect((await dock.ask<{ code: string }>('/api/shipments/%zz')).body.code).toBe('malformed');
    for (const path of ['/nothing', '/api/shipments/%zz', `/api/shipments/${'x'.repeat(600)}`])
      expect((await dock.ask(`${path}?token=secret`)).text).not.toContain('secret');
    expect((await dock.ask<{ code: string }>(`/api/shipments/${'x'.repeat(600)}`)).body.code).toBe('too_large');
  });

  it('is heard by one who is still sending when it refuses', async () => {
    const socket = connect(Number(new URL(dock.url).port), '127.0.0.1');
    let answers = '';
    socket.on('data', (chunk: Buffer) => {
      answers += chunk.toString();
    });
    const token = await tokenFor(PEOPLE.lena);
    const head = `POST /api/asns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
    const all = 'x'.repeat(20_000_000);
    socket.write(`${head}Content-Length: ${all.length}\r\n\r\n${all.slice(0, 50_000)}`);
    await expect.poll(() => answers).toContain('HTTP/1.1 413');
    // Hung up on now, it would lose the answer as soon as it wrote on.
    socket.write(all.slice(50_000));
    socket.write('GET /health HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => answers).toContain('{"status":"OK","ready":true}');
    socket.destroy();
  });

  it('answers a bare OPTIONS', async () => {
    const { status, text } = await dock.ask('OPTIONS /api/shipments', { person: null });
    expect([status, text]).toEqual([204, '']);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', '400'],
    ['a lying length', 'POST /api/asns HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n', '400'],
    ['endless headers', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`, '413'],
  ])('answers %s with a problem and goes on', async (_what, bytes, status) => {
    const answer = await raw(bytes);
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(answer).toContain('application/problem+json');
    expect((await dock.ask('/health')).status).toBe(200);
  });
});

describe('CORS', () => {
  const preflight = (origin: string) =>
    dock.ask('OPTIONS /api/shipments', {
      person: null,
      headers: {
        origin,
        'access-control-request-method': 'PATCH',
        'access-control-request-headers': 'authorization,idempotency-key',
      },
    });

  it('lets in pages on the list', async () => {
    const { status, headers } = await preflight('http://localhost:5173');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    expect(headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(headers.get('access-control-allow-headers')).toContain('idempotency-key');
    const { headers: plain } = await dock.ask('/health', { headers: { origin: 'http://localhost:5173' } });
    expect(plain.get('access-control-allow-origin')).toBe('http://localhost:5173');
  });

  it('gives others no leave', async () => {
    for (const { headers } of [
      await preflight('http://evil.example'),
      await dock.ask('/health', { headers: { origin: 'null' } }),
    ])
      expect(headers.get('access-control-allow-origin')).toBeNull();
  });

  it('tells a page on the list why it was refused', async () => {
    const { status, headers } = await dock.ask('/api/shipments', {
      person: null,
      headers: { origin: 'http://localhost:5173' },
    });
    expect(status).toBe(401);
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
  });
});
