import { describe, expect, it } from 'vitest';
import { ProblemError } from '#contract/wire/errors.ts';
import { StationBook } from '../core/station-book.ts';
import type { Storage } from '../core/storage.ts';
import { Turnstile } from '../core/turnstile.ts';
import { systemClock } from '../system-clock.ts';
import type { DockSocket } from './dock-socket.ts';
import { createHandlers, type HandlerPorts } from './event-handlers.ts';
import { Presence, type Told } from './presence.ts';
import type { Tailer } from './tailer.ts';

// What these do to a real socket is in socket-manager.test.ts; here is what only shows when time stands still in between.

const position = { epoch: 'e', head: 5, chain: 'c', floor: 0 };
const frame = { epoch: 'e', group: 'g', from: 5, to: 5, chain: 'c', head: 5, changes: [] };

const setUp = (order: string[], connected: () => boolean = () => true) => {
  const told: Told[] = [];
  const presence = new Presence();
  const socket = {
    id: 'socket-1',
    get connected() {
      return connected();
    },
    data: {
      access: {
        actor: { id: 'mara', name: 'Mara', role: 'receiver' },
        scope: { role: 'receiver', warehouses: null, supplierId: null },
      },
      group: { id: 'g', projection: 'staff', warehouses: null, supplierId: null },
    },
    join: (room: string) => void order.push(`join ${room}`),
    emit: () => true,
  } as never as DockSocket;
  const storage = {
    position: () => position,
    lastN: async () => 0,
    chainAt: async () => 'c',
    readFrame: async () => frame,
    findShipment: async () => ({ id: 's1' }),
  } as never as Storage;
  const tailer: Pick<Tailer, 'admit'> = {
    admit: (_group, _to, join) => {
      queueMicrotask(() => order.push('next'));
      join();
      order.push('admitted');
      return true;
    },
  };
  const ports: HandlerPorts = {
    storage,
    presence,
    catchUps: new Turnstile({ places: 1, queue: 1, patienceMs: 100 }, systemClock()),
    tailer: tailer as Tailer,
    receivePush: () => Promise.reject(new ProblemError('internal')),
    takeReport: () => Promise.reject(new ProblemError('internal')),
    stations: new StationBook(() => 0),
    tell: (each) => told.push(...each),
    now: () => 0,
  };
  return { handlers: createHandlers(ports), socket, presence, told };
};

describe('sync:hello', () => {
  it('is in the room and acknowledged before anything else can happen', async () => {
    const order: string[] = [];
    const { handlers, socket } = setUp(order);
    const payload = { protocol: 1, clientId: 'station-1', cursor: { epoch: 'e', seq: 5, chain: 'c' } };
    await handlers['sync:hello'](socket, payload, () => order.push('acknowledged'));
    await Promise.resolve();
    expect(order).toEqual(['join group:g', 'admitted', 'acknowledged', 'next']);
  });

  it('joins no room for a socket that has gone meanwhile', async () => {
    const order: string[] = [];
    const { handlers, socket } = setUp(order, () => false);
    const payload = { protocol: 1, clientId: 'station-1', cursor: { epoch: 'e', seq: 5, chain: 'c' } };
    await handlers['sync:hello'](socket, payload, () => undefined);
    expect(order).toEqual([]);
  });
});

describe('join:shipment', () => {
  it('leaves no viewer behind for a socket that has gone meanwhile', async () => {
    const order: string[] = [];
    const { handlers, socket, presence, told } = setUp(order, () => false);
    await handlers['join:shipment'](socket, { shipmentId: 's1' }, () => undefined);
    expect([order, told, presence.viewers('s1')]).toEqual([[], [], []]);
  });
});
