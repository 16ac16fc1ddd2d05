import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { contentOf } from './body-docs.ts';

/** With the bodies that a route reads by itself. */
const transform: typeof jsonSchemaTransform = (document) => {
  const { schema, url } = jsonSchemaTransform(document);
  const bodies = 'route' in document ? document.route.config?.bodies : undefined;
  return { url, schema: bodies === undefined ? schema : { ...schema, body: { content: contentOf(bodies) } } };
};

/** `/openapi.json` and `/docs`, from the same schemas that check the requests. Register before the routes: it listens to them. */
export const registerApiDocs = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Dockline',
        version: String(PROTOCOL_VERSION),
        description: 'Inbound shipments at the dock. Every refusal is an RFC 9457 problem with a stable code.',
      },
      components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
      security: [{ token: [] }],
    },
    transform,
  });
  await app.register(swaggerUi, { routePrefix: '/docs' });
  app.get('/openapi.json', { schema: { hide: true } as object }, async () => app.swagger());
};
