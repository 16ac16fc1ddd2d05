import type { Role } from '#contract/domain/roles.ts';
import { groupIdOf } from '#contract/wire/group-id.ts';

/**
 * What a signed-in person may see. `warehouses` is null for all of them. Suppliers see their own shipments only,
 * whichever warehouse they go to.
 */
export type Scope = {
  readonly role: Role;
  readonly warehouses: readonly string[] | null;
  readonly supplierId: string | null;
};

/** A visibility class: everybody in it receives the same bytes. `id` names its room and stands in every frame. */
export type Group = {
  readonly id: string;
  readonly projection: 'staff' | 'supplier';
  readonly warehouses: readonly string[] | null;
  readonly supplierId: string | null;
};

/** The group of a scope. */
export const groupOf = (scope: Scope): Group => {
  const { role, supplierId } = scope;
  const id = groupIdOf(scope);
  if (role === 'supplier') return { id, projection: 'supplier', warehouses: null, supplierId };
  const warehouses = scope.warehouses === null ? null : [...new Set(scope.warehouses)].sort();
  return { id, projection: 'staff', warehouses, supplierId: null };
};
