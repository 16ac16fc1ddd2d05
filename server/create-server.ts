import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { uuidv7 } from 'uuidv7';
import { type Access, createVerify } from './access.ts';
import { AccessChanges } from './access-changes.ts';
import { StationBook } from './core/station-book.ts';
import type { Storage } from './core/storage.ts';
import { Turnstile } from './core/turnstile.ts';
import { createLog } from './create-log.ts';
import { lockDataDir } from './data-dir-lock.ts';
import { drainHttp } from './drain-http.ts';
import { ChangeWaiters } from './http/change-waiters.ts';
import { createApp } from './http/create-app.ts';
import { openDocumentStore } from './http/document-store.ts';
import { createMetrics } from './http/metrics.ts';
import { SnapshotShelf } from './http/snapshot-shelf.ts';
import { type Limits, limitsOf } from './limits.ts';
import { maintainRegularly } from './maintain-regularly.ts';
import { callerAddress } from './realtime/caller-address.ts';
import { SocketManager } from './realtime/socket-manager.ts';
import { createReceivePush } from './receive-push.ts';
import { openSqliteStorage } from './storage/open-sqlite-storage.ts';
import { systemClock } from './system-clock.ts';
import { createTakeAnnouncements } from './take-announcements.ts';
import { createTakeNotice } from './take-notice.ts';
import { createTakeReport } from './take-report.ts';

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

const urlOf = ({ address, port }: AddressInfo): string => {
  // What listens everywhere is reached from here by the loopback.
  const host = address === '0.0.0.0' || address === '::' ? '127.0.0.1' : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
};

const socketLimits = ({ events, typing, reports, handshakes, handshakesOfOne }: Limits) => ({
  rates: { events, typing, reports },
  handshakes: { all: handshakes, ofOne: handshakesOfOne },
});

/** Everything on top of storage, wired up. What starts timers of its own comes last: nothing after it may fail. */
const assemble = async (
  options: ServerOptions,
  { storage, stations }: { storage: Storage; stations: StationBook },
  log: Logger,
  isReady: () => boolean,
) => {
  const { now = Date.now, allowedOrigins = [], intakeCreate: createUnknown = true, dataDir } = options;
  const limits = limitsOf(options.limits);
  const clock = systemClock(now);
  const accessChanges = await AccessChanges.open(storage, (error) =>
    log.error({ err: error }, 'a change of access did not reach everybody'),
  );
  const keys = { secret: options.jwtSecret, previousSecret: options.jwtSecretPrevious };
  const verify = createVerify(keys, now, accessChanges);
  // Gauges look at the sockets when they are asked, which is after both exist.
  const gauges = {
    connections: (): number => sockets.connections(),
    logHead: () => storage.position().head,
    tailerLag: (): number => sockets.lag(),
  };
  const metrics = createMetrics(gauges, options.processMetrics === true);
  const accessNow = (access: Access): Access => accessChanges.now(access);
  const receivePush = createReceivePush(storage, accessNow, now, (_verdicts, seconds) =>
    metrics.committed('push', seconds),
  );
  const documents = await openDocumentStore(join(dataDir, 'documents'));
  const waiters = new ChangeWaiters(storage, clock);
  const snapshots = new SnapshotShelf({ storage, folder: join(dataDir, 'snapshots'), clock, newId: uuidv7 });
  const turnstiles = {
    catchUp: new Turnstile(limits.catchUps, clock),
    snapshots: new Turnstile(limits.snapshots, clock),
  };
  const intake = { storage, metrics, now, newId: uuidv7, createUnknown, accessNow };
  const takers = {
    takeNotice: createTakeNotice(intake),
    takeAnnouncements: createTakeAnnouncements(intake),
    receivePush,
  };
  stations.load(await storage.keptReports());
  const takeReport = createTakeReport(storage, stations, accessNow);
  const shared = { storage, verify, allowedOrigins, takeReport };
  const readers = { waiters, snapshots, turnstiles };
  const ground = { now, newId: uuidv7, isReady, callerAddress, metrics, limits };
  const app = await createApp({ ...shared, ...takers, ...readers, ...ground, accessChanges, documents }, log);
  const meter = { eventReceived: metrics.eventReceived, eventSent: metrics.eventSent, refused: metrics.refused };
  const sockets: SocketManager = new SocketManager({
    ...shared,
    ...socketLimits(limits),
    accessNow,
    clock,
    receivePush,
    meter,
    log,
    catchUps: turnstiles.catchUp,
    stations,
  });
  sockets.initialize(app.server);
  accessChanges.onChange((userId) => sockets.accessChanged(userId));
  accessChanges.onChange((userId) => snapshots.cutOff(userId));
  accessChanges.onChange((userId) => waiters.wake(userId));
  const stopMaintenance = maintainRegularly(storage, log);

  /** Before storage closes, and in this order: who waits, who listens, who still asks. */
  const stop = async (): Promise<void> => {
    stopMaintenance();
    waiters.release();
    // The listener closes at once; sockets finish what they were doing meanwhile.
    const drained = drainHttp(app, limits.drainMs);
    await sockets.shutdown();
    await drained;
    await snapshots.close();
  };
  return { app, sockets, stop };
};

/** Builds a server that is not listening yet; reads no environment. Throws `DataDirInUse` when the folder has a server. */
export const createServer = async (options: ServerOptions): Promise<DocklineServer> => {
  const { dataDir, logLevel = 'info', now = Date.now } = options;
  const lock = lockDataDir(dataDir);
  const log = createLog(logLevel);
  const file = join(dataDir, 'dockline.db');
  const stations = new StationBook(now);
  const waitingFor: StationBook['waitingFor'] = (shipmentId, asker) => stations.waitingFor(shipmentId, asker);
  const opening = openSqliteStorage({ file, clock: () => new Date(now()), newId: uuidv7, logger: log, waitingFor });
  let isReady = false;
  const building = opening.then(async (storage) => ({
    storage,
    ...(await assemble(options, { storage, stations }, log, () => isReady)),
  }));
  const { storage, app, sockets, stop } = await building.catch(async (error: unknown) => {
    await opening.then((opened) => opened.close()).catch(() => undefined);
    lock.release();
    throw error;
  });

  let stopping: Promise<void> | null = null;
  const close = async (): Promise<void> => {
    isReady = false;
    await stop();
    await storage.close();
    lock.release();
    log.info('stopped');
  };

  return {
    listen: async (port = 0, host = '127.0.0.1') => {
      isReady = true;
      await app.listen({ port, host, listenTextResolver: (at) => `Dockline listens at ${at}` });
      const address = app.server.address() as AddressInfo;
      const url = urlOf(address);
      lock.announce(url);
      return { port: address.port, url };
    },
    close: () => {
      stopping ??= close();
      return stopping;
    },
    storage,
    sockets,
    log,
  };
};
