import { errors, jwtVerify, SignJWT } from 'jose';
import type { Actor } from '#contract/domain/roles.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { type TokenClaims, tokenClaims } from '#contract/wire/token.ts';
import type { Scope } from './core/scope.ts';

/** A signed-in person: who they are, what they may see, and until when (milliseconds since 1970). */
export type Access = { readonly actor: Actor; readonly scope: Scope; readonly expiresAt: number };

/** Rejects with `ProblemError` not_signed_in, token_invalid or token_expired, and with nothing else. */
export type Verify = (token: unknown) => Promise<Access>;

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

const accessOf = (claims: TokenClaims): Access => ({
  actor: { id: claims.sub, name: claims.name, role: claims.role },
  scope: {
    role: claims.role,
    warehouses: claims.warehouses.includes('*') ? null : claims.warehouses,
    supplierId: claims.supplierId ?? null,
  },
  expiresAt: claims.exp * 1000,
});

/** Longer than any honest token: a megabyte in the header is not worth a hash. */
const LONGEST_TOKEN = 8192;

/** Tokens remembered as good until they expire: checking a signature costs more than most requests do. */
const MOST_KNOWN = 2000;

/** Verifier for HS256 tokens with the claims of `contract/wire/token.ts`; `now` in milliseconds. */
export const createVerify = (keys: AccessKeys, now: () => number): Verify => {
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
  const read = async (token: string): Promise<Access> => {
    const claims = tokenClaims.safeParse(await open(token));
    if (claims.success) return accessOf(claims.data);
    const where = claims.error.issues.map((issue) => issue.path.join('.')).join(', ');
    throw new ProblemError('token_invalid', `The token lacks or has wrong claims: ${where}. Sign in again.`);
  };
  const known = new Map<string, Access>();
  return async (token) => {
    if (token === undefined || token === null || token === '') throw new ProblemError('not_signed_in');
    if (typeof token !== 'string' || token.length > LONGEST_TOKEN) throw new ProblemError('token_invalid');
    const seen = known.get(token);
    if (seen !== undefined && seen.expiresAt > now()) return seen;
    known.delete(token);
    const access = await read(token);
    if (known.size >= MOST_KNOWN) known.delete(known.keys().next().value ?? '');
    known.set(token, access);
    return access;
  };
};

/** Signs a token with exactly `claims`: for the operator's command line and for tests. */
export const signToken = ({ iat, ...claims }: TokenClaims, secret: string): Promise<string> =>
  new SignJWT(iat === undefined ? claims : { ...claims, iat })
    .setProtectedHeader({ alg: ALGORITHM })
    .sign(new TextEncoder().encode(secret));
