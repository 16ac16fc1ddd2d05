import type { FastifyInstance } from 'fastify';
import { ProblemError } from '#contract/wire/errors.ts';
import { brokenTextIn, requireShape } from '../core/plain-json.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route mends texts that cannot be stored instead of refusing them. */
    mendsText?: boolean;
  }
}

/** Throws `invalid` for text with NUL or half a character in it; what it would be stored as is not what was sent. */
export const requirePlainText = (value: unknown): void => {
  const path = brokenTextIn(value);
  if (path === null) return;
  const message = 'has a NUL or half a character in it. Send it as UTF-8 text.';
  throw new ProblemError('invalid', `${path || 'The body'} ${message}`, { issues: [{ path, message }] });
};

/**
 * Every route registered on `app` after this takes bodies as they are: not compressed, so that nothing small becomes large; and
 * JSON that can be walked and stored without harm, before a schema looks at it.
 */
export const requirePlainBodies = (app: FastifyInstance): void => {
  app.addHook('onRequest', async ({ headers }) => {
    const coding = headers['content-encoding'];
    if (coding !== undefined && coding.trim().toLowerCase() !== 'identity')
      throw new ProblemError('unsupported_type', 'The body is compressed. Send it without Content-Encoding.');
  });
  app.addHook('preValidation', async ({ body, routeOptions }) => {
    if (body === undefined || Buffer.isBuffer(body)) return;
    requireShape(body);
    if (routeOptions.config.mendsText !== true) requirePlainText(body);
  });
};
