import { appendFileSync, closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Position } from '../core/storage.ts';
import type { Session } from './compiled.ts';
import { chainAt } from './read-changes.ts';

/** Milliseconds from a commit until its note is synced: what the power may take of the notes, never of the work. */
const SYNC_WITHIN_MS = 1000;

const mark = z.object({ epoch: z.string(), head: z.int().min(0), chain: z.string() });
/** A position that was committed, as the file remembers it. */
export type Mark = z.infer<typeof mark>;

export const generationFileOf = (database: string): string => `${database}.generation`;

const markIn = (line: string): Mark | null => {
  try {
    return mark.parse(JSON.parse(line));
  } catch {
    return null;
  }
};

/** The last note that can be read: those behind it may have been cut off with the power. Null when there is none. */
export const readMark = async (file: string): Promise<Mark | null> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  for (const line of text.split('\n').reverse()) {
    const found = markIn(line);
    if (found !== null) return found;
  }
  return null;
};

/**
 * Whether a database is the one that was noted, or has gone on from there. Without a note only an empty one is: where it
 * stood when it was last used nobody can tell.
 */
export const continues = async (session: Session, position: Position, noted: Mark | null): Promise<boolean> => {
  if (noted === null) return position.head === 0;
  if (noted.epoch !== position.epoch) return false;
  return noted.head < position.floor || (await chainAt(session, noted.head)) === noted.chain;
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

type Noted = Pick<Position, 'epoch' | 'head' | 'chain'>;

const lineOf = ({ epoch, head, chain }: Noted): string => JSON.stringify({ epoch, head, chain });

/**
 * Keeps committed positions in a file beside the database. Who puts an old database back in its place leaves this file, so the
 * two disagree at the next start and a new epoch begins; backups are therefore made of the database without it. A commit is
 * noted before anybody hears of it, so that no backup, however young, gives out a number again that somebody knows. Never ahead
 * of what is committed: a note that was not written any more costs nothing.
 */
export class GenerationFile {
  readonly #file: string;
  readonly #onFault: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #line = '';
  #synced = '';
  /** Where notes are added between one synced file and the next. */
  #notes: number | null = null;

  constructor(file: string, onFault: (error: unknown) => void) {
    this.#file = file;
    this.#onFault = onFault;
  }

  /** Something was committed. In the file when this returns, for whoever reads it after this process was killed; never throws. */
  note(position: Noted): void {
    this.#line = lineOf(position);
    this.#timer ??= setTimeout(() => void this.sync(), SYNC_WITHIN_MS).unref();
    try {
      this.#notes ??= openSync(this.#file, 'a');
      // The break comes first: half a note then spoils none after it.
      writeSync(this.#notes, `\n${this.#line}`);
    } catch {
      // What keeps it from being noted keeps it from being synced, too, and that is reported: once a second, not once a commit.
    }
  }

  /** Puts one note in the place of all before it; resolves when that is on disk, or could not be put there. */
  sync(position?: Noted): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (position !== undefined) this.#line = lineOf(position);
    this.#writing = this.#writing.then(() => this.#replace()).catch(this.#onFault);
    return this.#writing;
  }

  /** Resolves when the last note is on disk, or could not be put there. */
  async close(): Promise<void> {
    await this.sync();
    this.#release();
  }

  /**
   * In one piece and synced before it takes the old one's place, and its name with it: half a note, or none where changes have
   * been committed, would read as a restored backup after a power cut.
   */
  async #replace(): Promise<void> {
    const line = this.#line;
    if (line === this.#synced) return;
    const fresh = `${this.#file}.new`;
    const handle = await open(fresh, 'w');
    try {
      await handle.writeFile(line);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // From here to the rename in one turn: a commit in between would be noted in the file that goes.
    if (this.#line !== line) appendFileSync(fresh, `\n${this.#line}`);
    this.#release();
    renameSync(fresh, this.#file);
    // Windows cannot open directories, and does not need it.
    if (process.platform !== 'win32') await syncFolder(dirname(this.#file));
    this.#synced = line;
  }

  #release(): void {
    if (this.#notes !== null) closeSync(this.#notes);
    this.#notes = null;
  }
}
