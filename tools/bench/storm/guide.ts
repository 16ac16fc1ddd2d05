import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { MeasuredServer } from '../measured-server.ts';
import { type Back, outage } from './outage.ts';

const GUIDE = 'fanout/guide-server.ts';
const ROOM = 'bench-shipment';

/**
 * Baseline: Socket.IO's own client with its default reconnection, which joins its room anew when it is back. WebSocket at once
 * rather than the default detour over polling. It is told nothing of what it missed; that is counted.
 */
export const guideStorm = async (stations: number, rate: number): Promise<Back> => {
  const server = await MeasuredServer.start(GUIDE);
  const backAt = new Map<number, number>();
  let connectsAt: number[] = [];
  let onBack = (): void => undefined;
  const heard = new Float64Array(stations);
  const join = (at: number) => {
    const socket = io(server.url, { transports: ['websocket'], forceNew: true });
    socket.on('shipment:updated', () => {
      heard[at] = (heard[at] ?? 0) + 1;
    });
    const joined = new Promise<void>((resolve) => {
      socket.on('connect', () => {
        connectsAt.push(performance.now());
        socket.emit('join:shipment', { shipmentId: ROOM }, () => {
          backAt.set(at, performance.now());
          onBack();
          resolve();
        });
      });
    });
    return { socket, joined };
  };
  const crowd: ReturnType<typeof join>[] = [];
  for (let at = 0; at < stations; at++) {
    crowd.push(join(at));
    if (at % 25 === 24) await Promise.all(crowd.map(({ joined }) => joined));
  }
  await Promise.all(crowd.map(({ joined }) => joined));

  let made = 0;
  const stop = new AbortController();
  const change = async (): Promise<void> => {
    for (let n = 1; !stop.signal.aborted; ) {
      await sleep(1000 / rate);
      const body = JSON.stringify({ id: ROOM, n });
      const reply = await fetch(`${server.url}/change`, { method: 'POST', body }).catch(() => null);
      if (reply?.ok !== true) continue;
      await reply.text().catch(() => '');
      made += 1;
      n += 1;
    }
  };
  const changes = change();
  await sleep(2000);
  const restart = (): Promise<MeasuredServer> => MeasuredServer.start(GUIDE, { port: server.port });
  const result = await outage(server, restart, {
    stations,
    back: (connects) => {
      connectsAt = connects;
      backAt.clear();
      const all = new Promise<void>((resolve) => {
        onBack = () => (backAt.size === stations ? resolve() : undefined);
      });
      return { times: backAt, all };
    },
  });
  await sleep(2000);
  stop.abort();
  await changes;
  await sleep(1000);
  const usage = await result.server.usage();
  for (const { socket } of crowd) socket.disconnect();
  await result.server.stop();
  const missed = heard.reduce((sum, each) => sum + made - each, 0) / stations;
  return { ...result, name: 'guide’s design', usage, remark: `${missed.toFixed(1)} of ${made} changes missed by each` };
};
