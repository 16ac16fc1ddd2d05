import { createHmac } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { TokenClaims } from '#contract/wire/token.ts';
import { createVerify, signToken, type Verify } from './access.ts';
import { AccessChanges } from './access-changes.ts';
import type { AccessChange, ChangedAccess, Storage } from './core/storage.ts';

const START = Date.parse('2026-11-24T08:00:00Z');
const SECRET = 'a secret of these tests';
const MARA: TokenClaims = { sub: 'mara', name: 'Mara', role: 'lead', warehouses: ['*'], exp: START / 1000 + 3600 };
const TO_JOL: AccessChange = {
  userId: 'mara',
  role: 'receiver',
  warehouses: ['JOL'],
  supplierId: null,
  changedBy: 'ada',
};

let now: number;
let kept: ChangedAccess[];
let faults: unknown[];
let commit: () => Promise<void>;
let changes: AccessChanges;
let verify: Verify;
const storage: Pick<Storage, 'setAccess' | 'changedAccess'> = {
  setAccess: async (change) => {
    await commit();
    const changed = { ...change, changedAt: new Date(now).toISOString() };
    kept = [...kept.filter(({ userId }) => userId !== change.userId), changed];
    return changed;
  },
  changedAccess: async () => kept,
};
const start = async (): Promise<void> => {
  changes = await AccessChanges.open(storage as Storage, (error) => faults.push(error));
  verify = createVerify({ secret: SECRET }, () => now, changes);
};
/** A token issued now, or `ago` milliseconds before. */
const token = (claims: Partial<TokenClaims> = {}, ago = 0) =>
  signToken({ ...MARA, iat: (now - ago) / 1000, ...claims }, SECRET);
const seen = async (given: string) => {
  const { actor, scope } = await verify(given);
  return `${actor.role} ${scope.warehouses?.join(',') ?? '*'}`;
};

beforeEach(async () => {
  now = START;
  kept = [];
  faults = [];
  commit = async () => undefined;
  await start();
});

describe('a change of access', () => {
  it('overrules tokens issued before it or at the same instant, known or not, and none issued later', async () => {
    const [known, unknown] = [await token({}, 60_000), await token({}, 1000)];
    expect(await seen(known)).toBe('lead *');
    const atOnce = await token();
    await changes.change(TO_JOL);
    expect([await seen(known), await seen(unknown), await seen(atOnce)]).toEqual(Array(3).fill('receiver JOL'));
    now += 1;
    expect(await seen(await token())).toBe('lead *');
    expect(await seen(await token({ sub: 'ivo' }, 60_000))).toBe('lead *');
    expect((await verify(known)).expiresAt).toBe(START + 3600_000);
  });

  it('overrules tokens that do not say when they were issued, or say what cannot be', async () => {
    await changes.change(TO_JOL);
    const head = Buffer.from(JSON.stringify({ alg: 'HS256' })).toString('base64url');
    const body = Buffer.from(JSON.stringify(MARA)).toString('base64url');
    const unsaid = `${head}.${body}.${createHmac('sha256', SECRET).update(`${head}.${body}`).digest('base64url')}`;
    expect(await seen(unsaid)).toBe('receiver JOL');
    expect(await seen(await token({ iat: START / 1000 + 86_400 }))).toBe('receiver JOL');
    expect(await seen(await token({ iat: START }))).toBe('receiver JOL');
  });

  it('overrules what was known before it whatever the clocks say', async () => {
    const early = await token({ iat: START / 1000 + 30 });
    const access = await verify(early);
    await changes.change(TO_JOL);
    expect(await seen(early)).toBe('receiver JOL');
    expect(changes.now(access).actor).toEqual({ id: 'mara', name: 'Mara', role: 'receiver' });
  });

  it('holds after a restart, and the last one counts', async () => {
    const old = await token({}, 1000);
    await changes.change(TO_JOL);
    now += 1000;
    const between = await token();
    await changes.change({ ...TO_JOL, role: 'supplier', supplierId: 'ACME', warehouses: ['*'] });
    await start();
    expect([await seen(old), await seen(between)]).toEqual(['supplier *', 'supplier *']);
    expect((await verify(old)).scope.supplierId).toBe('ACME');
  });

  it('takes effect once it is on disk, and is heard of in that very tick', async () => {
    const old = await token({}, 1000);
    const { promise: synced, resolve: sync } = Promise.withResolvers<void>();
    commit = () => synced;
    const access = await verify(old);
    const heard: string[] = [];
    changes.onChange(() => {
      throw new Error('a listener in trouble');
    });
    changes.onChange((userId) => heard.push(`${userId} ${changes.now(access).actor.role}`));
    const changing = changes.change(TO_JOL);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([heard, await seen(old)]).toEqual([[], 'lead *']);
    sync();
    await changing;
    expect([heard, faults.length]).toEqual([['mara receiver'], 1]);
  });

  it('does not take effect when it could not be kept', async () => {
    const old = await token({}, 1000);
    commit = () => Promise.reject(new Error('disk full'));
    await expect(changes.change(TO_JOL)).rejects.toThrow('disk full');
    expect(await seen(old)).toBe('lead *');
  });

  it('leaves whoever looked after it as they are: the same object, so that who holds one sees that nothing changed', async () => {
    await changes.change(TO_JOL);
    const access = await verify(await token({}, 1000));
    expect(changes.now(access)).toBe(access);
    await changes.change({ ...TO_JOL, userId: 'ivo' });
    expect(changes.now(access)).toBe(access);
    await changes.change({ ...TO_JOL, warehouses: ['DAL'] });
    expect(changes.now(access).scope.warehouses).toEqual(['DAL']);
  });
});
