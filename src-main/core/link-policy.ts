import type { ConnectionState, PollingReason } from '#contract/bridge/connection.ts';
import type { ProblemCode } from '#contract/wire/errors.ts';
import { Backoff } from './backoff.ts';
import { type ConnectionEvent, reduceConnection } from './connection-state.ts';
import { refusalOf } from './link-fault.ts';
import type { Cancel, Clock, Log, Random, SocketPort, Transport } from './ports.ts';

/** Seconds the server may hold a poll. With the way there and back it stays under the 30 s a station may be behind. */
const POLL_WAIT_S = 25;
/** A server that answers long-polls at once and with nothing must not be asked in a tight loop. */
const POLL_SPACING_MS = 1_000;
const REFUSED_RETRY_MS = 30_000;
/**
 * Live, but over single HTTP requests: where WebSocket was blocked when the socket was opened, Socket.IO does not try it on that
 * one again. Another is opened after this long, then after twice as long, up to an hour.
 */
const BETTER_MS = 20_000;
const BETTER_CAP_MS = 60 * 60_000;

export type LinkPolicyPorts = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly socket: Pick<SocketPort, 'open' | 'close' | 'check'>;
  /** Says hello over the socket until the cache is level with the server; rejects with a `LinkFault`. */
  readonly catchUp: () => Promise<void>;
  /** One poll, waiting at most so many seconds for news; rejects with a `LinkFault`. */
  readonly poll: (waitSeconds: number) => Promise<void>;
  readonly cancelPoll: () => void;
  readonly probe: () => Promise<void>;
  /** A newer token if there is one. */
  readonly refreshToken: () => Promise<string | null>;
  readonly onState: (state: ConnectionState) => void;
};

/**
 * Decides by which way this station hears of changes: the socket first, long-polling while only HTTP answers, nothing
 * while neither does. It never gives up: the socket is tried again for ever, with full jitter.
 */
export class LinkPolicy {
  readonly #ports: LinkPolicyPorts;
  readonly #backoff: Backoff;
  #state: ConnectionState;
  #running = false;
  #attempt = 0;
  #socketOpen = false;
  #liveSince = 0;
  /** Of the present socket; an upgrade often comes while it is still catching up. */
  #transport: Transport = 'websocket';
  /** Of the present socket; the first answer often comes before it counts as live. */
  #latencyMs: number | null = null;
  #retry: Cancel | null = null;
  /** Sockets opened in vain for a better transport. */
  #betterTries = 0;
  /** Grows when the way of hearing changes, so that what was begun under another way ends without effect. */
  #turn = 0;
  /** Which try of the socket this is: an answer to an earlier one must not touch a later one. */
  #try = 0;
  /** Which run of polling this is: at most one loop goes on. */
  #pollRun = 0;
  #httpTried = false;

  constructor(ports: LinkPolicyPorts) {
    this.#ports = ports;
    this.#backoff = new Backoff(ports.random);
    this.#state = { kind: 'offline', since: this.#now() };
  }

  get state(): ConnectionState {
    return this.#state;
  }

  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.retryNow();
  }

  stop(): void {
    this.#running = false;
    this.#endTurn();
    this.#ports.socket.close();
    this.#socketOpen = false;
    this.#dispatch({ type: 'ended', at: this.#now() });
  }

  /** A person asked, the network came back, or the device woke up. */
  retryNow(): void {
    if (!this.#running) return;
    if (this.#state.kind === 'live') {
      this.#ports.socket.check();
      return;
    }
    this.#backoff.reset();
    this.#attempt = 0;
    this.#dispatch({ type: 'asked', at: this.#now() });
    // An attempt begun before the network came back may hang until its timeout: begin a new one.
    if (this.#socketOpen) this.#ports.socket.close();
    this.#trySocket();
  }

  // --- what the socket tells ---

  socketConnected(transport: Transport): void {
    this.#transport = transport;
    const mine = this.#try;
    const current = (): boolean => mine === this.#try && this.#socketOpen;
    this.#ports.catchUp().then(
      () => {
        if (current()) this.#goLive();
      },
      (error: unknown) => {
        if (current()) this.cannotFollow(error);
      },
    );
  }

  /** The socket is open, but what comes over it cannot be followed: rows that stand still must not look live. */
  cannotFollow(error: unknown): void {
    if (!this.#running || !this.#socketOpen) return;
    this.#ports.socket.close();
    const code = refusalOf(error);
    if (code !== null) this.socketRefused(code);
    else this.socketDown('socket_unreachable');
  }

  transportChanged(transport: Transport): void {
    this.#transport = transport;
    if (this.#state.kind === 'live') this.#tryBetter();
    this.#dispatch({ type: 'transport', transport });
  }

  latency(ms: number): void {
    this.#latencyMs = ms;
    this.#dispatch({ type: 'latency', ms });
  }

  /** The socket could not be opened, or is not open any more. */
  socketDown(reason: PollingReason): void {
    this.#socketOpen = false;
    if (!this.#running) return;
    if (this.#state.kind === 'live') {
      this.#backoff.ended(this.#ports.clock.elapsed() - this.#liveSince);
      this.#attempt = 0;
      this.#turn += 1;
      this.#dispatch({ type: 'lost', at: this.#now() });
    }
    this.#schedule(this.#backoff.next());
    if (this.#state.kind === 'polling') this.#checkPolling();
    else this.#tryHttp(reason);
  }

  socketRefused(code: ProblemCode): void {
    this.#socketOpen = false;
    if (!this.#running) return;
    this.#refuse(code);
  }

  // --- the ways ---

  #trySocket(): void {
    this.#retry?.();
    this.#retry = null;
    if (this.#socketOpen) this.#ports.socket.close();
    this.#socketOpen = true;
    this.#httpTried = false;
    this.#latencyMs = null;
    this.#try += 1;
    this.#attempt += 1;
    this.#dispatch({ type: 'trying', attempt: this.#attempt });
    this.#ports.socket.open();
  }

  #schedule(delayMs: number): void {
    this.#retry?.();
    this.#retry = this.#ports.clock.setTimer(delayMs, () => this.#trySocket());
  }

  #goLive(): void {
    this.#endTurn();
    this.#liveSince = this.#ports.clock.elapsed();
    this.#tryBetter();
    this.#dispatch({ type: 'live', transport: this.#transport });
    if (this.#latencyMs !== null) this.#dispatch({ type: 'latency', ms: this.#latencyMs });
  }

  #tryBetter(): void {
    this.#retry?.();
    this.#retry = null;
    if (this.#transport === 'websocket') {
      this.#betterTries = 0;
      return;
    }
    const delay = Math.min(BETTER_CAP_MS, BETTER_MS * 2 ** this.#betterTries);
    this.#retry = this.#ports.clock.setTimer(delay, () => {
      this.#betterTries += 1;
      this.#attempt = 0;
      this.#dispatch({ type: 'lost', at: this.#now() });
      this.#trySocket();
    });
  }

  /** Ends polling and every timer; the socket is left alone. */
  #endTurn(): void {
    this.#turn += 1;
    this.#retry?.();
    this.#retry = null;
    this.#ports.cancelPoll();
  }

  #tryHttp(reason: PollingReason): void {
    // One try per try of the socket: they share the back-off.
    if (this.#httpTried) return;
    this.#httpTried = true;
    const turn = this.#turn;
    this.#ports.poll(0).then(
      () => {
        if (turn !== this.#turn || !this.#running) return;
        this.#dispatch({ type: 'polling', reason, at: this.#now() });
        void this.#pollOn(turn);
      },
      (error: unknown) => this.#httpFailed(turn, error),
    );
  }

  async #pollOn(turn: number): Promise<void> {
    this.#pollRun += 1;
    const run = this.#pollRun;
    while (turn === this.#turn && run === this.#pollRun && this.#state.kind === 'polling') {
      const begun = this.#ports.clock.elapsed();
      try {
        await this.#ports.poll(POLL_WAIT_S);
      } catch (error) {
        this.#httpFailed(turn, error);
        return;
      }
      const rest = POLL_SPACING_MS - (this.#ports.clock.elapsed() - begun);
      if (rest > 0) await new Promise<void>((resolve) => void this.#ports.clock.setTimer(rest, resolve));
    }
  }

  /** The socket failed again while polling: make sure HTTP is still there, rather than find out when the poll times out. */
  #checkPolling(): void {
    const turn = this.#turn;
    this.#ports.probe().catch((error: unknown) => {
      if (turn !== this.#turn) return;
      this.#httpFailed(turn, error);
      this.#ports.cancelPoll();
    });
  }

  #httpFailed(turn: number, error: unknown): void {
    if (turn !== this.#turn || !this.#running) return;
    const code = refusalOf(error);
    if (code !== null) this.#refuse(code);
    else this.#dispatch({ type: 'unreachable', at: this.#now() });
  }

  #refuse(code: ProblemCode): void {
    this.#endTurn();
    this.#ports.socket.close();
    this.#socketOpen = false;
    const turn = this.#turn;
    this.#ports.log('link.refused', { code });
    this.#dispatch({ type: 'refused', code });
    // Jitter, so that a thousand stations whose tokens ended together do not come back together.
    this.#schedule(REFUSED_RETRY_MS * (1 + this.#ports.random()));
    this.#ports.refreshToken().then(
      (token) => {
        if (token !== null && turn === this.#turn && this.#running) this.#trySocket();
      },
      () => this.#ports.log('link.refresh_failed'),
    );
  }

  #now(): string {
    return new Date(this.#ports.clock.now()).toISOString();
  }

  #dispatch(event: ConnectionEvent): void {
    const next = reduceConnection(this.#state, event);
    if (next === this.#state) return;
    this.#state = next;
    this.#ports.onState(next);
  }
}
