import type { FastifyInstance, FastifyRequest } from 'fastify';
import { PROBLEMS, ProblemError } from '#contract/wire/errors.ts';
import type { Access, Overrule } from '../access.ts';
import { AddressRates } from '../core/address-rates.ts';
import type { HttpPorts } from './ports.ts';
import { problemDocumentOf } from './problems.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * Who asks and what they may see now; set before the body is read on every route under `/api`. The same object as long as
     * nothing was changed.
     */
    readonly access: Access;
    /** As it was when they signed in. Read `access`. */
    signedIn: Access | null;
    /** For whose eyes the answer is made. Who looks again after waiting says so here. */
    answersFor: Access | null;
  }
}

const bearer = (header: string | undefined): string | undefined => header?.match(/^Bearer +(\S+) *$/i)?.[1];

type Door = Pick<HttpPorts, 'verify' | 'callerAddress' | 'limits' | 'now'> & {
  readonly accessChanges: Pick<Overrule, 'now'>;
};

/**
 * Signs in, or throws why not; `too_fast` instead of that to an address from which more strangers came than may. The token is
 * looked at first all the same: behind the same address there are people with good ones, and they are served.
 */
const signInFrom = ({ verify, callerAddress, limits, now }: Door) => {
  const strangers = new AddressRates(limits.strangersOfOne);
  return async ({ headers, raw }: FastifyRequest): Promise<Access> => {
    try {
      return await verify(bearer(headers.authorization));
    } catch (error) {
      const isStranger = error instanceof ProblemError && PROBLEMS[error.code].status === 401;
      // A proxy that does not say for whom it speaks is one address, too: nobody who may come in is kept out by that.
      if (!isStranger || strangers.take(callerAddress(raw) ?? 'unknown', now())) throw error;
      throw new ProblemError('too_fast', 'Too many requests without a valid token come from this address.');
    }
  };
};

/** Every route registered on `app` after this needs a valid token; refused before a byte of the body is read. */
export const requireToken = (app: FastifyInstance, door: Door): void => {
  const { accessChanges } = door;
  const signIn = signInFrom(door);
  app.decorateRequest('signedIn', null);
  app.decorateRequest('answersFor', null);
  app.decorateRequest('access', {
    getter(this: FastifyRequest) {
      if (this.signedIn === null) throw new ProblemError('not_signed_in');
      this.signedIn = accessChanges.now(this.signedIn);
      return this.signedIn;
    },
  });
  app.addHook('onRequest', async (request) => {
    request.signedIn = await signIn(request);
  });
  // A body takes its time to come in, and what counts is what they may do when it is there.
  app.addHook('preHandler', async (request) => {
    request.answersFor = request.access;
  });
};

const CHANGED = new ProblemError(
  'too_fast',
  'What you may see has just been changed. Ask again; what you sent may have been done already.',
);

/**
 * Holds back every answer that was made for what somebody saw before their access was changed: they are asked to ask again.
 * To be registered after everything else that has a say on answers, because the next thing that happens is that they are sent.
 * Streams are not held back: snapshots are cut off where they are, and a document that is on its way may arrive.
 */
export const holdBackAnswers = (app: FastifyInstance): void => {
  app.addHook('onSend', (request, reply, payload, done) => {
    const { answersFor } = request;
    if (answersFor === null || answersFor === request.access || typeof payload !== 'string') return done(null, payload);
    const document = problemDocumentOf(CHANGED);
    reply.code(document.status).type('application/problem+json').header('retry-after', '1').removeHeader('location');
    done(null, JSON.stringify(document));
  });
};
