import { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
// Playwright ships the protocol's types but does not list them in its `exports`.
import type { Protocol } from '../../node_modules/playwright-core/types/protocol.d.ts';
import { debug } from './debug.ts';

type Commands = Protocol.CommandParameters;
export type Payload<E extends keyof Protocol.Events> = Protocol.Events[E];

interface Message {
  id?: number;
  sessionId?: string;
  method?: string;
  params?: unknown;
  result?: unknown;
  error?: { message: string };
}
interface Waiting {
  resolve(result: unknown): void;
  reject(error: Error): void;
  method: string;
}

/** Chromium would not do it, mostly because what it was asked about has gone in the meantime. */
export class CdpError extends Error {}

/** One conversation with the browser or with one of its targets. A command the browser refuses rejects with a CdpError. */
export interface CdpSession {
  readonly id: string | undefined;
  send<M extends keyof Commands>(method: M, params?: Commands[M]): Promise<Protocol.CommandReturnValues[M]>;
  on<E extends keyof Protocol.Events>(event: E, listener: (payload: Payload<E>) => void): void;
}

/**
 * Chrome DevTools Protocol over a pair of pipes (`--remote-debugging-pipe`). Pipes and not a port, because Chromium ends
 * itself when its pipe closes: a killed stand-in leaves no browser behind.
 */
export class CdpConnection {
  readonly #waiting = new Map<number, Waiting>();
  readonly #emitters = new Map<string | undefined, EventEmitter>();
  readonly #gone: (() => void)[] = [];
  readonly #toBrowser: Writable;
  #lastId = 0;
  #closed = false;

  constructor(toBrowser: Writable, fromBrowser: Readable) {
    this.#toBrowser = toBrowser;
    // Messages end with a NUL byte; one chunk may hold several, or a part of one.
    let pieces: Buffer[] = [];
    fromBrowser.on('data', (chunk: Buffer) => {
      let start = 0;
      for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
        pieces.push(chunk.subarray(start, end));
        this.#receive(JSON.parse(Buffer.concat(pieces).toString()) as Message);
        pieces = [];
        start = end + 1;
      }
      pieces.push(chunk.subarray(start));
    });
    const end = (): void => this.#end();
    fromBrowser.on('close', end).on('error', end);
    toBrowser.on('error', end);
  }

  /** @param id the target's session, or undefined for the browser itself. */
  session(id?: string): CdpSession {
    const emitter = this.#emitters.get(id) ?? new EventEmitter();
    this.#emitters.set(id, emitter);
    return {
      id,
      send: ((method, params) => this.#request(id, method, params)) as CdpSession['send'],
      on: (event, listener) => void emitter.on(event, listener),
    };
  }

  /** Calls `listener` once, when the browser has gone, for whatever reason. */
  onDisconnected(listener: () => void): void {
    this.#gone.push(listener);
  }

  #request(sessionId: string | undefined, method: string, params: object = {}): Promise<unknown> {
    if (this.#closed) return Promise.reject(new CdpError(`${method}: Chromium is gone`));
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, method });
      this.#toBrowser.write(`${JSON.stringify({ id, sessionId, method, params })}\0`);
    });
  }

  #receive(message: Message): void {
    if (message.id === undefined) {
      this.#emitters.get(message.sessionId)?.emit(message.method ?? '', message.params);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.error) waiting?.reject(new CdpError(`${waiting.method}: ${message.error.message}`));
    else waiting?.resolve(message.result);
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    debug('the pipe to Chromium closed');
    for (const { reject, method } of this.#waiting.values()) reject(new CdpError(`${method}: Chromium is gone`));
    this.#waiting.clear();
    for (const listener of this.#gone) listener();
  }
}
