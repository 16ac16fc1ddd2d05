import { randomUUID } from 'node:crypto';
import {
  type FSWatcher,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type FileLock, lockFile } from './file-lock.ts';

export interface SecondInstance {
  argv: string[];
  workingDirectory: string;
  additionalData: unknown;
}

let held: { lock: FileLock; watcher: FSWatcher } | undefined;

/**
 * One process per userData folder. The second one leaves a message file in the first one's mailbox: a file, because the
 * answer must be known synchronously and a socket could not be written to in time by a process that exits at once.
 * @param onSecond called in the first process for every later one.
 * @returns false in the second process.
 */
export const acquireInstance = (
  userData: string,
  additionalData: unknown,
  onSecond: (second: SecondInstance) => void,
): boolean => {
  if (held) return true;
  const mailbox = join(userData, 'stand-in-second-instances');
  const lock = lockFile(join(userData, 'stand-in-instance.lock'));
  mkdirSync(mailbox, { recursive: true });
  if (!lock) {
    const letter = join(mailbox, randomUUID());
    const second: SecondInstance = { argv: process.argv, workingDirectory: process.cwd(), additionalData };
    writeFileSync(`${letter}.part`, JSON.stringify(second));
    renameSync(`${letter}.part`, `${letter}.json`);
    return false;
  }
  const letters = (): string[] => readdirSync(mailbox).filter((name) => name.endsWith('.json'));
  for (const old of letters()) rmSync(join(mailbox, old), { force: true });
  const watcher = watch(mailbox, () => {
    for (const name of letters()) {
      const letter = join(mailbox, name);
      const second = JSON.parse(readFileSync(letter, 'utf8')) as SecondInstance;
      rmSync(letter, { force: true });
      onSecond(second);
    }
  });
  watcher.unref();
  held = { lock, watcher };
  return true;
};

export const holdsInstance = (): boolean => held !== undefined;

export const releaseInstance = (): void => {
  held?.watcher.close();
  held?.lock.release();
  held = undefined;
};
