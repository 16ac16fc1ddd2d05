import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { ProblemError } from '#contract/wire/errors.ts';
import type { Clock } from '../core/clock.ts';
import type { Group } from '../core/scope.ts';
import type { Storage } from '../core/storage.ts';
import { piece, SnapshotFile } from './snapshot-file.ts';
import { headLine, snapshotLines } from './snapshot-lines.ts';

/** Milliseconds for which a snapshot serves others who come while it is being read, although changes were made since. */
const SHARED_MS = 60_000;
/** Milliseconds for which a snapshot that nobody reads can still be taken up where somebody's reading broke off. */
const KEPT_MS = 5 * 60_000;

/** Milliseconds after which a reader that takes nothing is cut off: the place is for others, and it may go on where it was. */
const PATIENCE_MS = 30_000;

type Shelved = {
  readonly file: SnapshotFile;
  readonly group: Group;
  readonly position: Position;
  readonly begunAt: number;
  usedAt: number;
};
type Position = ReturnType<Storage['position']>;

/** Where a reader's last try ended: which snapshot, and how many lines after the head it has. */
export type Resume = { readonly id: string; readonly line: number };

export type Reader = { readonly userId: string; readonly as: 'gzip' | 'text' };

/** What a reader that breaks off, or a disk, does to a stream is its own affair: the other end has a snapshot without an end. */
const unheard = (): void => undefined;

/** A stream that is destroyed still hands out what it holds until it says that it is closed. */
const breakOff = (stream: Readable): void => {
  stream.unpipe();
  stream.destroy();
};

export type ShelfPorts = {
  readonly storage: Storage;
  /** Emptied at the start: what is in it belongs to a server that is gone. */
  readonly folder: string;
  readonly clock: Clock;
  readonly newId: () => string;
};

/**
 * Snapshots on disk, one per group: however many stations come at once, each group's rows are read and written once. A reader whose
 * connection broke goes on where it was. Whoever comes alone gets a fresh one.
 */
export class SnapshotShelf {
  readonly #ports: ShelfPorts;
  readonly #shelved = new Map<string, Shelved>();
  readonly #beginning = new Map<string, Promise<Shelved>>();
  /** Who reads, and through what. */
  readonly #open = new Map<Readable, string>();
  #isClosed = false;

  constructor(ports: ShelfPorts) {
    this.#ports = ports;
    rmSync(ports.folder, { recursive: true, force: true });
    mkdirSync(ports.folder, { recursive: true });
  }

  /** What `read` gives, as gzip or as text, for one person: broken off when they take nothing for long, or by `cutOff`. */
  open(group: Group, resume: Resume | null, { userId, as }: Reader): Readable {
    const pieces = this.#patiently(group, resume, () => breakOff(stream));
    const packed = Readable.from(pieces, { objectMode: false });
    const stream = as === 'gzip' ? packed : pipeline(packed, createGunzip(), unheard);
    this.#open.set(stream, userId);
    stream.once('close', () => this.#open.delete(stream));
    return stream;
  }

  /** Breaks off what this person is reading: it is no longer for their eyes, and not a byte of it is sent after this. */
  cutOff(userId: string): void {
    for (const [stream, reader] of this.#open) if (reader === userId) breakOff(stream);
  }

  /** Breaks everything off, gives the files back, and refuses whoever comes after; resolves when none is open any more. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const stream of this.#open.keys()) breakOff(stream);
    await Promise.allSettled(this.#beginning.values());
    const shelved = [...this.#shelved.values()];
    this.#shelved.clear();
    await Promise.all(shelved.map(({ file }) => file.close()));
  }

  async *#patiently(group: Group, resume: Resume | null, cut: () => void): AsyncGenerator<Buffer> {
    for await (const next of this.read(group, resume)) {
      // Only while it is the reader's turn: one that waits for rows to be read is not to blame.
      const callOff = this.#ports.clock.setTimer(PATIENCE_MS, cut);
      try {
        yield next;
      } finally {
        callOff();
      }
    }
  }

  /** The group's snapshot as gzip: its head, then its lines from where `resume` left off or from the first. */
  async *read(group: Group, resume: Resume | null): AsyncGenerator<Buffer> {
    if (this.#isClosed) throw new ProblemError('stopping');
    await this.#sweep();
    const resumed = resume === null ? undefined : this.#resumable(group, resume.id);
    const shelved = resumed ?? (await this.#current(group));
    const { file, position } = shelved;
    const start = file.startFor(resumed === undefined ? 0 : (resume?.line ?? 0));
    shelved.usedAt = this.#ports.clock.elapsed();
    yield await piece(headLine(position, group, { snapshot: file.id, line: start.line }));
    yield* file.read(start.piece);
    shelved.usedAt = this.#ports.clock.elapsed();
  }

  #resumable(group: Group, id: string): Shelved | undefined {
    const found = this.#shelved.get(id);
    const { epoch, floor } = this.#ports.storage.position();
    // Changes made since must still be in the log, or the rows could never be brought level.
    const isGood = found?.position.epoch === epoch && found.position.head >= floor && found.group.id === group.id;
    return isGood && !found.file.isBroken ? found : undefined;
  }

  #current(group: Group): Promise<Shelved> {
    if (this.#isClosed) throw new ProblemError('stopping');
    for (const shelved of this.#shelved.values()) {
      if (shelved.group.id === group.id && this.#isFresh(shelved)) return Promise.resolve(shelved);
    }
    const beginning = this.#beginning.get(group.id) ?? this.#begin(group);
    this.#beginning.set(group.id, beginning);
    return beginning;
  }

  #isFresh({ file, position, begunAt }: Shelved): boolean {
    const now = this.#ports.storage.position();
    if (file.isBroken || position.epoch !== now.epoch || position.head < now.floor) return false;
    if (position.head === now.head) return true;
    const isShared = file.isWriting || file.readers > 0;
    // From its beginning, not its last use: readers following on one another would keep it until it is too far behind to be caught up.
    return isShared && this.#ports.clock.elapsed() - begunAt < SHARED_MS;
  }

  async #begin(group: Group): Promise<Shelved> {
    const { storage, folder, clock, newId } = this.#ports;
    const id = newId();
    try {
      // The position is read first: rows may be newer than it, and changes from it on make them consistent.
      const position = storage.position();
      const file = await SnapshotFile.begin(id, join(folder, `${id}.ndjson.gz`), snapshotLines(storage, group));
      const begunAt = clock.elapsed();
      const shelved = { file, group, position, begunAt, usedAt: begunAt };
      this.#shelved.set(id, shelved);
      return shelved;
    } finally {
      this.#beginning.delete(group.id);
    }
  }

  /** Takes down what nobody will ask for any more. */
  async #sweep(): Promise<void> {
    for (const [id, { file, usedAt }] of this.#shelved) {
      const isOld = this.#ports.clock.elapsed() - usedAt > KEPT_MS;
      if (!file.isBroken && (file.readers > 0 || file.isWriting || !isOld)) continue;
      this.#shelved.delete(id);
      await file.drop();
    }
  }
}
