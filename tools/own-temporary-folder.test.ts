import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';

const module = pathToFileURL(join(import.meta.dirname, 'own-temporary-folder.ts')).href;

/** A program that makes a folder, says which, and goes on with `rest`. */
const run = async (rest: string, signal?: NodeJS.Signals) => {
  const script = `
    import { mkdtempSync } from 'node:fs';
    import { tmpdir } from 'node:os';
    import { takeOwnTemporaryFolder } from ${JSON.stringify(module)};
    takeOwnTemporaryFolder('program');
    console.log(mkdtempSync(tmpdir() + '/left-'));
    ${rest}`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const [folder] = (await once(child.stdout, 'data')) as [Buffer];
  const was = folder.toString().trim();
  if (signal !== undefined) child.kill(signal);
  const [code] = (await exited) as [number | null];
  return { code, was };
};

it.each([
  ['ends', 'await null;', undefined, 0],
  ['fails', 'await null; throw new Error();', undefined, 1],
  ['says how it went', 'process.exitCode = 64;', undefined, 64],
  ['is interrupted', 'setInterval(() => undefined, 1000);', 'SIGINT', 130],
] as const)(
  'a program that %s leaves no folder behind, and its exit code is its own',
  async (_how, rest, signal, code) => {
    const ended = await run(rest, signal);
    expect(ended.was).toMatch(/dockline-program-.*left-/);
    expect([ended.code, existsSync(join(ended.was, '..'))]).toEqual([code, false]);
  },
);
