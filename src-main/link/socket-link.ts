import { io, type Socket } from 'socket.io-client';
import { GUIDE_EVENTS } from '#contract/wire/down.ts';
import { PROBLEMS, type ProblemCode, problemCode } from '#contract/wire/errors.ts';
import type { Frame } from '#contract/wire/sync.ts';
import type { Ack, UpEvent, UpPayload } from '#contract/wire/up.ts';
import { Heartbeat } from '../core/heartbeat.ts';
import { unreachable } from '../core/link-fault.ts';
import type { Cancel, Clock, SocketListener, SocketPort, Transport } from '../core/ports.ts';
import { SerialQueue } from '../core/serial-queue.ts';
import type { DownDoor } from './parse-down.ts';

/** A handshake that takes longer is hanging somewhere (a proxy that swallows upgrades). */
const CONNECT_MS = 6_000;
const PING_ANSWER_MS = 6_500;
/** Changes in a frame that are checked at once: under a millisecond or two. */
const LARGE_FRAME = 50;
/** Frames that wait for a large one before them; beyond that, what is missing is pulled. */
const MOST_FRAMES = 100;

export type SocketLinkOptions = {
  readonly url: string;
  readonly token: () => string;
  readonly clock: Clock;
  readonly door: DownDoor;
  readonly listener: SocketListener;
};

const transportOf = (socket: Socket): Transport =>
  socket.io.engine?.transport?.name === 'polling' ? 'http' : 'websocket';

/**
 * One attempt at a time on the Socket.IO server; when to try again is the link policy's business. Socket.IO's own
 * reconnection, retries and offline buffer are unused: they would repeat and reorder what the outbox and the log keep.
 */
export class SocketLink implements SocketPort {
  readonly #options: SocketLinkOptions;
  readonly #heartbeat: Heartbeat;
  #socket: Socket | null = null;
  #giveUp: Cancel | null = null;
  readonly #frames = new SerialQueue();
  /** Swapped after an attempt that hung: a network may let HTTP pass and swallow WebSocket upgrades without a word. */
  #pollingFirst = false;

  constructor(options: SocketLinkOptions) {
    this.#options = options;
    this.#heartbeat = new Heartbeat(
      options.clock,
      () => this.#ping(),
      () => this.#end(() => options.listener.lost('silent')),
    );
  }

  open(): void {
    if (this.#socket !== null) return;
    const { url, token, clock } = this.#options;
    const socket = io(url, {
      transports: this.#pollingFirst ? ['polling', 'websocket'] : ['websocket', 'polling'],
      tryAllTransports: true,
      reconnection: false,
      forceNew: true,
      autoConnect: false,
      timeout: CONNECT_MS,
      auth: (give) => give({ token: token() }),
    });
    this.#socket = socket;
    this.#listen(socket);
    // Socket.IO's `timeout` covers the transport only; a server that accepts and never answers is as good as none.
    this.#giveUp = clock.setTimer(CONNECT_MS * 2, () => {
      this.#pollingFirst = !this.#pollingFirst;
      this.#end(() => this.#options.listener.failed());
    });
    socket.connect();
  }

  close(): void {
    this.#end(() => undefined);
  }

  isConnected(): boolean {
    return this.#socket?.connected === true;
  }

  check(): void {
    this.#heartbeat.check();
  }

  async request<E extends UpEvent>(event: E, payload: UpPayload[E], timeoutMs: number): Promise<Ack<E>> {
    const socket = this.#socket;
    // Emitting now would put it into Socket.IO's buffer and send it some time later, when nobody expects it.
    if (socket?.connected !== true) throw unreachable('The station is not connected.');
    let answer: unknown;
    try {
      answer = await socket.timeout(timeoutMs).emitWithAck(event, payload);
    } catch {
      throw unreachable('The server did not answer in time.');
    }
    if (socket === this.#socket) this.#heartbeat.heard();
    return this.#options.door.ack(event, answer);
  }

  #listen(socket: Socket): void {
    const { listener, door } = this.#options;
    socket.on('connect', () => {
      this.#giveUp?.();
      this.#giveUp = null;
      this.#heartbeat.start();
      socket.io.engine.on('upgrade', () => listener.transportChanged(transportOf(socket)));
      socket.io.engine.on('packet', () => this.#heartbeat.heard());
      listener.connected(transportOf(socket), socket.id ?? '');
    });
    socket.on('connect_error', (error: Error & { data?: { code?: unknown } }) => {
      const code = problemCode.safeParse(error.data?.code);
      if (error.message === 'timeout') this.#pollingFirst = !this.#pollingFirst;
      this.#end(() => (code.success ? this.#turnedAway(code.data) : listener.failed()));
    });
    socket.on('disconnect', () => this.#end(() => listener.lost('closed')));
    socket.on('sync:frame', (payload: unknown) => this.#pushed(socket, payload));
    socket.on('sync:scope', (payload: unknown) => listener.scopeChanged(door.scope(payload)));
    socket.on('sync:upgrade', () => this.#end(() => listener.refused('upgrade_required')));
    socket.on('shipment:waiting', (payload: unknown) => {
      const event = door.waiting(payload);
      if (event !== null) listener.waiting(event);
    });
    for (const name of GUIDE_EVENTS) {
      socket.on(name, (payload: unknown) => {
        const event = door.guide(name, payload);
        if (event !== null) listener.guide(event);
      });
    }
  }

  /** In the order in which they came: none overtakes a large one that is still being checked. */
  #pushed(socket: Socket, payload: unknown): void {
    const { door } = this.#options;
    const tell = (frame: Frame | null): void => {
      const { listener } = this.#options;
      if (socket !== this.#socket) return;
      if (frame === null) listener.badFrame();
      else listener.frame(frame);
    };
    const changes = (payload as { changes?: unknown } | null)?.changes;
    const isLarge = Array.isArray(changes) && changes.length > LARGE_FRAME;
    if (!isLarge && this.#frames.size === 0) tell(door.pushedFrame(payload));
    else if (this.#frames.size > MOST_FRAMES) tell(null);
    else void this.#frames.run(async () => tell(await door.pushedInSlices(payload)));
  }

  /** A server that is busy, full or stopping has nothing against this station. */
  #turnedAway(code: ProblemCode): void {
    const { listener } = this.#options;
    if (PROBLEMS[code].retry) listener.failed();
    else listener.refused(code);
  }

  #ping(): void {
    const { clock, listener } = this.#options;
    const sent = clock.elapsed();
    this.request('ping', {}, PING_ANSWER_MS).then(
      (answer) => {
        if (!answer.ok) return;
        const latency = clock.elapsed() - sent;
        // The server read its clock about half a round trip ago.
        listener.measured(Math.round(latency), clock.now() - latency / 2 - Date.parse(answer.at));
      },
      () => undefined,
    );
  }

  #end(tell: () => void): void {
    const socket = this.#socket;
    if (socket === null) return;
    this.#socket = null;
    this.#giveUp?.();
    this.#giveUp = null;
    this.#heartbeat.stop();
    socket.removeAllListeners();
    socket.disconnect();
    socket.io.engine?.close();
    tell();
  }
}
