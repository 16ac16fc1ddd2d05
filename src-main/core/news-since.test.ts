import { describe, expect, it } from 'vitest';
import type { Cursor, Frame } from '#contract/wire/sync.ts';
import { type Bookmark, NOTHING_COMMON } from './bookmarks.ts';
import { FakeServer, shipmentRow } from './fake-server.ts';
import { LinkFault } from './link-fault.ts';
import { newsSince, type Step } from './news-since.ts';

const LATER = { command: 'recordArrival' } as const;

const start = (changes = 10) => {
  const server = new FakeServer();
  for (let n = 1; n <= changes; n += 1) server.put(shipmentRow(`s${n}`), LATER);
  const asked: string[] = [];
  const world = {
    server,
    asked,
    answer: (cursor: Cursor): Frame => server.changes(cursor),
    /** As somebody's inbox has them who looked at every change up to each of these. */
    marks: (...seqs: number[]): Bookmark[] =>
      seqs.map((seq) => ({
        ...server.cursorAt(seq),
        view: server.group,
        at: server.frame(0).changes[seq - 1]?.recordedAt ?? '',
      })),
    since: async (marks: readonly Bookmark[], to = server.cursorAt(server.head)): Promise<Step[]> => {
      const position = { cursor: to, group: server.group, syncedAt: null };
      const ports = {
        changes: async (cursor: Cursor): Promise<Frame> => {
          asked.push(`${cursor.epoch}@${cursor.seq}`);
          return world.answer(cursor);
        },
      };
      const steps: Step[] = [];
      for await (const step of newsSince(ports, marks, position)) steps.push(step);
      return steps;
    },
    seqs: (steps: readonly Step[]) => steps.map(({ changes }) => changes?.map(({ seq }) => seq) ?? null),
  };
  return world;
};

describe('newsSince', () => {
  it('goes on from where the inbox stands, page by page, to where the rows are', async () => {
    const { server, since, marks, seqs, asked } = start();
    server.pageSize = 3;
    const steps = await since(marks(2, 4), server.cursorAt(9));
    expect(seqs(steps)).toEqual([
      [5, 6, 7],
      [8, 9, 10],
    ]);
    expect(steps.at(-1)).toMatchObject({ upTo: { ...server.cursorAt(10), view: server.group }, parting: null });
    expect(asked).toEqual(['epoch-1@4', 'epoch-1@7']);
  });

  it('goes on under the new name where the server began another epoch and lost nothing that was looked at', async () => {
    const { server, since, marks, seqs, asked } = start();
    const before = marks(2, 4);
    server.restore(6, 'epoch-2');
    server.put(shipmentRow('new'), LATER);
    const steps = await since(before);
    expect(seqs(steps)).toEqual([[5, 6, 7]]);
    expect(steps[0]).toMatchObject({ upTo: server.cursorAt(7), parting: null });
    expect(asked).toEqual(['epoch-2@4']);
  });

  it.each(['epoch-1', 'epoch-2'])(
    'finds where it and a restored server part, which is now called %s',
    async (epoch) => {
      for (let backup = 2; backup <= 9; backup += 1) {
        const { server, since, marks, seqs } = start();
        const before = marks(2, 3, 5, 6, 9, 10);
        server.restore(backup, epoch);
        server.later(3_600_000);
        for (let n = 0; n < 12; n += 1) server.put(shipmentRow(`new${n}`), LATER);
        const steps = await since(before);
        const common = [2, 3, 5, 6, 9].findLast((seq) => seq <= backup);
        // What both have was looked at, also where it is younger than the last bookmark that both have.
        expect(seqs(steps), `${backup}`).toEqual([Array.from({ length: 12 }, (_, at) => backup + 1 + at)]);
        expect(steps[0]?.parting, `${backup}`).toEqual({ after: common, keep: backup });
      }
    },
  );

  it('tells what is common from what is new although it comes in small pages', async () => {
    const { server, since, marks, seqs } = start();
    const before = marks(2, 10);
    server.restore(6);
    server.later(3_600_000);
    for (let n = 0; n < 6; n += 1) server.put(shipmentRow(`new${n}`), LATER);
    server.pageSize = 2;
    const steps = await since(before);
    expect(seqs(steps)).toEqual([
      [7, 8, 9, 10],
      [11, 12],
    ]);
    expect(steps.map(({ parting }) => parting)).toEqual([{ after: 2, keep: 6 }, null]);
  });

  it('says so once when the log does not reach back so far, or too much has happened', async () => {
    const old = start();
    const before = old.marks(1, 2);
    old.server.floor = 5;
    const beyond = { changes: null, upTo: { ...old.server.cursorAt(10), view: 'staff:*' }, parting: NOTHING_COMMON };
    expect(await old.since(before)).toMatchObject([beyond]);
    const far = start(2_003);
    const [step, ...more] = await far.since(far.marks(1, 2));
    expect([step?.changes, more, far.asked.length]).toEqual([null, [], 1]);
    // Histories may part later at what was looked at before.
    expect(step).toMatchObject({ upTo: far.server.cursorAt(2_003), parting: { after: 2 } });
    expect(far.seqs(await far.since(far.marks(1, 3))).flat()).toHaveLength(2_000);
  });

  it.each([
    [2, 'all of it'],
    [1.9, 'that it is too much'],
  ])('goes by what there is to see of it: of every %s changes one, %s', async (share, says) => {
    const far = start(4_002);
    far.server.pageSize = 1_000;
    const isSeen = ({ seq }: { readonly seq: number }): boolean =>
      Math.floor(seq / share) > Math.floor((seq - 1) / share);
    far.answer = (cursor) => {
      const frame = far.server.changes(cursor);
      return { ...frame, changes: frame.changes.filter(isSeen) };
    };
    const seqs = far.seqs(await far.since(far.marks(2)));
    expect(seqs.flat().length).toBe(says === 'all of it' ? 2_000 : 1);
  });

  it('does so where nothing is common, but not while the server is being restored once more', async () => {
    const { server, since, marks, seqs } = start();
    const before = marks(2, 4);
    server.restore(0, 'epoch-2');
    server.put(shipmentRow('other'), LATER);
    expect(seqs(await since(before))).toEqual([null]);
    const rows = server.cursorAt(1);
    server.restore(0, 'epoch-3');
    await expect(since(before, rows)).rejects.toBeInstanceOf(LinkFault);
  });

  it('believes no position without a hash', async () => {
    const { since, marks, seqs } = start();
    const [mark] = marks(4);
    expect(seqs(await since([{ ...(mark as Bookmark), chain: '', view: '', at: '' }]))).toEqual([null]);
  });

  it.each([
    ['asked from elsewhere', (frame: Frame) => ({ ...frame, from: frame.from - 1 })],
    ['of another view', (frame: Frame) => ({ ...frame, group: 'staff:W2' })],
    ['of another history than the rows', (frame: Frame) => ({ ...frame, chain: 'other' })],
    ['that leads nowhere', (frame: Frame) => ({ ...frame, to: frame.from, changes: [] })],
  ])('takes no page %s', async (_name, spoil) => {
    const world = start();
    world.answer = (cursor) => spoil(world.server.changes(cursor));
    await expect(world.since(world.marks(4))).rejects.toBeInstanceOf(LinkFault);
  });
});
