import { Server } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Milliseconds that open connections without a request are kept after the listener closed: a request that was on its way is told
 * `stopping` instead of being cut off.
 */
const LINGER_MS = 200;

/** Closes the HTTP side: listener first, then connections as they fall idle, and at `drainMs` whatever is left. */
export const drainHttp = async (app: FastifyInstance, drainMs: number): Promise<void> => {
  const { server } = app;
  if (server.listening) {
    // Not `server.close()`, which would hang up on idle connections at once.
    const closed = new Promise((resolve) => Server.prototype.close.call(server, resolve));
    const end = setTimeout(() => server.closeAllConnections(), drainMs);
    const idle = setInterval(() => server.closeIdleConnections(), LINGER_MS);
    await closed;
    clearTimeout(end);
    clearInterval(idle);
  }
  await app.close();
};
