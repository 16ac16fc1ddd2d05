import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Result } from './try-one.ts';

/** Memory, where there is a file system in it: nothing here is about disks that are slow. */
const simDir = process.env.SIM_DIR ?? (existsSync('/dev/shm') ? '/dev/shm' : tmpdir());

/** Starts a worker and hands on what it says of every schedule; resolves with how it ended. */
export const startWorker = (args: readonly string[], onResult: (result: Result) => void): Promise<number> => {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'worker.ts'), ...args], {
    env: { ...process.env, SIM_DIR: simDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) onResult(JSON.parse(line) as Result);
    else console.log(line);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve(code ?? 1)));
};
