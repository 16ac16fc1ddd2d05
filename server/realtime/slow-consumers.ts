import type { DockSocket } from './dock-socket.ts';

/** Bytes handed to a connection that it has not taken. */
const MOST_BYTES = 1024 * 1024;
/** Messages waiting for a connection to take the ones before them. */
const MOST_MESSAGES = 200;

type Waiting = { readonly bytes: number; readonly messages: number };

/** What waits to be taken. Engine.IO keeps messages behind the one that the WebSocket is sending; neither has an end of its own. */
const waitingFor = ({ conn }: DockSocket): Waiting => {
  const { transport, writeBuffer } = conn as unknown as {
    transport: { socket?: { bufferedAmount?: number } };
    writeBuffer?: readonly { readonly data?: string | Uint8Array }[];
  };
  const waiting = writeBuffer ?? [];
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of waiting) bytes += data?.length ?? 0;
  return { bytes, messages: waiting.length };
};

export type SlowConsumerPorts = {
  /** Takes the socket out of the live stream, if it is in it. */
  readonly drop: (socket: DockSocket) => void;
  /** It has taken everything: it may catch up and come back. */
  readonly invite: (socket: DockSocket) => void;
};

/**
 * Connections that do not take what is sent to them would have the server's memory fill up with frames. Such a socket leaves the live
 * stream, and is asked to pull what it missed once it has taken what was on the way.
 */
export class SlowConsumers {
  readonly #ports: SlowConsumerPorts;
  readonly #behind = new WeakSet<DockSocket>();

  constructor(ports: SlowConsumerPorts) {
    this.#ports = ports;
  }

  /** To be called now and then for every socket. */
  look(socket: DockSocket): void {
    const { bytes, messages } = waitingFor(socket);
    if (bytes > MOST_BYTES || messages > MOST_MESSAGES) {
      this.#behind.add(socket);
      // Again and again: it may have said hello before it took what was on the way.
      this.#ports.drop(socket);
    } else if (bytes === 0 && messages === 0 && this.#behind.delete(socket)) this.#ports.invite(socket);
  }
}
