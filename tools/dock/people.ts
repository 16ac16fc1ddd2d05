import { SignJWT } from 'jose';
import type { Role } from '#contract/domain/roles.ts';

/** Somebody who works at the simulated dock. */
export type Person = {
  readonly sub: string;
  readonly name: string;
  readonly role: Role;
  readonly warehouses: readonly string[];
  readonly supplierId?: string;
};

export const MARA: Person = { sub: 'mara', name: 'Mara', role: 'receiver', warehouses: ['JOL'] };
export const IVO: Person = { sub: 'ivo', name: 'Ivo', role: 'inspector', warehouses: ['JOL'] };
export const LENA: Person = { sub: 'lena', name: 'Lena', role: 'lead', warehouses: ['JOL'] };
export const ADA: Person = { sub: 'ada', name: 'Ada', role: 'admin', warehouses: ['*'] };

/** A token with the documented claims, as a company's own sign-on would make it. */
export const tokenFor = async (person: Person, secret: string, hours = 12): Promise<string> =>
  new SignJWT({ ...person })
    .setProtectedHeader({ alg: 'HS256' })
    .setExpirationTime(Math.floor(Date.now() / 1000) + hours * 3600)
    .sign(new TextEncoder().encode(secret));
