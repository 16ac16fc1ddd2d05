import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Frame, frame, pushReply, type SnapshotLine, snapshotLine } from '#contract/wire/sync.ts';
import { type Ask, announce, type Dock, furnish, PEOPLE, startDock } from '../../dock-for-tests.ts';

let dock: Dock;
beforeAll(async () => {
  dock = await startDock();
  await furnish(dock);
});
afterAll(() => dock.close());

const head = () => dock.server.storage.position();
const changes = async (query: string, person: NonNullable<Ask['person']> = PEOPLE.lena) => {
  const { status, body } = await dock.ask<Frame & { code: string }>(`/api/sync/changes?${query}`, { person });
  return { status, code: body.code, frame: status === 200 ? frame.parse(body) : null };
};
const push = (mutations: unknown, person: (typeof PEOPLE)[keyof typeof PEOPLE] = PEOPLE.mara) =>
  dock.ask<{ code: string }>('POST /api/sync/mutations', { person, json: { mutations } });

const occurredAt = '2026-11-23T08:00:00.000Z';
let station = 0;
const newStation = () => `station-${++station}-of-the-tests`;
const arrival = (clientId: string, n: number, shipmentId: string) => ({
  clientId,
  n,
  type: 'recordArrival',
  args: { shipmentId },
  occurredAt,
});

describe('GET /api/sync/changes', () => {
  it('pages through all there is without a gap', async () => {
    await announce(dock);
    const { head: end, epoch } = head();
    let from = 0;
    const seqs: number[] = [];
    while (from < end) {
      const { frame: page } = await changes(`from=${from}&epoch=${epoch}&limit=3`);
      expect(page?.from).toBe(from);
      expect(page?.to).toBeGreaterThan(from);
      seqs.push(...(page?.changes.map(({ seq }) => seq) ?? []));
      from = page?.to ?? end;
    }
    expect(seqs).toEqual(Array.from({ length: end }, (_, at) => at + 1));
  });

  it('says when the position is none of this history', async () => {
    const { head: end, chain, epoch } = head();
    expect(await changes('from=0&epoch=another')).toMatchObject({ status: 409, code: 'epoch_changed' });
    expect(await changes(`from=${end}&chain=another`)).toMatchObject({ status: 409, code: 'epoch_changed' });
    expect(await changes(`from=${end + 1}`)).toMatchObject({ status: 409, code: 'cursor_ahead' });
    expect(await changes(`from=${end}&chain=${encodeURIComponent(chain)}&epoch=${epoch}`)).toMatchObject({
      status: 200,
    });
  });

  it.each(['from=-1', 'from=x', 'wait=31', 'limit=0', 'limit=1001'])('refuses ?%s', async (query) => {
    expect((await changes(query)).status).toBe(422);
  });

  it('shows a supplier its own shipments only', async () => {
    const mine = await announce(dock);
    const other = await announce(dock, { supplierId: 'ZENITH' });
    const seen = (await changes('from=0', PEOPLE.acme)).frame?.changes.map(({ shipmentId }) => shipmentId);
    expect(seen).toContain(mine.id);
    expect(seen).not.toContain(other.id);
  });

  it('answers a long poll as soon as something happens', async () => {
    const started = performance.now();
    const { head: from } = head();
    const poll = changes(`from=${from}&wait=20`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { id } = await announce(dock);
    const { frame: page } = await poll;
    expect(page).toMatchObject({ from });
    expect(page?.changes.map(({ shipmentId }) => shipmentId)).toContain(id);
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it('does not wake a poll for what it may not see, and answers an empty frame in the end', async () => {
    const { head: from } = head();
    const poll = changes(`from=${from}&wait=1`, PEOPLE.zenith);
    await announce(dock);
    const { frame: page } = await poll;
    expect(page).toMatchObject({ from, changes: [] });
    expect(page?.to).toBe(head().head);
  });

  it('waits no longer than the token lasts', async () => {
    const { head: from } = head();
    const exp = Math.floor(Date.now() / 1000) + 2;
    const started = performance.now();
    const { frame: page } = await changes(`from=${from}&wait=25`, { ...PEOPLE.mara, exp });
    expect(page).toMatchObject({ from, changes: [] });
    expect(performance.now() - started).toBeLessThan(5_000);
    await announce(dock);
    expect((await changes(`from=${from}&wait=25`, { ...PEOPLE.mara, exp })).status).toBe(401);
  });

  it('answers many polls at once, each what it may see', async () => {
    const { head: from } = head();
    const polls = Array.from({ length: 30 }, (_, at) =>
      changes(`from=${from}&wait=20`, at % 2 === 0 ? PEOPLE.lena : PEOPLE.acme),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    await announce(dock);
    for (const { frame: page } of await Promise.all(polls)) expect(page?.changes.length).toBeGreaterThan(0);
  });
});

describe('GET /api/sync/snapshot', () => {
  const snapshot = async (person: (typeof PEOPLE)[keyof typeof PEOPLE] = PEOPLE.lena) => {
    const { status, text, headers } = await dock.ask('/api/sync/snapshot', { person });
    expect([status, headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    return text
      .trimEnd()
      .split('\n')
      .map((line): SnapshotLine => snapshotLine.parse(JSON.parse(line)));
  };

  it('is head, rows, end, and from its head changes lead on', async () => {
    await announce(dock);
    const [first, ...rest] = await snapshot();
    const last = rest.pop();
    expect(first).toMatchObject({ kind: 'head', epoch: head().epoch, seq: head().head, chain: head().chain });
    expect(last).toEqual({ kind: 'end', rows: rest.length, seq: head().head });
    const kinds = new Set(rest.map((line) => line.kind === 'row' && line.entity));
    for (const kind of ['warehouse', 'door', 'supplier', 'shipment', 'line']) expect(kinds).toContain(kind);
  });

  it('is consistent with changes made while it is read', async () => {
    const reply = dock.ask('/api/sync/snapshot');
    await Promise.all([reply, announce(dock), announce(dock)]);
    const lines = (await reply).text
      .trimEnd()
      .split('\n')
      .map((line): SnapshotLine => snapshotLine.parse(JSON.parse(line)));
    const [first] = lines;
    if (first?.kind !== 'head') throw new Error('no head');
    const rows = new Map(
      lines.flatMap((line) => (line.kind === 'row' ? [[`${line.entity}/${line.id}`, line.row] as const] : [])),
    );
    const { frame: after } = await changes(`from=${first.seq}&epoch=${first.epoch}`);
    for (const change of after?.changes ?? []) if (change.row) rows.set(`${change.entity}/${change.id}`, change.row);
    const whole = (await snapshot()).flatMap((line) =>
      line.kind === 'row' ? [[`${line.entity}/${line.id}`, line.row]] : [],
    );
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(whole));
  });

  it('holds for a supplier only what is its own', async () => {
    await announce(dock, { supplierId: 'ZENITH', poNumber: 'PO-SECRET' });
    const lines = JSON.stringify(await snapshot(PEOPLE.acme));
    expect(lines).not.toContain('PO-SECRET');
    expect(lines).not.toContain('"door"');
  });

  it('goes on where a transfer broke off', async () => {
    await announce(dock);
    const whole = await snapshot();
    const [first] = whole;
    const id = first?.kind === 'head' ? first.snapshot : null;
    const { text } = await dock.ask(`/api/sync/snapshot?snapshot=${id}&line=2`);
    const lines = text.trimEnd().split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ kind: 'head', snapshot: id, line: 0 });
    expect(lines.slice(1)).toEqual(whole.slice(1).map((line) => JSON.stringify(line)));
    expect((await dock.ask('/api/sync/snapshot?snapshot=none&line=2')).status).toBe(200);
    expect((await dock.ask(`/api/sync/snapshot?snapshot=${id}&line=-1`)).status).toBe(422);
  });

  it.each([
    ['packed for whoever can unpack', 'gzip', 'gzip'],
    ['plain for whoever cannot', 'identity', null],
  ])('comes %s', async (_how, accepted, encoding) => {
    const { status, headers, text } = await dock.ask('/api/sync/snapshot', {
      headers: { 'accept-encoding': accepted },
    });
    expect([status, headers.get('content-encoding')]).toEqual([200, encoding]);
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ kind: 'head' });
  });

  it('is for the signed-in', async () => {
    expect((await dock.ask('/api/sync/snapshot', { person: null })).status).toBe(401);
  });
});

describe('POST /api/sync/mutations', () => {
  it('takes work in order and answers a verdict for each, the same on every replay', async () => {
    const clientId = newStation();
    const [a, b] = [await announce(dock), await announce(dock)];
    const work = [arrival(clientId, 1, a.id), arrival(clientId, 2, b.id)];
    const first = pushReply.parse((await push(work)).body);
    expect(first.verdicts.map(({ n, verdict }) => [n, verdict])).toEqual([
      [1, 'applied'],
      [2, 'applied'],
    ]);
    expect(first.lastN).toBe(2);
    const { head: before } = head();
    expect(pushReply.parse((await push(work)).body)).toEqual(first);
    expect(head().head).toBe(before);
  });

  it('stops at a gap and says what it expected', async () => {
    const clientId = newStation();
    const { id } = await announce(dock);
    const { verdicts, stoppedBy, lastN } = pushReply.parse((await push([arrival(clientId, 2, id)])).body);
    expect([verdicts, lastN]).toEqual([[], 0]);
    expect(stoppedBy).toMatchObject({ n: 2, code: 'out_of_order', expected: 1 });
  });

  it('rejects what the role may not do, and goes on', async () => {
    const clientId = newStation();
    const { id } = await announce(dock);
    const work = [{ ...arrival(clientId, 1, id), type: 'closeShipment' }, arrival(clientId, 2, id)];
    const { verdicts } = pushReply.parse((await push(work)).body);
    expect(verdicts).toMatchObject([{ verdict: 'rejected', code: 'forbidden' }, { verdict: 'applied' }]);
  });

  it('sees through a replay with other contents', async () => {
    const clientId = newStation();
    const { id } = await announce(dock);
    await push([arrival(clientId, 1, id)]);
    const { stoppedBy } = pushReply.parse((await push([arrival(clientId, 1, 'another')])).body);
    expect(stoppedBy?.code).toBe('identity_conflict');
  });

  it.each([
    ['no object', 'garbage'],
    ['an unknown command', { type: 'teleport' }],
    ['a time that is none', { occurredAt: 'yesterday' }],
    ['another station’s work', { clientId: 'somebody-else-entirely' }],
  ])('stops at %s without losing what came before', async (_what, wrong) => {
    const clientId = newStation();
    const { id } = await announce(dock);
    const broken = typeof wrong === 'string' ? wrong : { ...arrival(clientId, 2, id), ...wrong };
    const reply = pushReply.parse((await push([arrival(clientId, 1, id), broken, arrival(clientId, 3, id)])).body);
    expect(reply.verdicts).toMatchObject([{ n: 1, verdict: 'applied' }]);
    expect(reply.stoppedBy).toMatchObject({ n: 2, code: 'malformed' });
    expect(reply.lastN).toBe(1);
  });

  it('answers for a station it knows when the first piece is broken', async () => {
    const clientId = newStation();
    const { id } = await announce(dock);
    await push([arrival(clientId, 1, id)]);
    const reply = pushReply.parse((await push([{ ...arrival(clientId, 2, id), type: 'nothing' }])).body);
    expect(reply).toMatchObject({ verdicts: [], lastN: 1, stoppedBy: { n: 2, code: 'malformed' } });
  });

  it.each([
    ['nothing', []],
    ['too much', Array.from({ length: 51 }, () => ({}))],
    ['no list', 'x'],
  ])('refuses %s', async (_what, mutations) => {
    expect((await push(mutations)).status).toBe(422);
  });

  it('refuses a megabyte and more, and work of nobody', async () => {
    const large = await push([{ filler: 'x'.repeat(1_100_000) }]);
    expect([large.status, large.body.code]).toEqual([413, 'too_large']);
    const nobody = await push([{ n: 1 }]);
    expect([nobody.status, nobody.body.code]).toEqual([400, 'malformed']);
  });
});
