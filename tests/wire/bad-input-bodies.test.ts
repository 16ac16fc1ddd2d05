import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServerProcess, startServerProcess } from '../../tools/dock/server-process.ts';
import { DEEP, expectRefused, expectSurvived, type RawAnswer, raw, type Vitals, vitals } from './hostile-client.ts';
import { ADMIN, type Ask, announce, asking, expectProblem, form, LEAD, pdf, sample, signed } from './outside-client.ts';

// The attack by bodies: too large, too deep, packed, of the wrong kind, broken or cut off.

let server: ServerProcess;
let ask: Ask;
let before: Vitals;
let id: string;
let endless: Promise<RawAnswer[]>;

beforeAll(async () => {
  server = await startServerProcess();
  ask = asking(server);
  before = await vitals(ask);
  id = String((await announce(ask)).id);
  // They stay while everything else here is asked, and are looked at in the end.
  const token = await signed(server.secret, LEAD);
  const refused = `POST /api/asns HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
  const slow = ['', 'GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ', `${refused}Content-Length: 1099511627776\r\n\r\n{`];
  endless = Promise.all(
    Array.from({ length: 60 }, (_, at) => raw(server, slow[at % slow.length] ?? '', { ms: 18_000 })),
  );
});
afterAll(async () => {
  await server?.stop();
});

const json = { 'content-type': 'application/json' };
const x12 = { 'content-type': 'application/edi-x12' };
const MB = 1024 * 1024;

const documents = async (): Promise<unknown[] | undefined> => (await ask(`GET /api/shipments/${id}`)).body.documents;
/** Files half received; an outsider does not see them, but whoever pays for the disk does. */
const leftOnDisk = (): string[] => readdirSync(join(server.dataDir, 'documents', 'incoming'));

const JSON_ROUTES: [what: string, route: () => string, bytes: number, before: string][] = [
  ['an announcement', () => 'POST /api/shipments', 10 * MB, '{"warehouseId":"WH-1","carrier":'],
  ['a step', () => `PATCH /api/shipments/${id}/status`, MB, '{"status":"arrived","reason":'],
  ['a rejection', () => `POST /api/shipments/${id}/reject`, MB, '{"reasonCode":"wet","note":'],
  ['an inspection', () => `PUT /api/shipments/${id}/inspections/i`, MB, '{"status":"requested","checks":'],
  ['a capacity', () => 'PUT /api/warehouses/WH-1/capacity', MB, '{"total":1,"available":'],
  ['a notice', () => 'POST /api/asns', 10 * MB, '{"warehouseId":"WH-1","lines":'],
  ['a push', () => 'POST /api/sync/mutations', MB, '{"clientId":"station-1","mutations":'],
];

describe('too large', () => {
  it.each(JSON_ROUTES)('%s as JSON', async (_what, route, bytes) => {
    const body = `{"x":"${'x'.repeat(bytes)}"}`;
    expectProblem(await ask(route(), { as: LEAD, body, headers: json }), 413, 'too_large');
  });

  it('said beforehand, or said never', async () => {
    const token = await signed(server.secret, LEAD);
    const head = `PATCH /api/shipments/${id}/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: application/json\r\n`;
    const said = await raw(server, `${head}Content-Length: 1099511627776\r\n\r\n{`);
    expect([said.statuses, said.text]).toEqual([[413], expect.stringContaining('"code":"too_large"')]);
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`;
    const never = await raw(server, `${head}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(20)}`, { ms: 800 });
    expect([never.statuses, never.text]).toEqual([[413], expect.stringContaining('"code":"too_large"')]);
  });

  it('as a ship notice', async () => {
    const isa = sample('01-pallets-and-cartons.edi').slice(0, 106);
    expectProblem(
      await ask('POST /api/asns', { as: ADMIN, body: isa + '~'.repeat(10 * MB), headers: x12 }),
      413,
      'too_large',
    );
    const segments = isa + 'A~'.repeat(600_000);
    expectProblem(await ask('POST /api/asns', { as: ADMIN, body: segments, headers: x12 }), 413, 'notice_over_limit');
    const lines = Array(5_001).fill({ quantity: '1' });
    const list = ['L-1', 'L-2'].map((number) => ({ warehouseId: 'WH-1', number, lines }));
    expectProblem(await ask('POST /api/asns', { as: ADMIN, json: list }), 413, 'notice_over_limit');
  });

  it.each(JSON_ROUTES)('%s with a value for every byte', async (_what, route, bytes, start) => {
    const body = `${start}[${'0,'.repeat(Math.min(bytes, 2 * MB) / 2 - 100)}0]}`;
    expectRefused(await ask(route(), { body, headers: json }), 'too_large', 'invalid');
  });

  it('as a document, of which nothing stays', async () => {
    const had = await documents();
    const huge = new Uint8Array(50 * MB + 1).fill(0x20);
    huge.set(pdf());
    expectProblem(await ask(`POST /api/shipments/${id}/documents`, { body: form(huge) }), 413, 'too_large');
    expect(await documents()).toEqual(had);
    expect(leftOnDisk()).toEqual([]);
  });

  it('in the headers or the address', async () => {
    const long = 'x'.repeat(17_000);
    for (const head of [
      `GET /health HTTP/1.1\r\nX: ${long}`,
      `GET /health?${long} HTTP/1.1`,
      `GET /health HTTP/1.1${'\r\na: b'.repeat(3000)}`,
    ]) {
      const { statuses, text, closed } = await raw(server, `${head}\r\nHost: x\r\n\r\n`, { ms: 2_000 });
      expect([statuses, closed, text]).toEqual([[413], true, expect.stringContaining('"code":"too_large"')]);
    }
  });
});

describe('malformed JSON', () => {
  it.each(JSON_ROUTES)('for %s', async (_what, route, _bytes, start) => {
    for (const body of [
      '',
      '{',
      '}',
      '{"status":',
      'null x',
      "{'a':1}",
      '{a:1}',
      '\u0000',
      `${start}undefined}`,
      `${start}"\u0001"}`,
      '[1,]',
      'NaN',
      '{}{}',
    ])
      expectProblem(await ask(route(), { body, headers: json }), 400, 'malformed');
    for (const body of ['null', '7', '"text"', '[]', 'true'])
      expectRefused(await ask(route(), { body, headers: json }), 'invalid', 'malformed');
  });

  it.each(JSON_ROUTES)('nested a hundred thousand deep for %s', async (_what, route, _bytes, start) => {
    const objects = '{"a":'.repeat(100_000);
    for (const body of [
      '['.repeat(100_000),
      DEEP,
      `${start}${DEEP}}`,
      `{"x":${DEEP}}`,
      `${objects}1${'}'.repeat(100_000)}`,
    ])
      for (const key of [{}, { 'idempotency-key': `deep ${body.length}` }])
        expectProblem(await ask(route(), { body, headers: { ...json, ...key } }), 400, 'malformed');
  });

  it('in bytes that are no UTF-8 is read like any other broken text', async () => {
    const broken = Uint8Array.from(
      Buffer.concat([
        Buffer.from('{"warehouseId":"WH-1","carrier":"'),
        Buffer.from([0xff, 0xfe, 0xc0, 0x80]),
        Buffer.from('"}'),
      ]),
    );
    const { status, body } = await ask('POST /api/shipments', { body: broken, headers: json });
    if (status === 201) expect(String(body.carrier)).toMatch(/^\ufffd+$/);
    else expect(status).toBe(400);
  });
});

describe('packed or of the wrong kind', () => {
  const plain = Buffer.from('{"status":"arrived"}');
  const bomb = gzipSync(Buffer.alloc(100 * MB));
  it.each([
    ['gzip', gzipSync(plain)],
    ['deflate', deflateSync(plain)],
    ['br', brotliCompressSync(plain)],
    ['gzip, gzip', gzipSync(gzipSync(plain))],
    ['x-unknown', plain],
    ['gzip', bomb],
  ])('%s is not unpacked', async (coding, body) => {
    const coded = { body: Uint8Array.from(body), headers: { ...json, 'content-encoding': coding } };
    expectProblem(await ask(`PATCH /api/shipments/${id}/status`, coded), 415, 'unsupported_type');
    const notice = { ...coded, as: ADMIN, headers: { ...x12, 'content-encoding': coding } };
    expectProblem(await ask('POST /api/asns', notice), 415, 'unsupported_type');
    expect((await ask(`GET /api/shipments/${id}`)).body.status).toBe('announced');
  });

  it('a bomb without a name is bytes that say nothing', async () => {
    const body = Uint8Array.from(bomb);
    expectProblem(await ask('POST /api/asns', { as: ADMIN, body, headers: x12 }), 422, 'not_a_ship_notice');
    expectProblem(await ask('POST /api/asns', { as: ADMIN, body, headers: json }), 400, 'malformed');
    expectProblem(
      await ask(`POST /api/shipments/${id}/documents`, { body: form(body, 'bomb.pdf') }),
      415,
      'unsupported_type',
    );
  });

  it.each([
    'text/plain',
    'text/json',
    'application/xml',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'application/octet-stream',
    'multipart/mixed; boundary=b',
    '/',
    'json',
    '__proto__',
    'application/',
    'x'.repeat(5000),
  ])('Content-Type: %s is not read', async (type) => {
    const sent = { body: '{"status":"arrived"}', headers: { 'content-type': type } };
    for (const [, route] of JSON_ROUTES) expectProblem(await ask(route(), sent), 415, 'unsupported_type');
    expectProblem(await ask(`POST /api/shipments/${id}/documents`, sent), 415, 'unsupported_type');
  });

  it('a ship notice to a route that takes none', async () => {
    const sent = { body: sample('01-pallets-and-cartons.edi'), headers: x12 };
    expectRefused(await ask('POST /api/shipments', sent), 'unsupported_type');
    expectRefused(await ask(`PATCH /api/shipments/${id}/status`, sent), 'unsupported_type');
  });

  it.each([
    ['NULs', '\0'.repeat(1000)],
    ['only an ISA', sample('01-pallets-and-cartons.edi').slice(0, 106)],
    ['an ISA that ends everywhere', sample('01-pallets-and-cartons.edi').slice(0, 105).replaceAll('*', 'I')],
    ['a file run backwards', [...sample('01-pallets-and-cartons.edi')].reverse().join('')],
    ['a file with NULs in it', sample('01-pallets-and-cartons.edi').replaceAll('*', '*\0')],
    ['a file in UTF-16', Buffer.from(sample('01-pallets-and-cartons.edi'), 'utf16le').toString('latin1')],
    ['a picture', '\x89PNG\r\n\x1a\n'],
  ])('a notice of %s', async (_what, body) => {
    const answer = await ask('POST /api/asns', { as: ADMIN, body, headers: x12 });
    if (answer.status !== 200) expectRefused(answer, 'not_a_ship_notice', 'notice_truncated', 'invalid');
  });
});

describe('forms', () => {
  const send = (body: FormData | string, headers: Record<string, string> = {}) =>
    ask(`POST /api/shipments/${id}/documents`, { body, headers });
  const changed = (change: (made: FormData) => void, made = form(pdf())): FormData => {
    change(made);
    return made;
  };
  const many = (made: FormData): void => {
    for (let at = 0; at < 1000; at += 1) made.append(`field-${at}`, 'x');
  };

  it.each<[string, () => FormData, number, string]>([
    ['a thousand fields after the file', () => changed(many), 413, 'too_large'],
    [
      'a thousand fields before it',
      () => changed((made) => made.set('file', new Blob([pdf()]), 'a.pdf'), changed(many, new FormData())),
      413,
      'too_large',
    ],
    ['two files', () => changed((made) => made.append('file', new Blob([pdf()]), 'b.pdf')), 413, 'too_large'],
    ['no file', () => changed((made) => made.delete('file')), 422, 'invalid'],
    [
      'a file by another name',
      () => changed((made) => made.set('document', new Blob([pdf()]), 'a.pdf'), new FormData()),
      422,
      'invalid',
    ],
    ['text instead of a file', () => changed((made) => made.set('file', 'text')), 422, 'invalid'],
    ['no type', () => changed((made) => made.delete('documentType')), 422, 'invalid'],
    ['an unknown type', () => form(pdf(), 'a.pdf', '__proto__'), 422, 'invalid'],
    ['an endless caption', () => changed((made) => made.set('caption', 'x'.repeat(2 * MB))), 422, 'invalid'],
    ['a caption no disk can hold', () => changed((made) => made.set('caption', 'a\0b')), 422, 'invalid'],
    ['a field called __proto__', () => changed((made) => made.set('__proto__', 'x')), 400, 'malformed'],
    ['a field called constructor', () => changed((made) => made.set('constructor', 'x')), 400, 'malformed'],
    ['a program', () => form(Uint8Array.from(Buffer.from('MZ\x90\0')), 'a.pdf'), 415, 'unsupported_type'],
    ['a page', () => form(Uint8Array.from(Buffer.from('<html><script>1</script>')), 'a.pdf'), 415, 'unsupported_type'],
    [
      'a picture with a script',
      () => form(Uint8Array.from(Buffer.from('<svg onload="x"/>')), 'a.svg'),
      415,
      'unsupported_type',
    ],
    ['nothing in the file', () => form(new Uint8Array(0)), 422, 'invalid'],
  ])('with %s are refused whole', async (_what, made, status, code) => {
    expectProblem(await send(made()), status, code);
    expect(await documents()).toEqual([]);
    expect(leftOnDisk()).toEqual([]);
  });

  const part = 'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.4\n';
  it.each([
    ['another boundary', 'boundary=wrong', `--right\r\n${part}\r\n--right--\r\n`],
    ['no boundary', '', `--b\r\n${part}\r\n--b--\r\n`],
    ['an empty boundary', 'boundary=', `--\r\n${part}\r\n----\r\n`],
    ['an endless boundary', `boundary=${'b'.repeat(5000)}`, 'x'],
    ['no end', 'boundary=b', `--b\r\n${part}`],
    ['no end of a header', 'boundary=b', '--b\r\nContent-Disposition: form-da'],
    ['nothing in it', 'boundary=b', ''],
    ['only an end', 'boundary=b', '--b--\r\n'],
    ['a part without a name', 'boundary=b', '--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n'],
    [
      'an endless part header',
      'boundary=b',
      `--b\r\nContent-Disposition: form-data; name="${'x'.repeat(200_000)}"\r\n\r\nx\r\n--b--\r\n`,
    ],
    [
      'a form in the form',
      'boundary=b',
      `--b\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n--b--\r\n`,
    ],
  ])('with %s are refused', async (_what, boundary, body) => {
    expectRefused(await send(body, { 'content-type': `multipart/form-data; ${boundary}` }), 'malformed', 'invalid');
    expect(await documents()).toEqual([]);
    expect(leftOnDisk()).toEqual([]);
  });

  it.each([
    ['../../../etc/passwd.pdf', 'passwd.pdf'],
    ['..\\..\\windows\\win.pdf', 'win.pdf'],
    ['..', 'document'],
    ['a\u0000b.pdf', 'ab.pdf'],
    ['\u202efdp.pdf', 'fdp.pdf'],
    ['\ud800.pdf', '\ufffd.pdf'],
    ['a.pdf"; filename="b.pdf', expect.not.stringMatching(/["\r\n]/)],
    ['a\r\nSet-Cookie: x.pdf', expect.not.stringMatching(/[\r\n:]/)],
    [`${'x'.repeat(60_000)}.pdf`, expect.stringMatching(/^x{100,150}\.pdf$/)],
    ['. '.repeat(30_000), expect.stringMatching(/^.{1,150}$/)],
  ])('name their file %j and it is called something harmless', async (name, called) => {
    const { id: fresh } = await announce(ask);
    const made = await ask(`POST /api/shipments/${fresh}/documents`, { body: form(pdf(), name) });
    expect([made.status, made.body.fileName]).toEqual([201, called]);
    const content = await ask(`GET /api/documents/${made.body.id}/content`);
    expect(content.text).toBe(Buffer.from(pdf()).toString());
    expect(content.headers.get('set-cookie')).toBeNull();
    expect(
      readdirSync(join(server.dataDir, 'documents')).every((entry) => /^([0-9a-f]{2}|incoming)$/.test(entry)),
    ).toBe(true);
  });

  it('cut off in the middle leave no document and no bytes', async () => {
    const token = await signed(server.secret, LEAD);
    const head = `POST /api/shipments/${id}/documents HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 90000\r\n\r\n`;
    const type = '--b\r\nContent-Disposition: form-data; name="documentType"\r\n\r\nphoto\r\n';
    const bytes = `${head}${type}--b\r\n${part}${'x'.repeat(30_000)}`;
    const cut = [{ ms: 300 }, { ms: 2_000, hangUp: true }].flatMap((how) =>
      Array.from({ length: 5 }, () => raw(server, bytes, how)),
    );
    await expect.poll(leftOnDisk).not.toEqual([]);
    for (const { statuses } of await Promise.all(cut)) expect(statuses.filter((status) => status < 400)).toEqual([]);
    await expect.poll(leftOnDisk).toEqual([]);
    expect(await documents()).toEqual([]);
  });
});

it('what never ends holds up nobody, and is hung up on', async () => {
  const asked = Date.now();
  for (let round = 0; round < 20; round += 1) expect((await ask('GET /api/shipments?limit=1')).status).toBe(200);
  expect(Date.now() - asked).toBeLessThan(5_000);
  for (const [at, { statuses, closed }] of (await endless).entries())
    expect([closed, statuses], String(at % 3)).toEqual([true, [at % 3 === 2 ? 413 : 400]]);
});

it('is still the same server, at ease, and does its work', async () => {
  await expectSurvived(server, ask, before);
});
