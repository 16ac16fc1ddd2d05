import { z } from 'zod';
import { id, instant } from '../domain/fields.ts';

/** Someone looking at a shipment right now: a lease in memory, never in the log. */
export const viewer = z.object({ userId: id, userName: z.string(), socketId: z.string(), since: instant });
export type Viewer = z.infer<typeof viewer>;
