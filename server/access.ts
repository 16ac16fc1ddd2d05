import { errors, jwtVerify, SignJWT } from 'jose';
import type { Actor, Role } from '#contract/domain/roles.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { type TokenClaims, tokenClaims } from '#contract/wire/token.ts';
import type { Scope } from './core/scope.ts';

/** A signed-in person: who they are, what they may see, and until when (milliseconds since 1970). */
export type Access = { readonly actor: Actor; readonly scope: Scope; readonly expiresAt: number };

/** Rejects with `ProblemError` not_signed_in, token_invalid or token_expired, and with nothing else. */
export type Verify = (token: unknown) => Promise<Access>;

/** What was said of people after their tokens were issued, which counts more than what the tokens say. */
export type Overrule = {
  /** What a token is good for that was issued at `issuedAt` (milliseconds since 1970). */
  readonly judge: (access: Access, issuedAt: number) => Access;
  /** What somebody may do now who was let in before; the same object as long as nothing was changed. */
  readonly now: (access: Access) => Access;
};

const NOTHING_CHANGED: Overrule = { judge: (access) => access, now: (access) => access };

export type AccessKeys = {
  readonly secret: string;
  /** Accepted beside `secret` while tokens signed with the old one are still about. */
  readonly previousSecret?: string | undefined;
};

const ALGORITHM = 'HS256';

const importKey = (secret: string) =>
  crypto.subtle.importKey('raw', new TextEncoder().encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'verify',
  ]);

/** `warehouses` as a token lists them, with `*` for all. */
export const scopeOf = (role: Role, warehouses: readonly string[], supplierId: string | null): Scope => ({
  role,
  warehouses: warehouses.includes('*') ? null : warehouses,
  supplierId,
});

const accessOf = ({ sub, name, role, warehouses, supplierId, exp }: TokenClaims): Access => ({
  actor: { id: sub, name, role },
  scope: scopeOf(role, warehouses, supplierId ?? null),
  expiresAt: exp * 1000,
});

/** Milliseconds that another system's clock may be ahead of ours. */
const AHEAD_MS = 60_000;

/**
 * When a token was issued, in milliseconds since 1970. One that does not say so, or says what cannot be, is older than every
 * change: nobody gets around one by a date of the year 3000.
 */
const issuedAtOf = ({ iat = Number.NaN }: TokenClaims, now: number): number =>
  iat * 1000 <= now + AHEAD_MS ? iat * 1000 : Number.NEGATIVE_INFINITY;

/** Longer than any honest token: a megabyte in the header is not worth a hash. */
const LONGEST_TOKEN = 8192;

/** Tokens remembered as good until they expire: checking a signature costs more than most requests do. */
const MOST_KNOWN = 2000;

/** Verifier for HS256 tokens with the claims of `contract/wire/token.ts`; `now` in milliseconds. */
export const createVerify = (keys: AccessKeys, now: () => number, overrule = NOTHING_CHANGED): Verify => {
  const secrets = keys.previousSecret === undefined ? [keys.secret] : [keys.secret, keys.previousSecret];
  const imported = Promise.all(secrets.map(importKey));
  const open = async (token: string): Promise<unknown> => {
    for (const key of await imported) {
      try {
        const options = { algorithms: [ALGORITHM], requiredClaims: ['exp'], currentDate: new Date(now()) };
        return (await jwtVerify(token, key, options)).payload;
      } catch (error) {
        if (error instanceof errors.JWTExpired) throw new ProblemError('token_expired');
        if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw new ProblemError('token_invalid');
      }
    }
    throw new ProblemError('token_invalid');
  };
  const read = async (token: string): Promise<TokenClaims> => {
    const claims = tokenClaims.safeParse(await open(token));
    if (claims.success) return claims.data;
    const where = claims.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new ProblemError('token_invalid', `The token lacks or has wrong claims: ${where}. Sign in again.`);
  };
  const known = new Map<string, Access>();
  return async (token) => {
    if (token === undefined || token === null || token === '') throw new ProblemError('not_signed_in');
    if (typeof token !== 'string' || token.length > LONGEST_TOKEN) throw new ProblemError('token_invalid');
    const seen = known.get(token);
    if (seen !== undefined && seen.expiresAt > now()) return overrule.now(seen);
    known.delete(token);
    const claims = await read(token);
    const access = overrule.judge(accessOf(claims), issuedAtOf(claims, now()));
    if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value ?? '');
    known.set(token, access);
    return access;
  };
};

/**
 * Signs a token with these claims, issued now unless they say otherwise: for the operator's command line and for tests. To the
 * millisecond, because within the same second somebody's access may have been changed.
 */
export const signToken = ({ iat = Date.now() / 1000, ...claims }: TokenClaims, secret: string): Promise<string> =>
  new SignJWT({ ...claims, iat }).setProtectedHeader({ alg: ALGORITHM }).sign(new TextEncoder().encode(secret));
