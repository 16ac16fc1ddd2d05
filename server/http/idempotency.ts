import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { PROBLEMS, ProblemError, problemDocument } from '#contract/wire/errors.ts';
import { groupOf } from '../core/scope.ts';
import type { IdempotencyKey, Storage, TookEffect } from '../core/storage.ts';

export type Claim = {
  readonly key: IdempotencyKey;
  /** The request came before and took effect, but its answer was never kept, or was for other eyes: it is not done again. */
  effect: TookEffect | null;
  readonly release: () => void;
  /** Rows named so far; numbers the ids that follow from the key. */
  rows: number;
};

declare module 'fastify' {
  interface FastifyRequest {
    /** Held from the moment the key is known until its answer is kept. */
    claim: Claim | null;
  }
}

const WRITES = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);
const LONGEST_KEY = 200;

const keyOf = (request: FastifyRequest): string | null => {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  if (typeof header !== 'string' || header.length === 0 || header.length > LONGEST_KEY)
    throw new ProblemError('malformed', `An Idempotency-Key has 1 to ${LONGEST_KEY} characters.`);
  return header;
};

const hash = (...parts: readonly string[]): string => {
  const sha = createHash('sha256');
  // Length first, so that no two lists of parts run together into the same text.
  for (const part of parts) sha.update(`${part.length}:`).update(part);
  return sha.digest('hex');
};

/**
 * Id of the next row that a request makes. With a key it follows from the key: when the server dies after the commit and before
 * the answer is kept, the repeat makes the same rows again, which storage knows for what they are.
 */
export const rowId = ({ claim }: FastifyRequest, newId: () => string): string => {
  if (claim === null) return newId();
  claim.rows += 1;
  const digits = hash(claim.key.userId, claim.key.key, claim.key.hash, String(claim.rows));
  // UUID version 8: made by a rule of our own.
  const parts = [digits.slice(0, 8), digits.slice(8, 12), `8${digits.slice(13, 16)}`, `a${digits.slice(17, 20)}`];
  return [...parts, digits.slice(20, 32)].join('-');
};

/** One at a time per key: a duplicate sent while the first is still at work waits for its answer. */
class Turns {
  readonly #tails = new Map<string, Promise<void>>();

  async take(name: string): Promise<() => void> {
    const before = this.#tails.get(name) ?? Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const tail = before.then(() => promise);
    this.#tails.set(name, tail);
    await before;
    return () => {
      resolve();
      if (this.#tails.get(name) === tail) this.#tails.delete(name);
    };
  }
}

/** A refusal that sending again may turn into agreement is not kept: the key stays free for the next try. */
const isFinal = (status: number, body: string): boolean => {
  if (status < 400) return true;
  if (status >= 500) return false;
  const problem = problemDocument.safeParse(JSON.parse(body));
  return problem.success && !PROBLEMS[problem.data.code].retry;
};

export type Idempotency = {
  /**
   * For bodies that are streamed and so have no hash before they were read: takes the key now and replies with the kept answer
   * when there is one. True when it replied.
   */
  readonly claim: (request: FastifyRequest, reply: FastifyReply, contents: string) => Promise<boolean>;
};

/**
 * Makes every write registered on `app` answer the same `Idempotency-Key` with the same stored answer, and refuse the key for a
 * different request. When the server died in between, the answer is made anew from what the first left (`runCommands`). Keys belong to a user: nobody can read another's answer.
 */
export const keepAnswers = (app: FastifyInstance, storage: Storage): Idempotency => {
  const turns = new Turns();

  const claim: Idempotency['claim'] = async (request, reply, contents) => {
    const key = keyOf(request);
    if (key === null) return false;
    const userId = request.access.actor.id;
    const release = await turns.take(hash(userId, key));
    const sight = groupOf(request.access.scope).id;
    const of = { userId, key, hash: hash(request.method, request.url, contents), sight };
    const held: Claim = { key: of, effect: null, release, rows: 0 };
    request.claim = held;
    const kept = await storage.keptAnswer(of);
    if (kept === null) return false;
    if (typeof kept === 'object' && 'shipmentIds' in kept) {
      held.effect = kept;
      return false;
    }
    request.claim = null;
    release();
    if (kept === 'different_request') throw new ProblemError('idempotency_conflict');
    await reply.code(kept.status).type(kept.contentType).header('idempotency-replayed', 'true').send(kept.body);
    return true;
  };

  app.decorateRequest('claim', null);
  app.addHook('preHandler', async (request, reply) => {
    if (!WRITES.has(request.method) || request.isMultipart()) return;
    const body = Buffer.isBuffer(request.body) ? request.body.toString('base64') : JSON.stringify(request.body ?? null);
    await claim(request, reply, body);
  });
  app.addHook('onSend', async (request, reply, payload) => {
    const { claim: held } = request;
    if (held === null) return;
    request.claim = null;
    try {
      if (typeof payload === 'string' && isFinal(reply.statusCode, payload)) {
        const contentType = String(reply.getHeader('content-type') ?? 'application/json');
        await storage.keepAnswer(held.key, { status: reply.statusCode, body: payload, contentType });
      }
    } catch (error) {
      // What the answer says is done, or refused, whether or not it could be kept: it must not turn into "nothing was saved".
      request.log.error({ err: error }, 'an answer could not be kept for its Idempotency-Key');
    } finally {
      held.release();
    }
  });
  return { claim };
};
