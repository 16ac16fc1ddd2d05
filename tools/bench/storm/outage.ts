import { setTimeout as sleep } from 'node:timers/promises';
import type { MeasuredServer, Usage } from '../measured-server.ts';

/** Seconds the server is gone, and seconds after which a station that is not back counts as lost. */
const DOWN_MS = 3000;
const PATIENCE_MS = 60_000;

export type Back = {
  readonly name: string;
  /** Milliseconds from the start of the new server process until each station was back; of those that came. */
  readonly backMs: readonly number[];
  readonly stations: number;
  /** Milliseconds from the start of the new process until it listened. */
  readonly listeningMs: number;
  readonly connectsAt: readonly number[];
  readonly usage: Usage;
  readonly remark: string;
};

export type Crowd = {
  readonly stations: number;
  /** From now on notes when each station is back; resolves when all are. */
  readonly back: (connectsAt: number[]) => { readonly times: Map<number, number>; readonly all: Promise<void> };
};

/** Kills the server without a word, starts it again after three seconds, and watches the crowd come back. */
export const outage = async (
  server: MeasuredServer,
  restart: () => Promise<MeasuredServer>,
  crowd: Crowd,
): Promise<Omit<Back, 'name' | 'remark' | 'usage'> & { readonly server: MeasuredServer }> => {
  const connectsAt: number[] = [];
  await server.stop('SIGKILL');
  const { times, all } = crowd.back(connectsAt);
  await sleep(DOWN_MS);
  const started = performance.now();
  const next = await restart();
  const listeningMs = performance.now() - started;
  await Promise.race([all, sleep(PATIENCE_MS)]);
  const backMs = [...times.values()].map((at) => at - started).sort((a, b) => a - b);
  return { backMs, stations: crowd.stations, listeningMs, connectsAt, server: next };
};
