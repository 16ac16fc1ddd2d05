import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../support/dock.ts';

/** A disk that can be full. `pid`: the process that writes to it, where no disk of our own can be had. */
export type SmallDisk = {
  readonly dir: string;
  /** False where "full" is an error in writing instead, after which a cache is given up until the next start. */
  readonly isReal: boolean;
  readonly fill: (pid: number) => void;
  readonly empty: (pid: number) => void;
  readonly setReadOnly: () => boolean;
  readonly release: () => void;
};

const ran = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore' }).status === 0;

const must = (command: string, ...args: string[]): void => {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
};

const fillUp = (file: string): void => {
  const handle = openSync(file, 'a');
  try {
    for (const size of [65_536, 4_096, 512, 1]) {
      try {
        for (;;) if (writeSync(handle, Buffer.alloc(size)) < size) break;
      } catch {
        // Full to so many bytes.
      }
    }
  } finally {
    closeSync(handle);
  }
};

/** A file system of its own in memory; needs the right to mount. */
const mounted = (dir: string, megabytes: number): SmallDisk | null => {
  if (!ran('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir)) return null;
  const filler = join(dir, 'filler');
  return {
    dir,
    isReal: true,
    fill: () => fillUp(filler),
    empty: () => rmSync(filler),
    setReadOnly: () => ran('mount', '-o', 'remount,ro', dir),
    release: () => must('umount', '-l', dir),
  };
};

/** No file of the process may grow, from now on: the nearest to a full disk without rights. */
const limited = (dir: string): SmallDisk => ({
  dir,
  isReal: false,
  fill: (pid) => must('prlimit', '--pid', String(pid), '--fsize=1:'),
  empty: (pid) => must('prlimit', '--pid', String(pid), '--fsize=unlimited:'),
  setReadOnly: () => false,
  release: () => undefined,
});

export const smallDisk = (megabytes: number): SmallDisk => {
  const dir = newFolder('disk');
  return mounted(dir, megabytes) ?? limited(dir);
};
