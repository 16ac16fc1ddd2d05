import { gunzipSync } from 'node:zlib';
import type { DownEvent } from '#contract/wire/down.ts';
import { PROBLEMS, type ProblemCode, ProblemError } from '#contract/wire/errors.ts';
import type { StationReport } from '#contract/wire/station-report.ts';
import type { Cursor, Frame, Mutation, PushReply, SnapshotLine } from '#contract/wire/sync.ts';
import { Heartbeat } from '../../src-main/core/heartbeat.ts';
import { LinkFault, unreachable } from '../../src-main/core/link-fault.ts';
import type { HttpPort, SocketPort } from '../../src-main/core/ports.ts';
import type { SocketLinkOptions } from '../../src-main/link/socket-link.ts';
import type { Links, OpenLinks } from '../../src-main/link-session.ts';
import { delay, type Surroundings, Wire } from './cable.ts';
import type { ServerNode } from './server-node.ts';

/** What the station's socket does, on a wire that is not one. The door and the heartbeat are the product's. */
class SimulatedSocket implements SocketPort {
  readonly #at: Surroundings;
  readonly #to: SocketLinkOptions;
  readonly #heartbeat: Heartbeat;
  #wire: Wire | null = null;
  #isOpen = false;
  readonly #asked = new Map<number, (answer: unknown) => void>();
  #requests = 0;

  constructor(at: Surroundings, to: SocketLinkOptions) {
    this.#at = at;
    this.#to = to;
    this.#heartbeat = new Heartbeat(
      to.clock,
      () => this.#ping(),
      () => this.#end(() => to.listener.lost('silent')),
    );
  }

  open(): void {
    if (this.#wire !== null) return;
    const { world, cable, machine } = this.#at;
    const wire = new Wire(this.#at);
    this.#wire = wire;
    const server = this.#at.server();
    const fails = !cable.isOnline || cable.blocksSockets || server === null;
    if (fails) {
      const after = cable.isOnline ? delay(this.#at) : 2_000;
      world.after(after, machine, 'refused', () => wire === this.#wire && this.#end(() => this.#to.listener.failed()));
      return;
    }
    this.#to.clock.setTimer(12_000, () => {
      if (wire === this.#wire && !this.#isOpen) this.#end(() => this.#to.listener.failed());
    });
    wire.up(server.machine, 'connect', () => this.#accepted(wire, server));
  }

  close(): void {
    this.#end(() => undefined);
  }

  isConnected(): boolean {
    return this.#isOpen;
  }

  check(): void {
    this.#heartbeat.check();
  }

  request: SocketPort['request'] = async (event, payload, timeoutMs) => {
    const wire = this.#wire;
    const server = this.#at.server();
    if (wire === null || !this.#isOpen) throw unreachable('The station is not connected.');
    this.#requests += 1;
    const id = this.#requests;
    const text = JSON.stringify(payload);
    const answer = await new Promise<unknown>((resolve, reject) => {
      const callOff = this.#to.clock.setTimer(timeoutMs, () => {
        this.#asked.delete(id);
        reject(unreachable('The server did not answer in time.'));
      });
      this.#asked.set(id, (given) => {
        callOff();
        this.#asked.delete(id);
        if (given === undefined) reject(unreachable('The connection ended.'));
        else resolve(given);
      });
      if (server !== null) wire.up(server.machine, event, () => this.#handle(wire, server, id, event, text));
    });
    if (wire === this.#wire) this.#heartbeat.heard();
    return this.#to.door.ack(event, answer);
  };

  /** Runs in the server. */
  #accepted(wire: Wire, server: ServerNode): void {
    const token = this.#to.token();
    const send = (event: DownEvent, payload: unknown): void => {
      const text = JSON.stringify(payload);
      this.#at.observer.leaves(token, event, text);
      wire.down(event, () => this.#hear(wire, event, text));
    };
    const session = server.accept(token, send);
    wire.session = session;
    wire.down('connected', () => {
      if (wire !== this.#wire) return;
      this.#isOpen = true;
      this.#heartbeat.start();
      this.#to.listener.connected('websocket', session.socket.id);
    });
  }

  /** Runs in the server. */
  #handle(wire: Wire, server: ServerNode, id: number, event: string, text: string): void {
    const { session } = wire;
    if (session === null || !session.connected) return;
    server.take(session, event, JSON.parse(text), (answer) => {
      const said = JSON.stringify(answer);
      this.#at.observer.leaves(this.#to.token(), event, said);
      if (event === 'sync:push') this.#at.observer.acknowledges(JSON.parse(text).clientId, answer);
      if (event === 'sync:push' && this.#at.cable.losesAnswers > 0) {
        this.#at.cable.losesAnswers -= 1;
        this.reset(wire);
        return;
      }
      const reply = answer as { state?: string; frame?: Frame | null };
      const isLive = event === 'sync:hello' && reply.state === 'live';
      if (isLive && reply.frame) wire.startsAt(reply.frame.to);
      wire.down(`ack ${event}`, () => {
        this.#asked.get(id)?.(JSON.parse(said));
      });
    });
  }

  #hear(wire: Wire, event: DownEvent, text: string): void {
    if (wire !== this.#wire) return;
    const { door, listener } = this.#to;
    this.#heartbeat.heard();
    const payload: unknown = JSON.parse(text);
    if (event === 'sync:frame') {
      const frame = door.pushedFrame(payload);
      if (frame !== null && !wire.follows(frame.from, frame.to)) this.#at.observer.hole(text);
      if (frame === null) listener.badFrame();
      else listener.frame(frame);
    } else if (event === 'sync:scope') {
      const { group } = payload as { group?: string };
      listener.scopeChanged(group ?? null);
    } else if (event === 'sync:upgrade') this.#end(() => listener.refused('upgrade_required'));
  }

  /** The connection breaks, and this end is told. */
  reset(wire = this.#wire): void {
    if (wire === null) return;
    wire.cut();
    this.#at.world.after(delay(this.#at), this.#at.machine, 'reset', () => {
      if (wire !== this.#wire) return;
      const { listener } = this.#to;
      const wasOpen = this.#isOpen;
      this.#end(() => (wasOpen ? listener.lost('closed') : listener.failed()));
    });
  }

  #ping(): void {
    const { clock, listener } = this.#to;
    const sent = clock.elapsed();
    this.request('ping', {}, 6_500).then(
      (answer) => {
        if (!answer.ok) return;
        const latency = clock.elapsed() - sent;
        listener.measured(Math.round(latency), clock.now() - latency / 2 - Date.parse(answer.at));
      },
      () => undefined,
    );
  }

  #end(tell: () => void): void {
    const wire = this.#wire;
    if (wire === null) return;
    this.#wire = null;
    this.#isOpen = false;
    this.#heartbeat.stop();
    const server = this.#at.server();
    const { session } = wire;
    if (!wire.isCut && session !== null && server !== null)
      wire.up(server.machine, 'bye', () => server.hangUp(session));
    for (const answer of [...this.#asked.values()]) answer(undefined);
    tell();
  }
}

/** The same requests as over HTTP, answered by the server's own route handlers. */
class SimulatedHttp implements HttpPort {
  readonly #at: Surroundings;
  readonly #to: SocketLinkOptions;
  readonly #ends = new Set<() => void>();
  #waiting: (() => void) | null = null;

  constructor(at: Surroundings, to: SocketLinkOptions) {
    this.#at = at;
    this.#to = to;
  }

  async changes({ epoch, seq, chain }: Cursor, waitSeconds: number): Promise<Frame> {
    const { chance } = this.#at.world;
    const { cable, observer } = this.#at;
    const limit = chance.once(3) ? 1 + chance.below(8) : 200;
    const query = { from: `${seq}`, epoch, chain, wait: `${waitSeconds}`, limit: `${limit}` };
    const gone = new AbortController();
    const asked = this.#ask(
      (server, token) => {
        const sent = (said: string): void => observer.leaves(token, 'page', said);
        return server.ask(token, 'GET', '/api/sync/changes', { query, gone: gone.signal, sent });
      },
      waitSeconds,
      (end) => {
        this.#waiting = () => {
          gone.abort();
          end();
        };
      },
    );
    const text = await asked;
    const page = await this.#to.door.page(JSON.parse(text));
    const before = cable.pages[chance.below(Math.max(1, cable.pages.length))];
    cable.pages.push(page);
    if (cable.pages.length > 6) cable.pages.shift();
    if (cable.stalePages === 0 || before === undefined || before.group !== page.group) return page;
    cable.stalePages -= 1;
    return before;
  }

  cancelChanges(): void {
    this.#waiting?.();
    this.#waiting = null;
  }

  close(): void {
    for (const end of [...this.#ends]) end();
  }

  async push(clientId: string, mutations: readonly Mutation[]): Promise<PushReply> {
    const { cable, observer } = this.#at;
    const body = JSON.stringify({ clientId, mutations });
    const text = await this.#ask(async (server, token) => {
      const sent = (said: string): void => observer.leaves(token, 'push', said);
      const answer = await server.ask(token, 'POST', '/api/sync/mutations', { body: JSON.parse(body), sent });
      observer.acknowledges(clientId, answer as PushReply);
      if (cable.losesAnswers > 0) {
        cable.losesAnswers -= 1;
        throw new Error('lost');
      }
      return answer;
    });
    return this.#to.door.pushReply(JSON.parse(text));
  }

  async report(report: StationReport): Promise<void> {
    const body = JSON.stringify(report);
    const { cable, world } = this.#at;
    await this.#ask((server, token) => {
      // From the moment it may be taken, whatever becomes of the answer.
      cable.reportedOverHttpAt = world.elapsed;
      return server.ask(token, 'POST', '/api/sync/report', { body: JSON.parse(body) });
    });
  }

  async *snapshot(resume?: { snapshot: string; line: number } | null): AsyncGenerator<SnapshotLine> {
    const { cable, observer, world } = this.#at;
    const answers: string[][] = [];
    let isCut = false;
    const read = async (server: ServerNode, token: string): Promise<null> => {
      // Where the request is made twice, the first answer is nobody's.
      const mine: string[] = [];
      answers.push(mine);
      const stream = await server.snapshot(token, resume ?? {});
      try {
        for await (const bytes of stream) {
          // It goes out as fast as the station takes it.
          await new Promise<void>((resolve) => void world.after(delay(this.#at), server.machine, 'chunk', resolve));
          if (stream.destroyed) break;
          const text = gunzipSync(bytes as Buffer).toString();
          observer.leaves(token, 'snapshot', text);
          mine.push(text);
        }
      } catch {
        // Broken off; what came before it has come.
      }
      isCut = !stream.readableEnded;
      return null;
    };
    await this.#ask(read);
    const breaksAfter = cable.breaksSnapshots > 0 ? world.chance.below(8) : Number.POSITIVE_INFINITY;
    if (cable.breaksSnapshots > 0) cable.breaksSnapshots -= 1;
    let skipped = 0;
    let lines = 0;
    for (const piece of answers.at(-1) ?? []) {
      await this.#hop();
      for (const text of piece.split('\n')) {
        if (text === '') continue;
        if (lines >= breaksAfter || !cable.isOnline) throw unreachable('The connection broke off.');
        lines += 1;
        const line = this.#to.door.snapshotLine(JSON.parse(text));
        if (line === null) skipped += 1;
        else yield line.kind === 'end' ? { ...line, rows: line.rows - skipped } : line;
      }
    }
    if (isCut) throw unreachable('The connection broke off.');
  }

  async history(): Promise<never> {
    throw unreachable('Histories are not simulated.');
  }

  async probe(): Promise<void> {
    await this.#ask(async () => null);
  }

  #hop(): Promise<void> {
    return new Promise((resolve) => void this.#at.world.after(delay(this.#at), this.#at.machine, 'piece', resolve));
  }

  /** One request: there, done, and back. What is lost on the way shows as a time-out; what the server says is a `LinkFault`. */
  #ask(
    run: (server: ServerNode, token: string) => Promise<unknown>,
    waitSeconds = 0,
    onEnd: (end: () => void) => void = () => undefined,
  ): Promise<string> {
    const { world, cable, machine } = this.#at;
    const server = this.#at.server();
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const give = (): void => reject(unreachable('The server did not answer.'));
    const end = (): void => {
      callOff();
      this.#ends.delete(end);
      give();
    };
    const callOff = this.#to.clock.setTimer(waitSeconds * 1000 + 10_000, end);
    this.#ends.add(end);
    onEnd(end);
    const settle = (finish: () => void): void => {
      callOff();
      this.#ends.delete(end);
      finish();
    };
    if (server === null) {
      if (cable.isOnline) world.after(delay(this.#at), machine, 'refused', () => settle(give));
      return promise;
    }
    const back = (label: string, finish: () => void): void => {
      world.after(delay(this.#at), machine, label, () => cable.isOnline && settle(finish));
    };
    const token = this.#to.token();
    const arrive = (): void => {
      if (!cable.isOnline) return;
      run(server, token).then(
        (answer) => {
          const text = JSON.stringify(answer) ?? 'null';
          back('answer', () => resolve(text));
        },
        (error: unknown) => {
          if (error instanceof ProblemError) back(error.code, () => reject(faultOf(error.code, error.message)));
          else if ((error as Error).message !== 'lost')
            back('internal', () => reject(faultOf('internal', String(error))));
        },
      );
    };
    world.after(delay(this.#at), server.machine, 'request', arrive);
    if (cable.repeatsRequests > 0) {
      cable.repeatsRequests -= 1;
      world.after(delay(this.#at) + world.chance.between(0, 300), server.machine, 'request again', arrive);
    }
    return promise;
  }
}

const faultOf = (code: ProblemCode, message: string): LinkFault => new LinkFault(code, message || PROBLEMS[code].title);

/** Both ways from one station to the server, and a hand on the plug. */
export const simulatedLinks = (at: Surroundings): { readonly open: OpenLinks; readonly pull: () => void } => {
  let socket: SimulatedSocket | null = null;
  const open = (to: SocketLinkOptions): Links => {
    socket = new SimulatedSocket(at, to);
    return { http: new SimulatedHttp(at, to), socket };
  };
  return { open, pull: () => socket?.reset() };
};
