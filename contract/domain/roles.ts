import { z } from 'zod';

export const ROLES = ['receiver', 'inspector', 'lead', 'admin', 'supplier'] as const;
export const role = z.enum(ROLES);
export type Role = z.infer<typeof role>;

/** Who may issue a command: a signed-in role, or the server itself on behalf of a ship notice. */
export const ACTOR_ROLES = [...ROLES, 'intake'] as const;
export const actorRole = z.enum(ACTOR_ROLES);
export type ActorRole = z.infer<typeof actorRole>;

/** The person (or intake) behind a change, as history and every frame show it. */
export const actor = z.object({ id: z.string().min(1).max(200), name: z.string().max(200), role: actorRole });
export type Actor = z.infer<typeof actor>;
