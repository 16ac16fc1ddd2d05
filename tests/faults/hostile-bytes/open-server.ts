// The real server as a process, with its brakes off: how much it takes is not asked here, but what it makes of it.
import { setTimeout as sleep } from 'node:timers/promises';
import { createServer } from '../../../server/create-server.ts';

const [dataDir = '', jwtSecret = ''] = process.argv.slice(2);
const many = { perSecond: 1e6, burst: 1e6 };
const limits = {
  requestsPerSecond: 1e6,
  events: many,
  typing: many,
  handshakes: many,
  handshakesOfOne: many,
  drainMs: 1_000,
};
const server = await createServer({ dataDir, jwtSecret, logLevel: 'silent', limits });
const { url } = await server.listen();
process.on('unhandledRejection', (reason) => {
  console.error('unhandled', reason);
  process.exit(70);
});
process.send?.({ url });

/** Milliseconds until connections that ended are forgotten: who looks on is swept twice a second. */
const SETTLE_MS = 1_500;
process.on('message', async () => {
  await sleep(SETTLE_MS);
  // What the first finds dead may have held what only the second finds.
  for (let times = 0; times < 3; times += 1) {
    globalThis.gc?.();
    await sleep(20);
  }
  const { heapUsed, external } = process.memoryUsage();
  process.send?.({ heapBytes: heapUsed + external });
});
process.on('disconnect', () => process.exit(0));
