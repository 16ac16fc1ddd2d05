import type { InboxItem } from '#contract/bridge/view.ts';
import { type Bookmark, type Parting, spareBookmarks } from '../core/bookmarks.ts';
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

  bookmarks(owner: string): Bookmark[] {
    const sql = 'SELECT epoch, seq, chain, view, at FROM bookmark WHERE owner = ? ORDER BY seq';
    return guarded(() => this.#db.prepare<[string], Bookmark>(sql).all(owner));
  }

  isFollowing(owner: string): boolean {
    const sql = `SELECT 1 FROM follower WHERE owner IN (?, '')`;
    return guarded(() => this.#db.prepare(sql).get(owner)) !== undefined;
  }

  setFollowing(owner: string, isFollowing: boolean): void {
    const set = `INSERT INTO follower (id, owner) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET owner = excluded.owner`;
    guarded(() => {
      if (isFollowing) this.#db.prepare(set).run(owner);
      // Where there is nobody to forget, nothing has to be written at every start.
      else if (this.#db.prepare('SELECT 1 FROM follower').get() !== undefined) this.#db.exec('DELETE FROM follower');
    });
  }

  /** A change is known again by its number and when it was recorded, whatever the history was called when it was looked at first. */
  add(owner: string, upTo: Bookmark, items: readonly InboxItem[], parting: Parting | null): InboxItem[] {
    const add = this.#db.prepare(
      `INSERT INTO inbox (owner, epoch, seq, kind, shipment_id, title, body, at, inspection_id)
       SELECT @owner, @epoch, @seq, @kind, @shipmentId, @title, @body, @at, @inspectionId WHERE NOT EXISTS (
         SELECT 1 FROM inbox WHERE owner = @owner AND seq = @seq AND at = @at AND epoch <> @epoch AND kind <> 'digest')
       ON CONFLICT (owner, epoch, seq) DO UPDATE SET title = excluded.title, at = excluded.at WHERE kind = 'digest'`,
    );
    const { epoch } = upTo;
    const all = this.#db.transaction(() => {
      if (parting !== null) this.#part(owner, epoch, parting);
      const added = items.filter(({ seen: _, takenBy: __, ...item }) => add.run({ ...item, owner, epoch }).changes > 0);
      this.#mark(owner, upTo);
      return added;
    });
    return guarded(() => all.immediate());
  }

  #part(owner: string, epoch: string, { after, keep }: Parting): void {
    this.#db.prepare('DELETE FROM bookmark WHERE owner = ? AND seq > ?').run(owner, after);
    const sql = `UPDATE inbox SET epoch = epoch || '~' || rowid WHERE owner = ? AND epoch = ? AND seq > ?`;
    this.#db.prepare(sql).run(owner, epoch, keep);
  }

  #mark(owner: string, { epoch, seq, chain, view, at }: Bookmark): void {
    const sql = 'INSERT OR REPLACE INTO bookmark (owner, seq, epoch, chain, view, at) VALUES (?, ?, ?, ?, ?, ?)';
    this.#db.prepare(sql).run(owner, seq, epoch, chain, view, at);
    const read = this.#db.prepare<[string], number>('SELECT seq FROM bookmark WHERE owner = ? ORDER BY seq').pluck();
    const drop = this.#db.prepare('DELETE FROM bookmark WHERE owner = ? AND seq = ?');
    for (const spare of spareBookmarks(read.all(owner))) drop.run(owner, spare);
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
