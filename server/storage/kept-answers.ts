import type { IdempotencyKey, KeptAnswer, TookEffect } from '../core/storage.ts';
import type { Job } from './group-committer.ts';
import type { Db } from './schema.ts';

/** Milliseconds an answer is kept for: a client that still repeats itself after a day has been forgotten. */
export const KEPT_FOR = 24 * 60 * 60 * 1000;

/** Stands where the status will be while the work is done and its answer is not made yet. */
const NO_ANSWER = 0;

/**
 * What is known of this very request, if it came within the last day: its answer, when it was made for the same eyes; else that
 * it took effect, if it did. `now` in milliseconds since 1970.
 */
export const keptAnswer = async (
  db: Db,
  { userId, key, hash, sight }: IdempotencyKey,
  now: number,
): Promise<KeptAnswer | TookEffect | 'different_request' | null> => {
  const select = db.selectFrom('kept_answer').selectAll().where('user_id', '=', userId).where('key', '=', key);
  const found = await select.executeTakeFirst();
  if (found === undefined || Date.parse(found.kept_at) + KEPT_FOR < now) return null;
  if (found.hash !== hash) return 'different_request';
  if (found.status !== NO_ANSWER && found.sight === sight)
    return { status: found.status, body: found.body, contentType: found.content_type };
  // A refusal has had no effect, and what it said was for other eyes: it is decided anew.
  return found.about === null ? null : { shipmentIds: JSON.parse(found.about) as string[] };
};

type Within = { readonly db: Db; readonly now: string };
type Kept = KeptAnswer & { readonly about: string | null };

const keep = async ({ db, now }: Within, { userId, key, hash, sight }: IdempotencyKey, kept: Kept): Promise<void> => {
  const { status, body, contentType, about } = kept;
  const values = { hash, sight, status, body, content_type: contentType, kept_at: now };
  await db
    .insertInto('kept_answer')
    .values({ user_id: userId, key, ...values, about })
    .onConflict((conflict) =>
      conflict.columns(['user_id', 'key']).doUpdateSet((eb) => ({
        ...values,
        // An answer goes with what is known of its own work, not of what the key stood for before.
        about: about ?? eb.case().when('kept_answer.hash', '=', hash).then(eb.ref('kept_answer.about')).end(),
      })),
    )
    .execute();
};

/** Keeps within the transaction of the work itself that it took effect, and on which shipments. */
export const keepEffect = (within: Within, key: IdempotencyKey, shipmentIds: readonly string[]): Promise<void> =>
  keep(within, key, { status: NO_ANSWER, body: '', contentType: '', about: JSON.stringify(shipmentIds) });

/** Keeps an answer, over one that is still there from before; what is known of its work stays. */
export const keepAnswerJob = (key: IdempotencyKey, { status, body, contentType }: KeptAnswer): Job<void> => ({
  size: 1,
  attempts: [],
  clientId: null,
  run: async (transaction) => {
    await keep(transaction, key, { status, body, contentType, about: null });
    return () => {};
  },
});
