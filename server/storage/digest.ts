import { hash } from 'node:crypto';

/** JSON with keys in order at every depth and without `undefined`: the same contents are the same text. */
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${canonicalJson(each)}`).join(',')}}`;
};

export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** Tag by which a station knows its own changes in a frame without its client id, a capability, being told to others. */
export const originTag = (clientId: string): string => sha256(clientId).slice(0, 12);

/** The same UUID (version 8) for the same names, whatever process asks. */
export const deriveId = (...names: readonly string[]): string => {
  const hex = sha256(JSON.stringify(names));
  const variant = '89ab'[Number.parseInt(hex[16] ?? '0', 16) & 3];
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
};

/** Chain before the first change of an epoch. */
export const genesis = (epoch: string): string => sha256(epoch).slice(0, 32);

/** Chain after a transaction: 16 bytes of SHA-256 over the chain before it and the texts of its changes, as stored. */
export const nextChain = (before: string, changes: readonly string[]): string =>
  sha256(`${before}\n${changes.join('\n')}`).slice(0, 32);
