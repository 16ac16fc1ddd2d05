import { createHash, randomBytes } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shipmentDetail } from '#contract/domain/entities.ts';
import { type ShipmentDocument, shipmentDocument } from '#contract/domain/shipment-records.ts';
import { announce, type Dock, furnish, PEOPLE, startDock, tokenFor } from '../../dock-for-tests.ts';

const LIMIT = 200_000;
let dock: Dock;
let id: string;
beforeAll(async () => {
  dock = await startDock({ limits: { documentBytes: LIMIT } });
  await furnish(dock);
  ({ id } = await announce(dock));
});
afterAll(() => dock.close());

const pdf = (size = 50_000): Buffer => Buffer.concat([Buffer.from('%PDF-1.7\n'), randomBytes(size - 9)]);
const form = (
  file: Buffer | null,
  fields: Record<string, string> = {},
  name = 'bol.pdf',
  type = 'application/pdf',
): FormData => {
  const made = new FormData();
  for (const [field, value] of Object.entries({ documentType: 'bill_of_lading', ...fields })) made.set(field, value);
  if (file !== null) made.set('file', new Blob([new Uint8Array(file)], { type }), name);
  return made;
};
const upload = (body: FormData, ask: Parameters<Dock['ask']>[1] = {}) =>
  dock.ask<ShipmentDocument & { code: string }>(`POST /api/shipments/${id}/documents`, { body, ...ask });
const content = async (documentId: string, headers: Record<string, string> = {}, person = PEOPLE.lena as object) =>
  dock.ask(`/api/documents/${documentId}/content`, { headers, person: person as typeof PEOPLE.lena });
const leftBehind = () => readdir(join(dock.dataDir, 'documents', 'incoming'));

describe('POST /api/shipments/:id/documents', () => {
  it('keeps the bytes under their hash and answers the document', async () => {
    const bytes = pdf();
    const { status, body } = await upload(form(bytes, { caption: 'page 1' }));
    expect(status).toBe(201);
    const contentHash = createHash('sha256').update(bytes).digest('hex');
    expect(shipmentDocument.parse(body)).toMatchObject({
      shipmentId: id,
      fileName: 'bol.pdf',
      documentType: 'bill_of_lading',
      mediaType: 'application/pdf',
      fileSize: 50_000,
      contentHash,
      caption: 'page 1',
      uploadedBy: 'Lena',
      isVerified: false,
    });
    expect(await readdir(join(dock.dataDir, 'documents', contentHash.slice(0, 2)))).toContain(contentHash);
    expect(await leftBehind()).toEqual([]);
    const detail = shipmentDetail.parse((await dock.ask(`/api/shipments/${id}`)).body);
    expect(detail.documents.map((each) => each.id)).toContain(body.id);
  });

  it('reads fields that come after the file', async () => {
    const late = new FormData();
    late.set('file', new Blob([new Uint8Array(pdf())]), 'late.pdf');
    late.set('documentType', 'packing_list');
    const { status, body } = await upload(late);
    expect([status, body.documentType]).toEqual([201, 'packing_list']);
  });

  it('keeps the same bytes once', async () => {
    const bytes = pdf();
    const [first, second] = [await upload(form(bytes)), await upload(form(bytes, { documentType: 'other' }))];
    expect(second.body.contentHash).toBe(first.body.contentHash);
    expect(second.body.id).not.toBe(first.body.id);
    expect(await leftBehind()).toEqual([]);
  });

  it.each([
    ['../../../etc/passwd', 'passwd'],
    ['..\\..\\boot.ini', 'boot.ini'],
    ['a\u202efdp.exe', 'afdp.exe'],
  ])('makes a name to show of %j, and never a path', async (sent, shown) => {
    expect((await upload(form(pdf(), {}, sent))).body.fileName).toBe(shown);
  });

  it('takes a document of exactly the limit and refuses one byte more', async () => {
    expect((await upload(form(pdf(LIMIT)))).status).toBe(201);
    const over = await upload(form(pdf(LIMIT + 1)));
    expect([over.status, over.body.code]).toEqual([413, 'too_large']);
    const far = await upload(form(pdf(LIMIT * 10)));
    expect([far.status, far.body.code]).toEqual([413, 'too_large']);
    expect(await leftBehind()).toEqual([]);
  });

  it('serves the next request on the connection of one that was refused', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const authorization = `Bearer ${await tokenFor(PEOPLE.lena)}`;
    const send = (path: string, method: string, type?: string, body?: Buffer) =>
      new Promise<number | undefined>((resolve, reject) => {
        const headers = { authorization, ...(type === undefined ? {} : { 'content-type': type }) };
        const asked = request(dock.url + path, { agent, method, headers }, (reply) => {
          reply.resume().once('end', () => resolve(reply.statusCode));
        });
        asked.on('error', reject);
        asked.end(body);
      });
    const encoded = new Response(form(pdf(LIMIT * 20)));
    const body = Buffer.from(await encoded.arrayBuffer());
    const type = encoded.headers.get('content-type') ?? '';
    for (let round = 0; round < 5; round += 1) {
      expect(await send(`/api/shipments/${id}/documents`, 'POST', type, body)).toBe(413);
      expect(await send('/health', 'GET')).toBe(200);
      expect(await send('/api/shipments/unknown/documents', 'POST', type, body)).toBe(404);
      expect(await send('/health', 'GET')).toBe(200);
    }
    agent.destroy();
  });

  it('leaves nothing behind when the sender hangs up half way', async () => {
    const authorization = `Bearer ${await tokenFor(PEOPLE.lena)}`;
    const headers = { authorization, 'content-type': 'multipart/form-data; boundary=xx', 'content-length': 100_000 };
    const asked = request(`${dock.url}/api/shipments/${id}/documents`, { method: 'POST', headers });
    asked.on('error', () => undefined);
    asked.write(
      `--xx\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 ${'x'.repeat(20_000)}`,
    );
    await expect.poll(leftBehind).toHaveLength(1);
    asked.destroy();
    await expect.poll(leftBehind).toEqual([]);
    const metrics = async () => (await dock.ask('/metrics', { person: null })).text;
    await expect.poll(metrics).toMatch(/errors_total\{code="malformed"\} 1$/m);
    expect(await metrics(), 'no fault of the server').not.toContain('code="internal"');
  });

  it.each([
    ['a program called .pdf', form(Buffer.from('MZ\x90\x00\x03')), 415, 'unsupported_type'],
    [
      'a page',
      form(Buffer.from('<!doctype html><script>x</script>'), {}, 'a.html', 'text/html'),
      415,
      'unsupported_type',
    ],
    ['no file', form(null), 422, 'invalid'],
    ['an empty file', form(Buffer.alloc(0)), 422, 'invalid'],
    ['an unknown type of document', form(pdf(), { documentType: 'love_letter' }), 422, 'invalid'],
  ])('refuses %s and leaves nothing behind', async (_what, body, status, code) => {
    const reply = await upload(body);
    expect([reply.status, reply.body.code]).toEqual([status, code]);
    expect(await leftBehind()).toEqual([]);
  });

  it('refuses a second file in one form', async () => {
    const two = form(pdf());
    two.append('file', new Blob([new Uint8Array(pdf())]), 'two.pdf');
    expect((await upload(two)).status).toBe(413);
    expect(await leftBehind()).toEqual([]);
  });

  it('refuses what is not a form, and a form that is cut off', async () => {
    const path = `POST /api/shipments/${id}/documents`;
    expect((await dock.ask(path, { json: { documentType: 'other' } })).status).toBe(415);
    const headers = { 'content-type': 'multipart/form-data; boundary=xx' };
    const cut = '--xx\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 and then';
    expect((await dock.ask(path, { headers, body: cut })).status).toBe(400);
    expect((await dock.ask(path, { headers, body: '' })).status).toBeGreaterThanOrEqual(400);
    expect(await leftBehind()).toEqual([]);
  });

  it('is for those who may see the shipment', async () => {
    const supplier = await upload(form(pdf()), { person: PEOPLE.acme });
    expect([supplier.status, supplier.body.uploadedBy]).toEqual([201, 'Acme desk']);
    expect((await upload(form(pdf()), { person: PEOPLE.zenith })).status).toBe(404);
    expect((await upload(form(pdf()), { person: null })).status).toBe(401);
  });
});

describe('GET /api/documents/:id/content', () => {
  const stored = async (name = 'März.pdf') => {
    const bytes = pdf();
    return { bytes, ...(await upload(form(bytes, {}, name))).body };
  };
  const fetchBytes = async (documentId: string, headers: Record<string, string> = {}) => {
    const authorization = `Bearer ${await tokenFor(PEOPLE.lena)}`;
    const reply = await fetch(`${dock.url}/api/documents/${documentId}/content`, {
      headers: { authorization, ...headers },
    });
    return { reply, bytes: Buffer.from(await reply.arrayBuffer()) };
  };
  it('answers the bytes, safely named, shown in place and run nowhere', async () => {
    const { id: documentId, bytes, contentHash } = await stored();
    const got = await fetchBytes(documentId);
    expect(got.reply.status).toBe(200);
    expect(got.bytes.equals(bytes)).toBe(true);
    const { headers } = got.reply;
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('etag')).toBe(`"${contentHash}"`);
    expect(headers.get('content-disposition')).toBe(`inline; filename="M_rz.pdf"; filename*=UTF-8''M%C3%A4rz.pdf`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
    expect(headers.get('accept-ranges')).toBe('bytes');
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=100-199', 100, 200],
    ['bytes=49990-', 49_990, 50_000],
    ['bytes=-10', 49_990, 50_000],
    ['bytes=49990-99999', 49_990, 50_000],
  ])('answers %s', async (range, start, end) => {
    const { id: documentId, bytes } = await stored();
    const got = await fetchBytes(documentId, { range });
    expect(got.reply.status).toBe(206);
    expect(got.reply.headers.get('content-range')).toBe(`bytes ${start}-${end - 1}/50000`);
    expect(got.bytes.equals(bytes.subarray(start, end))).toBe(true);
  });

  it('refuses a range beyond the end, and says how long the document is', async () => {
    const { id: documentId } = await stored();
    const { status, headers, body } = await content(documentId, { range: 'bytes=50000-' });
    expect([status, body.code]).toEqual([416, 'range_not_satisfiable']);
    expect(headers.get('content-range')).toBe('bytes */50000');
    expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['no-store', null]);
  });

  it('says that the bytes are not there so that it is asked for again, and sends them once they are', async () => {
    const { id: documentId, bytes, contentHash } = await stored();
    await rm(join(dock.dataDir, 'documents', contentHash.slice(0, 2), contentHash));
    const { status, headers, body } = await content(documentId);
    expect([status, body.code]).toEqual([404, 'not_found']);
    expect([headers.get('cache-control'), headers.get('etag')]).toEqual(['no-store', null]);
    expect(headers.get('content-disposition')).toBeNull();
    await upload(form(bytes));
    expect((await fetchBytes(documentId)).bytes.equals(bytes)).toBe(true);
  });

  it('answers 304 to who has it, and the whole when the range is of something else', async () => {
    const { id: documentId, contentHash } = await stored();
    expect((await content(documentId, { 'if-none-match': `"${contentHash}"` })).status).toBe(304);
    expect((await content(documentId, { range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    expect((await content(documentId, { range: 'bytes=0-1', 'if-range': `"${contentHash}"` })).status).toBe(206);
  });

  it('downloads what a browser should not show', async () => {
    const { body } = await upload(form(Buffer.from('a,b\n1,2\n'), {}, 'list.csv', 'text/csv'));
    const { headers } = await content(body.id);
    expect(headers.get('content-disposition')).toMatch(/^attachment/);
    expect(headers.get('content-type')).toMatch(/^text\/csv/);
  });

  it('is for those who may see the shipment', async () => {
    const { id: documentId } = await stored();
    expect((await content(documentId, {}, PEOPLE.acme)).status).toBe(200);
    for (const person of [PEOPLE.zenith, PEOPLE.dallas])
      expect((await content(documentId, {}, person)).status).toBe(404);
    expect((await dock.ask(`/api/documents/${documentId}/content`, { person: null })).status).toBe(401);
    for (const nothing of ['unknown', '..%2f..%2fdockline.db', '%00'])
      expect((await content(nothing)).status).toBe(404);
  });
});
