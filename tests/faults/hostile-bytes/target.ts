import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { newFolder } from '../support/dock.ts';
import { faultEnv, type Patch, plainEnv, root } from '../support/patches.ts';

export const SECRET = 'a secret of the fault tests only, long enough';

export type Target = {
  readonly url: string;
  readonly hasEnded: () => string | null;
  readonly end: () => void;
  /** What its heap holds after all that can be collected has been, in bytes; buffers outside of it count. */
  readonly heapBytes: () => Promise<number>;
};

const askHeap = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('message', (message) => resolve((message as { heapBytes: number }).heapBytes));
    child.once('exit', () => reject(new Error('the server ended before it told its heap')));
    child.send('heap', () => undefined);
  });

/** The server as it is, or with a bug planted in it. */
export const startTarget = (planted: readonly Patch[]): Promise<Target> =>
  new Promise((resolve, reject) => {
    const script = join(import.meta.dirname, 'open-server.ts');
    const child = spawn(process.execPath, ['--expose-gc', script, newFolder('bytes'), SECRET], {
      cwd: root,
      env: { ...plainEnv(), ...(planted.length === 0 ? {} : faultEnv({ patches: planted })) },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let output = '';
    let ended: string | null = null;
    child.stderr?.on('data', (text) => {
      output = (output + text).slice(-5_000);
    });
    child.once('exit', (code, signal) => {
      ended = `the server ended (${code ?? signal})\n${output}`;
      reject(new Error(ended));
    });
    child.once('message', (message) => {
      const { url } = message as { url: string };
      resolve({
        url,
        hasEnded: () => ended,
        end: () => void child.kill('SIGKILL'),
        heapBytes: () => askHeap(child),
      });
    });
  });
