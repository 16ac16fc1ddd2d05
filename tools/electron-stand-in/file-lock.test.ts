import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockFile } from './file-lock.ts';

const module = new URL('./file-lock.ts', import.meta.url).href;
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'file-lock-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const holder = async (file: string): Promise<ChildProcess> => {
  const script = `const { lockFile } = await import(${JSON.stringify(module)});
    globalThis.kept = lockFile(${JSON.stringify(file)}); console.log(kept ? 'held' : 'refused'); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
};

describe('lockFile', () => {
  it('is refused while another process holds it, and free as soon as that one is killed', async () => {
    const file = join(folder, 'deep', 'one.lock');
    const child = await holder(file);
    expect(lockFile(file)).toBeUndefined();
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
    const lock = lockFile(file);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('is free again after it was released', () => {
    const file = join(folder, 'two.lock');
    lockFile(file)?.release();
    const lock = lockFile(file);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('reports what is not a matter of waiting', () => {
    expect(() => lockFile(folder)).toThrow();
  });
});
