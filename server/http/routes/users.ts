import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { id } from '#contract/domain/fields.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { accessBody, accessReply } from '#contract/wire/http.ts';
import type { Access } from '../../access.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';

const params = z.object({ id });

/** Admins only, and one who is there for some warehouses gives nobody, least of all themselves, a view of others. */
const requireMayGive = ({ actor, scope }: Access, { role, warehouses }: z.output<typeof accessBody>): void => {
  if (actor.role !== 'admin') throw new ProblemError('forbidden', 'Only an admin changes what people may do and see.');
  const own = scope.warehouses;
  // A supplier sees its shipments in every warehouse.
  if (own !== null && (role === 'supplier' || !warehouses.every((each) => own.includes(each))))
    throw new ProblemError(
      'forbidden',
      `You are admin of ${own.join(', ') || 'no warehouse'} only. Nothing was changed.`,
    );
};

export const userRoutes =
  ({ accessChanges }: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    app.put(
      '/api/users/:id/access',
      { schema: { params, body: accessBody, response: { 200: accessReply, ...problems }, tags: ['users'] } },
      async (request) => {
        const {
          access,
          body,
          params: { id: userId },
        } = request;
        requireMayGive(access, body);
        const { role, warehouses, supplierId = null } = body;
        const changedBy = access.actor.id;
        const changed = await accessChanges.change({ userId, role, warehouses, supplierId, changedBy });
        // Their own access may be what was changed; that it was is theirs to know.
        request.answersFor = request.access;
        const { changedBy: _, ...reply } = changed;
        return { ...reply, warehouses: [...reply.warehouses] };
      },
    );
  };
