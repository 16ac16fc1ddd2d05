import type { IncomingMessage } from 'node:http';

type Decide = (error: string | null, success: boolean) => void;

const REFUSED =
  'HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain\r\nContent-Length: 28\r\nConnection: close\r\n\r\nThis origin may not connect.';

/**
 * Refuses browsers on pages that are not on the list, whichever transport they come by: CORS does not bind WebSockets. No
 * `Origin` at all is a native client.
 */
export const admitOrigins = (allowed: readonly string[], isOpen: () => boolean) => {
  const known = new Set(allowed);
  return (request: IncomingMessage, decide: Decide): void => {
    const { origin, upgrade } = request.headers;
    if (!isOpen()) decide('The server is stopping. Try again shortly.', false);
    else if (origin === undefined || known.has(origin)) decide(null, true);
    // Engine.IO would answer an upgrade with 400; 403 says what is wrong, so it is said here and not decided any more.
    else if (upgrade?.toLowerCase() === 'websocket') request.socket.end(REFUSED);
    else decide('This origin may not connect.', false);
  };
};
