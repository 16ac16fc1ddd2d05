import type { IncomingMessage } from 'node:http';
import { callerAddress } from './caller-address.ts';
import type { Admission } from './handshake-rates.ts';

type Decide = (error: string | null, success: boolean) => void;

export type Gate = {
  /** False while the server stops. */
  readonly isOpen: () => boolean;
  /** Counts one more from this address, if it is let in. */
  readonly takesAnother: (address: string | null) => Admission;
};

const refusal = (status: string, text: string, more = ''): string =>
  `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\n${more}Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`;

const STOPPING = 'The server is stopping. Try again shortly.';
const FOREIGN = 'This origin may not connect.';
const CROWDED = 'Many stations are coming back at once. Try again in a moment.';
const TOO_FAST =
  'Too many connections are opened from this address. Those that are open stay open; try again in a moment.';

const REFUSALS: { readonly [A in Exclude<Admission, 'admitted'>]: string } = {
  crowded: refusal('503 Service Unavailable', CROWDED, 'Retry-After: 1\r\n'),
  address_too_fast: refusal('429 Too Many Requests', TOO_FAST, 'Retry-After: 1\r\n'),
};

/**
 * Decides who may open a connection, before anything is spent on it. Browsers on pages that are not on the list are refused, whichever
 * transport they come by: CORS does not bind WebSockets; no `Origin` at all is a native client. When a thousand stations come
 * back together, as many are let in as can be served at once, and the others' back-off brings them a little later.
 */
export const admitHandshakes = (allowed: readonly string[], { isOpen, takesAnother }: Gate) => {
  const known = new Set(allowed);
  return (request: IncomingMessage, decide: Decide): void => {
    const { origin, upgrade } = request.headers;
    // Engine.IO would answer an upgrade with 400; what is wrong is said here instead, and nothing decided any more.
    const isUpgrade = upgrade?.toLowerCase() === 'websocket';
    if (!isOpen()) decide(STOPPING, false);
    else if (origin !== undefined && !known.has(origin)) {
      if (isUpgrade) request.socket.end(refusal('403 Forbidden', FOREIGN));
      else decide(FOREIGN, false);
    } else {
      const admission = takesAnother(callerAddress(request));
      if (admission === 'admitted') decide(null, true);
      else if (!isUpgrade) decide(admission === 'crowded' ? CROWDED : TOO_FAST, false);
      else request.socket.end(REFUSALS[admission]);
    }
  };
};
