import type { Role } from '#contract/domain/roles.ts';

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

/** The group of a scope: role projection × sorted warehouses, or one group per supplier. */
export const groupOf = (scope: Scope): Group => {
  if (scope.role === 'supplier') {
    return {
      id: `supplier:${encodeURIComponent(scope.supplierId ?? '')}`,
      projection: 'supplier',
      warehouses: null,
      supplierId: scope.supplierId,
    };
  }
  const warehouses = scope.warehouses === null ? null : [...new Set(scope.warehouses)].sort();
  // Encoded, because a warehouse may be called "X,Y", and is then not the two called X and Y.
  const named = warehouses?.map((warehouse) => encodeURIComponent(warehouse)).join(',') ?? '*';
  return { id: `staff:${named}`, projection: 'staff', warehouses, supplierId: null };
};
