import { type RawData, WebSocket } from 'ws';

const FOUR = '4'.charCodeAt(0);
const TWO = '2'.charCodeAt(0);

/** The event in a message that `onEvent` was handed. */
export const eventOf = (text: string): [name: string, payload: unknown] =>
  JSON.parse(text.slice(2)) as [string, unknown];

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

  static connect(url: string, auth: Record<string, string>, onEvent: (data: RawData) => void): Promise<LightClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    const client = new LightClient(socket);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('the server closed the connection')));
      socket.on('message', (data) => {
        // Events are left unread for whoever wants them: `[name, payload]` after the two digits.
        if (Buffer.isBuffer(data) && data[0] === FOUR && data[1] === TWO) onEvent(data);
        else client.#answer(String(data), auth, { resolve: () => resolve(client), reject });
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

  #answer(
    text: string,
    auth: Record<string, string>,
    opening: { resolve: () => void; reject: (error: Error) => void },
  ): void {
    if (text === '2') this.#socket.send('3');
    else if (text.startsWith('0')) this.#socket.send(`40${JSON.stringify(auth)}`);
    else if (text.startsWith('40')) opening.resolve();
    else if (text.startsWith('44')) opening.reject(new Error(text));
    else if (text.startsWith('43')) this.#acknowledge(text.slice(2));
  }

  #acknowledge(text: string): void {
    const at = text.indexOf('[');
    const id = Number(text.slice(0, at));
    const [reply] = JSON.parse(text.slice(at)) as [unknown];
    this.#acks.get(id)?.(reply);
    this.#acks.delete(id);
  }
}
