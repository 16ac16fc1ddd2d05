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
  readonly #acks = new Map<number, { resolve: (reply: unknown) => void; reject: (error: Error) => void }>();
  #nextAck = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** `onLost` hears of the end of a connection that was made; what was asked for and not answered rejects. */
  static connect(
    url: string,
    auth: Record<string, string>,
    onEvent: (data: RawData) => void,
    onLost: () => void = () => undefined,
  ): Promise<LightClient> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    const client = new LightClient(socket);
    return new Promise((resolve, reject) => {
      socket.on('error', reject);
      let opened = false;
      socket.on('close', () => {
        const closed = new Error('the server closed the connection');
        reject(closed);
        client.#forget(closed);
        if (opened) onLost();
      });
      socket.on('message', (data) => {
        // Events are left unread for whoever wants them: `[name, payload]` after the two digits.
        if (Buffer.isBuffer(data) && data[0] === FOUR && data[1] === TWO) onEvent(data);
        else
          client.#answer(String(data), auth, {
            reject,
            resolve: () => {
              opened = true;
              resolve(client);
            },
          });
      });
    });
  }

  /** Emits and resolves with the acknowledgement. */
  request(event: string, payload: unknown): Promise<unknown> {
    const id = this.#nextAck++;
    return new Promise((resolve, reject) => {
      if (this.#socket.readyState !== WebSocket.OPEN) {
        reject(new Error('the connection is closed'));
        return;
      }
      this.#acks.set(id, { resolve, reject });
      this.#socket.send(`42${id}${JSON.stringify([event, payload])}`);
    });
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#forget(new Error('the connection was closed'));
    this.#socket.terminate();
  }

  #forget(why: Error): void {
    for (const { reject } of this.#acks.values()) reject(why);
    this.#acks.clear();
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
    this.#acks.get(id)?.resolve(reply);
    this.#acks.delete(id);
  }
}
