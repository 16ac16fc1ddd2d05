import type { Cursor, Frame, SnapshotRow } from '#contract/wire/sync.ts';
import { judgeFrame } from './judge-frame.ts';
import { LinkFault, unreachable } from './link-fault.ts';
import type { Cache, CacheRebuild, HttpPort, Position } from './ports.ts';

const ROWS_PER_BATCH = 500;
/** Of the first batch: there is something to show however slowly the rest comes. */
const FIRST_ROWS = 20;

export type RebuildPorts = {
  readonly http: Pick<HttpPort, 'changes' | 'snapshot'>;
  readonly syncedAt: (frame: Frame) => string | null;
  /** Rows of the snapshot are in the new cache; `isFirst`: these are its first. */
  readonly arrived?: (rows: readonly SnapshotRow[], isFirst: boolean) => Promise<void>;
};

/** `snapshot` lines into the new cache. Returns the position noted at its head and the seq from which it is consistent. */
const load = async (rebuild: CacheRebuild, { http, arrived }: RebuildPorts): Promise<number> => {
  let batch: SnapshotRow[] = [];
  let rows = 0;
  let room = FIRST_ROWS;
  let begun = false;
  for await (const line of http.snapshot()) {
    if (line.kind === 'head') {
      // Rows of one snapshot under the position of another would stand still for good.
      if (begun) throw unreachable('The snapshot began twice.');
      // The position is noted before the rows were read (§A8), so what changed meanwhile comes once more as changes.
      const cursor = { epoch: line.epoch, seq: line.seq, chain: line.chain };
      await rebuild.setPosition({ cursor, group: line.group, syncedAt: null });
      begun = true;
    } else if (line.kind === 'row') {
      batch.push(line);
      rows += 1;
      if (batch.length < room) continue;
      await rebuild.addRows(batch);
      await arrived?.(batch, rows === batch.length);
      batch = [];
      room = ROWS_PER_BATCH;
    } else {
      await rebuild.addRows(batch);
      if (!begun || rows !== line.rows) throw unreachable('The snapshot was incomplete.');
      return line.seq;
    }
  }
  throw unreachable('The snapshot broke off.');
};

/** Whether this station has shown more of the same history already: a snapshot that several share may be older than that. */
const isBehind = (at: Cursor, shown: Cursor | null): boolean => shown?.epoch === at.epoch && at.seq < shown.seq;

/**
 * Fetches everything anew into a cache file beside the one in use, brings it level with the changes made meanwhile and
 * swaps it in. Until then the old one stays readable; on any failure it stays for good and the new one is removed, unless there
 * is nothing else to show and all that is wrong with it is that the server could not go on.
 */
export const rebuildCache = async (
  cache: Pick<Cache, 'position' | 'beginRebuild'>,
  ports: RebuildPorts,
): Promise<Position> => {
  const { http, syncedAt } = ports;
  const shown = cache.position()?.cursor ?? null;
  const rebuild = await cache.beginRebuild();
  try {
    const consistentFrom = await load(rebuild, ports);
    for (;;) {
      const at = rebuild.position();
      if (at === null) throw unreachable('The snapshot had no position.');
      const isWhole = at.cursor.seq >= consistentFrom;
      if (isWhole && !isBehind(at.cursor, shown)) break;
      const frame = await http.changes(at.cursor, 0);
      const judged = judgeFrame(frame, at);
      // A server that was restored has no more than this.
      if (isWhole && judged === 'dropped' && frame.to === at.cursor.seq) break;
      // Of another history or view, or a page that was asked for from another position and comes late.
      if (judged !== 'applied') throw unreachable('A page did not fit the snapshot that was taken.');
      await rebuild.apply(frame, syncedAt(frame));
    }
    const position = rebuild.position();
    if (position === null) throw unreachable('The snapshot had no position.');
    await rebuild.swap();
    return position;
  } catch (error) {
    await rebuild.abandon(error instanceof LinkFault);
    throw error;
  }
};
