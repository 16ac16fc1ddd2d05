import type { Coverage, HistoryView } from '#contract/bridge/view.ts';
import type { EntityName } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import type { Frame } from '#contract/wire/sync.ts';
import type { Cache, CacheRebuild, Places, Position, Requested } from '../core/ports.ts';
import type { CacheFile } from './cache-file.ts';
import { CacheFolder, type CacheFolderOptions } from './cache-folder.ts';
import {
  countRows,
  readBoard,
  readDetail,
  readHistory,
  readPlaces,
  readRequested,
  readRows,
  readShipments,
  searchShipments,
} from './cache-reads.ts';
import { isBeyondUse, storeFault } from './open-database.ts';

const TOUCH_MS = 60_000;

export type CacheOptions = CacheFolderOptions & {
  /** Called once when a read or a write shows that the file is beyond use; `setAside` is the way out. */
  readonly onDamage?: () => void;
  /** Brings a file that was filled to the disk; rejects when that failed. */
  readonly syncFile?: (file: string) => Promise<void>;
};

/**
 * Rows on this station, all of which the server has too. One file is in use, another may be filled beside it, and is read
 * while the one in use is empty. Whatever happens to a cache, the way out is a new file, never a repair.
 */
export class StationCache implements Cache {
  readonly #options: CacheOptions;
  readonly #folder: CacheFolder;
  #file: CacheFile;
  /** Rows of a snapshot that is not whole, or never became so: true one by one, but no state the server ever was in. */
  #part: CacheFile | null = null;
  /** Kept here too: a damaged file cannot say it. */
  #scope: string | null;
  #syncedAt: string | null = null;
  #damaged = false;
  #closed = false;

  /** Never throws for a bad cache, folder or disk. */
  constructor(options: CacheOptions) {
    this.#options = options;
    this.#folder = new CacheFolder(options);
    this.#file = this.#folder.open();
    this.#scope = this.#file.meta('scope');
  }

  position(): Position | null {
    const position = this.#file.position();
    return position === null || this.#syncedAt === null ? position : { ...position, syncedAt: this.#syncedAt };
  }

  async apply(frame: Frame, syncedAt: string | null): Promise<void> {
    await this.#on((file) => file.apply(frame, syncedAt));
    this.#syncedAt = null;
  }

  touch(syncedAt: string): void {
    const stored = this.#file.position();
    if (stored === null) return;
    this.#syncedAt = syncedAt;
    if (Date.parse(syncedAt) - Date.parse(stored.syncedAt ?? '1970-01-01') < TOUCH_MS) return;
    this.#on((file) => file.setPosition({ ...stored, syncedAt })).catch(() => this.#options.log('cache.touch_failed'));
  }

  coverage(): Coverage {
    if (this.#file.position() !== null) return 'whole';
    return this.#part === null ? 'none' : 'part';
  }

  scope(): string | null {
    return this.#scope;
  }

  async handOver(scope: string): Promise<void> {
    this.#scope = scope;
    await this.#on((file) => file.setScope(scope));
  }

  async reset(scope: string): Promise<void> {
    this.#scope = scope;
    await this.clear();
  }

  async clear(): Promise<void> {
    await this.#dropPart();
    await this.#remove(this.#use(this.#begin()));
    this.#folder.dropAside();
  }

  isDamaged(): boolean {
    return this.#damaged;
  }

  async setAside(): Promise<void> {
    await this.#dropPart();
    const old = this.#use(this.#begin());
    await old.close().catch(() => undefined);
    this.#folder.keepAside(old.path);
  }

  async beginRebuild(): Promise<CacheRebuild> {
    const next = this.#folder.create(this.#scope, true);
    return {
      position: () => next.position(),
      apply: (frame, syncedAt) => next.apply(frame, syncedAt),
      addRows: async (rows) => {
        await next.addRows(rows);
        if (this.#file.position() === null && this.#part !== next) await this.#dropPart(next);
      },
      setPosition: (position) => next.setPosition(position),
      swap: async () => {
        // Only then may the pointer name it: power that goes in between leaves the old cache in use.
        await next.toDisk(this.#options.syncFile);
        const part = this.#part;
        await this.#remove(this.#use(next));
        if (part !== null && part !== next) await this.#remove(part);
      },
      abandon: async (isReadable) => {
        if (this.#part !== next) await this.#remove(next);
        else if (!isReadable) await this.#dropPart();
      },
    };
  }

  board(endedSince: string): Promise<Shipment[]> {
    return this.#onShown((file) => file.read((db, slicer) => readBoard(db, slicer, endedSince)));
  }

  shipments(ids: readonly string[]): Promise<Map<string, Shipment>> {
    return this.#onShown((file) => file.read((db, slicer) => readShipments(db, slicer, ids)));
  }

  detail(id: string): ReturnType<Cache['detail']> {
    return this.#onShown((file) => file.read((db, slicer) => readDetail(db, slicer, id)));
  }

  rows(entity: EntityName, ids: readonly string[]): Promise<Map<string, Record<string, unknown>>> {
    return this.#onShown((file) => file.read((db, slicer) => readRows(db, slicer, entity, ids)));
  }

  places(): Promise<Places> {
    return this.#onShown((file) => file.read((db, slicer) => readPlaces(db, slicer)));
  }

  requested(): Promise<Requested[]> {
    return this.#onShown((file) => file.read((db, slicer) => readRequested(db, slicer)));
  }

  countRows(): Promise<number> {
    return this.#onShown((file) => file.read((db) => countRows(db)));
  }

  search(text: string, limit: number): Promise<Shipment[]> {
    return this.#onShown((file) => file.read((db, slicer) => searchShipments(db, slicer, text, limit)));
  }

  history(shipmentId: string): Promise<HistoryView | null> {
    return this.#onShown((file) => file.read((db) => readHistory(db, shipmentId)));
  }

  keepHistory(shipmentId: string, history: readonly HistoryEntry[], fetchedAt: string): Promise<void> {
    return this.#onShown((file) => file.putHistory(shipmentId, fetchedAt, JSON.stringify(history)));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#dropPart();
    await this.#file.close();
    this.#folder.close();
  }

  /** An empty cache of the same scope, not in use yet. */
  #begin(): CacheFile {
    return this.#folder.create(this.#scope);
  }

  /** Puts `next` in the place of the present file, which it returns. */
  #use(next: CacheFile): CacheFile {
    const old = this.#file;
    this.#folder.point(next);
    this.#file = next;
    this.#part = null;
    this.#syncedAt = null;
    this.#damaged = false;
    return old;
  }

  async #dropPart(next: CacheFile | null = null): Promise<void> {
    const old = this.#part;
    this.#part = next;
    if (old !== null) await this.#remove(old);
  }

  /** A file that cannot be removed (a virus scanner reads it) is a stray, which the next start removes. */
  async #remove(file: CacheFile): Promise<void> {
    await file.remove().catch((error: unknown) => {
      this.#options.log('cache.not_removed', { kind: storeFault(error).kind });
    });
  }

  #onShown<T>(run: (file: CacheFile) => Promise<T>): Promise<T> {
    return this.#on(run, this.coverage() === 'part' && this.#part !== null ? this.#part : this.#file);
  }

  async #on<T>(run: (file: CacheFile) => Promise<T>, file = this.#file): Promise<T> {
    try {
      return await run(file);
    } catch (error) {
      if (file === this.#file && !this.#damaged && !this.#closed && isBeyondUse(error)) {
        this.#damaged = true;
        this.#options.log('cache.damaged', { kind: storeFault(error).kind });
        this.#options.onDamage?.();
      }
      throw error;
    }
  }
}
