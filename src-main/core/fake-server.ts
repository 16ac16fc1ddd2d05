import { blankShipment } from '#contract/domain/blank-shipment.ts';
import type { EntityName } from '#contract/domain/entities.ts';
import type { Shipment } from '#contract/domain/shipment.ts';
import type {
  Change,
  Cursor,
  Frame,
  HelloReply,
  Mutation,
  PushReply,
  SnapshotLine,
  Verdict,
} from '#contract/wire/sync.ts';
import { canonicalJson } from './canonical-json.ts';
import { LinkFault } from './link-fault.ts';

/** A whole shipment, announced unless told otherwise. */
export const shipmentRow = (id: string, more: Partial<Shipment> = {}): Shipment => {
  const own = { id, number: `SHP-${id}`, warehouseId: 'W1', status: 'announced', ...more } as const;
  const at = '2026-11-23T07:00:00.000Z';
  return blankShipment(own, at, 'Lena', { announcedAt: at, requiredDocuments: ['bill_of_lading'], ...more });
};

type Put = Pick<Change, 'entity' | 'id' | 'op' | 'row' | 'shipmentId'> &
  Partial<Pick<Change, 'command' | 'actor' | 'origin'>>;
type Answered = { readonly hash: string; readonly verdict: Verdict; readonly trailer: string };

/** Short, and other for other contents as far as tests go: two mixes of 32 bits each. */
const digest = (text: string): string => {
  let [a, b] = [0x9e3779b9, 0x85ebca6b];
  for (let at = 0; at < text.length; at += 1) {
    a = Math.imul(a ^ text.charCodeAt(at), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(at), 0xc2b2ae35) ^ (b >>> 13);
  }
  return `${(a >>> 0).toString(16)}${(b >>> 0).toString(16)}`;
};

/** One ordered log as the real server keeps it, without its rules: tests decide what is in it, lose it and restore it. */
export class FakeServer {
  epoch: string;
  group = 'staff:*';
  floor = 0;
  /** At most so many changes in a page. */
  pageSize = 1_000;
  #log: { readonly change: Change; readonly chain: string }[] = [];
  /** By client id, by n. */
  #ledger = new Map<string, Map<number, Answered>>();
  wasRestored = false;
  #lateMs = 0;
  /** How often each piece of work took effect. */
  readonly effects = new Map<string, number>();

  constructor(epoch = 'epoch-1') {
    this.epoch = epoch;
  }

  get head(): number {
    return this.#log.length;
  }

  chainAt(seq: number): string {
    return seq === 0 ? '' : (this.#log[seq - 1]?.chain ?? 'unknown');
  }

  cursorAt(seq: number): Cursor {
    return { epoch: this.epoch, seq, chain: this.chainAt(seq) };
  }

  commit(...puts: readonly Put[]): Change[] {
    return puts.map((put) => {
      const seq = this.head + 1;
      const at = new Date(Date.parse('2026-11-23T08:00:00.000Z') + this.#lateMs + seq * 1_000).toISOString();
      const change: Change = {
        seq,
        command: 'amendShipment',
        actor: { id: 'lena', name: 'Lena', role: 'lead' },
        origin: null,
        occurredAt: at,
        recordedAt: at,
        ...put,
      };
      const chain = digest(`${this.chainAt(seq - 1)} ${this.epoch} ${canonicalJson(change)}`);
      this.#log.push({ change, chain });
      return change;
    });
  }

  put(shipment: Shipment, more: Partial<Put> = {}): Change {
    const put: Put = {
      entity: 'shipment',
      id: shipment.id,
      op: 'put',
      row: shipment,
      shipmentId: shipment.id,
      ...more,
    };
    return this.commit(put)[0] as Change;
  }

  /** Rows as they are now, by `entity:id`. */
  rows(): Map<string, { readonly entity: EntityName; readonly seq: number; readonly row: Record<string, unknown> }> {
    const rows = new Map<string, { entity: EntityName; seq: number; row: Record<string, unknown> }>();
    for (const { change } of this.#log) {
      const key = `${change.entity}:${change.id}`;
      if (change.op === 'put' && change.row !== null) rows.set(key, { ...change, row: change.row });
      else rows.delete(key);
    }
    return rows;
  }

  frame(from: number, limit = this.pageSize): Frame {
    const to = Math.min(this.head, from + limit);
    const changes = this.#log.slice(from, to).map(({ change }) => change);
    return { epoch: this.epoch, group: this.group, from, to, chain: this.chainAt(to), head: this.head, changes };
  }

  hello(cursor: Cursor | null): HelloReply {
    const { epoch, head, group } = this;
    const base = { protocol: 1, epoch, head, group, lastN: 0, serverTime: '2026-11-23T08:00:00.000Z' };
    const reason = this.#breakIn(cursor);
    if (cursor === null || reason !== null) {
      return { ...base, state: 'snapshot', reason: reason ?? 'no_cursor', frame: null };
    }
    const frame = this.frame(cursor.seq);
    return { ...base, state: frame.to < head ? 'catchup' : 'live', frame };
  }

  changes(cursor: Cursor): Frame {
    const reason = this.#breakIn(cursor);
    if (reason === 'cursor_too_old') throw new LinkFault(reason, reason);
    if (reason !== null) throw new LinkFault('epoch_changed', reason);
    return this.frame(cursor.seq);
  }

  /** The rows are read one by one, while the log may go on. */
  async *snapshot(): AsyncGenerator<SnapshotLine> {
    const { epoch, head: seq, group } = this;
    yield { kind: 'head', protocol: 1, epoch, seq, chain: this.chainAt(seq), group, snapshot: null, line: 0 };
    const keys = [...this.rows().keys()];
    let sent = 0;
    for (const key of keys) {
      await Promise.resolve();
      const now = this.rows().get(key);
      if (now === undefined) continue;
      const id = key.slice(key.indexOf(':') + 1);
      const shipmentId = now.entity === 'shipment' ? id : ((now.row.shipmentId as string | undefined) ?? null);
      yield { kind: 'row', entity: now.entity, id, seq: now.seq, shipmentId, row: now.row };
      sent += 1;
    }
    yield { kind: 'end', rows: sent, seq: this.head };
  }

  lastN(clientId: string): number {
    return Math.max(0, ...(this.#ledger.get(clientId)?.keys() ?? []));
  }

  /** Exactly once: work it has had gets the verdict it got before. Every piece sets the trailer of its shipment. */
  push(clientId: string, mutations: readonly Mutation[]): PushReply {
    const ledger = this.#ledger.get(clientId) ?? new Map<number, Answered>();
    this.#ledger.set(clientId, ledger);
    const verdicts: Verdict[] = [];
    for (const mutation of mutations) {
      const { n, args, hash = '' } = mutation;
      const known = ledger.get(n);
      const lastN = this.lastN(clientId);
      if (known !== undefined && known.hash !== hash) {
        return { verdicts, lastN, stoppedBy: { n, code: 'identity_conflict', message: 'in use' } };
      }
      if (known === undefined && n !== lastN + 1) {
        return { verdicts, lastN, stoppedBy: { n, code: 'out_of_order', message: 'gap', expected: lastN + 1 } };
      }
      const verdict = known?.verdict ?? this.#decide(mutation);
      ledger.set(n, { hash, verdict, trailer: String(args.trailer) });
      if (known === undefined) {
        const key = canonicalJson(args);
        this.effects.set(key, (this.effects.get(key) ?? 0) + 1);
      }
      verdicts.push(verdict);
    }
    return { verdicts, lastN: this.lastN(clientId) };
  }

  /** Trailers named by work that has a verdict here. */
  known(): string[] {
    return [...this.#ledger.values()].flatMap((ledger) => [...ledger.values()].map(({ trailer }) => trailer));
  }

  /** Lets so many milliseconds pass. */
  later(ms: number): void {
    this.#lateMs += ms;
  }

  /** Back to an earlier moment, as from a backup: what came after never happened here. */
  restore(seq: number, epoch = this.epoch): void {
    this.wasRestored = true;
    this.#log = this.#log.slice(0, seq);
    this.epoch = epoch;
    for (const ledger of this.#ledger.values()) {
      for (const [n, { verdict }] of ledger) if (verdict.seq > seq) ledger.delete(n);
    }
  }

  #decide({ n, args, type }: Mutation): Verdict {
    const id = String(args.shipmentId);
    const row = this.rows().get(`shipment:${id}`)?.row as Shipment | undefined;
    if (row === undefined)
      return { n, verdict: 'rejected', seq: this.head, code: 'not_found', message: 'no such shipment' };
    const trailer = String(args.trailer ?? n);
    this.put(
      { ...row, trailer, version: row.version + 1 },
      { command: type, actor: { id: 'me', name: 'Me', role: 'receiver' } },
    );
    return { n, verdict: 'applied', seq: this.head };
  }

  #breakIn(cursor: Cursor | null): NonNullable<HelloReply['reason']> | null {
    if (cursor === null) return 'no_cursor';
    if (cursor.epoch !== this.epoch) return 'epoch_changed';
    if (cursor.seq > this.head) return 'fork';
    if (cursor.seq < this.floor) return 'cursor_too_old';
    return this.chainAt(cursor.seq) === cursor.chain ? null : 'fork';
  }
}
