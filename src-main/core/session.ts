import type { Session } from '#contract/bridge/view.ts';
import type { TokenClaims } from '#contract/wire/token.ts';
import { canonicalJson } from './canonical-json.ts';
import type { Hash, Owner } from './ports.ts';

/** Who works at this station, at which server, with which token. The token stays in the main process. */
export type SignedIn = { readonly session: Session; readonly token: string; readonly supplierId: string | null };

export const signedIn = (serverUrl: string, token: string, claims: TokenClaims): SignedIn => ({
  token,
  supplierId: claims.supplierId ?? null,
  session: {
    userId: claims.sub,
    name: claims.name,
    role: claims.role,
    warehouses: claims.warehouses,
    serverUrl,
    expiresAt: new Date(claims.exp * 1000).toISOString(),
  },
});

/**
 * Whose view a cache holds: server, and what the permissions let see. Two receivers of one warehouse share it; with
 * another scope the rows may be none of this person's business and the cache starts empty.
 */
export const scopeKey = ({ session, supplierId }: SignedIn, hash: Hash): string =>
  hash(
    canonicalJson({
      server: session.serverUrl,
      projection: session.role === 'supplier' ? `supplier:${supplierId}` : 'staff',
      warehouses: [...new Set(session.warehouses)].sort(),
    }),
  ).slice(0, 32);

/** The server takes a mutation for its sender's, so each person's work is numbered and sent under their own sign-in only. */
export const ownerOf = ({ session }: SignedIn, hash: Hash): Owner => {
  const server = hash(session.serverUrl).slice(0, 32);
  return {
    key: `${server}:${session.userId}`,
    userId: session.userId,
    userName: session.name,
    role: session.role,
    server,
  };
};

/** How a change names the station it came from: enough to know one's own work again, and nothing to impersonate it with. */
export const originTag = (clientId: string, hash: Hash): string => hash(clientId).slice(0, 12);
