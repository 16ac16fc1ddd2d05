import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { id } from '#contract/domain/fields.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { capacityBody, capacityReply } from '#contract/wire/http.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';
import { commandOf, runCommands } from '../run-commands.ts';

const params = z.object({ id });

export const warehouseRoutes =
  (ports: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    app.put(
      '/api/warehouses/:id/capacity',
      { schema: { params, body: capacityBody, response: { 200: capacityReply, ...problems }, tags: ['warehouses'] } },
      async ({ access, claim, params: { id }, body }) => {
        const mine = access.scope.warehouses?.includes(id) ?? true;
        if (!mine || (await ports.storage.findRow('warehouse', id)) === null) throw new ProblemError('not_found');
        const command = commandOf('setCapacity', { warehouseId: id, ...body });
        await runCommands(ports, access, [command], { claim });
        const capacity = await ports.storage.capacity(id);
        if (capacity === null) throw new Error('setCapacity left no capacity');
        return { ...capacity, warehouseId: id };
      },
    );
  };
