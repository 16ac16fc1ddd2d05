import { type TokenClaims, tokenClaims } from '#contract/wire/token.ts';

/**
 * Claims of a token, unverified: only the server can verify them, and it does on every connection. The station needs
 * them to show who is signed in and to know whose work it keeps. Null when this is no token of ours.
 */
export const readToken = (token: string): TokenClaims | null => {
  const payload = token.split('.')[1];
  if (payload === undefined) return null;
  try {
    const parsed = tokenClaims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
};
