import { rmSync } from 'node:fs';
import type { Statement } from 'better-sqlite3';
import type { Shipment } from '#contract/domain/shipment.ts';
import { isOpen } from '#contract/domain/status.ts';
import type { Change, Frame, SnapshotRow } from '#contract/wire/sync.ts';
import type { CacheWriter, Position } from '../core/ports.ts';
import { SerialQueue } from '../core/serial-queue.ts';
import { StoreFault } from '../core/store-fault.ts';
import { CACHE_SCHEMA, CACHE_VERSION, searchWords } from './cache-schema.ts';
import { insist } from './insist.ts';
import { LogFolder } from './log-folder.ts';
import { type Db, guarded, openDatabase, type Synchronous, storeFault } from './open-database.ts';
import { Slicer } from './slicer.ts';
import { syncFile, syncToDisk } from './sync-to-disk.ts';

/** In the place of a path: a cache that is gone with the process, for a disk that takes none. */
export const IN_MEMORY = ':memory:';

const prepare = (db: Db) => ({
  begin: db.prepare('BEGIN IMMEDIATE'),
  commit: db.prepare('COMMIT'),
  rollback: db.prepare('ROLLBACK'),
  put: db.prepare(
    `INSERT INTO row (entity, id, seq, shipment_id, body) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (entity, id) DO UPDATE SET seq = excluded.seq, shipment_id = excluded.shipment_id, body = excluded.body
     WHERE excluded.seq > row.seq`,
  ),
  remove: db.prepare('DELETE FROM row WHERE entity = ? AND id = ? AND seq < ?'),
  removeParts: db.prepare('DELETE FROM row WHERE shipment_id = ? AND seq < ?'),
  putBoard: db.prepare(
    `INSERT INTO board (id, open, changed_at, words) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET open = excluded.open, changed_at = excluded.changed_at, words = excluded.words`,
  ),
  removeBoard: db.prepare('DELETE FROM board WHERE id = ?'),
  removeHistory: db.prepare('DELETE FROM history WHERE shipment_id = ?'),
  putHistory: db.prepare('INSERT OR REPLACE INTO history (shipment_id, fetched_at, body) VALUES (?, ?, ?)'),
  putMeta: db.prepare('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)'),
});

/**
 * One cache file. Writing and reading have a connection each, so a transaction may stay open while the loop breathes and
 * nobody reads half of it.
 */
export class CacheFile implements CacheWriter {
  readonly path: string;
  /** For reads only: sees the last commit, never what is being written. */
  readonly reader: Db;
  readonly #db: Db;
  readonly #sql: Record<keyof ReturnType<typeof prepare>, Statement<unknown[]>>;
  readonly #writes = new SerialQueue();
  /** None while the file is being filled: SQLite waits for no disk then, and may do it by itself. */
  #folder: LogFolder | null = null;
  /** One for all: a chain of short transactions would otherwise never let the loop go. */
  readonly #slicer = new Slicer();
  #position: Position | null;
  #reads = 0;
  #closing: (() => void) | null = null;

  /**
   * A file that is new belongs to `scope`. One that is `filling` waits for no disk: nobody may rely on it before `toDisk`. Throws
   * a `StoreFault`; `corrupt` also for a file of another version of ours.
   */
  constructor(path: string, scope: string | null = null, filling = false) {
    this.path = path;
    this.#db = openDatabase(path, filling ? 'OFF' : 'NORMAL', true);
    try {
      guarded(() => {
        const version = this.#db.pragma('user_version', { simple: true });
        const isNew = this.#db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() === 0;
        if (isNew) this.#db.exec(CACHE_SCHEMA);
        else if (version !== CACHE_VERSION) throw new StoreFault('corrupt', 'The cache is of another version.');
      });
      this.#sql = guarded(() => prepare(this.#db));
      if (scope !== null && this.meta('scope') === null) guarded(() => this.#sql.putMeta.run('scope', scope));
      const stored = this.meta('position');
      this.#position = stored === null ? null : (JSON.parse(stored) as Position);
      if (!filling) this.#foldApart();
      // A database in memory belongs to its connection; a read may then see half a frame, which the next push corrects.
      this.reader = path === IN_MEMORY ? this.#db : openDatabase(path, 'NORMAL', false);
    } catch (error) {
      this.#db.close();
      throw storeFault(error);
    }
  }

  position(): Position | null {
    return this.#position;
  }

  meta(key: string): string | null {
    const sql = 'SELECT value FROM meta WHERE key = ?';
    return guarded(() => (this.#db.prepare(sql).pluck().get(key) as string | undefined) ?? null);
  }

  apply(frame: Frame, syncedAt: string | null): Promise<void> {
    const { epoch, to: seq, chain, group } = frame;
    const next: Position = { cursor: { epoch, seq, chain }, group, syncedAt };
    return this.#transaction(async (slicer) => {
      const after = this.#position?.cursor.seq ?? 0;
      for (const change of frame.changes) {
        if (change.seq > after) this.#applyChange(change);
        await slicer.breathe();
      }
      this.#sql.putMeta.run('position', JSON.stringify(next));
    }).then(() => {
      this.#position = next;
    });
  }

  /** Rows of a snapshot. The position is set apart from them: a file without one is no cache yet. */
  addRows(rows: readonly SnapshotRow[]): Promise<void> {
    return this.#transaction(async (slicer) => {
      for (const { entity, id, seq, shipmentId, row } of rows) {
        this.#put(entity, id, seq, shipmentId, row);
        await slicer.breathe();
      }
    });
  }

  setPosition(position: Position): Promise<void> {
    return this.#transaction(async () => {
      this.#sql.putMeta.run('position', JSON.stringify(position));
    }).then(() => {
      this.#position = position;
    });
  }

  setScope(scope: string): Promise<void> {
    return this.#transaction(async () => void this.#sql.putMeta.run('scope', scope));
  }

  putHistory(shipmentId: string, fetchedAt: string, body: string): Promise<void> {
    return this.#transaction(async () => void this.#sql.putHistory.run(shipmentId, fetchedAt, body));
  }

  /** A read that may take several turns of the loop; the file is not closed meanwhile. */
  async read<T>(run: (db: Db, slicer: Slicer) => Promise<T> | T): Promise<T> {
    this.#reads += 1;
    try {
      return await insist(() => run(this.reader, this.#slicer));
    } catch (error) {
      throw storeFault(error);
    } finally {
      this.#reads -= 1;
      if (this.#reads === 0) this.#closing?.();
    }
  }

  /**
   * Ends the filling: resolves when all that was written is on the disk, and what is written from now on is as safe as in any
   * cache. Rejects with a `StoreFault` when the disk did not take it; then the file must not be used.
   */
  toDisk(sync: (file: string) => Promise<void> = syncToDisk): Promise<void> {
    if (this.path === IN_MEMORY) return Promise.resolve();
    return this.#writes.run(async () => {
      try {
        // Waits for nobody: what a reader keeps from being folded back stays in the log, which is synced as well.
        this.#db.pragma('wal_checkpoint(PASSIVE)');
        await sync(this.path);
        this.#db.pragma('synchronous = NORMAL');
        this.#foldApart();
      } catch (error) {
        throw storeFault(error);
      }
    });
  }

  /** Waits for what is running. */
  close(): Promise<void> {
    return this.#close('NORMAL');
  }

  async remove(): Promise<void> {
    await this.#close('OFF');
    if (this.path === IN_MEMORY) return;
    for (const side of ['', '-wal', '-shm']) rmSync(this.path + side, { force: true });
  }

  /** What is left in the log is folded back at the end, as safely as the file is worth. */
  async #close(synchronous: Synchronous): Promise<void> {
    await this.#writes.idle();
    await this.#folder?.close();
    if (this.#reads > 0) await new Promise<void>((resolve) => (this.#closing = resolve));
    this.reader.close();
    if (this.#db.open) guarded(() => this.#db.pragma(`synchronous = ${synchronous}`));
    this.#db.close();
  }

  #foldApart(): void {
    if (this.path === IN_MEMORY) return;
    this.#db.pragma('wal_autocheckpoint = 0');
    this.#folder = new LogFolder({ db: this.#db, path: this.path, writes: this.#writes, sync: syncFile });
  }

  #applyChange({ entity, id, seq, shipmentId, op, row }: Change): void {
    if (op === 'put' && row !== null) {
      this.#put(entity, id, seq, shipmentId, row);
      return;
    }
    const { changes } = this.#sql.remove.run(entity, id, seq);
    if (entity !== 'shipment') return;
    // A shipment that is gone, or no longer ours to see, takes everything on it along.
    this.#sql.removeParts.run(id, seq);
    // One that a snapshot read when it was back already stays on the board: it is not written again when its return comes by.
    if (changes === 0) return;
    this.#sql.removeBoard.run(id);
    this.#sql.removeHistory.run(id);
  }

  #put(entity: string, id: string, seq: number, shipmentId: string | null, row: Record<string, unknown>): void {
    const { changes } = this.#sql.put.run(entity, id, seq, shipmentId, JSON.stringify(row));
    if (entity !== 'shipment' || changes === 0) return;
    const shipment = row as unknown as Shipment;
    const open = isOpen(shipment.status) ? 1 : 0;
    this.#sql.putBoard.run(id, open, shipment.statusChangedAt, searchWords(shipment));
  }

  #transaction(run: (slicer: Slicer) => Promise<void>): Promise<void> {
    return this.#writes.run(async () => {
      await this.#slicer.breathe();
      try {
        await insist(() => void this.#sql.begin.run());
        await run(this.#slicer);
        await this.#slicer.breathe();
        this.#sql.commit.run();
        this.#folder?.afterCommit();
      } catch (error) {
        // SQLite may have rolled back by itself (disk full); then there is nothing to roll back.
        if (this.#db.inTransaction) this.#sql.rollback.run();
        throw storeFault(error);
      }
    });
  }
}
