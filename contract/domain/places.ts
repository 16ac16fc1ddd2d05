import { z } from 'zod';
import { id, instant, shortText, timeZone } from './fields.ts';

export const warehouse = z.object({ id, name: shortText.min(1), timeZone });
export type Warehouse = z.infer<typeof warehouse>;

export const dockDoor = z.object({
  id,
  warehouseId: id,
  name: shortText.min(1),
  kind: z.enum(['ambient', 'cold', 'hazmat', 'ground_level']),
  inService: z.boolean(),
});
export type DockDoor = z.infer<typeof dockDoor>;

export const supplier = z.object({ id, name: shortText.min(1) });
export type Supplier = z.infer<typeof supplier>;

/** Room in a warehouse, in positions. Its `id` is the warehouse's: one capacity each. */
export const capacity = z.object({
  id,
  total: z.int().min(0),
  available: z.int().min(0),
  /** Percent of `total` that is taken, 0–100, rounded. */
  utilization: z.int().min(0).max(100),
  updatedAt: instant,
});
export type Capacity = z.infer<typeof capacity>;

/** Percent taken; an empty building (total 0) counts as full. */
export const utilization = (total: number, available: number): number =>
  total === 0 ? 100 : Math.round(((total - available) / total) * 100);
