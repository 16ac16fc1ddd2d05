import { hash } from 'node:crypto';
import type { Actor } from '#contract/domain/roles.ts';
import type { Change } from '#contract/wire/sync.ts';
import type { Group } from '../../server/core/scope.ts';
import type { RawChange } from '../../server/core/storage.ts';
import { isVisible, projectRow } from '../../server/core/visibility.ts';
import { Rules } from './check-rules.ts';
import { LogIndex } from './log-index.ts';
import { Moves } from './moves.ts';
import { require } from './violation.ts';

/** A row of the server's log as it stands in the database. */
export type StoredChange = {
  readonly seq: number;
  readonly tx_end: number;
  readonly entity: string;
  readonly entity_id: string;
  readonly op: string;
  readonly row: string | null;
  readonly shipment_id: string | null;
  readonly command: string;
  readonly actor: string;
  readonly origin: string | null;
  readonly warehouse_from: string | null;
  readonly warehouse_to: string | null;
  readonly supplier_id: string | null;
  readonly occurred_at: string;
  readonly recorded_at: string;
  readonly chain: string | null;
};

/** A committed change as the laboratory keeps it, whatever the server forgets. */
export type Logged = { readonly raw: RawChange; readonly chain: string | null };

type Row = { readonly seq: number; readonly text: string };
/** What a group sees at every position: the rows now, and a sum over all rows for each position before. */
type Sight = {
  readonly group: Group;
  at: number;
  readonly rows: Map<string, Row>;
  readonly sums: number[];
  readonly visible: Change[];
};

const MODULUS = 2 ** 48;
const digests = new Map<string, number>();

/** 48 bits of a row; sums of them tell sets of rows apart, whatever their order. */
export const rowDigest = (entity: string, id: string, seq: number, text: string): number => {
  const key = `${entity}:${id}:${seq}:${text}`;
  const known = digests.get(key);
  if (known !== undefined) return known;
  if (digests.size > 20_000) digests.clear();
  const digest = Number.parseInt(hash('md5', key, 'hex').slice(0, 12), 16);
  digests.set(key, digest);
  return digest;
};

export const sumOf = (digests: Iterable<number>): number => {
  let sum = 0;
  for (const digest of digests) sum = (sum + digest) % MODULUS;
  return sum;
};

/** One history of the server, whole, from which everything a station may show can be worked out. */
export class History {
  readonly epoch: string;
  readonly log: Logged[];
  /** Chain before the first change. */
  readonly genesis: string;
  /** Of what was looked at already; see `checkLog`. */
  readonly index = new LogIndex();
  readonly moves = new Moves();
  readonly rules = new Rules();
  readonly #sights = new Map<string, Sight>();

  constructor(epoch: string, genesis: string, log: Logged[] = []) {
    this.epoch = epoch;
    this.genesis = genesis;
    this.log = log;
    for (const { raw } of log) {
      this.rules.remember(raw, this.index.last(raw)?.row ?? null);
      this.index.take(raw);
    }
  }

  get head(): number {
    return this.log.length;
  }

  chainAt(seq: number): string | null {
    return seq === 0 ? this.genesis : (this.log[seq - 1]?.chain ?? null);
  }

  /** The same history up to a position, from where another begins. */
  upTo(seq: number, epoch: string): History {
    return new History(epoch, this.genesis, this.log.slice(0, seq));
  }

  /** Up to where this history and another are the same; what a server brings back it may have to read again. */
  commonWith(other: History): number {
    const isSame = (a: Logged | undefined, b: Logged | undefined): boolean =>
      a?.raw.recordedAt === b?.raw.recordedAt && a?.raw.id === b?.raw.id;
    let [low, high] = [0, Math.min(this.head, other.head)];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (isSame(this.log[middle - 1], other.log[middle - 1])) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Takes in what was committed since. Returns the new changes; throws when the log has a hole. */
  follow(found: readonly StoredChange[]): Logged[] {
    const news = found.map(toLogged);
    for (const each of news) {
      require(each.raw.seq === this.head + 1, 'lost', 'frames contiguous', () =>
        `the log goes from ${this.head} to ${each.raw.seq}`);
      this.log.push(each);
    }
    return news;
  }

  /** What a group sees at `seq`, as one number. */
  sumAt(group: Group, seq: number): number {
    const sight = this.#sight(group);
    return seq === 0 ? 0 : (sight.sums[seq - 1] ?? -1);
  }

  /** Rows of a group at the end of this history. */
  rowsOf(group: Group): ReadonlyMap<string, Row> {
    return this.#sight(group).rows;
  }

  /** Each change as the group sees it, by position from 1. */
  visible(group: Group): readonly Change[] {
    return this.#sight(group).visible;
  }

  #sight(group: Group): Sight {
    const sight: Sight = this.#sights.get(group.id) ?? { group, at: 0, rows: new Map(), sums: [], visible: [] };
    this.#sights.set(group.id, sight);
    let sum = sight.sums.at(-1) ?? 0;
    for (; sight.at < this.head; sight.at += 1) {
      const change = asSeen(group, (this.log[sight.at] as Logged).raw);
      sum = this.#fold(sight, change, sum);
      sight.sums.push(sum);
      sight.visible.push(change);
    }
    return sight;
  }

  #fold({ rows }: Sight, change: Change, before: number): number {
    const { entity, id, seq, op, row, shipmentId } = change;
    const key = `${entity}:${id}`;
    let sum = before;
    const drop = (name: string): boolean => {
      const old = rows.get(name);
      if (old === undefined) return false;
      const [what = '', ...rest] = name.split(':');
      sum = (sum - rowDigest(what, rest.join(':'), old.seq, old.text) + MODULUS) % MODULUS;
      return rows.delete(name);
    };
    const wasThere = drop(key);
    if (op === 'put' && row !== null) {
      const text = JSON.stringify(row);
      rows.set(key, { seq, text });
      return (sum + rowDigest(entity, id, seq, text)) % MODULUS;
    }
    if (entity === 'shipment' && wasThere) {
      for (const [name, { text }] of [...rows]) if (JSON.parse(text).shipmentId === shipmentId) drop(name);
    }
    return sum;
  }
}

/**
 * A change as a group sees it. Unlike the server, which says what a row left, this looks only at where it is now: what is not
 * visible there is gone.
 */
const asSeen = (group: Group, { warehouseFrom, warehouseTo, supplierId, ...change }: RawChange): Change => {
  const isSeen = isVisible(group, { entity: change.entity, warehouseId: warehouseTo, supplierId });
  const row =
    isSeen && change.op === 'put' && change.row !== null ? projectRow(group, change.entity, change.row) : null;
  // Suppliers are not told who of the house did it, be it themselves in another role.
  const isMasked = group.projection === 'supplier' && change.actor.role !== 'supplier';
  const by = isMasked ? { actor: { ...change.actor, id: 'staff' } } : {};
  return { ...change, ...by, op: row === null ? 'evict' : 'put', row };
};

const toLogged = (row: StoredChange): Logged => ({
  chain: row.tx_end === 1 ? row.chain : null,
  raw: {
    seq: row.seq,
    entity: row.entity as Change['entity'],
    id: row.entity_id,
    op: row.op as Change['op'],
    row: row.row === null ? null : (JSON.parse(row.row) as Record<string, unknown>),
    shipmentId: row.shipment_id,
    command: row.command as Change['command'],
    actor: JSON.parse(row.actor) as Actor,
    origin: row.origin,
    warehouseFrom: row.warehouse_from,
    warehouseTo: row.warehouse_to,
    supplierId: row.supplier_id,
    occurredAt: row.occurred_at,
    recordedAt: row.recorded_at,
  },
});
