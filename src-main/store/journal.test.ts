import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InboxItem } from '#contract/bridge/view.ts';
import type { NewWork, Owner } from '../core/ports.ts';
import { StationJournal } from './journal.ts';

const MARA: Owner = { key: 'srv:mara', userId: 'mara', userName: 'Mara', role: 'receiver', server: 'srv' };
const IVO: Owner = { ...MARA, key: 'srv:ivo', userId: 'ivo', userName: 'Ivo' };
const NOW = Date.parse('2026-11-23T08:00:00.000Z');

let dir: string;
let journal: StationJournal;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-journal-'));
  journal = new StationJournal(join(dir, 'journal.db'), () => NOW);
  await journal.setOwner(MARA, 'client-0001');
});
afterEach(() => {
  journal.close();
  rmSync(dir, { recursive: true, force: true });
});

const note = (text: string): NewWork => ({
  type: 'addNote',
  args: { shipmentId: 's1', noteId: text, text },
  base: { id: 's1', version: 3 },
  occurredAt: '2026-11-23T07:59:00.000Z',
  clockOffsetMs: -40,
  shipmentId: 's1',
  shipmentNumber: 'SHP-1',
});
const mark = (seq: number, epoch: string) => ({ epoch, seq, chain: `c${seq}`, view: 'v', at: '' });
const item = (seq: number, more: Partial<InboxItem> = {}): InboxItem => ({
  seq,
  kind: 'status',
  shipmentId: 's1',
  title: `t${seq}`,
  body: 'b',
  at: new Date(NOW + seq).toISOString(),
  seen: false,
  inspectionId: null,
  takenBy: null,
  ...more,
});
const texts = async () =>
  (await journal.openWork()).map(({ mutation, state }) => `${mutation.n} ${mutation.args.text} ${state}`);

describe('work', () => {
  it('is numbered 1, 2, 3 and comes back as it was given', async () => {
    const first = await journal.append(MARA.key, note('one'), 'hash-1');
    await journal.append(MARA.key, note('two'), 'hash-2');
    expect(first.mutation).toEqual({
      clientId: 'client-0001',
      n: 1,
      type: 'addNote',
      args: { shipmentId: 's1', noteId: 'one', text: 'one' },
      base: { id: 's1', version: 3 },
      occurredAt: '2026-11-23T07:59:00.000Z',
      clockOffsetMs: -40,
      hash: 'hash-1',
    });
    const [again] = await journal.openWork();
    expect(again).toEqual(first);
    expect(await texts()).toEqual(['1 one pending', '2 two pending']);
  });

  it('takes no number when it could not be written', async () => {
    const pages = journal.db.pragma('page_count', { simple: true });
    journal.db.pragma(`max_page_count = ${pages}`);
    await expect(journal.append(MARA.key, note('x'.repeat(100_000)), 'h')).rejects.toMatchObject({ kind: 'full' });
    journal.db.pragma('max_page_count = 1000000');
    expect(await texts()).toEqual([]);
    expect((await journal.append(MARA.key, note('next'), 'h')).mutation.n).toBe(1);
  });

  it('is refused for anybody but the one who is signed in', async () => {
    await expect(journal.append(IVO.key, note('x'), 'h')).rejects.toMatchObject({ kind: 'other' });
  });

  it('is numbered for each person by themselves, and their number is kept', async () => {
    await journal.append(MARA.key, note('hers'), 'h');
    expect(await journal.setOwner(IVO, 'client-0002')).toBe('client-0002');
    const his = await journal.append(IVO.key, note('his'), 'h');
    expect([his.mutation.clientId, his.mutation.n, his.userName]).toEqual(['client-0002', 1, 'Ivo']);
    expect(await journal.setOwner(MARA, 'client-0003')).toBe('client-0001');
    expect((await journal.append(MARA.key, note('hers again'), 'h')).mutation.n).toBe(2);
  });

  it('is here again after the file was closed and opened', async () => {
    await journal.append(MARA.key, note('one'), 'h');
    journal.close();
    journal = new StationJournal(join(dir, 'journal.db'), () => NOW);
    expect(journal.db.pragma('synchronous', { simple: true })).toBe(2);
    expect(await texts()).toEqual(['1 one pending']);
    expect(await journal.setOwner(MARA, 'client-0009')).toBe('client-0001');
    expect((await journal.append(MARA.key, note('two'), 'h')).mutation.n).toBe(2);
  });
});

describe('verdicts', () => {
  beforeEach(async () => {
    for (const text of ['one', 'two', 'three']) await journal.append(MARA.key, note(text), 'h');
  });

  it('are stored with the epoch they count in, once', async () => {
    const stored = await journal.storeVerdicts(
      'client-0001',
      [
        { n: 1, verdict: 'applied', seq: 7 },
        { n: 2, verdict: 'rejected', seq: 7, code: 'not_found', message: 'gone' },
        { n: 9, verdict: 'applied', seq: 9 },
      ],
      'e1',
    );
    expect(stored.map(({ state, verdictEpoch }) => [state, verdictEpoch])).toEqual([
      ['answered', 'e1'],
      ['needs_person', 'e1'],
    ]);
    expect(await journal.storeVerdicts('client-0001', [{ n: 1, verdict: 'conflict', seq: 8 }], 'e2')).toEqual([]);
    expect(await journal.lastAnswered('client-0001')).toBe(2);
    expect(await journal.lastAnswered('client-none')).toBe(0);
  });

  it('leave the list when done, and stay when a person is needed', async () => {
    await journal.storeVerdicts(
      'client-0001',
      [
        { n: 1, verdict: 'applied', seq: 7 },
        { n: 2, verdict: 'conflict', seq: 7 },
      ],
      'e1',
    );
    await journal.markDone('client-0001', [1, 2, 3]);
    expect(await texts()).toEqual(['2 two needs_person', '3 three pending']);
    await journal.markHandled('client-0001', 2);
    await journal.markHandled('client-0001', 3);
    expect(await texts()).toEqual(['2 two handled', '3 three pending']);
  });

  it('take the lead’s PIN out of what is kept', async () => {
    const refusal: NewWork = {
      ...note('x'),
      type: 'refuseShipment',
      args: { shipmentId: 's1', reason: 'wet', leadPin: '4711' },
    };
    const { mutation } = await journal.append(MARA.key, refusal, 'h');
    expect(mutation.args.leadPin).toBe('4711');
    const [after] = await journal.storeVerdicts('client-0001', [{ n: mutation.n, verdict: 'applied', seq: 7 }], 'e1');
    expect(after?.mutation.args).toEqual({ shipmentId: 's1', reason: 'wet' });
  });

  it('are forgotten for a server that lost them, in order, and what a person dealt with is not asked again', async () => {
    const refuse = { n: 2, verdict: 'rejected', seq: 7, code: 'not_found' } as const;
    await journal.storeVerdicts(
      'client-0001',
      [{ n: 1, verdict: 'applied', seq: 7 }, refuse, { n: 3, verdict: 'applied', seq: 8 }],
      'e1',
    );
    await journal.markDone('client-0001', [1, 3]);
    await journal.markHandled('client-0001', 2);
    expect(await journal.reopenAnswered('client-0001', 1)).toBe(true);
    expect(await texts()).toEqual(['2 two pending', '3 three pending']);
    await journal.storeVerdicts('client-0001', [refuse], 'e2');
    expect(await texts()).toEqual(['2 two handled', '3 three pending']);
  });

  it('say when some of it is no longer kept', async () => {
    await journal.storeVerdicts(
      'client-0001',
      [
        { n: 1, verdict: 'applied', seq: 7 },
        { n: 2, verdict: 'applied', seq: 8 },
      ],
      'e1',
    );
    journal.db.prepare('DELETE FROM mutation WHERE n = 1').run();
    expect(await journal.reopenAnswered('client-0001', 0)).toBe(false);
  });
});

describe('what was worked on', () => {
  it('is each shipment once for every client id, window by window from the latest piece on', async () => {
    const answered = async (owner: Owner, client: string, ...shipments: (string | null)[]): Promise<void> => {
      await journal.setOwner(owner, client);
      for (const shipmentId of shipments) {
        const { mutation } = await journal.append(owner.key, { ...note('x'), shipmentId }, 'h');
        await journal.storeVerdicts(client, [{ n: mutation.n, verdict: 'applied', seq: 4 }], 'e');
      }
    };
    await answered(MARA, 'client-0001', 's1', null, 's1');
    await answered(IVO, 'client-0002', 's1');
    await answered({ ...MARA, key: 'other:mara', server: 'other' }, 'client-0003', 's1');
    await journal.setOwner(MARA, 'client-0001');
    await journal.append(MARA.key, { ...note('x'), shipmentId: 's-unsent' }, 'h');
    const one = (clientId: string, shipmentId: string, row: number) => ({ clientId, shipmentId, row });
    const all = [one('client-0001', 's-unsent', 6), one('client-0001', 's1', 3), one('client-0002', 's1', 4)];
    expect(await journal.workedOn('srv', null, 100)).toEqual({ works: all, next: null });
    expect(await journal.workedOn('srv', null, 2)).toEqual({ works: [all[0]], next: 5 });
    expect(await journal.workedOn('srv', 5, 2)).toEqual({ works: [all[1], all[2]], next: 3 });
    expect(await journal.workedOn('srv', 3, 2)).toEqual({ works: [one('client-0001', 's1', 1)], next: null });
  });
});

describe('renumbering', () => {
  it('moves pending work to the new identity, in order, and leaves the refused piece to a person', async () => {
    for (const text of ['one', 'two', 'three', 'four']) await journal.append(MARA.key, note(text), 'h');
    await journal.storeVerdicts('client-0001', [{ n: 1, verdict: 'applied', seq: 7 }], 'e1');
    const refused = { n: 3, code: 'malformed', message: 'cannot be read' } as const;
    await journal.renumber(MARA.key, 'client-0001', 'client-0002', refused);
    const open = await journal.openWork();
    expect(open.map(({ mutation, state }) => [mutation.clientId, mutation.n, mutation.args.text, state])).toEqual([
      ['client-0001', 1, 'one', 'answered'],
      ['client-0002', 1, 'two', 'pending'],
      ['client-0001', 3, 'three', 'needs_person'],
      ['client-0002', 2, 'four', 'pending'],
    ]);
    expect(open[2]?.verdict).toMatchObject({ code: 'malformed', message: 'cannot be read' });
    const next = await journal.append(MARA.key, note('five'), 'h');
    expect([next.mutation.clientId, next.mutation.n]).toEqual(['client-0002', 3]);
  });

  it('is all or nothing', async () => {
    for (const text of ['one', 'two']) await journal.append(MARA.key, note(text), 'h');
    await journal.setOwner(IVO, 'client-taken');
    await expect(journal.renumber(MARA.key, 'client-0001', 'client-taken', null)).rejects.toMatchObject({
      kind: 'other',
    });
    await journal.setOwner(MARA, 'x');
    expect((await journal.openWork()).map(({ mutation }) => mutation.clientId)).toEqual(['client-0001', 'client-0001']);
  });
});

describe('inbox', () => {
  it('has each seq once, whatever is added again', async () => {
    await journal.addInbox(mark(5, 'e1'), [item(4), item(5)]);
    await journal.addInbox(mark(5, 'e1'), [item(5, { title: 'other' })]);
    expect((await journal.inbox(10)).map(({ title }) => title)).toEqual(['t5', 't4']);
    expect(await journal.bookmarks()).toEqual([mark(5, 'e1')]);
    await journal.setOwner(IVO, 'client-0002');
    expect([await journal.bookmarks(), await journal.inbox(10)]).toEqual([[], []]);
  });

  it('is followed by one person at a time, and by nobody when rows were fetched anew', async () => {
    expect(await journal.isFollowing()).toBe(false);
    await journal.setFollowing(true);
    expect(await journal.isFollowing()).toBe(true);
    await journal.setOwner(IVO, 'client-0002');
    expect(await journal.isFollowing()).toBe(false);
    await journal.setFollowing(true);
    await journal.setOwner(MARA, 'x');
    expect(await journal.isFollowing()).toBe(false);
    await journal.setFollowing(false);
    await journal.setOwner(IVO, 'x');
    expect(await journal.isFollowing()).toBe(false);
  });

  it('lets a digest grow', async () => {
    await journal.addInbox(mark(5, 'e1'), [item(5, { kind: 'digest', title: '21' })]);
    await journal.addInbox(mark(9, 'e1'), [item(5, { kind: 'digest', title: '40' })]);
    expect((await journal.inbox(10)).map(({ title }) => title)).toEqual(['40']);
  });

  it('knows what was shown and what was seen', async () => {
    await journal.addInbox(mark(5, 'e1'), [item(4), item(5)]);
    await journal.markShown([4]);
    expect((await journal.unshown()).map(({ seq }) => seq)).toEqual([5]);
    await journal.markSeen([5]);
    expect((await journal.inbox(10)).map(({ seq, seen }) => [seq, seen])).toEqual([
      [5, true],
      [4, false],
    ]);
  });

  it('marks what somebody has taken, for all who are asked at this station one by one, and once', async () => {
    await journal.addInbox(mark(5, 'e1'), [item(4, { inspectionId: 'i1' }), item(5, { inspectionId: 'i2' })]);
    expect(await journal.toTake()).toEqual([
      { inspectionId: 'i1', epoch: 'e1', seq: 4 },
      { inspectionId: 'i2', epoch: 'e1', seq: 5 },
    ]);
    const taken = [{ inspectionId: 'i1', by: 'Rita' }];
    expect(await journal.markTaken(taken)).toEqual([4]);
    expect(
      await journal.markTaken([
        { inspectionId: 'i1', by: 'Ivo' },
        { inspectionId: 'other', by: 'Ivo' },
      ]),
    ).toEqual([]);
    expect(await journal.toTake()).toEqual([{ inspectionId: 'i2', epoch: 'e1', seq: 5 }]);
    expect((await journal.unshown()).map(({ seq }) => seq)).toEqual([5]);
    expect((await journal.inbox(10)).map(({ takenBy, seen }) => [takenBy, seen])).toEqual([
      [null, false],
      ['Rita', true],
    ]);
    await journal.setOwner({ ...MARA, key: 'somebody else' }, 'client-0002');
    expect(await journal.toTake()).toEqual([]);
  });

  it('shows one item for a seq that two histories have used', async () => {
    await journal.addInbox(mark(5, 'e1'), [item(5)]);
    await journal.addInbox(mark(5, 'e2'), [item(5, { title: 'of now', at: '2027-01-01T00:00:00.000Z' })]);
    expect((await journal.inbox(10)).map(({ title }) => title)).toEqual(['of now']);
  });

  it('is nobody’s without an owner', async () => {
    journal.close();
    journal = new StationJournal(join(dir, 'other.db'), () => NOW);
    await journal.addInbox(mark(5, 'e1'), [item(5)]);
    expect([await journal.inbox(10), await journal.unshown(), await journal.bookmarks()]).toEqual([[], [], []]);
  });
});

it('prunes what is answered and old, never what a person has not dealt with', async () => {
  for (const text of ['done', 'refused', 'open']) await journal.append(MARA.key, note(text), 'h');
  await journal.storeVerdicts(
    'client-0001',
    [
      { n: 1, verdict: 'applied', seq: 7 },
      { n: 2, verdict: 'rejected', seq: 7 },
    ],
    'e1',
  );
  await journal.markDone('client-0001', [1]);
  await journal.addInbox(mark(5, 'e1'), [item(4), item(5)]);
  await journal.markSeen([4]);
  await journal.prune(new Date(NOW - 1).toISOString());
  expect(journal.db.prepare('SELECT count(*) FROM mutation').pluck().get()).toBe(3);
  await journal.prune(new Date(NOW + 1_000).toISOString());
  expect(await texts()).toEqual(['2 refused needs_person', '3 open pending']);
  expect(journal.db.prepare('SELECT count(*) FROM mutation').pluck().get()).toBe(2);
  expect((await journal.inbox(10)).map(({ seq }) => seq)).toEqual([5]);
});
