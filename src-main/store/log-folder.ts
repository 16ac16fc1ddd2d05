import type { SerialQueue } from '../core/serial-queue.ts';
import { type Db, openDatabase } from './open-database.ts';

/** Pages of the log that are not in the database yet: copying so many takes about 2 ms. */
const DUE_PAGES = 500;
/** A log of so many (64 MB) is brought back in one go, with the writers waiting; only a very long catch-up comes that far. */
const MOST_PAGES = 16_000;

/** Syncs one file; rejects when the disk did not take it. */
export type SyncFile = (file: string) => Promise<void>;

type Extent = { readonly log: number; readonly checkpointed: number };

export type LogFolderOptions = {
  /** The connection that writes, with `wal_autocheckpoint = 0`. */
  readonly db: Db;
  readonly path: string;
  /** Where its transactions stand in line. */
  readonly writes: SerialQueue;
  readonly sync: SyncFile;
};

/**
 * Copies the log of a database back into it. SQLite would do that inside a commit and hold the loop for the copy and two waits on
 * the disk; here it is a turn of its own, and the waits hold up neither the loop nor the writers.
 *
 * What keeps the file whole when the power goes is the order: the log is on the disk before a page is copied, and every page is on the
 * disk before the log is overwritten. A reader that stays where the log ended at the first step makes SQLite keep both: it copies
 * nothing that came later, and does not begin the log anew.
 */
export class LogFolder {
  readonly #options: LogFolderOptions;
  #pin: Db | null = null;
  #folding: Promise<void> | null = null;

  constructor(options: LogFolderOptions) {
    this.#options = options;
  }

  /** Call after a commit; what is due goes on by itself, and what fails is still in the log for the next time. Never throws. */
  afterCommit(): void {
    this.#folding ??= this.#foldWhatIsDue()
      .catch(() => undefined)
      .finally(() => {
        this.#folding = null;
      });
  }

  /** Waits for what is under way. Call when nothing is written any more. */
  async close(): Promise<void> {
    await this.#folding;
    this.#pin?.close();
  }

  async #foldWhatIsDue(): Promise<void> {
    const { db, writes } = this.#options;
    const [{ log, checkpointed } = { log: 0, checkpointed: 0 }] = db.pragma('wal_checkpoint(NOOP)') as Extent[];
    if (log - checkpointed < DUE_PAGES) return;
    if (log > MOST_PAGES) await writes.run(() => this.#inOrder(async (copy) => copy()));
    else await this.#inOrder((copy) => writes.run(async () => copy()));
  }

  async #inOrder(inTurn: (copy: () => void) => Promise<void>): Promise<void> {
    const { path, sync } = this.#options;
    this.#pin ??= openDatabase(path, 'NORMAL', false);
    const pin = this.#pin;
    pin.exec('BEGIN');
    try {
      pin.prepare('SELECT count(*) FROM sqlite_schema').get();
      await sync(`${path}-wal`);
      await inTurn(() => this.#copy());
      await sync(path);
    } finally {
      pin.exec('COMMIT');
    }
  }

  #copy(): void {
    const { db } = this.#options;
    db.pragma('synchronous = OFF');
    try {
      db.pragma('wal_checkpoint(PASSIVE)');
    } finally {
      db.pragma('synchronous = NORMAL');
    }
  }
}
