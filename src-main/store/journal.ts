import type { InboxItem } from '#contract/bridge/view.ts';
import type { Verdict } from '#contract/wire/sync.ts';
import type { Bookmark, Parting } from '../core/bookmarks.ts';
import type { Taken, Waiting } from '../core/notify-policy.ts';
import type { Journal, NewWork, Owner, Refused, Work, WorkedOnce } from '../core/ports.ts';
import { StoreFault } from '../core/store-fault.ts';
import { JournalFile } from './journal-file.ts';
import { JournalInbox } from './journal-inbox.ts';
import { initial } from './journal-migrations/0001-initial.ts';
import { taken } from './journal-migrations/0002-taken.ts';
import { bookmarks } from './journal-migrations/0003-bookmarks.ts';
import { MUTATION_COLUMNS, type MutationRow, toWork } from './journal-rows.ts';
import { migrate } from './migrate.ts';
import { type Db, guarded } from './open-database.ts';

export const JOURNAL_MIGRATIONS = [initial, taken, bookmarks];
/** How long dealt-with work stays in the list before only the journal knows it. */
const HANDLED_SHOWN_MS = 24 * 60 * 60 * 1000;

/** A lead's PIN has done its duty once the server has answered. */
const WITHOUT_PIN = `json_remove(args, '$.leadPin')`;
/** What the server itself has answered has its position; what it could not even read was refused here, without one. */
const BY_SERVER = `(verdict IS NOT NULL AND json_extract(verdict, '$.seq') > 0)`;
/** Rows pruned at once: what is left goes the next time, and nobody notices. */
const PRUNED_AT_ONCE = 500;

/**
 * `journal.db`: identity, outbox, verdicts and inbox. Its contents are nowhere else, so every commit is on the disk
 * (`synchronous=FULL`) when the method resolves, and no code deletes the file or anything a person has not dealt with.
 */
export class StationJournal implements Journal {
  readonly #file: JournalFile;
  readonly #inbox: JournalInbox;
  readonly #now: () => number;
  #owner: Owner | null = null;
  /** The identity of an owner that is not written down yet. */
  #fresh = '';

  /** `now` is ms since 1970. Throws a `StoreFault`. */
  constructor(file: string, now: () => number) {
    this.#file = new JournalFile(file, now);
    try {
      migrate(this.db, JOURNAL_MIGRATIONS);
      this.#file.keep();
    } catch (error) {
      this.close();
      throw error;
    }
    this.#inbox = new JournalInbox(() => this.db);
    this.#now = now;
  }

  async setOwner(owner: Owner, freshClientId: string): Promise<string> {
    this.#owner = owner;
    this.#fresh = freshClientId;
    // A file that another program holds can still be read.
    if (!this.#hasIdentity(owner.key)) guarded(() => this.#addIdentity(owner.key));
    return this.#identity(owner.key).client_id;
  }

  async append(ownerKey: string, work: NewWork, hash: string): Promise<Work> {
    const owner = this.#owner;
    this.#file.keep();
    if (owner?.key !== ownerKey) throw new StoreFault('other', 'The work belongs to somebody who is not signed in.');
    return guarded(() => {
      const insert = this.db.prepare(
        `INSERT INTO mutation (client_id, n, owner, server, user_id, user_name, role, type, args, base, occurred_at,
         clock_offset_ms, hash, shipment_id, shipment_number, state)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'pending') RETURNING ${MUTATION_COLUMNS}`,
      );
      const count = this.db.prepare('UPDATE identity SET next_n = next_n + 1 WHERE owner = ?');
      const store = this.db.transaction(() => {
        // When there was no room for it at sign-in, there is now.
        this.#addIdentity(ownerKey);
        const { client_id, next_n } = this.#identity(ownerKey);
        count.run(ownerKey);
        return insert.get(
          client_id,
          next_n,
          owner.key,
          owner.server,
          owner.userId,
          owner.userName,
          owner.role,
          work.type,
          JSON.stringify(work.args),
          work.base === undefined ? null : JSON.stringify(work.base),
          work.occurredAt,
          work.clockOffsetMs ?? null,
          hash,
          work.shipmentId,
          work.shipmentNumber,
        ) as MutationRow;
      });
      return toWork(store.immediate());
    });
  }

  async openWork(): Promise<Work[]> {
    const handledSince = new Date(this.#now() - HANDLED_SHOWN_MS).toISOString();
    const sql = `SELECT ${MUTATION_COLUMNS} FROM mutation
      WHERE state <> 'done' AND (state <> 'handled' OR answered_at >= ?) ORDER BY rowid`;
    return guarded(() => this.db.prepare<[string], MutationRow>(sql).all(handledSince).map(toWork));
  }

  async storeVerdicts(clientId: string, verdicts: readonly Verdict[], epoch: string | null): Promise<Work[]> {
    const set = this.db.prepare(
      `UPDATE mutation SET verdict = ?, verdict_epoch = ?, answered_at = ?, args = ${WITHOUT_PIN},
         state = CASE WHEN ? THEN CASE was_handled WHEN 1 THEN 'handled' ELSE 'needs_person' END ELSE 'answered' END
       WHERE client_id = ? AND n = ? AND state = 'pending' RETURNING ${MUTATION_COLUMNS}`,
    );
    const at = this.#nowIso();
    const all = this.db.transaction(() =>
      verdicts.map((verdict) => {
        const refused = verdict.verdict === 'rejected' || verdict.verdict === 'conflict' ? 1 : 0;
        return set.get(JSON.stringify(verdict), epoch, at, refused, clientId, verdict.n) as MutationRow | undefined;
      }),
    );
    const rows = guarded(() => all.immediate());
    return rows.filter((row) => row !== undefined).map(toWork);
  }

  async markDone(clientId: string, ns: readonly number[]): Promise<void> {
    const set = this.db.prepare(
      `UPDATE mutation SET state = 'done' WHERE client_id = ? AND n = ? AND state = 'answered'`,
    );
    const all = this.db.transaction(() => {
      for (const n of ns) set.run(clientId, n);
    });
    guarded(() => all.immediate());
  }

  async markHandled(clientId: string, n: number): Promise<void> {
    const sql = `UPDATE mutation SET state = 'handled', was_handled = 1, answered_at = ?
      WHERE client_id = ? AND n = ? AND state = 'needs_person'`;
    guarded(() => this.db.prepare(sql).run(this.#nowIso(), clientId, n));
  }

  async renumber(owner: string, clientId: string, freshClientId: string, refused: Refused | null): Promise<void> {
    const read = this.db.prepare<[string], number>(
      `SELECT n FROM mutation WHERE client_id = ? AND state = 'pending' ORDER BY n`,
    );
    const leave = this.db.prepare(
      `UPDATE mutation SET state = 'needs_person', verdict = ?, answered_at = ?, args = ${WITHOUT_PIN}
       WHERE client_id = ? AND n = ?`,
    );
    const move = this.db.prepare('UPDATE mutation SET client_id = ?, n = ? WHERE client_id = ? AND n = ?');
    const take = this.db.prepare('UPDATE identity SET client_id = ?, next_n = ? WHERE owner = ? AND client_id = ?');
    const all = this.db.transaction(() => {
      let next = 1;
      for (const n of read.pluck().all(clientId)) {
        if (n === refused?.n) {
          const verdict: Verdict = { n, verdict: 'rejected', seq: 0, code: refused.code, message: refused.message };
          leave.run(JSON.stringify(verdict), this.#nowIso(), clientId, n);
        } else {
          move.run(freshClientId, next, clientId, n);
          next += 1;
        }
      }
      take.run(freshClientId, next, owner, clientId);
    });
    guarded(() => all.immediate());
  }

  async lastAnswered(clientId: string): Promise<number> {
    const sql = 'SELECT n FROM mutation WHERE client_id = ? AND verdict IS NOT NULL ORDER BY n DESC LIMIT 1';
    return guarded(() => (this.db.prepare(sql).pluck().get(clientId) as number | undefined) ?? 0);
  }

  async lastAnsweredWork(owner: string): Promise<Work[]> {
    // From one client id to the next in the index: there are few of them and many rows.
    const nextId = this.db.prepare<[string], string>(
      'SELECT client_id FROM mutation WHERE client_id > ? ORDER BY client_id LIMIT 1',
    );
    const last = this.db.prepare<[string, string], MutationRow>(
      `SELECT ${MUTATION_COLUMNS} FROM mutation WHERE client_id = ? AND owner = ? AND ${BY_SERVER}
       ORDER BY n DESC LIMIT 1`,
    );
    return guarded(() => {
      const found: Work[] = [];
      for (let id = nextId.pluck().get(''); id !== undefined; id = nextId.pluck().get(id)) {
        const row = last.get(id, owner);
        if (row !== undefined) found.push(toWork(row));
      }
      return found;
    });
  }

  async workedOn(server: string, before: number | null, most: number): Promise<WorkedOnce> {
    const ends = 'SELECT min(rowid) AS first, max(rowid) AS last FROM mutation';
    const sql = `SELECT client_id AS clientId, shipment_id AS shipmentId, max(rowid) AS row FROM mutation
      WHERE rowid >= ? AND rowid < ? AND server = ? AND shipment_id IS NOT NULL GROUP BY client_id, shipment_id`;
    return guarded(() => {
      const { first, last } = this.db.prepare(ends).get() as { first: number | null; last: number | null };
      const end = before ?? (last ?? 0) + 1;
      const start = end - most;
      const works = this.db.prepare<[number, number, string], WorkedOnce['works'][number]>(sql).all(start, end, server);
      return { works, next: first === null || start <= first ? null : start };
    });
  }

  async reopenAnswered(clientId: string, afterN: number): Promise<boolean> {
    const reopen = this.db.prepare(
      `UPDATE mutation SET state = 'pending', verdict = NULL, verdict_epoch = NULL, answered_at = NULL
       WHERE client_id = ? AND n > ? AND ${BY_SERVER}`,
    );
    const count = this.db.prepare<[string, number], { readonly pieces: number; readonly last: number | null }>(
      `SELECT count(*) AS pieces, max(n) AS last FROM mutation WHERE client_id = ? AND n > ? AND state = 'pending'`,
    );
    const next = this.db.prepare('SELECT next_n FROM identity WHERE client_id = ?').pluck();
    const all = this.db.transaction(() => {
      reopen.run(clientId, afterN);
      const { pieces = 0, last = null } = count.get(clientId, afterN) ?? {};
      // Of an identity that was left behind, nothing follows its last piece.
      const issued = (next.get(clientId) as number | undefined) ?? (last ?? afterN) + 1;
      return pieces === issued - 1 - afterN;
    });
    return guarded(() => all.immediate());
  }

  async bookmarks(): Promise<Bookmark[]> {
    return this.#owner === null ? [] : this.#inbox.bookmarks(this.#owner.key);
  }

  async isFollowing(): Promise<boolean> {
    return this.#owner !== null && this.#inbox.isFollowing(this.#owner.key);
  }

  async setFollowing(isFollowing: boolean): Promise<void> {
    if (this.#owner !== null) this.#inbox.setFollowing(this.#owner.key, isFollowing);
  }

  async addInbox(upTo: Bookmark, items: readonly InboxItem[], parting: Parting | null = null): Promise<InboxItem[]> {
    return this.#owner === null ? [] : this.#inbox.add(this.#owner.key, upTo, items, parting);
  }

  async toTake(): Promise<Waiting[]> {
    return this.#owner === null ? [] : this.#inbox.toTake(this.#owner.key);
  }

  async markTaken(taken: readonly Taken[]): Promise<number[]> {
    return this.#owner === null ? [] : this.#inbox.markTaken(this.#owner.key, taken);
  }

  async unshown(): Promise<InboxItem[]> {
    return this.#owner === null ? [] : this.#inbox.unshown(this.#owner.key);
  }

  async markShown(seqs: readonly number[]): Promise<void> {
    if (this.#owner !== null) this.#inbox.mark(this.#owner.key, 'shown', seqs);
  }

  async markSeen(seqs: readonly number[]): Promise<void> {
    if (this.#owner !== null) this.#inbox.mark(this.#owner.key, 'seen', seqs);
  }

  async inbox(limit: number): Promise<InboxItem[]> {
    return this.#owner === null ? [] : this.#inbox.latest(this.#owner.key, limit);
  }

  async prune(before: string): Promise<void> {
    const sql = `DELETE FROM mutation WHERE rowid IN (SELECT rowid FROM mutation
      WHERE state IN ('done', 'handled') AND answered_at < ? ORDER BY answered_at LIMIT ${PRUNED_AT_ONCE})`;
    guarded(() => this.db.prepare(sql).run(before));
    this.#inbox.prune(before);
  }

  /** The database itself, for taking in what was rescued from a damaged journal. */
  get db(): Db {
    return this.#file.db;
  }

  close(): void {
    this.db.close();
  }

  #addIdentity(owner: string): void {
    const sql = 'INSERT OR IGNORE INTO identity (owner, client_id, next_n) VALUES (?, ?, 1)';
    this.db.prepare(sql).run(owner, this.#fresh);
  }

  #hasIdentity(owner: string): boolean {
    return guarded(() => this.db.prepare('SELECT 1 FROM identity WHERE owner = ?').get(owner)) !== undefined;
  }

  #identity(owner: string): { readonly client_id: string; readonly next_n: number } {
    const sql = 'SELECT client_id, next_n FROM identity WHERE owner = ?';
    const row = guarded(() => this.db.prepare<[string], { client_id: string; next_n: number }>(sql).get(owner));
    if (row === undefined) throw new StoreFault('other', 'This owner has no numbering.');
    return row;
  }

  #nowIso(): string {
    return new Date(this.#now()).toISOString();
  }
}
