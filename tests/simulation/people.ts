import type { Role } from '#contract/domain/roles.ts';
import { tokenClaims } from '#contract/wire/token.ts';

export const WAREHOUSES = ['W1', 'W2'] as const;
export const SUPPLIERS = ['ACME', 'ZEN'] as const;

export type Person = {
  readonly sub: string;
  readonly name: string;
  readonly role: Role;
  readonly warehouses: readonly string[];
  readonly supplierId?: string;
};

/** Whoever may stand at a station: every role, and every kind of view. */
export const PEOPLE: readonly Person[] = [
  { sub: 'lea', name: 'Lea', role: 'lead', warehouses: ['*'] },
  { sub: 'nia', name: 'Nia', role: 'receiver', warehouses: ['W1'] },
  { sub: 'sol', name: 'Sol', role: 'lead', warehouses: ['W2'] },
  { sub: 'ina', name: 'Ina', role: 'inspector', warehouses: ['W1'] },
  { sub: 'ivy', name: 'Ivy', role: 'inspector', warehouses: ['*'] },
  { sub: 'rob', name: 'Rob', role: 'receiver', warehouses: ['*'] },
  { sub: 'sam', name: 'Sam', role: 'supplier', warehouses: ['*'], supplierId: 'ACME' },
  { sub: 'ada', name: 'Ada', role: 'admin', warehouses: ['*'] },
  { sub: 'max', name: 'Max', role: 'lead', warehouses: ['W1', 'W2'] },
];

/** Who changes what others may see. Nobody changes theirs. */
export const EVE: Person = { sub: 'eve', name: 'Eve', role: 'admin', warehouses: ['*'] };

const ENDS = 4_000_000_000;
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as the station reads it, issued at `iat` (seconds). Nobody forges any here, so that nobody has to sign them. */
export const tokenOf = (person: Person, iat: number): string =>
  `${part({ alg: 'none' })}.${part({ ...person, exp: ENDS, iat })}.x`;

const known = new Map<string, { readonly person: Person; readonly issuedAt: number }>();

/** Whom a token names and what it says of them, and when it was issued (milliseconds). */
export const claimsOf = (token: string): { readonly person: Person; readonly issuedAt: number } => {
  const before = known.get(token);
  if (before !== undefined) return before;
  const {
    exp: _,
    iat = 0,
    ...person
  } = tokenClaims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
  const claims = { person: person as Person, issuedAt: iat * 1000 };
  if (known.size > 1000) known.clear();
  known.set(token, claims);
  return claims;
};

/**
 * Every id and text of a shipment carries the mark of its warehouse and of its supplier, and what the house says among itself
 * one more: a byte of them where it may not be is a leak, in whatever file or message.
 */
export const markOf = (place: string): string => `~${place}~`;
export const HOUSE = markOf('HOUSE');

/** Marks that must never reach this person's station. */
export const forbiddenMarks = (person: Person): string[] => {
  if (person.role === 'supplier') {
    return [HOUSE, ...SUPPLIERS.filter((supplier) => supplier !== person.supplierId).map(markOf)];
  }
  if (person.warehouses.includes('*')) return [];
  return WAREHOUSES.filter((warehouse) => !person.warehouses.includes(warehouse)).map(markOf);
};
