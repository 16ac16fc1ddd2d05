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
      async ({ access, params: { id, inspectionId }, body }) => {
        const shipment = await ports.storage.shipmentDetail(access.scope, id);
        if (shipment === null) throw new ProblemError('not_found');
        const found = await ports.storage.findRow('inspection', inspectionId);
        // The id of another shipment's inspection is nobody's business here.
        if (found !== null && found.shipmentId !== id) throw new ProblemError('not_found');
        const steps = inspectionSteps({ shipment, inspectionId, inspection: found }, body);
        const outcomes = steps.length === 0 ? [] : await runCommands(ports, access, steps);
        return rowLeft(ports.storage, outcomes, 'inspection', inspectionId);
      },
    );
  };
