import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { id } from '#contract/domain/fields.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { accessBody, accessReply } from '#contract/wire/http.ts';
import type { Access } from '../../access.ts';
import type { Storage } from '../../core/storage.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';
import type { Issue } from '../problems.ts';

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

type Asked = z.output<typeof accessBody>;

/**
 * A warehouse that is mistyped would silently take somebody's sight away. A supplier may be one that the server does not know yet:
 * its first notice makes it known, and somebody has to send that. Throws `invalid`.
 */
const requireFits = async (storage: Storage, { role, warehouses, supplierId }: Asked): Promise<void> => {
  if (role !== 'supplier' && supplierId !== undefined) {
    const message = `Only a supplier has a supplierId; leave ${supplierId} out, or say the role supplier. Nothing was changed.`;
    throw new ProblemError('invalid', message, { issues: [{ path: 'supplierId', message }] });
  }
  const issues: Issue[] = [];
  for (const [at, id] of warehouses.entries())
    if (id !== '*' && (await storage.findRow('warehouse', id)) === null)
      issues.push({ path: `warehouses.${at}`, message: `There is no warehouse ${id}.` });
  if (issues.length === 0) return;
  const sentences = [...new Set(issues.map(({ message }) => message))];
  throw new ProblemError('invalid', `${sentences.join(' ')} Nothing was changed.`, { issues });
};

export const userRoutes =
  ({ accessChanges, storage }: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    app.put(
      '/api/users/:id/access',
      { schema: { params, body: accessBody, response: { 200: accessReply, ...problems }, tags: ['users'] } },
      async (request) => {
        const {
          body,
          params: { id: userId },
        } = request;
        requireMayGive(request.access);
        await requireFits(storage, body);
        // Theirs may have been changed while warehouses were looked up.
        requireMayGive(request.access);
        const { role, warehouses, supplierId = null } = body;
        const changedBy = request.access.actor.id;
        const changed = await accessChanges.change({ userId, role, warehouses, supplierId, changedBy });
        // Their own access may be what was changed; that it was is theirs to know.
        request.answersFor = request.access;
        const { changedBy: _, ...reply } = changed;
        return { ...reply, warehouses: [...reply.warehouses] };
      },
    );
  };
