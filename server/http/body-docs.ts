import { z } from 'zod';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** By media type, what a body may be that no schema checks on the route: as the route's own code reads it. */
    bodies?: BodyDocs;
  }
}

export type BodyDocs = Readonly<Record<string, z.ZodType>>;

/** The bodies of a route in the form in which `/openapi.json` lists them. */
export const contentOf = (bodies: BodyDocs): Record<string, { schema: object }> =>
  Object.fromEntries(
    Object.entries(bodies).map(([type, schema]) => {
      const { $schema: _, ...plain } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
      return [type, { schema: plain }];
    }),
  );
