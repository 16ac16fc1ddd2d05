import { closeSync, fsyncSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Windows opens no folders; its file systems write the entry of a file together with the file. */
const opensFolders = process.platform !== 'win32';

const syncAt = async (path: string, flags: string): Promise<void> => {
  const handle = await open(path, flags);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Returns when the names of the files in a folder are on the disk. Throws the error of the file system. */
export const syncFolder = (folder: string): void => {
  if (!opensFolders) return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** Returns when what was written to a file is on the disk. Throws the error of the file system. */
export const syncFileNow = (path: string): void => {
  const handle = openSync(path, 'r+');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
};

/** Resolves when what was written to a file is on the disk. The loop is not held meanwhile. Rejects with the error of the file system. */
export const syncFile = (path: string): Promise<void> => syncAt(path, 'r+');

const isMissing = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * Resolves when a database, what its write-ahead log still holds, and the entries of both in their folder are on the disk. The
 * loop is not held meanwhile. Rejects with the error of the file system; then nothing is known of the file.
 */
export const syncToDisk = async (file: string): Promise<void> => {
  await syncFile(file);
  await syncFile(`${file}-wal`).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  if (opensFolders) await syncAt(dirname(file), 'r');
};
