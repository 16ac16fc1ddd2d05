import { lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NAME = /^dockline-cache-(\d+)-/;
/** As the first version named them, without saying for which process. */
const UNSIGNED = /^dockline-cache-[A-Za-z0-9]{6}$/;
/** Without a write for so long, nobody uses such a folder. */
const UNUSED_MS = 24 * 60 * 60 * 1000;

/** A folder in the system's temporary one that nobody else may look into, named after the process that uses it. Throws as the disk does. */
export const makeTemporaryFolder = (): string => mkdtempSync(join(tmpdir(), `dockline-cache-${process.pid}-`));

/** A process of somebody else's cannot be asked, and lives. */
const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
};

const isOwn = (folder: string): boolean => {
  const found = lstatSync(folder);
  // Where there are no user numbers, everybody has a temporary folder of their own.
  return found.isDirectory() && (process.getuid === undefined || found.uid === process.getuid());
};

/** When something was last written in a folder, ms since 1970: of an open database, that is its log. */
const writtenAt = (folder: string): number =>
  Math.max(...['.', ...readdirSync(folder)].map((name) => lstatSync(join(folder, name)).mtimeMs));

const isLeftBehind = (folder: string, name: string): boolean => {
  const pid = Number(NAME.exec(name)?.[1] ?? 0);
  if (pid !== 0) return !lives(pid) && isOwn(folder);
  return UNSIGNED.test(name) && isOwn(folder) && writtenAt(folder) < Date.now() - UNUSED_MS;
};

/**
 * Removes what a station that was killed left in temporary folders: rows that whoever comes next may not be allowed to see. Folders
 * of other people and of processes that live stay; so does, until the next start, what cannot be removed. Never throws.
 */
export const sweepTemporaryFolders = (): void => {
  const where = tmpdir();
  const quietly = <T>(run: () => T, otherwise: T): T => {
    try {
      return run();
    } catch {
      return otherwise;
    }
  };
  for (const name of quietly(() => readdirSync(where), [])) {
    const folder = join(where, name);
    if (!quietly(() => isLeftBehind(folder, name), false)) continue;
    quietly(() => rmSync(folder, { recursive: true, force: true }), undefined);
  }
};
