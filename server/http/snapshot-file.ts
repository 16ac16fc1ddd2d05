import { type FileHandle, open, rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';

const compress = promisify(gzip);
/** Level 1 costs a third of the default and leaves a sixth of the bytes. */
const LEVEL = { level: constants.Z_BEST_SPEED };
const NEWLINE = 10;

/** A piece of the lines: gzip of its own, so that reading can begin at any of them. */
type Piece = { readonly firstLine: number; readonly stored: Stored };
/** Where its bytes are: in the file, or kept here because the disk would not take them. */
type Stored = { readonly offset: number; readonly bytes: number } | Buffer;

const linesIn = (text: Buffer): number => {
  let lines = 0;
  for (let at = text.indexOf(NEWLINE); at >= 0; at = text.indexOf(NEWLINE, at + 1)) lines += 1;
  return lines;
};

/** Compresses a text as a piece of its own; pieces after one another are one gzip stream. */
export const piece = (text: string | Buffer): Promise<Buffer> => compress(text, LEVEL);

/**
 * Lines being written to a file once and read by any number at the same time, from the beginning or from a line on: a reader
 * that has caught up with the writer waits for it. Removed when it is done with.
 */
export class SnapshotFile {
  readonly id: string;
  readonly #path: string;
  readonly #file: FileHandle | null;
  readonly #pieces: Piece[] = [];
  #waiting: (() => void)[] = [];
  #bytes = 0;
  #lines = 0;
  #readers = 0;
  #state: 'writing' | 'whole' | 'broken' = 'writing';
  #isDropped = false;
  #isClosed = false;
  #written: Promise<void> = Promise.resolve();

  private constructor(id: string, path: string, file: FileHandle | null) {
    this.id = id;
    this.#path = path;
    this.#file = file;
  }

  /**
   * Begins to write `texts`, whole lines each, to a new file; resolves at once. What a full disk does not take is kept in memory,
   * because stations that need a snapshot must not wait for somebody to make room.
   */
  static async begin(id: string, path: string, texts: AsyncIterable<string>): Promise<SnapshotFile> {
    const file = await open(path, 'w+', 0o600).catch(() => null);
    const made = new SnapshotFile(id, path, file);
    // Its readers are told by the stream that ends too early; nobody else waits for it.
    made.#written = made.#write(texts);
    return made;
  }

  get isWriting(): boolean {
    return this.#state === 'writing';
  }

  get isBroken(): boolean {
    return this.#state === 'broken';
  }

  get readers(): number {
    return this.#readers;
  }

  /** The piece that holds `line`, or the last one there is so far, and the number of the line it begins with. */
  startFor(line: number): { readonly piece: number; readonly line: number } {
    const at = Math.max(
      0,
      this.#pieces.findLastIndex(({ firstLine }) => firstLine <= line),
    );
    return { piece: at, line: this.#pieces[at]?.firstLine ?? 0 };
  }

  /** Compressed lines from the beginning of a piece to the end. Throws when the writing failed. */
  async *read(fromPiece: number): AsyncGenerator<Buffer> {
    this.#readers += 1;
    try {
      for (let at = fromPiece; ; at += 1) {
        while (at >= this.#pieces.length && this.#state === 'writing') await this.#more();
        const next = this.#pieces[at];
        if (next === undefined) break;
        yield await this.#bytesOf(next);
      }
      if (this.#state === 'broken') throw new Error('the snapshot could not be written');
    } finally {
      this.#readers -= 1;
      await this.#tidy();
    }
  }

  /** No new readers come; the file goes with the last one. */
  async drop(): Promise<void> {
    this.#isDropped = true;
    await this.#tidy();
  }

  /** Ends the writing and every reading where they are, and gives the file back. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#written;
    this.#isDropped = true;
    await this.#tidy();
  }

  async #bytesOf({ stored }: Piece): Promise<Buffer> {
    if (Buffer.isBuffer(stored)) return stored;
    if (this.#file === null) throw new Error('the snapshot has no file');
    const { buffer, bytesRead } = await this.#file.read(
      Buffer.allocUnsafe(stored.bytes),
      0,
      stored.bytes,
      stored.offset,
    );
    if (bytesRead !== stored.bytes) throw new Error('the snapshot was cut short on disk');
    return buffer;
  }

  async #store(bytes: Buffer): Promise<Stored> {
    try {
      if (this.#file === null) return bytes;
      const { bytesWritten } = await this.#file.write(bytes, 0, bytes.length, this.#bytes);
      if (bytesWritten !== bytes.length) return bytes;
      return { offset: this.#bytes, bytes: bytes.length };
    } catch {
      return bytes;
    }
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  async #write(texts: AsyncIterable<string>): Promise<void> {
    try {
      for await (const text of texts) {
        const plain = Buffer.from(text);
        const bytes = await piece(plain);
        this.#pieces.push({ firstLine: this.#lines, stored: await this.#store(bytes) });
        this.#bytes += bytes.length;
        this.#lines += linesIn(plain);
        this.#wake();
        if (this.#isClosed) throw new Error('the shelf was closed');
      }
      this.#state = 'whole';
    } catch {
      this.#state = 'broken';
    }
    this.#wake();
    await this.#tidy();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  async #tidy(): Promise<void> {
    const isRead = this.#readers > 0 && !this.#isClosed;
    if (!this.#isDropped || isRead || this.#state === 'writing') return;
    await this.#file?.close().catch(() => undefined);
    await rm(this.#path, { force: true }).catch(() => undefined);
  }
}
