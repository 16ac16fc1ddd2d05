import type { ConnectionState } from '#contract/bridge/connection.ts';
import type { Frame, SnapshotRow } from '#contract/wire/sync.ts';
import type { CacheRebuild } from '../../../src-main/core/ports.ts';
import { LinkSession } from '../../../src-main/link-session.ts';
import { sha256, systemClock } from '../../../src-main/shell/system-clock.ts';
import { StationCache } from '../../../src-main/store/cache.ts';

/** The station's cache, telling of the rows of a snapshot once they are committed. */
class WatchedCache extends StationCache {
  onRows: (rows: readonly SnapshotRow[]) => void = () => undefined;

  override async beginRebuild(): Promise<CacheRebuild> {
    const rebuild = await super.beginRebuild();
    return {
      ...rebuild,
      addRows: async (rows) => {
        await rebuild.addRows(rows);
        this.onRows(rows);
      },
    };
  }
}

export type LinkedOptions = {
  readonly url: string;
  readonly token: string;
  /** Folder of the cache. */
  readonly dir: string;
  readonly onRows?: (rows: readonly SnapshotRow[]) => void;
  readonly onApplied?: (frame: Frame) => void;
};

export type Synced = {
  /** Milliseconds from the first hello until the station was live, its cursor at the head. */
  readonly liveMs: number;
  /** From the first hello until a new cache was complete and swapped in; null when there was none. */
  readonly swappedMs: number | null;
  readonly helloAt: number;
};

/**
 * The station's link, sync engine and cache as they run in its main process, without journal, view and window. Resolves when it
 * is live; everything is closed by then.
 */
export const syncOnce = async (options: LinkedOptions): Promise<Synced> => {
  const { url, token, dir, onRows = () => undefined, onApplied = () => undefined } = options;
  const nothing = (): undefined => undefined;
  const log: string[] = [];
  const cache = new WatchedCache({ dir, now: Date.now, log: (event) => log.push(event) });
  cache.onRows = onRows;
  let helloAt = 0;
  let swappedMs: number | null = null;
  let onState = (_state: ConnectionState): void => undefined;
  const sync = {
    cache,
    beforeApply: async () => undefined,
    applied: async (frame: Frame) => onApplied(frame),
    cleared: async () => undefined,
    rebuilt: async () => {
      swappedMs = performance.now() - helloAt;
    },
  };
  const sessionOptions = {
    url,
    sync,
    token: () => token,
    app: 'bench',
    clock: systemClock,
    random: Math.random,
    log: (event: string, facts?: object) => void log.push(`${event} ${JSON.stringify(facts ?? {})}`),
    outbox: { clientId: `bench-${sha256(dir).slice(0, 12)}`, reconcile: async () => undefined },
    journal: {
      // Asked right before every hello.
      lastAnswered: async () => {
        helloAt ||= performance.now();
        return 0;
      },
    },
    serverNow: () => Date.now(),
    refreshToken: async () => null,
    onState: (state: ConnectionState) => onState(state),
    onReachable: nothing,
    onSocket: nothing,
    onGuide: nothing,
    onMeasured: nothing,
  };
  const session = new LinkSession(sessionOptions);
  try {
    const liveMs = await new Promise<number>((resolve, reject) => {
      onState = (state) => {
        if (state.kind === 'live') resolve(performance.now() - helloAt);
        else if (state.kind !== 'connecting') reject(new Error(`the station is ${state.kind}\n${log.join('\n')}`));
      };
      session.start();
    });
    return { liveMs, swappedMs, helloAt };
  } finally {
    onState = nothing;
    await session.stop();
    await cache.close();
  }
};
