import type { Mutation, PushReply, Verdict } from '#contract/wire/sync.ts';
import type { Sender } from '../core/storage.ts';
import type { Job } from './group-committer.ts';
import { type PushWork, pushJob } from './push-job.ts';
import type { Sources } from './transaction.ts';

/** Rows that one commit of a push writes, about: some 50 ms in which the work of others waits. */
const MOST_ROWS = 2_500;

const count = (list: unknown): number => (Array.isArray(list) ? list.length : 0);

/** Rows that a mutation makes, about: only notices have many. */
const rowsOf = ({ args: { lines, handlingUnits } }: Mutation): number => 1 + count(lines) + count(handlingUnits);

/** The same mutations in the same order, as many together as are not too much at once; one part of nothing when there are none. */
const partsOf = (mutations: readonly Mutation[]): Mutation[][] => {
  let part: Mutation[] = [];
  const parts = [part];
  let rows = 0;
  for (const mutation of mutations) {
    const more = rowsOf(mutation);
    if (rows > 0 && rows + more > MOST_ROWS) {
      part = [];
      parts.push(part);
      rows = 0;
    }
    part.push(mutation);
    rows += more;
  }
  return parts;
};

/**
 * One station's mutations, in order, each exactly once in effect. What is too much for one commit goes in several: each is then
 * there for good although a later one fails, and that throws; sent again, the ledger answers for those that are there. Each is
 * decided by what the sender may do when its turn comes.
 */
export const pushInParts = async (
  enqueue: <T>(job: Job<T>) => Promise<T>,
  work: PushWork,
  senderNow: () => Sender,
  sources: Sources,
): Promise<PushReply> => {
  const verdicts: Verdict[] = [];
  let reply: PushReply = { verdicts, lastN: 0 };
  for (const mutations of partsOf(work.mutations)) {
    reply = await enqueue(pushJob({ ...work, sender: senderNow(), mutations }, sources));
    verdicts.push(...reply.verdicts);
    if (reply.stoppedBy !== undefined) break;
  }
  return { ...reply, verdicts };
};
