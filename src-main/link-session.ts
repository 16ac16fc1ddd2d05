import { reachesServer } from '#contract/bridge/connection.ts';
import type { StationReport } from '#contract/wire/station-report.ts';
import type { Mutation, PushReply } from '#contract/wire/sync.ts';
import { PROTOCOL_VERSION } from '#contract/wire/version.ts';
import { LinkFault } from './core/link-fault.ts';
import { LinkPolicy, type LinkPolicyPorts } from './core/link-policy.ts';
import type { Outbox } from './core/outbox.ts';
import type {
  Cancel,
  Clock,
  HttpPort,
  Journal,
  Log,
  Random,
  SayHello,
  SocketListener,
  SocketPort,
} from './core/ports.ts';
import type { ReplicaPorts } from './core/replica.ts';
import { Reporter, type ReporterPorts } from './core/reporter.ts';
import { SyncEngine } from './core/sync-engine.ts';
import { DownDoor } from './link/parse-down.ts';
import { PollLink } from './link/poll-link.ts';
import { SocketLink, type SocketLinkOptions } from './link/socket-link.ts';

const HELLO_MS = 15_000;
const PUSH_MS = 10_000;
const REPORT_MS = 5_000;
/** A live server says at least every 5 s where its head is. One that does not has lost sight of this socket. */
const QUIET_MS = 15_000;
/** Dates of HTTP answers are in whole seconds. */
const DATE_STEP_MS = 1_000;

export type Links = { readonly http: HttpPort & { close(): void }; readonly socket: SocketPort };
/** Builds both ways to a server; the simulation brings a network of its own. */
export type OpenLinks = (to: SocketLinkOptions) => Links;

const openLinks: OpenLinks = (to) => ({
  http: new PollLink({ ...to, onDate: (latencyMs, offsetMs) => to.listener.dated(latencyMs, offsetMs) }),
  socket: new SocketLink(to),
});

export type LinkSessionOptions = {
  readonly url: string;
  readonly token: () => string;
  readonly app: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly openLinks?: OpenLinks | undefined;
  readonly outbox: Pick<Outbox, 'clientId' | 'reconcile'>;
  readonly journal: Pick<Journal, 'lastAnswered'>;
  readonly sync: Omit<ReplicaPorts, 'http' | 'clock' | 'log'>;
  readonly serverNow: () => number;
  /** What the server is told of the work on this disk; without it, nothing. */
  readonly report?: Pick<ReporterPorts, 'outbox' | 'journal' | 'server' | 'stationName'>;
  readonly refreshToken: LinkPolicyPorts['refreshToken'];
  readonly onState: LinkPolicyPorts['onState'];
  /** The server can be reached (again), or by another way than before. */
  readonly onReachable: () => void;
  readonly onSocket: (socketId: string | null) => void;
  readonly onGuide: SocketListener['guide'];
  readonly onWaiting?: SocketListener['waiting'];
  readonly onMeasured: SocketListener['measured'];
};

/** One person's connection to one server: both links, the engine that reads by them, and the policy that chooses. */
export class LinkSession {
  readonly http: Links['http'];
  readonly socket: SocketPort;
  readonly #options: LinkSessionOptions;
  readonly #engine: SyncEngine;
  readonly #policy: LinkPolicy;
  readonly #reporter: Reporter | null;
  /** Which socket this is: what was begun over an earlier one must not end a later one. */
  #sockets = 0;
  #quiet: Cancel | null = null;
  #kind: LinkPolicy['state']['kind'] = 'offline';

  constructor(options: LinkSessionOptions) {
    const { url, token, clock, log } = options;
    const door = new DownDoor(log);
    this.#options = options;
    const open = options.openLinks ?? openLinks;
    ({ http: this.http, socket: this.socket } = open({ url, token, clock, door, listener: this.#listener() }));
    const applied: ReplicaPorts['applied'] = async (frame) => {
      this.#reporter?.heard(frame);
      await options.sync.applied(frame);
    };
    this.#engine = new SyncEngine({ ...options.sync, applied, http: this.http, clock, log });
    this.#engine.setServerClock(options.serverNow);
    this.#policy = new LinkPolicy({
      clock,
      log,
      random: options.random,
      socket: {
        open: () => this.socket.open(),
        check: () => this.socket.check(),
        close: () => {
          this.socket.close();
          this.#socketGone();
        },
      },
      catchUp: () => this.#catchUp(),
      poll: (waitSeconds) => this.#engine.poll(waitSeconds),
      cancelPoll: () => this.http.cancelChanges(),
      probe: () => this.http.probe(),
      refreshToken: options.refreshToken,
      onState: (state) => this.#tell(state),
    });
    this.#reporter = this.#newReporter();
  }

  get state(): LinkPolicy['state'] {
    return this.#policy.state;
  }

  start(): void {
    this.#policy.start();
  }

  retryNow(): void {
    this.#policy.retryNow();
  }

  /** The work on these shipments has changed (null: work that is not about one). */
  workChanged(shipmentIds: ReadonlySet<string | null>): void {
    this.#reporter?.changed(shipmentIds);
  }

  /** Before `stop`, where nobody goes on at this server: says so to it if it can be reached. A second at most; never rejects. */
  async leave(): Promise<void> {
    await this.#reporter?.leave();
  }

  /** Resolves when nothing is written to the cache any more. */
  async stop(): Promise<void> {
    const reported = this.#reporter?.stop();
    this.#policy.stop();
    this.http.close();
    await this.#engine.stop();
    await reported;
  }

  /** Somebody who read the cache found it damaged: it is replaced and filled anew. */
  cacheDamaged(): void {
    this.#follow(this.#engine.cacheDamaged(), 'sync.cache_not_replaced');
  }

  /** Whether work may go to the server: it can be reached, and has heard what is open here. */
  canSend(): boolean {
    return reachesServer(this.#policy.state) && this.#reporter?.hasSpoken !== false;
  }

  /** Work to the server by the link there is. Rejects with a `LinkFault`. */
  async send(clientId: string, mutations: readonly Mutation[]): Promise<PushReply> {
    if (this.#policy.state.kind !== 'live' || !this.socket.isConnected()) return this.http.push(clientId, mutations);
    const answer = await this.socket.request('sync:push', { clientId, mutations: [...mutations] }, PUSH_MS);
    if (!answer.ok) throw new LinkFault(answer.code, answer.message);
    return answer;
  }

  readonly #sayHello: SayHello = async (cursor) => {
    const { app, outbox, journal } = this.#options;
    const { clientId } = outbox;
    const lastN = await journal.lastAnswered(clientId);
    const hello = { protocol: PROTOCOL_VERSION, clientId, cursor, app, lastN };
    const answer = await this.socket.request('sync:hello', hello, HELLO_MS);
    if (!answer.ok) throw new LinkFault(answer.code, answer.message);
    if (answer.state === 'live' && clientId === outbox.clientId) await outbox.reconcile(answer.lastN, lastN);
    return answer;
  };

  async #catchUp(): Promise<void> {
    const mine = this.#sockets;
    await this.#engine.catchUp(this.#sayHello);
    if (mine === this.#sockets) this.#heardFrame();
  }

  #tell(state: LinkPolicy['state']): void {
    this.#options.onState(state);
    const isNew = state.kind !== this.#kind;
    this.#kind = state.kind;
    this.#reporter?.refresh();
    if (isNew && this.canSend()) this.#options.onReachable();
  }

  #newReporter(): Reporter | null {
    const { clock, log, sync, report, onReachable } = this.#options;
    if (report === undefined) return null;
    return new Reporter({
      ...report,
      clock,
      log,
      cache: sync.cache,
      way: () => this.#way(),
      send: (said) => this.#sendReport(said),
      onSpoken: () => this.canSend() && onReachable(),
    });
  }

  #way(): string | null {
    if (this.socket.isConnected()) return `socket ${this.#sockets}`;
    return this.#policy.state.kind === 'polling' ? 'http' : null;
  }

  async #sendReport(report: StationReport): Promise<void> {
    if (!this.socket.isConnected()) return await this.http.report(report);
    const answer = await this.socket.request('sync:report', report, REPORT_MS);
    if (!answer.ok) throw new LinkFault(answer.code, answer.message);
  }

  #socketGone(): void {
    this.#sockets += 1;
    this.#quiet?.();
    this.#quiet = null;
    this.#engine.socketGone();
    this.#options.onSocket(null);
    this.#reporter?.refresh();
  }

  #heardFrame(): void {
    this.#quiet?.();
    this.#quiet = this.#options.clock.setTimer(QUIET_MS, () => {
      this.#heardFrame();
      this.#options.log('sync.quiet');
      this.#follow(this.#engine.pull(), 'sync.pull_failed');
    });
  }

  /** Whatever keeps the cache from following its socket, another try at both is the way out. */
  #follow(task: Promise<void>, what: string): void {
    const mine = this.#sockets;
    task.catch((error: unknown) => {
      const message = error instanceof Error ? error.message : 'unknown';
      this.#options.log(what, { code: error instanceof LinkFault ? error.code : 'store', message });
      if (mine === this.#sockets) this.#policy.cannotFollow(error);
    });
  }

  #listener(): SocketListener {
    const { onSocket, onGuide, onMeasured, onWaiting = () => undefined } = this.#options;
    const down = (reason: 'socket_silent' | 'socket_unreachable'): void => {
      this.#socketGone();
      this.#policy.socketDown(reason);
    };
    return {
      connected: (transport, socketId) => {
        onSocket(socketId);
        this.#reporter?.refresh();
        this.#policy.socketConnected(transport);
      },
      transportChanged: (transport) => this.#policy.transportChanged(transport),
      lost: (why) => down(why === 'silent' ? 'socket_silent' : 'socket_unreachable'),
      failed: () => down('socket_unreachable'),
      refused: (code) => {
        this.#socketGone();
        this.#policy.socketRefused(code);
      },
      frame: (frame) => {
        if (this.#quiet !== null) this.#heardFrame();
        this.#follow(this.#engine.receive(frame), 'sync.frame_failed');
      },
      badFrame: () => this.#follow(this.#engine.pull(), 'sync.pull_failed'),
      scopeChanged: (group) => {
        this.#reporter?.scopeChanged();
        this.#follow(this.#engine.scopeChanged(group), 'sync.scope_failed');
      },
      guide: onGuide,
      waiting: onWaiting,
      measured: (latencyMs, offsetMs) => {
        this.#policy.latency(latencyMs);
        onMeasured(latencyMs, offsetMs);
      },
      // Worse than any ping, and much better than nothing where there is no socket.
      dated: (latencyMs, offsetMs) => onMeasured(latencyMs + DATE_STEP_MS, offsetMs),
    };
  }
}
