import { setTimeout as sleep } from 'node:timers/promises';
import { serialize } from 'node:v8';
import type { ViewPatch } from '#contract/bridge/view.ts';
import type { Log } from '../../../src-main/core/ports.ts';
import { newId, sha256, systemClock } from '../../../src-main/shell/system-clock.ts';
import { createStation, type Station } from '../../../src-main/station.ts';
import { memorySettings } from '../../../src-main/station-for-tests.ts';

export type WholeOptions = {
  readonly url: string;
  readonly token: string;
  /** Folder of journal and cache. */
  readonly dir: string;
  readonly log?: Log;
  readonly onPatch?: (patch: ViewPatch) => void;
};

/**
 * Everything that runs in a station's main process but Electron itself: links, cache, journal, outbox, inbox and view. What it
 * pushes to its page is serialised as IPC would, and then dropped.
 */
export const startWholeStation = async (options: WholeOptions): Promise<Station> => {
  const { url, token, dir, log = () => undefined, onPatch = () => undefined } = options;
  const station = createStation({
    dir,
    app: 'bench',
    clock: systemClock,
    random: Math.random,
    newId,
    hash: sha256,
    log,
    settings: memorySettings({ serverUrl: url, token }),
    toasts: { show: () => undefined, withdraw: () => undefined },
    push: (channel, payload) => {
      serialize(payload);
      if (channel === 'view:changed') onPatch(payload as ViewPatch);
    },
  });
  await station.start();
  return station;
};

/** Milliseconds that a live station goes on, because its board and inbox have work left. */
const AFTER_MS = 30;

/** Runs a part of a station's life, and looks at it meanwhile. */
type During = <T>(part: () => Promise<T>) => Promise<T>;
const unwatched: During = (part) => part();

/**
 * Starts a whole station, waits until it is live and its page has been told, and stops it. Returns the snapshots it took.
 * `ends` is about the start and the stop, when files are opened and closed; `between` about all that the link brings.
 */
export const liveOnce = async (
  options: Omit<WholeOptions, 'log' | 'onPatch'>,
  { ends = unwatched, between = unwatched }: { ends?: During; between?: During } = {},
): Promise<number> => {
  let snapshots = 0;
  let live: () => void = () => undefined;
  const isLive = new Promise<void>((resolve) => {
    live = resolve;
  });
  const starting = () =>
    startWholeStation({
      ...options,
      log: (event) => {
        if (event === 'sync.rebuild') snapshots += 1;
      },
      onPatch: ({ connection }) => {
        if (connection?.kind === 'live') live();
      },
    });
  const station = await ends(starting);
  await between(async () => {
    await isLive;
    await sleep(AFTER_MS);
  });
  await ends(() => station.stop());
  return snapshots;
};
