import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { CommandInput } from '#contract/domain/command-args.ts';
import { shipmentDetail } from '#contract/domain/entities.ts';
import { id } from '#contract/domain/fields.ts';
import { type Shipment, shipment } from '#contract/domain/shipment.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { announceBody, historyReply, listQuery, listReply, statusBody } from '#contract/wire/http.ts';
import { findShipment } from '../find-shipment.ts';
import { rowId } from '../idempotency.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';
import { commandOf, runCommands } from '../run-commands.ts';
import { stepTo } from '../step-to.ts';

const params = z.object({ id });
const tags = ['shipments'];
/** A notice of 10 000 lines is some 3 MB of JSON. */
const ANNOUNCE_BYTES = 10 * 1024 * 1024;

const announced = ({ id: shipmentId, ...facts }: z.output<typeof announceBody>): CommandInput['announceShipment'] => ({
  ...facts,
  shipmentId,
});

export const shipmentRoutes =
  (ports: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    const { storage } = ports;

    app.get(
      '/api/shipments',
      { schema: { querystring: listQuery, response: { 200: listReply, ...problems }, tags } },
      async ({ access, query }) => {
        const { shipments, nextCursor } = await storage.listShipments(access.scope, query);
        return { shipments: [...shipments], nextCursor };
      },
    );

    app.get(
      '/api/shipments/:id',
      { schema: { params, response: { 200: shipmentDetail, ...problems }, tags } },
      async ({ access, params: { id } }) => {
        const detail = await storage.shipmentDetail(access.scope, id);
        if (detail === null) throw new ProblemError('not_found');
        return detail;
      },
    );

    app.get(
      '/api/shipments/:id/history',
      { schema: { params, response: { 200: historyReply, ...problems }, tags } },
      async ({ access, params: { id } }) => {
        await findShipment(storage, access.scope, id);
        return { history: [...(await storage.history(id, access.scope))] };
      },
    );

    app.post(
      '/api/shipments',
      {
        bodyLimit: ANNOUNCE_BYTES,
        schema: { body: announceBody, response: { 200: shipmentDetail, 201: shipmentDetail, ...problems }, tags },
      },
      async (request, reply) => {
        const { access, body } = request;
        const own = access.scope.supplierId;
        if (access.actor.role === 'supplier' && body.supplierId !== undefined && body.supplierId !== own)
          throw new ProblemError('forbidden', `You announce shipments of ${own}. Leave supplierId out, or say ${own}.`);
        const command = commandOf(
          'announceShipment',
          announced({ ...body, id: body.id ?? rowId(request, ports.newId) }),
        );
        const outcomes = await runCommands(ports, access, [command], { claim: request.claim });
        const outcome = outcomes.at(-1);
        const detail = await storage.shipmentDetail(access.scope, outcome?.shipment?.id ?? '');
        if (detail === null) throw new ProblemError('not_found');
        // The same announcement again is the shipment that is already there.
        const status = outcome?.verdict === 'noop' ? 200 : 201;
        return reply
          .code(status)
          .header('location', `/api/shipments/${encodeURIComponent(detail.id)}`)
          .send(detail);
      },
    );

    app.patch(
      '/api/shipments/:id/status',
      { schema: { params, body: statusBody, response: { 200: shipment, ...problems }, tags } },
      async ({ access, claim, params: { id }, body }): Promise<Shipment> => {
        const now = await findShipment(storage, access.scope, id);
        // Done before the server died: the version it was decided on is not the one there is now.
        if (claim !== null && claim.effect !== null) return now;
        const step = stepTo(now, body, access.actor.role);
        if (step === null) return now;
        const { expectedVersion } = body;
        const [outcome] = await runCommands(ports, access, [step], { expectedVersion, claim });
        return outcome?.shipment ?? now;
      },
    );
  };
