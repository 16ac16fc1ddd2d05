/** What a server under measurement tells the bench, and is asked, over the process channel. */
export type FromServer =
  | { readonly kind: 'listening'; readonly port: number }
  | { readonly kind: 'usage'; readonly cpuMicros: number; readonly rssBytes: number; readonly heapBytes: number };
export type ToServer = { readonly kind: 'usage' };

/** Tells the bench the port, then answers each question with CPU time used so far and memory after a collection. */
export const report = (port: number): void => {
  const send = (message: FromServer): void => {
    process.send?.(message);
  };
  process.on('message', () => {
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed } = process.memoryUsage();
    send({ kind: 'usage', cpuMicros: user + system, rssBytes: rss, heapBytes: heapUsed });
  });
  process.on('disconnect', () => process.exit());
  send({ kind: 'listening', port });
};
