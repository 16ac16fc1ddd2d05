import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { io } from 'socket.io-client';
import { afterEach, expect, it } from 'vitest';
import type { Access } from '../access.ts';
import type { Scope } from '../core/scope.ts';
import { StationBook } from '../core/station-book.ts';
import type { Storage } from '../core/storage.ts';
import { Turnstile } from '../core/turnstile.ts';
import { limitsOf } from '../limits.ts';
import { systemClock } from '../system-clock.ts';
import { SocketManager } from './socket-manager.ts';

const quiet = () => undefined;
const clock = systemClock();
const accessTo = (warehouse: string): Access => ({
  actor: { id: 'nora', name: 'Nora', role: 'lead' },
  scope: { role: 'lead', warehouses: [warehouse], supplierId: null },
  expiresAt: Number.POSITIVE_INFINITY,
});

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
});

it('gives a socket the access of the moment it comes in, not of the moment it signed in', async () => {
  const asked: (Scope | null)[] = [];
  const storage = {
    position: () => ({ epoch: 'e', head: 0, chain: 'c', floor: 0 }),
    onCommit: () => quiet,
    findShipment: async (scope: Scope | null) => {
      asked.push(scope);
      return null;
    },
  } as Partial<Storage> as Storage;
  const { catchUps, events, typing, reports, handshakes: all, handshakesOfOne: ofOne } = limitsOf();
  const sockets = new SocketManager({
    storage,
    verify: async () => accessTo('JOL'),
    // Changed in between.
    accessNow: () => accessTo('DAL'),
    receivePush: () => Promise.reject(new Error('nobody pushes')),
    takeReport: () => Promise.reject(new Error('nobody reports')),
    stations: new StationBook(() => 0),
    meter: { eventReceived: quiet, eventSent: quiet, refused: quiet },
    log: { debug: quiet, info: quiet, warn: quiet, error: quiet },
    clock,
    allowedOrigins: [],
    rates: { events, typing, reports },
    handshakes: { all, ofOne },
    catchUps: new Turnstile(catchUps, clock),
  });
  const server = createServer();
  sockets.initialize(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanUp.push(
    () => server.close(),
    () => sockets.shutdown(),
  );
  const { port } = server.address() as AddressInfo;
  const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'], forceNew: true, reconnection: false });
  cleanUp.push(() => socket.disconnect());
  await socket.timeout(5000).emitWithAck('join:shipment', { shipmentId: 'S' });
  expect(asked).toEqual([accessTo('DAL').scope]);
});
