import { join } from 'node:path';
import { MeasuredServer, UNLIMITED } from '../measured-server.ts';
import type { Connection, System } from './systems.ts';

/** Connections opened at once. */
const BATCH = 25;

/** The system's own server, prepared for its changes; lets in as many as come, as fast as they come. */
export const startServer = async (system: System, v8: readonly string[] = []): Promise<MeasuredServer> => {
  const server = await MeasuredServer.start(join('fanout', system.script), {
    limits: { handshakes: UNLIMITED, handshakesOfOne: UNLIMITED },
    v8,
  });
  await system.prepare(server.url);
  return server;
};

/** Opens `count` connections, a few at a time. */
export const connectAll = async (count: number, connect: () => Promise<Connection>): Promise<Connection[]> => {
  const open: Connection[] = [];
  while (open.length < count) {
    const batch = Array.from({ length: Math.min(BATCH, count - open.length) }, connect);
    open.push(...(await Promise.all(batch)));
  }
  return open;
};
