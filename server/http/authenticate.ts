import type { FastifyInstance } from 'fastify';
import type { Access, Verify } from '../access.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; set before the body is read on every route under `/api`. */
    access: Access;
  }
}

const bearer = (header: string | undefined): string | undefined => header?.match(/^Bearer +(\S+) *$/i)?.[1];

/** Every route registered on `app` after this needs a valid token; refused before a byte of the body is read. */
export const requireToken = (app: FastifyInstance, verify: Verify): void => {
  app.decorateRequest('access');
  app.addHook('onRequest', async (request) => {
    request.access = await verify(bearer(request.headers.authorization));
  });
};
