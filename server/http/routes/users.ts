import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { id } from '#contract/domain/fields.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { accessBody, accessReply } from '#contract/wire/http.ts';
import type { Access } from '../../access.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';

const params = z.object({ id });

/**
 * Admins of all warehouses only: a change replaces everything that somebody may do and see, in whatever warehouse, and the server
 * knows of most people only what their token says when they come.
 */
const requireMayGive = ({ actor, scope }: Access): void => {
  if (actor.role !== 'admin') throw new ProblemError('forbidden', 'Only an admin changes what people may do and see.');
  const own = scope.warehouses;
  if (own === null) return;
  const where = own.join(', ') || 'no warehouse';
  throw new ProblemError(
    'forbidden',
    `You are admin of ${where} only, and this would change what somebody may see elsewhere too. Nothing was changed; ask an admin of all warehouses.`,
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
        requireMayGive(access);
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
