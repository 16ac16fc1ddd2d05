import { Readable } from 'node:stream';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { ProblemError } from '#contract/wire/errors.ts';
import { changesQuery } from '#contract/wire/http.ts';
import { frame, pushReply, pushRequest } from '#contract/wire/sync.ts';
import { groupOf } from '../../core/scope.ts';
import type { Storage } from '../../core/storage.ts';
import { problems } from '../openapi.ts';
import type { HttpPorts } from '../ports.ts';
import { snapshotLines } from '../snapshot-lines.ts';

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

export const syncRoutes =
  ({ storage, waiters, receivePush }: HttpPorts): FastifyPluginAsyncZod =>
  async (app) => {
    app.get('/api/sync/snapshot', { schema: { tags } }, async ({ access }, reply) =>
      reply
        .type('application/x-ndjson')
        .header('cache-control', 'no-store')
        .send(Readable.from(snapshotLines(storage, groupOf(access.scope)), { objectMode: false })),
    );

    app.get(
      '/api/sync/changes',
      { schema: { querystring: changesQuery, response: { 200: frame, ...problems }, tags } },
      async ({ access, query, raw }, reply) => {
        await checkPosition(storage, query);
        reply.header('cache-control', 'no-store');
        const group = groupOf(access.scope);
        const first = await storage.readFrame(group, query.from, query.limit);
        if (query.wait === 0 || first.changes.length > 0 || first.to < first.head) return first;
        const gone = new AbortController();
        const leave = (): void => gone.abort();
        raw.socket.once('close', leave);
        await waiters.wait(group, first.to, query.wait * 1000, gone.signal);
        raw.socket.off('close', leave);
        return storage.readFrame(group, query.from, query.limit);
      },
    );

    app.post(
      '/api/sync/mutations',
      { schema: { body: pushRequest, response: { 200: pushReply, ...problems }, tags }, config: { mendsText: true } },
      async ({ access, body }) => receivePush(access, body),
    );
  };
