import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { TokenClaims } from '#contract/wire/token.ts';
import { createVerify, signToken } from './access.ts';

const NOW = Date.parse('2026-11-23T08:00:00Z');
const claims: TokenClaims = {
  sub: 'mara',
  name: 'Mara',
  role: 'receiver',
  warehouses: ['JOL'],
  exp: NOW / 1000 + 60,
};
const verify = createVerify({ secret: 'new secret', previousSecret: 'old secret' }, () => NOW);
const code = (token: unknown) => verify(token).catch((error: { code: string }) => error.code);

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** A token by somebody who does not use our library. */
const handmade = (header: object, payload: object, secret: string, hash = 'sha256'): string => {
  const signed = `${base64url(header)}.${base64url(payload)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
};

describe('verify', () => {
  it('says who it is, what they may see and until when', async () => {
    expect(await verify(await signToken(claims, 'new secret'))).toEqual({
      actor: { id: 'mara', name: 'Mara', role: 'receiver' },
      scope: { role: 'receiver', warehouses: ['JOL'], supplierId: null },
      expiresAt: NOW + 60_000,
    });
  });

  it('reads * as every warehouse, also beside others', async () => {
    const { scope } = await verify(await signToken({ ...claims, warehouses: ['JOL', '*'] }, 'new secret'));
    expect(scope.warehouses).toBeNull();
  });

  it('accepts what another system signed with the secret, and the previous secret during rotation', async () => {
    const token = handmade({ alg: 'HS256', typ: 'JWT' }, { ...claims, iss: 'sign-on' }, 'new secret');
    expect((await verify(token)).actor.name).toBe('Mara');
    expect((await verify(await signToken(claims, 'old secret'))).actor.name).toBe('Mara');
  });

  it.each([[undefined], [null], ['']])('calls %j not signed in', async (token) => {
    expect(await code(token)).toBe('not_signed_in');
  });

  it.each([
    ['another secret', handmade({ alg: 'HS256' }, claims, 'guess')],
    ['no signature', `${base64url({ alg: 'none' })}.${base64url(claims)}.`],
    ['alg none with a signature', handmade({ alg: 'none' }, claims, 'new secret')],
    ['HS512', handmade({ alg: 'HS512' }, claims, 'new secret', 'sha512')],
    ['no exp', handmade({ alg: 'HS256' }, { ...claims, exp: undefined }, 'new secret')],
    ['an exp that is no number', handmade({ alg: 'HS256' }, { ...claims, exp: 'later' }, 'new secret')],
    ['an unknown role', handmade({ alg: 'HS256' }, { ...claims, role: 'root' }, 'new secret')],
    ['the role of the intake', handmade({ alg: 'HS256' }, { ...claims, role: 'intake' }, 'new secret')],
    ['no warehouses', handmade({ alg: 'HS256' }, { ...claims, warehouses: undefined }, 'new secret')],
    ['a supplier without supplierId', handmade({ alg: 'HS256' }, { ...claims, role: 'supplier' }, 'new secret')],
    ['words', 'not a token'],
    ['a number', 42],
    ['an object', { token: 'x' }],
    ['a megabyte', 'x'.repeat(1_000_000)],
  ])('refuses a token with %s', async (_what, token) => {
    expect(await code(token)).toBe('token_invalid');
  });

  it('tells an expired token from a forged one', async () => {
    const old = { ...claims, exp: NOW / 1000 - 1 };
    expect(await code(await signToken(old, 'new secret'))).toBe('token_expired');
    expect(await code(await signToken(old, 'old secret'))).toBe('token_expired');
    expect(await code(await signToken(old, 'guess'))).toBe('token_invalid');
  });

  it('lets no token live longer because it was good before', async () => {
    let at = NOW;
    const verifyAt = createVerify({ secret: 'new secret' }, () => at);
    const token = await signToken(claims, 'new secret');
    expect((await verifyAt(token)).actor.id).toBe('mara');
    expect((await verifyAt(token)).actor.id).toBe('mara');
    at = NOW + 60_000;
    await expect(verifyAt(token)).rejects.toMatchObject({ code: 'token_expired' });
    await expect(verifyAt(`${token}x`)).rejects.toMatchObject({ code: 'token_invalid' });
  });

  it('says which claims are wrong, and never the token', async () => {
    const token = handmade({ alg: 'HS256' }, { ...claims, role: 'root' }, 'new secret');
    const error = await verify(token).catch((refused: Error) => refused);
    expect((error as Error).message).toContain('role');
    expect((error as Error).message).not.toContain(token);
  });
});
