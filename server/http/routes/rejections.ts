import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { id } from '#contract/domain/fields.ts';
import { rejectBody, rejectReply } from '#contract/wire/http.ts';
import { findShipment } from '../find-shipment.ts';
import { rowId } from '../idempotency.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';
import { commandOf, rowLeft, runCommands } from '../run-commands.ts';

const params = z.object({ id });
const tags = ['rejections'];

export const rejectionRoutes =
  (ports: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/api/shipments/:id/reject',
      { schema: { params, body: rejectBody, response: { 200: rejectReply, ...problems }, tags } },
      async (request) => {
        const { access, body } = request;
        const { id: shipmentId } = await findShipment(ports.storage, access.scope, request.params.id);
        const rejectionId = rowId(request, ports.newId);
        const command = commandOf('reportRejection', { ...body, shipmentId, rejectionId });
        const outcomes = await runCommands(ports, access, [command], { claim: request.claim });
        return { success: true as const, rejection: await rowLeft(ports.storage, outcomes, 'rejection', rejectionId) };
      },
    );
  };
