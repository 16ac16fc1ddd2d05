import { describe, expect, it } from 'vitest';
import { type Frame, type HelloReply, helloReply } from '#contract/wire/sync.ts';
import { OLDEST_SERVED_VERSION, PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { groupOf } from '../core/scope.ts';
import type { Storage } from '../core/storage.ts';
import { answerHello, type HelloPorts } from './hello.ts';

// The order of events within one tick is what matters here, so the log is a script of what storage says; with real storage the
// same is proven in hand-over.test.ts.

const group = groupOf({ role: 'lead', warehouses: null, supplierId: null });
type Script = { head?: number; floor?: number; chain?: string | null; rows?: number; reads?: Partial<Frame>[] };

const storageOf = ({ head = 10, floor = 2, chain = 'c5', rows = 0, reads = [{}] }: Script) => {
  const left = [...reads];
  const storage: Pick<Storage, 'position' | 'chainAt' | 'lastN' | 'readFrame' | 'countRows'> = {
    position: () => ({ epoch: 'e', head, chain: 'c', floor }),
    chainAt: async () => chain,
    lastN: async () => 41,
    countRows: async () => rows,
    readFrame: async (_group, from) => {
      const next = left.length > 1 ? left.shift() : left[0];
      return { epoch: 'e', group: group.id, from, to: head, chain: 'c', head, changes: [], ...next };
    },
  };
  return storage as Storage;
};

/** A turnstile where nobody waits. */
const PASS = { pass: <T>(work: () => Promise<T>): Promise<T> => work() };
const cursor = { epoch: 'e', seq: 5, chain: 'c5' };
const hello = { protocol: PROTOCOL_VERSION, clientId: 'station-1', cursor };

const greet = async (script: Script, payload: unknown = hello, ports: Partial<HelloPorts> = {}) => {
  const replies: HelloReply[] = [];
  const upgrades: string[] = [];
  const whole = {
    storage: storageOf(script),
    now: () => 0,
    admit: () => true,
    catchUps: PASS,
    sayUpgrade: () => upgrades.push('said'),
    ...ports,
  };
  const refused = await answerHello(whole as HelloPorts, group, payload, (reply) => replies.push(reply)).catch(
    (error: { code: string }) => error.code,
  );
  return { reply: replies[0], replies, refused, upgrades };
};

describe('hello', () => {
  it('goes live when the page reaches the position', async () => {
    const { reply, replies } = await greet({});
    expect(replies).toHaveLength(1);
    expect(helloReply.parse(reply)).toMatchObject({
      protocol: PROTOCOL_VERSION,
      epoch: 'e',
      head: 10,
      group: group.id,
      state: 'live',
      frame: { from: 5, to: 10 },
      lastN: 41,
      serverTime: '1970-01-01T00:00:00.000Z',
    });
  });

  it('joins and replies in one tick: nothing can come in between', async () => {
    const order: string[] = [];
    const admit = () => {
      order.push('joined');
      queueMicrotask(() => order.push('next'));
      return true;
    };
    const ports = { storage: storageOf({}), catchUps: PASS, now: () => 0, admit, sayUpgrade: () => undefined };
    await answerHello(ports, group, hello, () => order.push('replied'));
    await Promise.resolve();
    expect(order).toEqual(['joined', 'replied', 'next']);
  });

  it('compares in the tick in which the page was read', async () => {
    const order: string[] = [];
    const storage = storageOf({});
    const readFrame: Storage['readFrame'] = (...of) => {
      const reading = storage.readFrame(...of);
      void reading.then(() => order.push('read')).then(() => order.push('one tick later'));
      return reading;
    };
    const admit = () => order.push('compared') > 0;
    await greet({}, hello, { storage: { ...storage, readFrame }, admit });
    expect(order.slice(0, 2)).toEqual(['read', 'compared']);
  });

  it('answers a page when there is more, and does not join', async () => {
    let joined = 0;
    const page = { to: 7, changes: [{}] as Frame['changes'] };
    const { reply } = await greet({ reads: [page] }, hello, { admit: () => ++joined > 0 });
    expect(reply).toMatchObject({ state: 'catchup', frame: { to: 7 } });
    expect(joined).toBe(0);
  });

  it('answers pages that a screen has time for', async () => {
    const limits: (number | undefined)[] = [];
    const storage = storageOf({});
    const readFrame: Storage['readFrame'] = (of, from, limit) => {
      limits.push(limit);
      return storage.readFrame(of, from, limit);
    };
    await greet({}, hello, { storage: { ...storage, readFrame } });
    expect(limits).toEqual([200]);
  });

  it('reads again when the tailer was ahead', async () => {
    const compared: number[] = [];
    const admit = (to: number) => compared.push(to) > 1;
    const { reply } = await greet({ reads: [{ to: 10 }, { to: 12, head: 12 }] }, hello, { admit });
    expect(compared).toEqual([10, 12]);
    expect(reply).toMatchObject({ state: 'live', frame: { from: 5, to: 12 } });
  });

  it('lets the client come again when the tailer stays ahead', async () => {
    const { reply, replies } = await greet({}, hello, { admit: () => false });
    expect(replies).toHaveLength(1);
    expect(reply).toMatchObject({ state: 'catchup', frame: { to: 10 } });
  });

  it.each([
    ['no cursor', {}, { cursor: null }, 'no_cursor'],
    ['no cursor at all', {}, { cursor: undefined }, 'no_cursor'],
    ['another epoch', {}, { cursor: { ...cursor, epoch: 'other' } }, 'epoch_changed'],
    ['a position ahead of the head', {}, { cursor: { ...cursor, seq: 11 } }, 'fork'],
    ['another chain', { chain: 'restored' }, {}, 'fork'],
    ['a chain that is not kept', { chain: null }, {}, 'fork'],
    ['a position before the floor', { floor: 6 }, {}, 'cursor_too_old'],
    ['fifty thousand changes and more', { head: 50_006 }, {}, 'too_far_behind'],
    ['more than three in ten of very many', { head: 60_006, rows: 200_000 }, {}, 'too_far_behind'],
  ])('asks for a snapshot with %s', async (_what, script, change, reason) => {
    const { reply } = await greet(script, { ...hello, ...change }, { admit: () => expect.fail('it joined') });
    expect(helloReply.parse(reply)).toMatchObject({ state: 'snapshot', reason, frame: null, lastN: 41 });
  });

  it('reads on when that is less than a snapshot would be', async () => {
    const { reply } = await greet({ head: 60_006, rows: 200_010, reads: [{ to: 1_005, changes: [{} as never] }] });
    expect(reply).toMatchObject({ state: 'catchup', frame: { from: 5, to: 1_005 } });
  });

  it('makes those wait in line who are far behind, and nobody else', async () => {
    const crowded = { pass: () => Promise.reject({ code: 'too_fast' }) };
    expect((await greet({ head: 106 }, hello, { catchUps: crowded })).refused).toBe('too_fast');
    expect((await greet({ head: 105 }, hello, { catchUps: crowded })).reply?.state).toBe('live');
  });

  it('tells a client that is too old to install the update', async () => {
    const { refused, upgrades, replies } = await greet({}, { ...hello, protocol: OLDEST_SERVED_VERSION - 1 });
    expect([refused, upgrades, replies]).toEqual(['upgrade_required', ['said'], []]);
  });

  it('serves a client that is newer', async () => {
    expect((await greet({}, { ...hello, protocol: PROTOCOL_VERSION + 1 })).reply?.state).toBe('live');
  });

  it.each([null, {}, { protocol: 1 }, { ...hello, clientId: 'short' }, { ...hello, cursor: {} }])(
    'refuses %j',
    async (payload) => {
      expect((await greet({}, payload)).refused).toBe('malformed');
    },
  );

  it('says which part of a hello does not fit', async () => {
    const ports = {
      storage: storageOf({}),
      catchUps: PASS,
      now: () => 0,
      admit: () => true,
      sayUpgrade: () => undefined,
    };
    const answer = answerHello(ports, group, { ...hello, clientId: 'short' }, () => expect.fail('it was answered'));
    await expect(answer).rejects.toMatchObject({ message: expect.stringContaining('clientId: ') });
  });
});
