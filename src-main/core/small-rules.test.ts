import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../shell/system-clock.ts';
import { canonicalJson } from './canonical-json.ts';
import { FakeClock, settled } from './fake-clock.ts';
import { foreign, isLostPosition, isWorthRetrying, LinkFault, refusalOf, unreachable } from './link-fault.ts';
import type { Work } from './ports.ts';
import { SerialQueue } from './serial-queue.ts';
import { ServerClock } from './server-clock.ts';
import { cacheScope, mayKeepRows, originTag, ownerOf, scopeKey, signedIn } from './session.ts';
import { workItem } from './work-item.ts';

describe('canonicalJson', () => {
  it('is the same for the same contents in whatever order', () => {
    expect(canonicalJson({ b: 1, a: { d: [1, { y: 2, x: 1 }], c: null } })).toBe(
      '{"a":{"c":null,"d":[1,{"x":1,"y":2}]},"b":1}',
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        return canonicalJson(turned) === canonicalJson(value);
      }),
    );
  });

  it('survives the way to disk and back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => canonicalJson(JSON.parse(JSON.stringify(value))) === canonicalJson(value)),
    );
    expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
  });
});

describe('SerialQueue', () => {
  it('runs one after another, past failures, and knows how many wait', async () => {
    const queue = new SerialQueue();
    const order: string[] = [];
    let release = (): void => undefined;
    const first = queue.run(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('first');
    });
    const second = queue.run(async () => {
      order.push('second');
      throw new Error('no');
    });
    const third = queue.run(async () => order.push('third'));
    second.catch(() => undefined);
    await settled();
    expect([order, queue.size]).toEqual([[], 3]);
    release();
    await first;
    await expect(second).rejects.toThrow('no');
    await third;
    await queue.idle();
    expect([order, queue.size]).toEqual([['first', 'second', 'third'], 0]);
  });
});

describe('ServerClock', () => {
  it('believes the measurement with the shortest way, of the last eight', () => {
    const clock = new FakeClock();
    const server = new ServerClock(clock);
    expect([server.offsetMs, server.now()]).toEqual([null, clock.now()]);
    server.measured(200, 5_000);
    server.measured(4, 1_000.4);
    server.measured(90, 7_000);
    expect(server.offsetMs).toBe(1_000);
    expect(server.nowIso()).toBe(new Date(clock.now() - 1_000).toISOString());
    for (let n = 0; n < 8; n += 1) server.measured(50, 3_000);
    expect(server.offsetMs).toBe(3_000);
    server.forget();
    expect(server.offsetMs).toBeNull();
  });
});

describe('faults', () => {
  it('are told apart', () => {
    expect(refusalOf(new LinkFault('token_expired', ''))).toBe('token_expired');
    expect([refusalOf(new LinkFault('not_found', '')), refusalOf(unreachable('')), refusalOf(new Error('x'))]).toEqual([
      null,
      null,
      null,
    ]);
    expect([isLostPosition(new LinkFault('cursor_too_old', '')), isLostPosition(unreachable(''))]).toEqual([
      true,
      false,
    ]);
    expect(isWorthRetrying(unreachable(''))).toBe(true);
    expect(isWorthRetrying(new LinkFault('storage_full', ''))).toBe(true);
    expect(isWorthRetrying(new LinkFault('malformed', ''))).toBe(false);
    expect([foreign().isForeign, unreachable('').isForeign]).toEqual([true, false]);
  });
});

describe('session', () => {
  const claims = { sub: 'mara', name: 'Mara', role: 'receiver', warehouses: ['B', 'A'], exp: 1_800_000_000 } as const;
  const signed = (more: object = {}, url = 'http://one') =>
    signedIn(url, 'token', { ...claims, warehouses: ['B', 'A'], ...more });

  it('comes from the claims', () => {
    expect(signed().session).toEqual({
      userId: 'mara',
      name: 'Mara',
      role: 'receiver',
      warehouses: ['B', 'A'],
      serverUrl: 'http://one',
      expiresAt: '2027-01-15T08:00:00.000Z',
    });
  });

  it('shares a cache among those who may see the same, and with nobody else', () => {
    const key = scopeKey(signed(), sha256);
    expect(scopeKey(signed({ sub: 'ivo', role: 'inspector', warehouses: ['A', 'B', 'A'] }), sha256)).toBe(key);
    expect(scopeKey(signed({ warehouses: ['A'] }), sha256)).not.toBe(key);
    expect(scopeKey(signed({}, 'http://two'), sha256)).not.toBe(key);
    expect(scopeKey(signed({ role: 'supplier', supplierId: 'X' }), sha256)).not.toBe(key);
  });

  it('shows rows before the server is asked only to whose view they are', () => {
    const [mara, ivo] = [signed(), signed({ sub: 'ivo', role: 'inspector' })];
    const [hers, his] = [mara, { ...ivo, token: 'his' }];
    const scope = cacheScope(hers, sha256);
    // The view that both tokens name.
    expect(mayKeepRows(scope, 'staff:A,B', his, sha256)).toBe(true);
    expect(mayKeepRows(scope, null, his, sha256)).toBe(true);
    // One that the server gave her instead.
    for (const group of ['staff:*', 'staff:A', 'supplier:X']) {
      expect(mayKeepRows(scope, group, hers, sha256)).toBe(true);
      expect(mayKeepRows(scope, group, his, sha256)).toBe(false);
      expect(mayKeepRows(scope, group, { ...hers, token: 'newer' }, sha256)).toBe(false);
    }
    expect(mayKeepRows(scope, 'staff:A,B', signed({ warehouses: ['A'] }), sha256)).toBe(false);
    expect(mayKeepRows(null, null, hers, sha256)).toBe(false);
    const all = signed({ warehouses: ['*', 'A'] });
    expect(mayKeepRows(cacheScope({ ...all, token: 'other' }, sha256), 'staff:*', all, sha256)).toBe(true);
  });

  it('numbers work by person and server, and names neither', () => {
    const owner = ownerOf(signed(), sha256);
    expect(owner).toMatchObject({ userId: 'mara', userName: 'Mara', role: 'receiver' });
    expect(owner.key).not.toContain('http');
    expect(ownerOf(signed({ sub: 'ivo' }), sha256).key).not.toBe(owner.key);
    expect(ownerOf(signed({ warehouses: ['Z'] }), sha256).key).toBe(owner.key);
  });

  it('tags its changes as the server does', () => {
    expect(originTag('client-1', sha256)).toBe(sha256('client-1').slice(0, 12));
  });
});

describe('workItem', () => {
  const base: Work = {
    owner: 'o',
    server: 's',
    userId: 'mara',
    userName: 'Mara',
    role: 'receiver',
    mutation: { clientId: 'client-1', n: 4, type: 'recordArrival', args: {}, occurredAt: '2026-11-23T09:00:00.000Z' },
    shipmentId: 's1',
    shipmentNumber: 'SHP-1',
    state: 'pending',
    verdict: null,
    verdictEpoch: null,
  };

  const around = (inFlight: boolean, signedInUser: string, elsewhere = false) => ({
    inFlight,
    signedInUser,
    elsewhere,
  });

  it('shows how far the work has come, and why it stands', () => {
    expect(workItem(base, around(false, 'mara', true)).message).toMatch(/another server address/);
    expect(workItem(base, around(false, 'mara'))).toMatchObject({ n: 4, state: 'unsent', code: null, message: null });
    expect(workItem(base, around(true, 'mara')).state).toBe('sent');
    expect(workItem({ ...base, state: 'answered' }, around(false, 'mara')).state).toBe('sent');
    expect(workItem(base, around(false, 'ivo')).message).toBe('Is sent when Mara signs in here again.');
    const refused: Work = {
      ...base,
      state: 'needs_person',
      verdict: { n: 4, verdict: 'conflict', seq: 9, code: 'already_claimed' },
    };
    expect(workItem(refused, around(false, 'mara'))).toMatchObject({
      state: 'needs_person',
      code: 'already_claimed',
      message: 'Somebody else has taken this inspection.',
    });
    const said: Work = {
      ...refused,
      state: 'handled',
      verdict: { n: 4, verdict: 'rejected', seq: 9, message: 'Said so.' },
    };
    expect(workItem(said, around(false, 'mara'))).toMatchObject({ state: 'handled', code: null, message: 'Said so.' });
  });

  it('happened when it did by the server’s clock, however wrong the device’s is', () => {
    const ahead = { ...base, mutation: { ...base.mutation, clockOffsetMs: 10_800_000 } };
    expect(workItem(ahead, around(false, 'mara')).occurredAt).toBe('2026-11-23T06:00:00.000Z');
    expect(workItem(base, around(false, 'mara')).occurredAt).toBe(base.mutation.occurredAt);
  });

  it('tells what the station says of its files from the work of people', () => {
    expect(workItem(base, around(false, 'mara')).from).toBe('person');
    expect(workItem({ ...base, userId: '', state: 'needs_person' }, around(false, 'mara')).from).toBe('station');
  });
});
