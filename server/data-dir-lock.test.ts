import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DataDirInUse, lockDataDir } from './data-dir-lock.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dockline-lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const refusal = (): DataDirInUse => {
  try {
    lockDataDir(folder).release();
  } catch (error) {
    return error as DataDirInUse;
  }
  throw new Error('the folder was free');
};

describe('lockDataDir', () => {
  it('is for one at a time, and free again when released', () => {
    const first = lockDataDir(folder);
    expect(refusal()).toMatchObject({ name: 'DataDirInUse', url: null });
    first.release();
    first.release();
    lockDataDir(folder).release();
  });

  it('says where the other one listens', () => {
    const first = lockDataDir(folder);
    first.announce('http://127.0.0.1:5001');
    expect(refusal().url).toBe('http://127.0.0.1:5001');
    expect(refusal().message).toContain('http://127.0.0.1:5001');
    first.release();
    expect(existsSync(join(folder, 'server.json'))).toBe(false);
  });

  it('makes the folder', () => {
    lockDataDir(join(folder, 'a', 'b')).release();
  });

  it('takes over from a process that was killed, and forgets where that one listened', async () => {
    const script = `import { lockDataDir } from ${JSON.stringify(join(import.meta.dirname, 'data-dir-lock.ts'))};
      lockDataDir(${JSON.stringify(folder)}).announce('http://gone'); console.log('held'); setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module-typescript', '-e', script], {
      cwd: import.meta.dirname,
    });
    await once(child.stdout, 'data');
    expect(refusal().url).toBe('http://gone');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = lockDataDir(folder);
    expect(refusal().url).toBeNull();
    lock.release();
  });

  it('is not confused by what stands in the file of the address', async () => {
    const first = lockDataDir(folder);
    await writeFile(join(folder, 'server.json'), '{"url":');
    expect(refusal().url).toBeNull();
    first.release();
  });
});
