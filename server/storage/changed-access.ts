import { role } from '#contract/domain/roles.ts';
import type { AccessChange, ChangedAccess } from '../core/storage.ts';
import type { Job } from './group-committer.ts';
import type { ChangedAccessTable, Db } from './schema.ts';

const changedAccessOf = (row: ChangedAccessTable): ChangedAccess => ({
  userId: row.user_id,
  role: role.parse(row.role),
  warehouses: JSON.parse(row.warehouses) as string[],
  supplierId: row.supplier_id,
  changedAt: row.changed_at,
  changedBy: row.changed_by,
});

/** Everybody's last change. */
export const allChangedAccess = async (db: Db): Promise<ChangedAccess[]> =>
  (await db.selectFrom('changed_access').selectAll().orderBy('user_id').execute()).map(changedAccessOf);

/** Writes what somebody may do and see from now on, over what was said of them before. */
export const setAccessJob = ({ userId, ...change }: AccessChange): Job<ChangedAccess> => ({
  size: 1,
  attempts: [],
  clientId: null,
  run: async ({ db, now }) => {
    const select = db.selectFrom('changed_access').select('changed_at').where('user_id', '=', userId);
    const before = (await select.executeTakeFirst())?.changed_at ?? '';
    const values = {
      role: change.role,
      warehouses: JSON.stringify(change.warehouses),
      supplier_id: change.supplierId,
      // Never earlier than the change before it, whatever the clock does: a token that one overruled must not speak up again.
      changed_at: before > now ? before : now,
      changed_by: change.changedBy,
    };
    await db
      .insertInto('changed_access')
      .values({ user_id: userId, ...values })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(values))
      .execute();
    return () => changedAccessOf({ user_id: userId, ...values });
  },
});
