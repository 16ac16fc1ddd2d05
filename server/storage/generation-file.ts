import { open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import type { Position } from '../core/storage.ts';
import { chainAt } from './read-changes.ts';
import type { Db } from './schema.ts';

/** Milliseconds from a commit until it is noted: what a restored backup may lack without being told from the real thing here. */
const NOTE_WITHIN_MS = 1000;

const mark = z.object({ epoch: z.string(), head: z.int().min(0), chain: z.string() });
/** A position that was committed, as the file remembers it. */
export type Mark = z.infer<typeof mark>;

export const generationFileOf = (database: string): string => `${database}.generation`;

/** What the file says; null when there is none, or none that can be read. */
export const readMark = async (file: string): Promise<Mark | null> => {
  try {
    return mark.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
};

/**
 * Whether a database is the one that was noted, or has gone on from there. Without a note only an empty one is: where it
 * stood when it was last used nobody can tell.
 */
export const continues = async (db: Db, position: Position, noted: Mark | null): Promise<boolean> => {
  if (noted === null) return position.head === 0;
  if (noted.epoch !== position.epoch) return false;
  return noted.head < position.floor || (await chainAt(db, noted.head)) === noted.chain;
};

const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/**
 * Keeps a committed position in a file beside the database. Who puts an old database back in its place leaves this file, so
 * the two disagree at the next start and a new epoch begins; backups are therefore made of the database without it. Always
 * behind what is committed, never ahead: a file that was not written any more costs nothing.
 */
export class GenerationFile {
  readonly #file: string;
  readonly #position: () => Position;
  readonly #onFault: (error: unknown) => void;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #written = '';

  constructor(file: string, position: () => Position, onFault: (error: unknown) => void) {
    this.#file = file;
    this.#position = position;
    this.#onFault = onFault;
  }

  /** Something was committed. */
  note(): void {
    this.#timer ??= setTimeout(() => void this.write(), NOTE_WITHIN_MS).unref();
  }

  /** Notes the present position; resolves when that is on disk, or could not be put there. */
  write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#replace()).catch(this.#onFault);
    return this.#writing;
  }

  /**
   * In one piece and synced before it takes the old one's place, and its name with it: half a note, or none where changes have
   * been committed, would read as a restored backup after a power cut.
   */
  async #replace(): Promise<void> {
    const { epoch, head, chain } = this.#position();
    const text = JSON.stringify({ epoch, head, chain });
    if (text === this.#written) return;
    const handle = await open(`${this.#file}.new`, 'w');
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(`${this.#file}.new`, this.#file);
    // Windows cannot open directories, and does not need it.
    if (process.platform !== 'win32') await syncFolder(dirname(this.#file));
    this.#written = text;
  }
}
