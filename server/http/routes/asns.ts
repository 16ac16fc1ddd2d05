import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ProblemError } from '#contract/wire/errors.ts';
import { announceBody, asnReply } from '#contract/wire/http.ts';
import { requireNoticeSender } from '../../core/notice-senders.ts';
import { rowId } from '../idempotency.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';
import { parseOrInvalid } from '../problems.ts';

const NOTICE_BYTES = 10 * 1024 * 1024;
const X12 = 'application/edi-x12';
const LATER = ['application/edifact', 'text/csv'] as const;

/** Lines in all, as in a file of any other form: every one is a row, and all of them are one transaction. */
const MOST_LINES = 10_000;

const notice = z.string().describe('An X12 interchange of ship notices (856), as it was sent: from ISA to IEA.');

/** One `POST /api/shipments` body or several. */
const announcements = z.union([announceBody.transform((one) => [one]), z.array(announceBody).min(1).max(100)]);

const announcementsOf = (body: unknown): z.output<typeof announcements> => {
  const list = parseOrInvalid(announcements, body);
  const lines = list.reduce((sum, one) => sum + one.lines.length, 0);
  if (lines > MOST_LINES)
    throw new ProblemError(
      'notice_over_limit',
      `The notices have ${lines} lines together; ${MOST_LINES} fit in one request.`,
    );
  return list;
};

/** Each with an id that follows from the request's key when it has one, so that a repeat names the same shipments. */
const named = (request: FastifyRequest, { newId }: HttpPorts, list: z.output<typeof announcements>) =>
  list.map((one) => ({ ...one, id: one.id ?? rowId(request, newId) }));

export const asnRoutes =
  (ports: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    app.addContentTypeParser([X12, ...LATER], { parseAs: 'buffer', bodyLimit: NOTICE_BYTES }, (_request, bytes, done) =>
      done(null, bytes),
    );
    app.post(
      '/api/asns',
      {
        bodyLimit: NOTICE_BYTES,
        config: { bodies: { [X12]: notice, 'application/json': announcements } },
        schema: {
          response: { 200: asnReply, ...problems },
          consumes: [X12, 'application/json'],
          tags: ['ship notices'],
        },
        // Before the body is read: ten megabytes from somebody who may not send them are not worth receiving.
        preParsing: async ({ access }) => requireNoticeSender(access.actor),
      },
      async (request) => {
        const { access, body, headers } = request;
        const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '';
        if ((LATER as readonly string[]).includes(type))
          throw new ProblemError(
            'unsupported_type',
            `${type} is not read by this version; send ${X12} or application/json.`,
          );
        const taken = Buffer.isBuffer(body)
          ? await ports.takeNotice(body, access)
          : await ports.takeAnnouncements(named(request, ports, announcementsOf(body)), access, request.claim);
        return { shipments: [...taken.shipments], warnings: [...taken.warnings] };
      },
    );
  };
