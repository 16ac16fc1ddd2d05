import { WebSocket } from 'ws';

/**
 * The least that speaks Socket.IO over one WebSocket: opens, joins the namespace, answers pings, hands on events. Hundreds
 * of these cost the load generator little, so that what is measured is the server.
 */
export class LightClient {
  readonly #socket: WebSocket;
  readonly #acks = new Map<number, (reply: unknown) => void>();
  #nextAck = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static connect(
    url: string,
    auth: Record<string, string>,
    onEvent: (name: string, payload: unknown) => void,
  ): Promise<LightClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    const client = new LightClient(socket);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed the connection')));
      socket.on('message', (data) => {
        const text = String(data);
        if (text === '2') socket.send('3');
        else if (text.startsWith('0')) socket.send(`40${JSON.stringify(auth)}`);
        else if (text.startsWith('40')) resolve(client);
        else if (text.startsWith('44')) reject(new Error(text));
        else if (text.startsWith('43')) client.#acknowledge(text.slice(2));
        else if (text.startsWith('42')) {
          const [name, payload] = JSON.parse(text.slice(2)) as [string, unknown];
          onEvent(name, payload);
        }
      });
    });
  }

  /** Emits and resolves with the acknowledgement. */
  request(event: string, payload: unknown): Promise<unknown> {
    const id = this.#nextAck++;
    return new Promise((resolve) => {
      this.#acks.set(id, resolve);
      this.#socket.send(`42${id}${JSON.stringify([event, payload])}`);
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.terminate();
  }

  #acknowledge(text: string): void {
    const at = text.indexOf('[');
    const id = Number(text.slice(0, at));
    const [reply] = JSON.parse(text.slice(at)) as [unknown];
    this.#acks.get(id)?.(reply);
    this.#acks.delete(id);
  }
}
