import type { InboxItem } from '#contract/bridge/view.ts';
import type { Taken, Waiting } from '../core/notify-policy.ts';
import { type Db, guarded } from './open-database.ts';

type Row = Omit<InboxItem, 'shipmentId' | 'seen' | 'inspectionId' | 'takenBy'> & {
  readonly shipment_id: string | null;
  readonly seen: 0 | 1;
  readonly inspection_id: string | null;
  readonly taken_by: string | null;
};

const toItem = ({ shipment_id, seen, inspection_id, taken_by, ...row }: Row): InboxItem => ({
  ...row,
  shipmentId: shipment_id,
  seen: seen === 1,
  inspectionId: inspection_id,
  takenBy: taken_by,
});

const COLUMNS = 'seq, kind, shipment_id, title, body, at, seen, inspection_id, taken_by';

const WAITS = 'inspection_id IS NOT NULL AND taken_by IS NULL';

/** The inbox of one person at one server. */
export class JournalInbox {
  readonly #database: () => Db;

  constructor(database: () => Db) {
    this.#database = database;
  }

  get #db(): Db {
    return this.#database();
  }

  notifiedUpTo(owner: string, epoch: string): number {
    const sql = 'SELECT up_to FROM notified WHERE owner = ? AND epoch = ?';
    return guarded(() => (this.#db.prepare(sql).pluck().get(owner, epoch) as number | undefined) ?? 0);
  }

  /** A row that is there already is left alone, except a digest, which grows. */
  add(owner: string, epoch: string, upTo: number, items: readonly InboxItem[]): void {
    const add = this.#db.prepare(
      `INSERT INTO inbox (owner, epoch, seq, kind, shipment_id, title, body, at, inspection_id)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (owner, epoch, seq) DO UPDATE SET title = excluded.title, at = excluded.at WHERE kind = 'digest'`,
    );
    const mark = this.#db.prepare(
      `INSERT INTO notified (owner, epoch, up_to) VALUES (?, ?, ?)
       ON CONFLICT (owner, epoch) DO UPDATE SET up_to = max(up_to, excluded.up_to)`,
    );
    const all = this.#db.transaction(() => {
      for (const { seq, kind, shipmentId, title, body, at, inspectionId } of items) {
        add.run(owner, epoch, seq, kind, shipmentId, title, body, at, inspectionId);
      }
      mark.run(owner, epoch, upTo);
    });
    guarded(() => all.immediate());
  }

  /** Of all owners. Items after `seq` are kept under the name of a history that is no more. */
  forgetAfter(epoch: string, seq: number): void {
    const keep = this.#db.prepare(`UPDATE inbox SET epoch = epoch || '~' || rowid WHERE epoch = ? AND seq > ?`);
    const lower = this.#db.prepare('UPDATE notified SET up_to = ? WHERE epoch = ? AND up_to > ?');
    const all = this.#db.transaction(() => {
      keep.run(epoch, seq);
      lower.run(seq, epoch, seq);
    });
    guarded(() => all.immediate());
  }

  toTake(owner: string): Waiting[] {
    const sql = `SELECT inspection_id AS inspectionId, epoch, seq FROM inbox WHERE owner = ? AND ${WAITS}`;
    return guarded(() => this.#db.prepare<[string], Waiting>(sql).all(owner));
  }

  markTaken(owner: string, taken: readonly Taken[]): number[] {
    const mark = this.#db
      .prepare<[string, string, string], number>(
        `UPDATE inbox SET taken_by = ?, seen = 1, shown = 1 WHERE owner = ? AND inspection_id = ? AND ${WAITS} RETURNING seq`,
      )
      .pluck();
    const all = this.#db.transaction(() => taken.flatMap(({ inspectionId, by }) => mark.all(by, owner, inspectionId)));
    return guarded(() => all.immediate());
  }

  unshown(owner: string): InboxItem[] {
    const sql = `SELECT ${COLUMNS} FROM inbox WHERE owner = ? AND shown = 0 ORDER BY at, seq`;
    return guarded(() => this.#db.prepare<[string], Row>(sql).all(owner).map(toItem));
  }

  mark(owner: string, what: 'shown' | 'seen', seqs: readonly number[]): void {
    const set = this.#db.prepare(`UPDATE inbox SET ${what} = 1 WHERE owner = ? AND seq = ? AND ${what} = 0`);
    const all = this.#db.transaction(() => {
      for (const seq of seqs) set.run(owner, seq);
    });
    guarded(() => all.immediate());
  }

  /** Latest first. Should two histories have used one seq, the later item stands for it. */
  latest(owner: string, limit: number): InboxItem[] {
    const sql = `SELECT ${COLUMNS} FROM inbox WHERE owner = ? ORDER BY at DESC, seq DESC LIMIT ?`;
    const items = guarded(() => this.#db.prepare<[string, number], Row>(sql).all(owner, limit).map(toItem));
    const seqs = new Set<number>();
    return items.filter(({ seq }) => !seqs.has(seq) && seqs.add(seq));
  }

  prune(before: string): void {
    guarded(() => this.#db.prepare('DELETE FROM inbox WHERE seen = 1 AND at < ?').run(before));
  }
}
