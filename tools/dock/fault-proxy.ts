import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Valve, type Weather } from './valve.ts';

/**
 * What the network between a station and the server does:
 * - `open` everything passes · `no_socket` `/socket.io` is cut off, other HTTP passes
 * - `no_upgrade` WebSocket upgrades fail, plain HTTP passes · `closed` nothing passes
 * - `half_open` connections stay and are accepted, and nothing comes through; `deaf` only towards the server
 * - `portal` everything is answered 200 with a page to sign in at · `bad_gateway` everything is answered 502
 */
export type Network = 'open' | 'no_socket' | 'no_upgrade' | 'closed' | 'half_open' | 'deaf' | 'portal' | 'bad_gateway';

/** What a middle box says for itself, whatever it was asked. */
const PAGES: Partial<Record<Network, { readonly status: number; readonly title: string }>> = {
  portal: { status: 200, title: 'Welcome to the guest network' },
  bad_gateway: { status: 502, title: 'Bad Gateway' },
};
/** Connections made before stay in these. */
const KEEPS: ReadonlySet<Network> = new Set(['open', 'half_open', 'deaf']);

/** What becomes of the answer to a GET of `/api/sync/changes`; `ask` asks the server for another page. */
export type RewritePage = (page: string, ask: (query: string) => Promise<string>) => Promise<string>;

/** A reverse proxy on loopback that stands between one station and the server and can be told to misbehave. */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Duplex>();
  readonly #upgraded = new Set<Duplex>();
  #network: Network = 'open';
  readonly #weather: Weather = { latencyMs: 0, jitterMs: 0, sliceBytes: 0, isUpHeld: false, isDownHeld: false };
  readonly #valves = new Set<Valve>();
  #loses: string | null = null;
  #cutsNext = false;
  #lost = 0;
  /** Set to change what stations get to read over HTTP. */
  rewritePage: RewritePage | null = null;

  constructor(targetUrl: string) {
    const { hostname, port } = new URL(targetUrl);
    this.#target = { host: hostname, port: Number(port) };
    this.#server = createServer((incoming, reply) => this.#forward(incoming, reply));
    this.#server.on('upgrade', (incoming, socket, head) => this.#upgrade(incoming, socket, head));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  /** Changes the weather; connections that would no longer be allowed are cut at once. */
  set(network: Network): void {
    this.#network = network;
    this.hold({ up: network === 'half_open', down: network === 'half_open' || network === 'deaf' });
    if (KEEPS.has(network)) return;
    for (const socket of network === 'no_upgrade' ? this.#upgraded : this.#sockets) socket.destroy();
  }

  /** Slow and chopped from now on; zeros for none of it. */
  disturb(weather: Partial<Pick<Weather, 'latencyMs' | 'jitterMs' | 'sliceBytes'>>): void {
    Object.assign(this.#weather, weather);
  }

  /** Keeps back what is on its way, until told otherwise: then it arrives late, but whole. */
  hold({ up, down }: { up: boolean; down: boolean }): void {
    Object.assign(this.#weather, { isUpHeld: up, isDownHeld: down });
    for (const valve of this.#valves) valve.look();
  }

  /** Hangs up on every answer with this text in it, instead of passing it on; null ends that. */
  lose(text: string | null): void {
    this.#loses = text;
  }

  /** Answers that were not passed on. */
  get lost(): number {
    return this.#lost;
  }

  /** Resets the next connection over which the server says something, in the middle of it. */
  cutNext(): void {
    this.#cutsNext = true;
  }

  /** Resets everything there is, as a device does that moves to another access point. */
  reset(): void {
    for (const socket of this.#sockets) (socket as Socket).resetAndDestroy();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(incoming: IncomingMessage, reply: ServerResponse): void {
    const isSocket = incoming.url?.startsWith('/socket.io') === true;
    const page = PAGES[this.#network];
    if (page !== undefined) {
      incoming.resume();
      reply.writeHead(page.status, { 'content-type': 'text/html' }).end(`<html><h1>${page.title}</h1></html>`);
      return;
    }
    if (this.#network === 'closed' || (this.#network === 'no_socket' && isSocket)) {
      incoming.socket.destroy();
      return;
    }
    const outgoing = request(
      { ...this.#target, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        if (this.rewritePage !== null && incoming.url?.startsWith('/api/sync/changes') && answer.statusCode === 200) {
          this.#rewrite(this.rewritePage, incoming, answer, reply).catch(() => incoming.socket.destroy());
          return;
        }
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(this.#down(incoming.socket)).pipe(reply);
      },
    );
    outgoing.on('error', () => incoming.socket.destroy());
    reply.on('close', () => outgoing.destroy());
    incoming.pipe(this.#valve(() => this.#weather.isUpHeld)).pipe(outgoing);
  }

  async #rewrite(
    rewrite: RewritePage,
    incoming: IncomingMessage,
    answer: IncomingMessage,
    reply: ServerResponse,
  ): Promise<void> {
    const { host, port } = this.#target;
    const headers = { authorization: incoming.headers.authorization ?? '' };
    const ask = async (query: string): Promise<string> =>
      (await fetch(`http://${host}:${port}/api/sync/changes?${query}`, { headers })).text();
    const page = await rewrite(await text(answer), ask);
    reply.writeHead(200, { 'content-type': 'application/json' }).end(page);
  }

  #valve(isHeld: () => boolean, look?: (chunk: Buffer) => Buffer | null): Valve {
    const valve = new Valve(this.#weather, isHeld, look);
    this.#valves.add(valve);
    valve.once('close', () => this.#valves.delete(valve));
    return valve;
  }

  /** From the server to the station; `socket` is the station's. */
  #down(socket: Duplex): Valve {
    return this.#valve(
      () => this.#weather.isDownHeld,
      (chunk) => {
        if (this.#loses !== null && chunk.includes(this.#loses)) {
          this.#lost += 1;
          socket.destroy();
          return null;
        }
        if (!this.#cutsNext || chunk.length < 2) return chunk;
        this.#cutsNext = false;
        this.#lost += 1;
        // What was written has to be on its way before the reset.
        setTimeout(() => (socket as Socket).resetAndDestroy(), 20);
        return chunk.subarray(0, Math.ceil(chunk.length / 2));
      },
    );
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    const page = PAGES[this.#network];
    if (page !== undefined) {
      socket.end(`HTTP/1.1 ${page.status} ${page.title}\r\nContent-Type: text/html\r\n\r\n<html></html>`);
      return;
    }
    if (!KEEPS.has(this.#network)) {
      socket.destroy();
      return;
    }
    const upstream: Socket = connect(this.#target.port, this.#target.host, () => {
      const headers = incoming.rawHeaders.reduce((text, part, at) => text + part + (at % 2 === 0 ? ': ' : '\r\n'), '');
      const up = this.#valve(() => this.#weather.isUpHeld);
      up.pipe(upstream);
      up.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers}\r\n`);
      if (head.length > 0) up.write(head);
      socket.pipe(up);
      upstream.pipe(this.#down(socket)).pipe(socket);
    });
    this.#upgraded.add(socket);
    const end = (): void => {
      this.#upgraded.delete(socket);
      socket.destroy();
      upstream.destroy();
    };
    for (const side of [socket, upstream]) side.on('error', end).on('close', end);
  }
}
