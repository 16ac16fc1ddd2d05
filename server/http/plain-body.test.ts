import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import { announce, type Dock, furnish, PEOPLE, startDock } from '../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());

type Problem = { code: string; detail: string; issues?: { path: string }[] };
const json = { 'content-type': 'application/json' };
const deep = '['.repeat(100_000) + ']'.repeat(100_000);

describe('bodies', () => {
  it.each(['gzip', 'deflate', 'br', 'GZIP', 'identity, gzip', ''])(
    'coded as "%s" are refused unread',
    async (coding) => {
      const body = Uint8Array.from(gzipSync(Buffer.alloc(50_000_000)));
      const headers = { ...json, 'content-encoding': coding };
      const { status, body: problem } = await dock.ask<Problem>('POST /api/shipments', { body, headers });
      expect([status, problem.code]).toEqual([415, 'unsupported_type']);
    },
  );

  it('that say they are as they are, are taken', async () => {
    const headers = { 'content-encoding': 'Identity' };
    expect((await dock.ask('POST /api/shipments', { json: { warehouseId: 'JOL' }, headers })).status).toBe(201);
  });

  it.each([
    ['a whole body', '/api/asns', deep],
    ['a list of work', '/api/sync/mutations', `{"mutations":[${deep}]}`],
    ['a field', '/api/shipments', `{"warehouseId":"JOL","carrier":${deep}}`],
    ['a field nobody knows', '/api/shipments', `{"warehouseId":"JOL","x":${deep}}`],
  ])('nested without end in %s are refused', async (_what, path, body) => {
    for (const key of [{}, { 'idempotency-key': `deep ${path}` }]) {
      const { status, body: problem } = await dock.ask<Problem>(`POST ${path}`, { body, headers: { ...json, ...key } });
      expect([status, problem.code]).toEqual([400, 'malformed']);
    }
  });

  it('with text that cannot be stored are refused with the place of it, before anything is saved', async () => {
    const lines = [{ quantity: '1' }, { quantity: '1', sku: 'half \ud800' }];
    for (const [wrong, path] of [
      [{ id: '\ud800' }, 'id'],
      [{ carrier: 'a\0b' }, 'carrier'],
      [{ lines }, 'lines.1.sku'],
    ] as const) {
      const before = dock.server.storage.position().head;
      const sent = { json: { warehouseId: 'JOL', ...wrong } };
      const { status, body } = await dock.ask<Problem>('POST /api/shipments', sent);
      expect([status, body.code, body.issues]).toMatchObject([422, 'invalid', [{ path }]]);
      expect(dock.server.storage.position().head).toBe(before);
    }
  });

  it('with such text in the fields of a form are refused too', async () => {
    const { id } = await announce(dock);
    const form = new FormData();
    form.set('documentType', 'photo');
    form.set('caption', 'a\0b');
    form.set('file', new Blob(['%PDF-1.4\n']), 'a.pdf');
    const { status, body } = await dock.ask<Problem>(`POST /api/shipments/${id}/documents`, { body: form });
    expect([status, body.code, body.detail]).toMatchObject([422, 'invalid', expect.stringMatching(/^caption /)]);
    expect((await dock.ask<ShipmentDetail>(`/api/shipments/${id}`)).body.documents).toEqual([]);
  });

  it('of stations are mended instead: what they saved is not lost for half a character', async () => {
    const { id } = await announce(dock);
    const args = { shipmentId: id, noteId: `note-${id}`, text: 'wet \ud83d\0 corner' };
    const occurredAt = new Date().toISOString();
    const mutations = [{ clientId: `station-${id}`, n: 1, type: 'addNote', args, occurredAt }];
    const { body } = await dock.ask<{ verdicts: object[] }>('POST /api/sync/mutations', {
      person: PEOPLE.mara,
      json: { mutations },
    });
    expect(body.verdicts).toMatchObject([{ verdict: 'applied' }]);
    const { notes } = (await dock.ask<ShipmentDetail>(`/api/shipments/${id}`)).body;
    expect(notes).toMatchObject([{ text: 'wet \ufffd\ufffd corner' }]);
    const again = await dock.ask('POST /api/sync/mutations', { person: PEOPLE.mara, json: { mutations } });
    expect(again.body).toEqual(body);
  });
});
