import type { Role } from '../domain/roles.ts';

type View = {
  readonly role: Role;
  /** Null: all of them. */
  readonly warehouses: readonly string[] | null;
  readonly supplierId: string | null;
};

/**
 * How the group of everybody with this view is called in frames: role projection × sorted warehouses, or one group per supplier.
 * Each name is encoded, because a warehouse may be called "X,Y", and is then not the two called X and Y.
 */
export const groupIdOf = ({ role, warehouses, supplierId }: View): string => {
  if (role === 'supplier') return `supplier:${encodeURIComponent(supplierId ?? '')}`;
  if (warehouses === null) return 'staff:*';
  return `staff:${[...new Set(warehouses)].sort().map(encodeURIComponent).join(',')}`;
};
