import { z } from 'zod';
import { id, shortText } from '../domain/fields.ts';
import { role } from '../domain/roles.ts';

/**
 * Claims of an access token (HS256). A token signed with the server's secret by another system with these claims is
 * accepted. `warehouses` holds warehouse ids, or `*` for all; `supplierId` is required for suppliers.
 */
export const tokenClaims = z
  .object({
    sub: id,
    name: shortText.min(1),
    role,
    warehouses: z.array(id).max(1000),
    supplierId: id.optional(),
    /** Seconds since 1970. */
    exp: z.int(),
    /** When it was issued, in seconds since 1970: a later change of what the person may see overrules it. */
    iat: z.number().optional(),
  })
  .refine((claims) => claims.role !== 'supplier' || claims.supplierId !== undefined, {
    message: 'a supplier token names its supplierId',
    path: ['supplierId'],
  });
export type TokenClaims = z.infer<typeof tokenClaims>;
