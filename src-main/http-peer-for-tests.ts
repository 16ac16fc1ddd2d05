import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LinkFault } from './core/link-fault.ts';
import { DownDoor } from './link/parse-down.ts';
import { PollLink } from './link/poll-link.ts';

/** Whatever is at the other end of a poll link: a test says what it answers, and looks at what it was asked. */
export const httpPeer = () => {
  let server: Server;
  const peer = {
    url: '',
    answer: (_request: IncomingMessage, _response: ServerResponse): void => undefined,
  };
  const asked: { method: string; path: string; token: string | undefined; body: string }[] = [];
  /** What did not fit and was left out. */
  const dropped: string[] = [];
  const json = (body: unknown, status = 200, type = 'application/json') => {
    peer.answer = (_request, response) =>
      response.writeHead(status, { 'content-type': type }).end(JSON.stringify(body));
  };
  return {
    peer,
    asked,
    dropped,
    /** Call before each test. */
    begin: async (): Promise<void> => {
      asked.length = 0;
      dropped.length = 0;
      server = createServer((request, response) => {
        let body = '';
        request.on('data', (part) => {
          body += part;
        });
        request.on('end', () => {
          const { method = '', url = '', headers } = request;
          asked.push({ method, path: url, token: headers.authorization, body });
          peer.answer(request, response);
        });
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      peer.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    },
    /** Call after each test. */
    end: (): void => {
      server.closeAllConnections();
      server.close();
    },
    link: (at = peer.url) =>
      new PollLink({
        url: at,
        token: () => 'my-token',
        door: new DownDoor((_event, facts) => dropped.push(String(facts?.what))),
      }),
    json,
    problem: (code: string, status: number) =>
      json({ type: 'about:blank', title: 't', status, detail: 'said so', code }, status, 'application/problem+json'),
    portal: () => {
      peer.answer = (_request, response) =>
        response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome to our Wi-Fi</h1>');
    },
  };
};

/** The fault that it ends with. Throws when it ends well, or with anything else. */
export const faultOf = async (run: () => Promise<unknown>): Promise<LinkFault> => {
  try {
    await run();
  } catch (error) {
    assert.ok(error instanceof LinkFault, String(error));
    return error;
  }
  throw new Error('it did not fail');
};

/** All of it, once it has ended. */
export const readAll = async <T>(given: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const each of given) all.push(each);
  return all;
};
