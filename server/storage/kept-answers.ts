import type { IdempotencyKey, KeptAnswer } from '../core/storage.ts';
import type { Job } from './group-committer.ts';
import type { Db } from './schema.ts';

/** Milliseconds an answer is kept for: a client that still repeats itself after a day has been forgotten. */
export const KEPT_FOR = 24 * 60 * 60 * 1000;

/** The answer to this very request, if it was given within the last day. `now` in milliseconds since 1970. */
export const keptAnswer = async (
  db: Db,
  { userId, key, hash }: IdempotencyKey,
  now: number,
): Promise<KeptAnswer | 'different_request' | null> => {
  const select = db.selectFrom('kept_answer').selectAll().where('user_id', '=', userId).where('key', '=', key);
  const found = await select.executeTakeFirst();
  if (found === undefined || Date.parse(found.kept_at) + KEPT_FOR < now) return null;
  if (found.hash !== hash) return 'different_request';
  return { status: found.status, body: found.body, contentType: found.content_type };
};

/** Keeps an answer, over one that is still there from before. */
export const keepAnswerJob = ({ userId, key, hash }: IdempotencyKey, answer: KeptAnswer): Job<void> => ({
  size: 1,
  attempts: [],
  clientId: null,
  run: async ({ db, now }) => {
    const values = { hash, status: answer.status, body: answer.body, content_type: answer.contentType, kept_at: now };
    await db
      .insertInto('kept_answer')
      .values({ user_id: userId, key, ...values })
      .onConflict((conflict) => conflict.columns(['user_id', 'key']).doUpdateSet(values))
      .execute();
    return () => {};
  },
});
