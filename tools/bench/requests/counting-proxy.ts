import { connect, createServer, type Server, type Socket } from 'node:net';

export type Traffic = { readonly requests: number; readonly bytes: number };

const REQUEST_LINE = /^(GET|POST|PUT|PATCH|DELETE|OPTIONS|HEAD) \S+ HTTP\/1\.1\r?$/gm;

/** A TCP relay on loopback that counts what passes: HTTP requests (upgrades among them) and bytes both ways. */
export class CountingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #requests = 0;
  #bytes = 0;

  constructor(targetUrl: string) {
    const { hostname, port } = new URL(targetUrl);
    this.#server = createServer((client) => {
      const upstream = connect(Number(port), hostname);
      let upgraded = false;
      client.on('data', (chunk) => {
        this.#bytes += chunk.length;
        if (!upgraded) {
          const text = chunk.toString('latin1');
          this.#requests += text.match(REQUEST_LINE)?.length ?? 0;
          upgraded = /^upgrade: websocket\r?$/im.test(text);
        }
        upstream.write(chunk);
      });
      upstream.on('data', (chunk) => {
        this.#bytes += chunk.length;
        client.write(chunk);
      });
      for (const [side, other] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        this.#sockets.add(side);
        side.on('error', () => other.destroy());
        side.on('close', () => {
          this.#sockets.delete(side);
          other.destroy();
        });
      }
    });
  }

  get traffic(): Traffic {
    return { requests: this.#requests, bytes: this.#bytes };
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
