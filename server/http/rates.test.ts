import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dock, PEOPLE, startDock, tokenFor } from '../dock-for-tests.ts';

type Code = { code: string };
let dock: Dock;
beforeEach(async () => {
  dock = await startDock({ limits: { requestsPerSecond: 2, strangersOfOne: { perSecond: 0.001, burst: 20 } } });
});
afterEach(() => dock.close());

const bearer = async (...of: Parameters<typeof tokenFor>) => ({ authorization: `Bearer ${await tokenFor(...of)}` });
const from = (address: string) => ({ 'x-forwarded-for': address });
const ask = (headers: Record<string, string>, path = '/api/shipments') =>
  dock.ask<Code>(path, { person: null, headers });
const many = (times: number, send: (at: number) => ReturnType<typeof ask>) =>
  Promise.all(Array.from({ length: times }, (_, at) => send(at)));
const count = (replies: readonly { status: number }[], status: number) =>
  replies.filter((reply) => reply.status === status).length;

describe('somebody who is signed in', () => {
  it('is slowed down when they ask too much, and nobody else is', async () => {
    const headers = await bearer(PEOPLE.lena);
    const replies = await many(15, () => ask(headers));
    const refused = replies.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(5);
    expect(refused[0]?.body.code).toBe('too_fast');
    expect(refused[0]?.headers.get('retry-after')).toBeTruthy();
    expect((await dock.ask('/api/shipments', { person: PEOPLE.mara })).status).toBe(200);
    expect((await dock.ask('/health')).status).toBe(200);
  });

  it('is the same person with another token', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 15 }, (_, at) => bearer({ ...PEOPLE.lena, name: `L ${at}` })),
    );
    expect(count(await many(15, (at) => ask(tokens[at] ?? {})), 429)).toBe(5);
  });
});

describe('somebody who is not', () => {
  it.each([
    ['no token', async () => ({})],
    ['a forged token, another every time', (at: number) => bearer({ ...PEOPLE.lena, sub: `l${at}` }, 'guess')],
    ['an expired token', () => bearer({ ...PEOPLE.lena, exp: 1 })],
  ])('is refused for the rate after so many: %s', async (_what, headers) => {
    const sent = await Promise.all(Array.from({ length: 30 }, (_, at) => headers(at)));
    const replies = await many(30, (at) => ask({ ...sent[at], ...from('203.0.113.7') }));
    expect([count(replies, 401), count(replies, 429)]).toEqual([20, 10]);
    const refused = replies.find(({ status }) => status === 429);
    expect(refused?.body.code).toBe('too_fast');
    expect(refused?.headers.get('retry-after')).toBeTruthy();
  });

  it('does not keep out who is, from the same address, nor who is not from another', async () => {
    await many(30, () => ask(from('203.0.113.7')));
    expect((await ask({ ...(await bearer(PEOPLE.mara)), ...from('203.0.113.7') })).status).toBe(200);
    expect((await ask(from('203.0.113.8'))).status).toBe(401);
  });

  it('is counted too behind a proxy that does not say for whom it speaks', async () => {
    expect(count(await many(30, () => ask({})), 429)).toBe(10);
    expect((await ask(await bearer(PEOPLE.mara))).status).toBe(200);
  });

  it('has a measure of its address where nobody has to sign in', async () => {
    expect(count(await many(15, () => ask(from('203.0.113.7'), '/openapi.json')), 429)).toBe(5);
    expect((await ask(from('203.0.113.8'), '/openapi.json')).status).toBe(200);
  });
});
