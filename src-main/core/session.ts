import type { Session } from '#contract/bridge/view.ts';
import { groupIdOf } from '#contract/wire/group-id.ts';
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

/** As a cache keeps it: whose view its rows are, and the token with which they were fetched. */
export const cacheScope = (next: SignedIn, hash: Hash): string =>
  `${scopeKey(next, hash)} ${hash(next.token).slice(0, 16)}`;

/** The group that this token names. The server may have given another: somebody's access can be changed without a new token. */
const ownGroup = ({ session: { role, warehouses }, supplierId }: SignedIn): string =>
  groupIdOf({ role, warehouses: warehouses.includes('*') ? null : warehouses, supplierId });

/**
 * Whether rows that were fetched under `scope` may be shown to whoever signs in now, before the server has been asked. A view that
 * the server gave in place of the token's own is for the holder of that very token only.
 */
export const mayKeepRows = (scope: string | null, group: string | null, next: SignedIn, hash: Hash): boolean => {
  const own = cacheScope(next, hash);
  if (scope === own) return true;
  return scope?.split(' ')[0] === own.split(' ')[0] && (group === null || group === ownGroup(next));
};

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
