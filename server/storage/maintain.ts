import type { Job } from './group-committer.ts';
import { KEPT_FOR } from './kept-answers.ts';
import { type Db, STREAM } from './schema.ts';

/** Rows a step removes at most: the writer serves others between steps. */
const STEP = 1000;
const DAY = 24 * 60 * 60 * 1000;

export type Retention = {
  /** Changes younger than this many days stay in the log. */
  readonly logDays: number;
  /** So do this many, however old. */
  readonly logChanges: number;
  /** Days after which a verdict is no longer told apart from "it had its effect". */
  readonly ledgerDays: number;
};

export const RETENTION: Retention = { logDays: 30, logChanges: 1_000_000, ledgerDays: 90 };

type Enqueue = <T>(job: Job<T>) => Promise<T>;

const step = <T>(run: (db: Db) => Promise<T>): Job<T> => ({
  size: 1,
  attempts: [],
  clientId: null,
  run: async ({ db }) => {
    const result = await run(db);
    return () => result;
  },
});

/** Drops the oldest whole transactions of the log; the floor, or null when nothing is old enough. */
const pruneLog = async (db: Db, before: string, keep: number): Promise<number | null> => {
  const stream = await db.selectFrom('stream').selectAll().where('id', '=', STREAM).executeTakeFirstOrThrow();
  const from = Number(stream.floor);
  const ends = db
    .selectFrom('change')
    .select(['seq', 'recorded_at'])
    .where('tx_end', '=', 1)
    .where('seq', '>', from)
    .where('seq', '<=', Number(stream.head) - keep);
  const within = ends.where('seq', '<=', from + STEP).where('recorded_at', '<', before);
  const end =
    (await within.orderBy('seq', 'desc').limit(1).executeTakeFirst()) ??
    // Nothing ends within a step when one piece of work is larger than that; it goes as a whole, or it would stay for ever.
    (await ends.orderBy('seq').limit(1).executeTakeFirst());
  if (end === undefined || end.recorded_at >= before) return null;
  const floor = Number(end.seq);
  // The change at the floor itself stays: its chain tells whoever continues from there that this is the same history.
  await db.deleteFrom('change').where('seq', '<', floor).execute();
  await db.updateTable('stream').set({ floor }).where('id', '=', STREAM).execute();
  return floor;
};

/** Forgets the oldest verdicts of one station; false when none is old enough. Its last number is never forgotten. */
const pruneLedger = async (db: Db, clientId: string, before: string): Promise<boolean> => {
  const ledger = db.selectFrom('ledger').select(['n', 'recorded_at']).where('client_id', '=', clientId);
  const oldest = await ledger.orderBy('n').limit(STEP).execute();
  const old = oldest.filter((row) => row.recorded_at < before).at(-1);
  if (old === undefined) return false;
  await db.deleteFrom('ledger').where('client_id', '=', clientId).where('n', '<=', old.n).execute();
  return true;
};

/**
 * Removes what is past its time, in small steps between other work: kept answers, old verdicts, the old end of the log.
 * History is never touched. `onFloor` hears of every rise of the log's floor.
 */
export const maintain = async (
  enqueue: Enqueue,
  now: number,
  retention: Retention,
  onFloor: (floor: number) => void,
): Promise<void> => {
  const ago = (milliseconds: number): string => new Date(now - milliseconds).toISOString();
  await enqueue(step((db) => db.deleteFrom('kept_answer').where('kept_at', '<', ago(KEPT_FOR)).executeTakeFirst()));
  const clients = await enqueue(step((db) => db.selectFrom('client').select('client_id').execute()));
  for (const { client_id } of clients) {
    while (await enqueue(step((db) => pruneLedger(db, client_id, ago(retention.ledgerDays * DAY)))));
  }
  for (;;) {
    const floor = await enqueue(step((db) => pruneLog(db, ago(retention.logDays * DAY), retention.logChanges)));
    if (floor === null) return;
    onFloor(floor);
  }
};
