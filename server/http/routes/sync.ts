import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ProblemError } from '#contract/wire/errors.ts';
import { changesQuery, snapshotQuery } from '#contract/wire/http.ts';
import { stationReport } from '#contract/wire/station-report.ts';
import { type Frame, frame, pushReply, pushRequest } from '#contract/wire/sync.ts';
import { type Group, groupOf } from '../../core/scope.ts';
import type { Storage } from '../../core/storage.ts';
import { requireReportSize } from '../../take-report.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';
import type { Resume } from '../snapshot-shelf.ts';

const tags = ['sync'];

/** Refuses a position that this history cannot be read on from. */
const checkPosition = async (storage: Storage, asked: z.output<typeof changesQuery>): Promise<void> => {
  const { epoch, head, floor } = storage.position();
  if (asked.epoch !== undefined && asked.epoch !== epoch) throw new ProblemError('epoch_changed');
  if (asked.from > head) throw new ProblemError('cursor_ahead');
  if (asked.from < floor) throw new ProblemError('cursor_too_old');
  if (asked.chain !== undefined && asked.chain !== (await storage.chainAt(asked.from)))
    throw new ProblemError('epoch_changed', 'The server was restored to another history. Take a new snapshot.');
};

/** Reads what whoever asks may see when it is handed over: again when that was changed during the read. */
const readFor = async (request: FastifyRequest, read: (group: Group) => Promise<Frame>): Promise<Frame> => {
  for (;;) {
    const { access } = request;
    const page = await read(groupOf(access.scope));
    request.answersFor = access;
    if (request.access === access) return page;
  }
};

const resumeOf = ({ snapshot, line }: z.output<typeof snapshotQuery>): Resume | null =>
  snapshot === undefined ? null : { id: snapshot, line };

export const syncRoutes =
  ({ storage, waiters, receivePush, takeReport, snapshots, turnstiles, now }: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/api/sync/snapshot', { schema: { querystring: snapshotQuery, tags } }, async (request, reply) => {
      const leave = await turnstiles.snapshots.enter();
      const { access, query, headers } = request;
      const as = /\bgzip\b/.test(headers['accept-encoding'] ?? '') ? 'gzip' : 'text';
      const lines = snapshots.open(groupOf(access.scope), resumeOf(query), { userId: access.actor.id, as });
      lines.once('close', leave);
      reply.type('application/x-ndjson').header('cache-control', 'no-store').header('vary', 'accept-encoding');
      if (as === 'gzip') reply.header('content-encoding', 'gzip');
      return reply.send(lines);
    });

    app.get(
      '/api/sync/changes',
      { schema: { querystring: changesQuery, response: { 200: frame, ...problems }, tags } },
      async (request, reply) => {
        const { access, query, raw } = request;
        await checkPosition(storage, query);
        reply.header('cache-control', 'no-store');
        const read = (group: Group): Promise<Frame> => storage.readFrame(group, query.from, query.limit);
        const first = await readFor(request, (group) => turnstiles.catchUp.pass(() => read(group)));
        const hasNews = first.changes.length > 0 || first.to < first.head || request.access !== access;
        if (query.wait === 0 || hasNews) return first;
        const gone = new AbortController();
        const leave = (): void => gone.abort();
        raw.socket.once('close', leave);
        // What is committed after the token has expired is not for its holder any more.
        const waitMs = Math.min(query.wait * 1000, access.expiresAt - now());
        const waiting = { group: groupOf(access.scope), userId: access.actor.id, from: first.to };
        await waiters.wait(waiting, waitMs, gone.signal);
        raw.socket.off('close', leave);
        return readFor(request, read);
      },
    );

    app.post(
      '/api/sync/mutations',
      { schema: { body: pushRequest, response: { 200: pushReply, ...problems }, tags }, config: { mendsText: true } },
      async ({ access, body }) => receivePush(access, body),
    );

    app.post(
      '/api/sync/report',
      {
        schema: { body: stationReport, response: { 204: z.null(), ...problems }, tags },
        preValidation: async ({ body }) => requireReportSize(body),
      },
      async ({ access, body }, reply) => {
        await takeReport(access, body, null);
        return reply.code(204).send(null);
      },
    );
  };
