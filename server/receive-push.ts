import { ProblemError } from '#contract/wire/errors.ts';
import { type Mutation, mutation, type PushReply, pushRequest, type Verdict } from '#contract/wire/sync.ts';
import type { Access, Overrule } from './access.ts';
import { mended } from './core/plain-json.ts';
import type { Storage } from './core/storage.ts';

/**
 * Takes what a station pushed, by socket or HTTP, once its shape was checked at the door; throws `ProblemError` only when the
 * request as a whole cannot be read.
 */
export type ReceivePush = (access: Access, payload: unknown) => Promise<PushReply>;

type Stop = NonNullable<PushReply['stoppedBy']>;

/** What a piece of work says about itself although the rest of it cannot be read. */
const claimed = (raw: unknown, field: 'n' | 'clientId'): unknown =>
  typeof raw === 'object' && raw !== null && field in raw ? (raw as Record<string, unknown>)[field] : undefined;

const malformed = (raw: unknown, why: string, fallbackN: number): Stop => {
  const n = claimed(raw, 'n');
  return { n: Number.isSafeInteger(n) ? (n as number) : fallbackN, code: 'malformed', message: why };
};

/**
 * The longest prefix that can be read and comes from one station. Work behind an unreadable piece is not lost: it is not looked
 * at, and `stoppedBy` names the piece.
 */
const readPrefix = (clientId: string, raws: readonly unknown[]): { prefix: Mutation[]; stop: Stop | null } => {
  const prefix: Mutation[] = [];
  for (const raw of raws) {
    const nextN = (prefix.at(-1)?.n ?? 0) + 1;
    const read = mutation.safeParse(raw);
    if (!read.success) {
      const why = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
      return { prefix, stop: malformed(raw, `This piece of work could not be read (${why}).`, nextN) };
    }
    if (read.data.clientId !== clientId)
      return { prefix, stop: malformed(raw, 'One push carries the work of one station only.', nextN) };
    prefix.push(read.data);
  }
  return { prefix, stop: null };
};

const stationOf = (request: { clientId?: string | undefined; mutations: readonly unknown[] }): string => {
  if (request.clientId !== undefined) return request.clientId;
  const clientId = request.mutations.map((each) => claimed(each, 'clientId')).find((each) => typeof each === 'string');
  if (typeof clientId !== 'string')
    throw new ProblemError('malformed', 'The push does not say whose work it is: clientId.');
  return clientId;
};

export const createReceivePush =
  (
    storage: Storage,
    accessNow: Overrule['now'],
    now: () => number,
    onDone: (verdicts: readonly Verdict[], seconds: number) => void,
  ): ReceivePush =>
  async (access, payload) => {
    // Refused, a broken text would hold up everything a station has to say after it, and nobody there could mend it.
    const request = pushRequest.safeParse(mended(payload));
    if (!request.success) {
      const issues = request.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
      throw new ProblemError('malformed', 'A push is { clientId?, mutations: [1 to 50] }.', { issues });
    }
    const clientId = stationOf(request.data);
    const { prefix, stop } = readPrefix(clientId, request.data.mutations);
    const started = now();
    const reply =
      prefix.length > 0
        ? await storage.push(access, clientId, prefix, () => accessNow(access))
        : { verdicts: [], lastN: await storage.lastN(clientId) };
    onDone(reply.verdicts, (now() - started) / 1000);
    return stop === null || reply.stoppedBy !== undefined ? reply : { ...reply, stoppedBy: stop };
  };
