import type { Socket } from 'node:net';
import cors from '@fastify/cors';
import multipart from '@fastify/multipart';
import rateLimit from '@fastify/rate-limit';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify';
import { validatorCompiler } from 'fastify-type-provider-zod';
import { ProblemError } from '#contract/wire/errors.ts';
import { registerApiDocs } from './api-docs.ts';
import { holdBackAnswers, requireToken } from './authenticate.ts';
import { keepAnswers } from './idempotency.ts';
import { requirePlainBodies } from './plain-body.ts';
import type { HttpPorts } from './ports.ts';
import { problemDocumentOf, problemErrorOf, replyProblem } from './problems.ts';
import { asnRoutes } from './routes/asns.ts';
import { documentRoutes } from './routes/documents.ts';
import { healthRoutes } from './routes/health.ts';
import { inspectionRoutes } from './routes/inspections.ts';
import { rejectionRoutes } from './routes/rejections.ts';
import { shipmentRoutes } from './routes/shipments.ts';
import { syncRoutes } from './routes/sync.ts';
import { userRoutes } from './routes/users.ts';
import { warehouseRoutes } from './routes/warehouses.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered even while the server stops. */
    whileStopping?: boolean;
  }
}

const BODY_BYTES = 1024 * 1024;
/** Milliseconds in which a request must have come in whole; fifty megabytes over a slow line fit. */
const REQUEST_MS = 600_000;
/** Milliseconds for the headers alone, and between looks for those who are late: holding a connection open costs nothing else. */
const HEADERS_MS = 10_000;
const LOOK_MS = 2_000;
const RATE_WINDOW_S = 5;

const EXPOSED = ['etag', 'content-range', 'content-disposition', 'accept-ranges', 'retry-after', 'location'];

/** Milliseconds that a refused client has to read why; closed at once, the reset would overtake the answer. */
const LINGER_MS = 1_000;

/** What the parser of HTTP itself refuses never reaches a route; it is answered in the same form, and the connection closed. */
const answerBrokenRequest = (socket: Socket, tooLarge: boolean): void => {
  const document = problemDocumentOf(new ProblemError(tooLarge ? 'too_large' : 'malformed'));
  const body = JSON.stringify(document);
  const head = [
    `HTTP/1.1 ${document.status} ${tooLarge ? 'Content Too Large' : 'Bad Request'}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  if (!socket.writable) return void socket.destroy();
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
};

const measure = (app: FastifyInstance, { metrics }: HttpPorts): void => {
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'unknown';
    metrics.httpRequest(request.method, route, reply.statusCode, reply.elapsedTime / 1000);
    request.log.debug(
      { method: request.method, route, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
      'answered',
    );
  });
  app.addHook('onError', async (_request, _reply, error) => metrics.refused(problemErrorOf(error)?.code ?? 'internal'));
};

/**
 * Limits per person where they are signed in, else per address. Asked of each route after what is asked under `/api` as a whole, and
 * so after they were signed in; who was not is counted there.
 */
const limitRate = async (app: FastifyInstance, { limits, callerAddress }: HttpPorts): Promise<void> => {
  await app.register(rateLimit, {
    timeWindow: RATE_WINDOW_S * 1000,
    max: limits.requestsPerSecond * RATE_WINDOW_S,
    keyGenerator: ({ signedIn, raw }) =>
      signedIn ? `person ${signedIn.actor.id}` : `address ${callerAddress(raw) ?? 'unknown'}`,
    errorResponseBuilder: () => new ProblemError('too_fast'),
  });
};

/** Everything that needs a token. Hooks bind what is registered after them, so the order matters. */
const apiRoutes =
  (ports: HttpPorts): FastifyPluginAsync =>
  async (api) => {
    requireToken(api, ports);
    requirePlainBodies(api);
    const idempotency = keepAnswers(api, ports.storage);
    holdBackAnswers(api);
    await api.register(shipmentRoutes(ports));
    await api.register(rejectionRoutes(ports));
    await api.register(documentRoutes(ports, idempotency));
    await api.register(inspectionRoutes(ports));
    await api.register(warehouseRoutes(ports));
    await api.register(asnRoutes(ports));
    await api.register(userRoutes(ports));
    await api.register(syncRoutes(ports));
  };

/** The HTTP side of the server: problems for every refusal, tokens for everything under `/api`. Not listening yet. */
export const createApp = async (ports: HttpPorts, logger: FastifyBaseLogger): Promise<FastifyInstance> => {
  const app = Fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: LOOK_MS },
    return503OnClosing: false,
    forceCloseConnections: false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: replyProblem,
    clientErrorHandler: (error, socket) => answerBrokenRequest(socket, error.code === 'HPE_HEADER_OVERFLOW'),
  });
  app.setValidatorCompiler(validatorCompiler);
  // Replies are built from rows that were parsed on their way in; checking them again would only turn a good answer into a 500.
  app.setSerializerCompiler(() => JSON.stringify);
  app.setErrorHandler(replyProblem);
  app.setNotFoundHandler((request, reply) =>
    replyProblem(
      new ProblemError('not_found', `There is no ${request.method} ${request.url.split('?')[0]}.`),
      request,
      reply,
    ),
  );
  app.removeContentTypeParser('text/plain');
  app.addHook('onRequest', async (request, reply) => {
    if (ports.isReady()) return;
    reply.header('connection', 'close');
    if (request.routeOptions.config.whileStopping !== true) throw new ProblemError('stopping');
  });
  measure(app, ports);
  await app.register(cors, {
    origin: [...ports.allowedOrigins],
    credentials: true,
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH'],
    exposedHeaders: EXPOSED,
    maxAge: 600,
    // Strict, the plugin would answer a bare OPTIONS in a form of its own.
    strictPreflight: false,
  });
  await limitRate(app, ports);
  await app.register(multipart, { throwFileSizeLimit: false });
  await registerApiDocs(app);
  await app.register(healthRoutes(ports));
  await app.register(apiRoutes(ports));
  await app.ready();
  return app;
};
