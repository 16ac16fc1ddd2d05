import type { StationReport } from '#contract/wire/station-report.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import type { FakeClock } from './core/fake-clock.ts';
import type { FakeServer } from './core/fake-server.ts';
import { unreachable } from './core/link-fault.ts';
import type { HttpPort, SocketListener } from './core/ports.ts';
import type { OpenLinks } from './link-session.ts';

/** Both links to one log in memory. A test spoils answers, drops the socket and looks at what was asked. */
export class FakeLinks {
  readonly server: FakeServer;
  listener: SocketListener | null = null;
  hellos = 0;
  /** Reports and pushes in the order in which the server got them. */
  readonly heard: ('report' | 'push')[] = [];
  readonly reports: (StationReport & { readonly by: 'socket' | 'http' })[] = [];
  /** What is answered to a report instead. */
  reportFault: Error | null = null;
  beforeReport: () => Promise<void> = async () => undefined;
  opened = 0;
  /** What is answered to a hello, a poll or a push instead. */
  helloFault: Error | null = null;
  httpFault: Error | null = null;
  pushFault: Error | null = null;
  /** False: sockets cannot be opened. */
  hasSockets = true;
  /** Held back until a test lets it go. */
  beforePush: () => Promise<void> = async () => undefined;
  snapshot: HttpPort['snapshot'];
  #connected = false;

  constructor(server: FakeServer) {
    this.server = server;
    this.snapshot = () => server.snapshot();
  }

  /** Pushes what the station has not heard of to whoever is connected. */
  tell(from: number): void {
    if (this.#connected) this.listener?.frame(this.server.frame(from));
  }

  drop(): void {
    this.#connected = false;
    this.listener?.lost('closed');
  }

  readonly open: OpenLinks = ({ listener }) => {
    this.listener = listener;
    const push: HttpPort['push'] = async (clientId, mutations) => {
      if (this.pushFault !== null) throw this.pushFault;
      this.heard.push('push');
      await this.beforePush();
      return this.server.push(clientId, mutations);
    };
    const changes: HttpPort['changes'] = async (cursor, wait) => {
      if (this.httpFault !== null) throw this.httpFault;
      return wait === 0 ? this.server.changes(cursor) : new Promise<never>(() => undefined);
    };
    const report = async (said: StationReport, by: 'socket' | 'http'): Promise<void> => {
      this.heard.push('report');
      this.reports.push({ ...structuredClone(said), by });
      await this.beforeReport();
      if (this.reportFault !== null) throw this.reportFault;
    };
    const http = {
      push,
      report: (said: StationReport) => report(said, 'http'),
      changes,
      snapshot: () => this.snapshot(),
      cancelChanges: () => undefined,
      close: () => undefined,
      history: () => Promise.reject(unreachable('none')),
      probe: async () => undefined,
    };
    const socket = {
      open: () => {
        this.opened += 1;
        this.#connected = this.hasSockets;
        const id = `socket-${this.opened}`;
        queueMicrotask(() => (this.hasSockets ? listener.connected('websocket', id) : listener.failed()));
      },
      close: () => {
        this.#connected = false;
      },
      isConnected: () => this.#connected,
      check: () => undefined,
      request: async (event: string, payload: Record<string, unknown>) => {
        if (event === 'sync:push')
          return { ok: true, ...(await push(payload.clientId as string, payload.mutations as never)) };
        if (event === 'sync:report') {
          await report(payload as StationReport, 'socket');
          return { ok: true };
        }
        if (event !== 'sync:hello') throw unreachable('not asked');
        this.hellos += 1;
        if (this.helloFault !== null) throw this.helloFault;
        const lastN = this.server.lastN(payload.clientId as string);
        return { ok: true, ...this.server.hello(payload.cursor as never), lastN, protocol: PROTOCOL_VERSION };
      },
    };
    return { http, socket: socket as never };
  };
}

/** What every session of the tests is told alike. */
export const sessionBasics = (links: FakeLinks, clock: FakeClock, logged: string[]) => ({
  url: 'http://server',
  token: () => 'token',
  app: 'test',
  clock,
  random: () => 0.5,
  log: (event: string): void => void logged.push(event),
  openLinks: links.open,
  serverNow: () => clock.now(),
  refreshToken: async () => null,
});
