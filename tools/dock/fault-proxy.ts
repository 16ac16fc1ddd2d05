import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/**
 * What the network between a station and the server does:
 * - `open` everything passes · `no_socket` `/socket.io` is cut off, other HTTP passes
 * - `no_upgrade` WebSocket upgrades fail, plain HTTP passes · `closed` nothing passes
 */
export type Network = 'open' | 'no_socket' | 'no_upgrade' | 'closed';

/** A reverse proxy on loopback that stands between one station and the server and can be told to misbehave. */
export class FaultProxy {
  readonly #server: Server;
  readonly #target: { host: string; port: number };
  readonly #sockets = new Set<Duplex>();
  readonly #upgraded = new Set<Duplex>();
  #network: Network = 'open';

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
    for (const socket of network === 'no_upgrade' ? this.#upgraded : this.#sockets) {
      if (network !== 'open') socket.destroy();
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #forward(incoming: IncomingMessage, reply: ServerResponse): void {
    const isSocket = incoming.url?.startsWith('/socket.io') === true;
    if (this.#network === 'closed' || (this.#network === 'no_socket' && isSocket)) {
      incoming.socket.destroy();
      return;
    }
    const outgoing = request(
      { ...this.#target, method: incoming.method, path: incoming.url, headers: incoming.headers },
      (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
      },
    );
    outgoing.on('error', () => incoming.socket.destroy());
    reply.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  #upgrade(incoming: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#network !== 'open') {
      socket.destroy();
      return;
    }
    const upstream: Socket = connect(this.#target.port, this.#target.host, () => {
      const headers = incoming.rawHeaders.reduce((text, part, at) => text + part + (at % 2 === 0 ? ': ' : '\r\n'), '');
      upstream.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers}\r\n`);
      upstream.write(head);
      upstream.pipe(socket);
      socket.pipe(upstream);
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
