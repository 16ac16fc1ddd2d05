import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { plainEnv, root } from '../support/patches.ts';

/** Runs one of the scripts beside this file to its end; what it printed, or an error with its complaint. */
export const runChild = (script: string, ...args: (string | number)[]): Promise<Record<string, unknown>> =>
  new Promise((resolve, reject) => {
    const file = join(import.meta.dirname, script);
    const options = { cwd: root, env: plainEnv(), stdio: ['ignore', 'pipe', 'pipe'] as ('ignore' | 'pipe')[] };
    const child = spawn(process.execPath, ['--expose-gc', file, ...args.map(String)], options);
    let printed = '';
    let complaint = '';
    child.stdout?.on('data', (text) => {
      printed += text;
    });
    child.stderr?.on('data', (text) => {
      complaint = (complaint + text).slice(-5_000);
    });
    child.once('exit', (code, signal) => {
      if (code === 0) resolve(JSON.parse(printed) as Record<string, unknown>);
      else reject(new Error(`${script} ${args.join(' ')} ended with ${code ?? signal}\n${complaint}`));
    });
  });
