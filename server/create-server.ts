import { type AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { type Logger, pino } from 'pino';
import { uuidv7 } from 'uuidv7';
import { createVerify } from './access.ts';
import type { Storage } from './core/storage.ts';
import { type DataDirLock, lockDataDir } from './data-dir-lock.ts';
import { ChangeWaiters } from './http/change-waiters.ts';
import { createApp } from './http/create-app.ts';
import { openDocumentStore } from './http/document-store.ts';
import { createMetrics } from './http/metrics.ts';
import { type Limits, limitsOf } from './limits.ts';
import { SocketManager } from './realtime/socket-manager.ts';
import { createReceivePush } from './receive-push.ts';
import { openSqliteStorage } from './storage/open-sqlite-storage.ts';
import { createTakeAnnouncements } from './take-announcements.ts';
import { createTakeNotice } from './take-notice.ts';

export type ServerOptions = {
  readonly jwtSecret: string;
  readonly jwtSecretPrevious?: string | undefined;
  /** SQLite file and documents; made when it is not there. One server at a time. */
  readonly dataDir: string;
  readonly allowedOrigins?: readonly string[];
  readonly intakeCreate?: boolean;
  readonly logLevel?: string;
  readonly limits?: Partial<Limits>;
  /** Adds the figures of the process (memory, event loop) to `/metrics`; one server per process may. */
  readonly processMetrics?: boolean;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
};

export type DocklineServer = {
  /** Port 0 takes any free one. */
  readonly listen: (port?: number, host?: string) => Promise<{ readonly port: number; readonly url: string }>;
  /**
   * Stops: no new connections, long polls released, sockets hung up, requests under way finished for at most `limits.drainMs`,
   * database closed. Calling it again waits for the first.
   */
  readonly close: () => Promise<void>;
  readonly storage: Storage;
  readonly sockets: SocketManager;
  readonly log: Logger;
};

/** Tokens, PINs and contents are never logged: what may carry one is cut out wherever it stands. */
const REDACTED = ['token', 'authorization', 'leadPin', 'pin', 'password', 'args', 'body', 'headers'].flatMap((name) => [
  name,
  `*.${name}`,
  `*.*.${name}`,
]);

const createLog = (level: string): Logger =>
  pino({ level, redact: { paths: REDACTED, remove: true }, base: { app: 'dockline' } });

const urlOf = ({ address, family, port }: AddressInfo): string => {
  // What listens everywhere is reached from here by the loopback.
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  return `http://${family === 'IPv6' && host.includes(':') ? `[${host}]` : host}:${port}`;
};

/**
 * Milliseconds that open connections without a request are kept after the listener closed: a request that was on its way is told
 * `stopping` instead of being cut off.
 */
const LINGER_MS = 200;

/** Closes the HTTP side: listener first, then connections as they fall idle, and at `drainMs` whatever is left. */
const drain = async (app: FastifyInstance, drainMs: number): Promise<void> => {
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

/** Everything behind the listener, wired up. Order matters: what is built last knows what was built first. */
const assemble = async (options: ServerOptions, storage: Storage, log: Logger, isReady: () => boolean) => {
  const now = options.now ?? Date.now;
  const limits = limitsOf(options.limits);
  const allowedOrigins = options.allowedOrigins ?? [];
  const verify = createVerify({ secret: options.jwtSecret, previousSecret: options.jwtSecretPrevious }, now);
  // Gauges look at the sockets when they are asked, which is after both exist.
  const gauges = {
    connections: (): number => sockets.connections(),
    logHead: () => storage.position().head,
    tailerLag: (): number => sockets.lag(),
  };
  const metrics = createMetrics(gauges, options.processMetrics === true);
  const receivePush = createReceivePush(storage, now, (_verdicts, seconds) => metrics.committed('push', seconds));
  const meter = { eventReceived: metrics.eventReceived, eventSent: metrics.eventSent, refused: metrics.refused };
  const rates = { events: limits.events, typing: limits.typing };
  const sockets: SocketManager = new SocketManager({
    storage,
    verify,
    receivePush,
    meter,
    log,
    now,
    allowedOrigins,
    rates,
  });
  const waiters = new ChangeWaiters(storage);
  const newId = uuidv7;
  const intake = { storage, metrics, now, newId, createUnknown: options.intakeCreate ?? true };
  const app = await createApp(
    {
      storage,
      verify,
      takeNotice: createTakeNotice(intake),
      takeAnnouncements: createTakeAnnouncements(intake),
      receivePush,
      documents: await openDocumentStore(join(options.dataDir, 'documents')),
      waiters,
      metrics,
      limits,
      allowedOrigins,
      now,
      newId,
      isReady,
    },
    log,
  );
  sockets.initialize(app.server);
  return { app, sockets, waiters, drainMs: limits.drainMs };
};

const openStorage = ({ dataDir, now = Date.now }: ServerOptions, log: Logger): Promise<Storage> => {
  const file = join(dataDir, 'dockline.db');
  return openSqliteStorage({ file, clock: () => new Date(now()), newId: uuidv7, logger: log });
};

/** Builds a server that is not listening yet; reads no environment. Throws `DataDirInUse` when the folder has a server. */
export const createServer = async (options: ServerOptions): Promise<DocklineServer> => {
  const lock: DataDirLock = lockDataDir(options.dataDir);
  const log = createLog(options.logLevel ?? 'info');
  let state: 'starting' | 'ready' | 'stopping' = 'starting';
  const storage = await openStorage(options, log).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  const { app, sockets, waiters, drainMs } = await assemble(options, storage, log, () => state === 'ready');

  const stop = async (): Promise<void> => {
    state = 'stopping';
    waiters.release();
    // The listener closes at once; sockets finish what they were doing meanwhile.
    const drained = drain(app, drainMs);
    await sockets.shutdown();
    await drained;
    await storage.close();
    lock.release();
    log.info('stopped');
  };
  let stopping: Promise<void> | null = null;

  return {
    listen: async (port = 0, host = '127.0.0.1') => {
      await app.listen({ port, host, listenTextResolver: (at) => `Dockline listens at ${at}` });
      const address = app.server.address() as AddressInfo;
      const url = urlOf(address);
      lock.announce(url);
      state = 'ready';
      return { port: address.port, url };
    },
    close: () => {
      stopping ??= stop();
      return stopping;
    },
    storage,
    sockets,
    log,
  };
};
