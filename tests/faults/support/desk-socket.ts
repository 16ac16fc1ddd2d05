import { setTimeout as sleep } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';

const ANSWER_MS = 2_000;
const TRIES = 200;

/** Somebody else's page, on a socket of its own that comes back by itself; nothing it asks is sent twice. */
export class DeskSocket {
  readonly #socket: Socket;

  constructor(url: string, token: string) {
    const options = { reconnectionDelay: 50, reconnectionDelayMax: 100, randomizationFactor: 0 };
    this.#socket = io(url, { auth: { token }, forceNew: true, transports: ['websocket'], ...options });
  }

  /** The answer, or null where there was none: the server died over it. */
  async ask(event: string, payload: object): Promise<unknown> {
    for (let tries = 0; tries < TRIES && !this.#socket.connected; tries += 1) await sleep(25);
    return this.#socket
      .timeout(ANSWER_MS)
      .emitWithAck(event, payload)
      .catch(() => null);
  }

  close(): void {
    this.#socket.close();
  }
}
