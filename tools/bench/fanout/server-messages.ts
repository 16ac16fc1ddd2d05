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

/** Tells the bench the port, then answers each question with CPU time used so far, the loop, and memory after a collection. */
export const report = (port: number): void => {
  const loop = monitorEventLoopDelay({ resolution: LOOK_MS });
  const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - LOOK_MS);
  const send = (message: FromServer): void => {
    process.send?.(message);
  };
  process.on('message', () => {
    const [loopP99Ms, loopMaxMs] = [late(loop.percentile(99)), late(loop.max)];
    // A collection asked for is no stall of the server's own.
    loop.disable();
    globalThis.gc?.();
    loop.enable();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    send({ kind: 'usage', cpuMicros: user + system, rssBytes: rss, heapBytes: heapUsed, loopP99Ms, loopMaxMs });
  });
  process.on('disconnect', () => process.exit());
  loop.enable();
  send({ kind: 'listening', port });
};
