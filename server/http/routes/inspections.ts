import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { id } from '#contract/domain/fields.ts';
import { inspection } from '#contract/domain/shipment-records.ts';
import { ProblemError } from '#contract/wire/errors.ts';
import { inspectionBody } from '#contract/wire/http.ts';
import { inspectionSteps } from '../inspection-steps.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';
import { rowLeft, runCommands } from '../run-commands.ts';

const params = z.object({ id, inspectionId: id });

export const inspectionRoutes =
  (ports: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    app.put(
      '/api/shipments/:id/inspections/:inspectionId',
      { schema: { params, body: inspectionBody, response: { 200: inspection, ...problems }, tags: ['inspections'] } },
      async ({ access, claim, params: { id, inspectionId }, body }) => {
        const shipment = await ports.storage.shipmentDetail(access.scope, id);
        if (shipment === null) throw new ProblemError('not_found');
        const seen = shipment.inspections.find((each) => each.id === inspectionId) ?? null;
        const elsewhere = seen === null ? await ports.storage.findRow('inspection', inspectionId) : null;
        // The id of another shipment's inspection is nobody's business here.
        if (elsewhere !== null && elsewhere.shipmentId !== id) throw new ProblemError('not_found');
        // Done before the server died: what it was decided on is not what there is now.
        if (claim !== null && claim.effect !== null && seen !== null) return seen;
        const steps = inspectionSteps({ shipment, inspectionId, inspection: seen }, body);
        // Nothing to do is nothing to be refused: whoever asks sees it as the shipment's detail shows it to them.
        if (steps.length === 0 && seen !== null) return seen;
        const outcomes = await runCommands(ports, access, steps, { claim });
        return rowLeft(ports.storage, outcomes, 'inspection', inspectionId);
      },
    );
  };
