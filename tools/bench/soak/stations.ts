// Real stations without their windows, several in this process; tells over the process channel what they cost and what they log.
import type { Log } from '../../../src-main/core/ports.ts';
import type { Station } from '../../../src-main/station.ts';
import { startWholeStation } from '../station/whole-station.ts';

export type Desk = { readonly url: string; readonly token: string; readonly dir: string };
export type ToStations =
  | { readonly kind: 'start'; readonly desks: readonly Desk[] }
  | { readonly kind: 'usage' | 'stop' };
export type FromStations =
  | { readonly kind: 'started' | 'stopped' }
  | { readonly kind: 'usage'; readonly heapBytes: number; readonly logBytes: number; readonly live: number }
  /** A station had to ask for what it missed, or to start over; `at` is milliseconds since 1970. */
  | {
      readonly kind: 'pulled';
      readonly desk: number;
      readonly event: string;
      readonly why: string;
      readonly at: number;
    };

const send = (message: FromStations): void => {
  process.send?.(message);
};

/** What a station says when a frame did not fit, whatever it then did about it. */
const TELLING = new Set(['sync.pull', 'sync.rebuild', 'sync.frame_failed', 'sync.pull_failed', 'down.dropped']);

const stations: Station[] = [];
const live = new Set<number>();
let logBytes = 0;

const logOf =
  (desk: number): Log =>
  (event, facts = {}) => {
    logBytes += JSON.stringify({ at: new Date().toISOString(), event, ...facts }).length + 1;
    if (TELLING.has(event)) send({ kind: 'pulled', desk, event, why: String(facts.why ?? facts.code), at: Date.now() });
  };

const start = async (desks: readonly Desk[]): Promise<void> => {
  for (const [desk, { url, token, dir }] of desks.entries()) {
    const onPatch = ({ connection }: { connection?: { kind: string } }): void => {
      if (connection?.kind === 'live') live.add(desk);
      else if (connection !== undefined) live.delete(desk);
    };
    stations.push(await startWholeStation({ url, token, dir, log: logOf(desk), onPatch }));
  }
  send({ kind: 'started' });
};

process.on('message', (message: ToStations) => {
  if (message.kind === 'start') void start(message.desks);
  else if (message.kind === 'usage') {
    globalThis.gc?.();
    send({ kind: 'usage', heapBytes: process.memoryUsage().heapUsed, logBytes, live: live.size });
  } else {
    void Promise.all(stations.map((station) => station.stop())).then(() => send({ kind: 'stopped' }));
  }
});
process.on('disconnect', () => process.exit());
