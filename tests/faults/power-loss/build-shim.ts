import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const COMPILERS = ['cc', 'gcc', 'clang'] as const;

const findCompiler = (): string | null =>
  COMPILERS.find((compiler) => spawnSync(compiler, ['--version']).error === undefined) ?? null;

/** Why the power cannot be cut on this machine, as a sentence; null where it can. */
export const whyNoPowerCuts = (): string | null => {
  if (process.platform !== 'linux') {
    return 'The power can only be cut on Linux: the shim stands between a process and its files by LD_PRELOAD.';
  }
  return findCompiler() === null
    ? 'No C compiler (cc, gcc or clang) was found. The power loss tests need one: apt-get install gcc libc6-dev'
    : null;
};

/** Compiles the shim into the folder; throws a sentence that says what is missing. */
export const buildShim = (folder: string): string => {
  const why = whyNoPowerCuts();
  if (why !== null) throw new Error(why);
  const compiler = findCompiler() ?? 'cc';
  const library = join(folder, 'shim.so');
  const source = join(import.meta.dirname, 'shim.c');
  const args = ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl', '-lpthread'];
  const { status, stderr } = spawnSync(compiler, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${compiler} could not compile ${source}:\n${stderr}`);
  return library;
};
