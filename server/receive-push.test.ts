import { describe, expect, it } from 'vitest';
import type { ProblemError } from '#contract/wire/errors.ts';
import type { Mutation, PushReply } from '#contract/wire/sync.ts';
import type { Access } from './access.ts';
import type { Sender, Storage } from './core/storage.ts';
import { createReceivePush } from './receive-push.ts';

// What storage makes of a push is its own suite; here is what reaches it, and what does not.

const sender = { actor: { id: 'mara', name: 'Mara', role: 'receiver' } } as Access;
const piece = (n: number, clientId = 'station-1') => ({
  clientId,
  n,
  type: 'addNote',
  args: { anything: n },
  occurredAt: '2026-11-23T08:00:00Z',
});

const receive = async (payload: unknown, stoppedBy?: PushReply['stoppedBy']) => {
  const pushed: { clientId: string; mutations: readonly Mutation[] }[] = [];
  const done: number[] = [];
  const storage = {
    lastN: async () => 7,
    push: async (_sender: Sender, clientId: string, mutations: readonly Mutation[]): Promise<PushReply> => {
      pushed.push({ clientId, mutations });
      const verdicts = mutations.map(({ n }) => ({ n, verdict: 'applied' as const, seq: n }));
      return { verdicts, lastN: mutations.at(-1)?.n ?? 0, ...(stoppedBy ? { stoppedBy } : {}) };
    },
  } as never as Storage;
  let clock = 0;
  const receivePush = createReceivePush(
    storage,
    (access) => access,
    () => (clock += 500),
    (_verdicts, seconds) => done.push(seconds),
  );
  const outcome = await receivePush(sender, payload).catch((error: ProblemError) => error.code);
  return { outcome, pushed, done };
};

describe('receivePush', () => {
  it('hands on what can be read, with arguments as they came', async () => {
    const { outcome, pushed, done } = await receive({ mutations: [piece(1), piece(2)] });
    expect(outcome).toMatchObject({ lastN: 2, verdicts: [{ n: 1 }, { n: 2 }] });
    expect(pushed).toMatchObject([{ clientId: 'station-1', mutations: [{ args: { anything: 1 } }, { n: 2 }] }]);
    expect(done).toEqual([0.5]);
  });

  it('stops before the first piece that cannot be read, and says which and why', async () => {
    const { outcome, pushed } = await receive({ mutations: [piece(1), { ...piece(2), occurredAt: 'now' }, piece(3)] });
    expect(pushed[0]?.mutations.map(({ n }) => n)).toEqual([1]);
    expect(outcome).toMatchObject({
      stoppedBy: { n: 2, code: 'malformed', message: expect.stringContaining('occurredAt') },
    });
  });

  it('mends texts that cannot be stored, ids among them, and no others', async () => {
    const broken = { ...piece(1, 'station-\0'), args: { text: 'half \ud800', list: ['\0'] } };
    const { pushed } = await receive({ clientId: 'station-\0', mutations: [broken] });
    expect(pushed).toMatchObject([
      { clientId: 'station-\ufffd', mutations: [{ args: { text: 'half \ufffd', list: ['\ufffd'] } }] },
    ]);
  });

  it('guesses the number of a piece that does not say it', async () => {
    const { outcome } = await receive({ mutations: [piece(4), 'garbage'] });
    expect(outcome).toMatchObject({ stoppedBy: { n: 5 } });
  });

  it('leaves the first stop standing when storage stopped earlier', async () => {
    const earlier = { n: 1, code: 'out_of_order' as const, message: 'gap', expected: 8 };
    const { outcome } = await receive({ mutations: [piece(1), null] }, earlier);
    expect(outcome).toMatchObject({ stoppedBy: earlier });
  });

  it('answers from the ledger when nothing could be read', async () => {
    const { outcome, pushed } = await receive({ clientId: 'station-1', mutations: [null] });
    expect(pushed).toEqual([]);
    expect(outcome).toMatchObject({ verdicts: [], lastN: 7, stoppedBy: { n: 1, code: 'malformed' } });
  });

  it('takes the work of one station at a time', async () => {
    const { outcome, pushed } = await receive({ clientId: 'station-1', mutations: [piece(1), piece(2, 'station-2')] });
    expect(pushed[0]?.mutations).toHaveLength(1);
    expect(outcome).toMatchObject({ stoppedBy: { n: 2, code: 'malformed' } });
    expect((await receive({ clientId: 'station-2', mutations: [piece(1)] })).pushed).toEqual([]);
  });

  it.each([undefined, null, 'x', {}, { mutations: [] }, { mutations: [{ n: 1 }] }, { mutations: 'all' }])(
    'refuses %j as a whole',
    async (payload) => {
      expect(await receive(payload)).toMatchObject({ outcome: 'malformed', pushed: [] });
    },
  );
});
