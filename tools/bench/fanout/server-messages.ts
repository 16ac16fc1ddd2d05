import { monitorEventLoopDelay } from 'node:perf_hooks';

/** What a server under measurement tells the bench, and is asked, over the process channel. */
export type FromServer =
  | { readonly kind: 'listening'; readonly port: number }
  | {
      readonly kind: 'usage';
      readonly cpuMicros: number;
      readonly rssBytes: number;
      readonly heapBytes: number;
      /** How much longer than asked a timer took, since the server listens. */
      readonly loopP99Ms: number;
      readonly loopMaxMs: number;
    };
export type ToServer = { readonly kind: 'usage' };

/** Milliseconds between two looks at the event loop: what is shorter is not seen, and costs nothing. */
const LOOK_MS = 10;

/** More than any young generation holds: after that all of it has been touched, and counts as resident. */
const FILL_BYTES = 128 * 1024 * 1024;
const PIECE_BYTES = 16 * 1024;

const fillYoungGeneration = (): void => {
  for (let filled = 0; filled < FILL_BYTES; filled += PIECE_BYTES) new Array(PIECE_BYTES / 8).fill(filled);
};

/** CPU time of this process, in microseconds. */
const cpuMicros = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** Tells the bench the port, then answers each question with CPU time used so far, the loop, and memory after a collection. */
export const report = (port: number): void => {
  const loop = monitorEventLoopDelay({ resolution: LOOK_MS });
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - LOOK_MS);
  const send = (message: FromServer): void => {
    process.send?.(message);
  };
  /** What the looks themselves have cost. */
  let ownMicros = 0;
  process.on('message', () => {
    const [loopP99Ms, loopMaxMs] = [late(loop.percentile(99)), late(loop.max)];
    const asked = cpuMicros();
    // A collection asked for is no stall of the server's own.
    loop.disable();
    fillYoungGeneration();
    globalThis.gc?.();
    loop.enable();
    const { rss, heapUsed } = process.memoryUsage();
    const used = asked - ownMicros;
    ownMicros += cpuMicros() - asked;
    send({ kind: 'usage', cpuMicros: used, rssBytes: rss, heapBytes: heapUsed, loopP99Ms, loopMaxMs });
  });
  process.on('disconnect', () => process.exit());
  loop.enable();
  send({ kind: 'listening', port });
};
