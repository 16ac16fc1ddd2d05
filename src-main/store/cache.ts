import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HistoryView } from '#contract/bridge/view.ts';
import type { EntityName, ShipmentDetail } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { HistoryEntry } from '#contract/wire/http.ts';
import type { Frame } from '#contract/wire/sync.ts';
import type { Cache, CacheRebuild, Log, Places, Position } from '../core/ports.ts';
import { CacheFile } from './cache-file.ts';
import {
  readBoard,
  readDetail,
  readHistory,
  readPlaces,
  readRows,
  readShipments,
  searchShipments,
} from './cache-reads.ts';
import { setAside, storeFault } from './open-database.ts';

const POINTER = 'cache.current';
const NAME = /^cache-(\d+)\.db$/;
/** Damaged caches kept for whoever wants to know why; older ones go, as they can be large. */
const KEPT_ASIDE = 2;
const TOUCH_MS = 60_000;

export type CacheOptions = { readonly dir: string; readonly now: () => number; readonly log: Log };

/**
 * Rows on this station, all of which the server has too. One file is in use, named by a pointer file that is replaced
 * atomically; another may be filled beside it. Whatever happens to a cache, the way out is a new file, never a repair.
 */
export class StationCache implements Cache {
  readonly #options: CacheOptions;
  #dir: string;
  #file: CacheFile;
  #syncedAt: string | null = null;

  /** Never throws for a bad cache: it starts an empty one, in a temporary folder if it has to. */
  constructor(options: CacheOptions) {
    this.#options = options;
    this.#dir = options.dir;
    this.#file = this.#open();
  }

  position(): Position | null {
    const position = this.#file.position();
    return position === null || this.#syncedAt === null ? position : { ...position, syncedAt: this.#syncedAt };
  }

  async apply(frame: Frame, syncedAt: string | null): Promise<void> {
    await this.#file.apply(frame, syncedAt);
    this.#syncedAt = null;
  }

  touch(syncedAt: string): void {
    const stored = this.#file.position();
    if (stored === null) return;
    this.#syncedAt = syncedAt;
    if (Date.parse(syncedAt) - Date.parse(stored.syncedAt ?? '1970-01-01') < TOUCH_MS) return;
    this.#file.setPosition({ ...stored, syncedAt }).catch(() => this.#options.log('cache.touch_failed'));
  }

  scope(): string | null {
    return this.#file.meta('scope');
  }

  async reset(scope: string): Promise<void> {
    const next = this.#create();
    await next.setMeta('scope', scope);
    await this.#use(next);
  }

  async setAside(): Promise<void> {
    const scope = this.#quietly(() => this.#file.meta('scope'));
    const old = this.#file;
    await old.close();
    this.#keepAside(old.path);
    this.#file = this.#create();
    this.#syncedAt = null;
    this.#point(this.#file);
    if (scope !== null) await this.#file.setMeta('scope', scope);
  }

  async beginRebuild(): Promise<CacheRebuild> {
    const next = this.#create();
    const scope = this.scope();
    if (scope !== null) await next.setMeta('scope', scope);
    return {
      position: () => next.position(),
      apply: (frame, syncedAt) => next.apply(frame, syncedAt),
      addRows: (rows) => next.addRows(rows),
      setPosition: (position) => next.setPosition(position),
      swap: () => this.#use(next),
      abandon: () => next.remove(),
    };
  }

  board(endedSince: string): Promise<Shipment[]> {
    return this.#file.read((db, slicer) => readBoard(db, slicer, endedSince));
  }

  shipments(ids: readonly string[]): Promise<Map<string, Shipment>> {
    return this.#file.read((db, slicer) => readShipments(db, slicer, ids));
  }

  detail(id: string): Promise<ShipmentDetail | null> {
    return this.#file.read((db, slicer) => readDetail(db, slicer, id));
  }

  rows(entity: EntityName, ids: readonly string[]): Promise<Map<string, Record<string, unknown>>> {
    return this.#file.read((db, slicer) => readRows(db, slicer, entity, ids));
  }

  places(): Promise<Places> {
    return this.#file.read((db, slicer) => readPlaces(db, slicer));
  }

  search(text: string, limit: number): Promise<Shipment[]> {
    return this.#file.read((db, slicer) => searchShipments(db, slicer, text, limit));
  }

  history(shipmentId: string): Promise<HistoryView | null> {
    return this.#file.read((db) => readHistory(db, shipmentId));
  }

  keepHistory(shipmentId: string, history: readonly HistoryEntry[], fetchedAt: string): Promise<void> {
    return this.#file.putHistory(shipmentId, fetchedAt, JSON.stringify(history));
  }

  async close(): Promise<void> {
    await this.#file.close();
  }

  #open(): CacheFile {
    try {
      mkdirSync(this.#dir, { recursive: true });
      this.#removeStrays();
      return this.#openCurrent();
    } catch (error) {
      // Read-only profile, full disk, another program on the file: the board still has to show something today.
      this.#options.log('cache.temporary', { kind: storeFault(error).kind });
      this.#dir = mkdtempSync(join(tmpdir(), 'dockline-cache-'));
      return this.#create();
    }
  }

  #openCurrent(): CacheFile {
    const current = this.#current();
    if (current !== null && existsSync(join(this.#dir, current))) {
      try {
        return new CacheFile(join(this.#dir, current));
      } catch (error) {
        if (storeFault(error).kind !== 'corrupt') throw error;
        this.#options.log('cache.corrupt', { at: 'start' });
        this.#keepAside(join(this.#dir, current));
      }
    }
    const fresh = this.#create();
    this.#point(fresh);
    return fresh;
  }

  #current(): string | null {
    const pointer = join(this.#dir, POINTER);
    const name = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : '';
    return NAME.test(name) ? name : null;
  }

  /** An empty file with a number no cache here has had. */
  #create(): CacheFile {
    const used = readdirSync(this.#dir).map((name) => Number(/^cache-(\d+)\./.exec(name)?.[1] ?? 0));
    return new CacheFile(join(this.#dir, `cache-${Math.max(0, ...used) + 1}.db`));
  }

  async #use(next: CacheFile): Promise<void> {
    const old = this.#file;
    this.#point(next);
    this.#file = next;
    this.#syncedAt = null;
    await old.remove();
  }

  #point(file: CacheFile): void {
    const pointer = join(this.#dir, POINTER);
    const name = file.path.slice(this.#dir.length + 1);
    writeFileSync(`${pointer}.new`, name, { flush: true });
    renameSync(`${pointer}.new`, pointer);
  }

  /** What a rebuild left behind when the station was switched off in the middle of it. */
  #removeStrays(): void {
    const current = this.#current();
    for (const name of readdirSync(this.#dir)) {
      const file = /^(cache-\d+\.db)(-wal|-shm)?$/.exec(name)?.[1];
      if (file !== undefined && file !== current) rmSync(join(this.#dir, name), { force: true });
    }
  }

  #keepAside(path: string): void {
    setAside(path, 'corrupt', this.#options.now());
    const aside = readdirSync(this.#dir).filter((name) => /^cache-\d+\.db\.corrupt-[^.]*Z$/.test(name));
    const age = (name: string): string => name.slice(name.indexOf('.corrupt-'));
    aside.sort((a, b) => (age(a) < age(b) ? 1 : -1));
    for (const name of aside.slice(KEPT_ASIDE)) {
      for (const side of ['', '-wal', '-shm']) rmSync(join(this.#dir, name + side), { force: true });
    }
  }

  #quietly<T>(read: () => T): T | null {
    try {
      return read();
    } catch {
      return null;
    }
  }
}
