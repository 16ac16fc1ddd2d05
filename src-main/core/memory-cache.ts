import type { Coverage } from '#contract/bridge/view.ts';
import type { ShipmentDetail } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type { Frame, SnapshotRow } from '#contract/wire/sync.ts';
import type { Cache, CacheRebuild, Position, Requested } from './ports.ts';
import { isCorrupt } from './store-fault.ts';

type Row = Omit<SnapshotRow, 'kind'>;

/** One cache file without the file. */
class MemoryFile {
  readonly rows = new Map<string, Row>();
  at: Position | null = null;

  apply(frame: Frame, syncedAt: string | null): void {
    const after = this.at?.cursor.seq ?? 0;
    for (const { entity, id, op, row, seq, shipmentId } of frame.changes) {
      if (seq <= after) continue;
      if (op === 'put' && row !== null) this.put({ entity, id, seq, shipmentId, row });
      else this.rows.delete(`${entity}:${id}`);
    }
    const { epoch, to, chain, group } = frame;
    this.at = { cursor: { epoch, seq: to, chain }, group, syncedAt };
  }

  put(row: Row): void {
    const key = `${row.entity}:${row.id}`;
    if (row.seq > (this.rows.get(key)?.seq ?? -1)) this.rows.set(key, row);
  }
}

/** The rows of a test: answers what the rules ask of a cache, and counts its rebuilds. */
export class MemoryCache implements Cache {
  file = new MemoryFile();
  /** Read instead of an empty `file`. */
  filling: MemoryFile | null = null;
  rebuilds = 0;
  setAsides = 0;
  clears = 0;
  /** Thrown by the next `apply`. */
  fault: Error | null = null;
  damaged = false;
  #scope: string | null = null;

  position(): Position | null {
    return this.file.at;
  }

  touch(syncedAt: string): void {
    if (this.file.at !== null) this.file.at = { ...this.file.at, syncedAt };
  }

  async apply(frame: Frame, syncedAt: string | null): Promise<void> {
    const { fault } = this;
    this.fault = null;
    this.damaged ||= isCorrupt(fault);
    if (fault !== null) throw fault;
    this.file.apply(frame, syncedAt);
  }

  async beginRebuild(): Promise<CacheRebuild> {
    const next = new MemoryFile();
    return {
      position: () => next.at,
      apply: async (frame, syncedAt) => next.apply(frame, syncedAt),
      addRows: async (rows) => {
        for (const row of rows) next.put(row);
        if (this.file.at === null) this.filling = next;
      },
      setPosition: async (position) => {
        next.at = position;
      },
      swap: async () => {
        this.#use(next);
        this.rebuilds += 1;
      },
      abandon: async (isReadable) => {
        if (!isReadable) this.filling = null;
      },
    };
  }

  coverage(): Coverage {
    if (this.file.at !== null) return 'whole';
    return this.filling === null ? 'none' : 'part';
  }

  scope(): string | null {
    return this.#scope;
  }

  async handOver(scope: string): Promise<void> {
    this.#scope = scope;
  }

  async reset(scope: string): Promise<void> {
    this.#scope = scope;
    this.#use(new MemoryFile());
  }

  async clear(): Promise<void> {
    this.clears += 1;
    this.#use(new MemoryFile());
  }

  isDamaged(): boolean {
    return this.damaged;
  }

  async setAside(): Promise<void> {
    this.setAsides += 1;
    this.damaged = false;
    this.#use(new MemoryFile());
  }

  async board(endedSince: string): Promise<Shipment[]> {
    return this.#shipments().filter(
      (row) => row.statusChangedAt >= endedSince || !['closed', 'refused', 'cancelled'].includes(row.status),
    );
  }

  async shipments(ids: readonly string[]): Promise<Map<string, Shipment>> {
    return new Map(
      this.#shipments()
        .filter(({ id }) => ids.includes(id))
        .map((row) => [row.id, row]),
    );
  }

  async detail(id: string): ReturnType<Cache['detail']> {
    const shipment = this.#shipments().find((row) => row.id === id);
    if (shipment === undefined) return null;
    const all = [...this.#shown().rows.values()].filter((row) => row.shipmentId === id);
    const part = <T>(entity: string): T[] => all.filter((row) => row.entity === entity).map(({ row }) => row as T);
    const detail: ShipmentDetail = {
      ...shipment,
      lines: part('line'),
      handlingUnits: part('handlingUnit'),
      documents: part('document'),
      inspections: part('inspection'),
      rejections: part('rejection'),
      holds: part('hold'),
      discrepancies: part('discrepancy'),
      notes: part('note'),
    };
    return { detail, seqs: new Map(all.map((row) => [`${row.entity}:${row.id}`, row.seq])) };
  }

  async rows(entity: string, ids: readonly string[]): Promise<Map<string, Record<string, unknown>>> {
    const found = [...this.#shown().rows.values()].filter((row) => row.entity === entity && ids.includes(row.id));
    return new Map(found.map(({ id, row }) => [id, row]));
  }

  async places(): ReturnType<Cache['places']> {
    return { warehouses: [], doors: [], suppliers: [], capacities: [] };
  }

  async requested(): Promise<Requested[]> {
    const found = [...this.#shown().rows.values()]
      .filter(({ entity, row }) => entity === 'inspection' && row.status === 'requested')
      .map(({ seq, row }) => ({ seq, inspection: row as unknown as Requested['inspection'] }));
    return found.sort((a, b) => a.seq - b.seq);
  }

  async countRows(): Promise<number> {
    return this.file.rows.size;
  }

  async search(text: string, limit: number): Promise<Shipment[]> {
    return this.#shipments()
      .filter(({ number }) => number.includes(text))
      .slice(0, limit);
  }

  async history(): ReturnType<Cache['history']> {
    return null;
  }

  async keepHistory(): Promise<void> {}

  #use(next: MemoryFile): void {
    this.file = next;
    this.filling = null;
  }

  #shown(): MemoryFile {
    return this.file.at === null && this.filling !== null ? this.filling : this.file;
  }

  #shipments(): Shipment[] {
    return [...this.#shown().rows.values()]
      .filter(({ entity }) => entity === 'shipment')
      .map(({ row }) => row as unknown as Shipment);
  }
}
