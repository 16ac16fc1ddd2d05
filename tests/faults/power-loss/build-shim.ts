import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** Compiles the shim into the folder; throws a sentence that says what is missing. */
export const buildShim = (folder: string): string => {
  if (process.platform !== 'linux') {
    throw new Error(
      'The power can only be cut on Linux: the shim stands between a process and its files by LD_PRELOAD.',
    );
  }
  const library = join(folder, 'shim.so');
  const source = join(import.meta.dirname, 'shim.c');
  for (const compiler of ['cc', 'gcc', 'clang']) {
    const args = ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl', '-lpthread'];
    const { status, error, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
    if (error !== undefined) continue;
    if (status !== 0) throw new Error(`${compiler} could not compile ${source}:\n${stderr}`);
    return library;
  }
  throw new Error(
    'No C compiler (cc, gcc or clang) was found. The power loss tests need one: apt-get install gcc libc6-dev',
  );
};
