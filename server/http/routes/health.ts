import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { health } from '#contract/wire/http.ts';
import type { HttpPorts } from '../ports.ts';

/** What load balancers and monitors ask; open to all, and answered while everything else is refused. */
export const healthRoutes =
  ({ isReady, metrics }: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    const schema = { response: { 200: health, 503: health }, security: [], tags: ['operations'] };
    app.get('/health', { schema, config: { rateLimit: false, whileStopping: true } }, async (_request, reply) => {
      if (isReady()) return { status: 'OK' as const, ready: true };
      return reply.code(503).send({ status: 'STOPPING' as const, ready: false });
    });
    app.get(
      '/metrics',
      { schema: { security: [], tags: ['operations'] }, config: { rateLimit: false, whileStopping: true } },
      async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    );
  };
