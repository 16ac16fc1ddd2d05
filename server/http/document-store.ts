import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, type ReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ProblemError } from '#contract/wire/errors.ts';

export type ReceivedFile = {
  readonly contentHash: string;
  readonly size: number;
  /** The first bytes, enough to tell what it is. */
  readonly head: Uint8Array;
  /** Makes it permanent under its hash; on disk when the promise resolves. */
  readonly keep: () => Promise<void>;
  /** Removes what was received; harmless after `keep`. */
  readonly discard: () => Promise<void>;
};

export type DocumentStore = {
  /** Streams to disk, hashing on the way. Throws `too_large` beyond `maxBytes`, `storage_full` when the disk is. */
  readonly receive: (source: AsyncIterable<Uint8Array>, maxBytes: number) => Promise<ReceivedFile>;
  /** Bytes `[start, end]` of a stored document; null when they are not on this server. */
  readonly read: (contentHash: string, start: number, end: number) => Promise<ReadStream | null>;
};

const HEAD_BYTES = 4096;
const HASH = /^[0-9a-f]{64}$/;

/** A rename is on disk only when its directory is; Windows cannot open directories, and does not need it. */
const syncDirectory = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** No room, or no room for this process: a quota, a limit on the size of its files. */
const FULL: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);
const isDiskFull = (error: unknown): boolean => error instanceof Error && 'code' in error && FULL.has(error.code);

/** Writes all of `source` to a new file at `path`, durably. */
const write = async (path: string, source: AsyncIterable<Uint8Array>, maxBytes: number) => {
  const hash = createHash('sha256');
  const head: Uint8Array[] = [];
  let headSize = 0;
  let size = 0;
  const handle = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of source) {
      size += chunk.length;
      if (size > maxBytes) throw new ProblemError('too_large', `A document may have ${maxBytes} bytes at most.`);
      if (headSize < HEAD_BYTES) {
        head.push(chunk.subarray(0, HEAD_BYTES - headSize));
        headSize += chunk.length;
      }
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { contentHash: hash.digest('hex'), size, head: Buffer.concat(head) };
};

/**
 * Documents by the hash of their bytes: `ab/abcdef…`, written beside and renamed into place, so that what has a name is whole.
 * The same bytes twice are one file. Names from outside never become paths.
 */
export const openDocumentStore = async (directory: string): Promise<DocumentStore> => {
  const incoming = join(directory, 'incoming');
  // What a crash left half received has no name anybody knows.
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });
  const pathOf = (contentHash: string): string => join(directory, contentHash.slice(0, 2), contentHash);

  return {
    receive: async (source, maxBytes) => {
      const path = join(incoming, randomUUID());
      const discard = (): Promise<void> => rm(path, { force: true });
      try {
        const received = await write(path, source, maxBytes);
        const keep = async (): Promise<void> => {
          const place = pathOf(received.contentHash);
          await mkdir(dirname(place), { recursive: true });
          await rename(path, place);
          await syncDirectory(dirname(place));
        };
        return { ...received, keep, discard };
      } catch (error) {
        await discard();
        throw isDiskFull(error) ? new ProblemError('storage_full') : error;
      }
    },
    read: async (contentHash, start, end) => {
      if (!HASH.test(contentHash)) return null;
      const path = pathOf(contentHash);
      const found = await stat(path).catch(() => null);
      return found === null ? null : createReadStream(path, { start, end });
    },
  };
};
