import type Database from 'better-sqlite3';
import type { Role } from '#contract/domain/roles.ts';
import { scopeOf } from '../../server/access.ts';
import { type Group, groupOf } from '../../server/core/scope.ts';
import { claimsOf, type Person } from './people.ts';

type Standing = { readonly at: number; readonly rights: Pick<Person, 'role' | 'warehouses' | 'supplierId'> };
type StoredAccess = {
  readonly user_id: string;
  readonly role: string;
  readonly warehouses: string;
  readonly supplier_id: string | null;
  readonly changed_at: string;
};

export const groupOfPerson = ({ role, warehouses, supplierId }: Person): Group =>
  groupOf(scopeOf(role, warehouses, supplierId ?? null));

/** What every token that was ever issued is good for: the laboratory's own account of it, out of the server's table. */
export class Rights {
  readonly #standing = new Map<string, Standing>();
  /** Every view that a token has opened so far. */
  readonly #views = new Map<string, Map<string, Group>>();

  /** To be called in the moment in which a change takes effect, and whenever a server starts. */
  refresh(database: Database.Database): void {
    this.#standing.clear();
    for (const row of database.prepare('SELECT * FROM changed_access').all() as StoredAccess[]) {
      const supplier = row.supplier_id === null ? {} : { supplierId: row.supplier_id };
      const rights = { role: row.role as Role, warehouses: JSON.parse(row.warehouses) as string[], ...supplier };
      this.#standing.set(row.user_id, { at: Date.parse(row.changed_at), rights });
    }
    for (const token of this.#views.keys()) this.#look(token);
  }

  /** A token that is used from now on. */
  issued(token: string): void {
    if (!this.#views.has(token)) this.#views.set(token, new Map());
    this.#look(token);
  }

  /** Whoever holds this token, with the rights they have now. */
  holderOf(token: string): Person {
    const { person, issuedAt } = claimsOf(token);
    const standing = this.#standing.get(person.sub);
    if (standing === undefined || issuedAt > standing.at) return person;
    const { supplierId: _, ...rest } = person;
    return { ...rest, ...standing.rights };
  }

  viewOf(token: string): Group {
    return groupOfPerson(this.holderOf(token));
  }

  /** Views that a token opened at some time, by the names of their groups. */
  viewsOf(token: string): ReadonlyMap<string, Group> {
    return this.#views.get(token) ?? new Map();
  }

  /** Views that somebody had at some time, with whatever token. */
  viewsOfPerson(sub: string): Group[] {
    const tokens = [...this.#views.keys()].filter((token) => claimsOf(token).person.sub === sub);
    return [...new Map(tokens.flatMap((token) => [...this.viewsOf(token)])).values()];
  }

  #look(token: string): void {
    const view = this.viewOf(token);
    this.#views.get(token)?.set(view.id, view);
  }
}
