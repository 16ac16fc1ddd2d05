// contract/ runs anywhere and src-main/core does no I/O: their own tsconfigs know neither the DOM nor Node, and prove it.
import { beforeAll, describe, expect, it } from 'vitest';
import { type Planted, runInTree } from './planted-tree.ts';

const impure: Record<string, string> = {
  window: 'window.name',
  document: 'document.title',
  storage: 'localStorage.length',
  fetch: "fetch('/')",
  process: 'process.env',
  buffer: 'Buffer.from([])',
  timer: 'setTimeout(() => undefined, 1)',
  interval: 'setInterval(() => undefined, 1)',
  microtask: 'queueMicrotask(() => undefined)',
  console: "console.warn('x')",
  clock: 'performance.now()',
  node: "await import('node:fs')",
};

const pure = 'export const it = (list: readonly number[]): number[] => list.toSorted((a, b) => a - b);\n';

const plantsIn = (folder: string): Planted => ({
  [`${folder}/pure.ts`]: pure,
  ...Object.fromEntries(
    Object.entries(impure).map(([name, use]) => [`${folder}/${name}.ts`, `export const it = async () => ${use};\n`]),
  ),
});

interface Compiled {
  status: number | null;
  /** The first error of each file, as the compiler prints it. */
  errors: Map<string, string>;
}

const compile = (project: string, planted: Planted): Compiled => {
  const copied = ['tsconfig.base.json', 'contract/tsconfig.json', 'src-main/core/tsconfig.json'];
  const args = ['--project', project, '--noEmit', '--pretty', 'false'];
  const { status, stdout } = runInTree(copied, planted, 'typescript/bin/tsc', args);
  const errors = new Map<string, string>();
  for (const line of stdout.split('\n')) {
    const [, path, error] = /^(.+?)\(\d+,\d+\): error (TS\d+: .*)$/.exec(line) ?? [];
    if (path && error && !errors.has(path)) errors.set(path, error);
  }
  return { status, errors };
};

describe.each(['contract', 'src-main/core'])('%s', (folder) => {
  let dirty: Compiled;
  beforeAll(() => {
    dirty = compile(folder, plantsIn(folder));
  });

  it('does not compile with anything impure in it', () => expect(dirty.status).not.toBe(0));

  it.each(Object.keys(impure))('cannot reach %s', (name) => {
    // TS2304, TS2503, TS2580, TS2584, TS2591, TS2307: one way or another, "cannot find".
    expect(dirty.errors.get(`${folder}/${name}.ts`)).toMatch(/^TS(?:2304|2307|2503|2580|2584|2591): Cannot find/);
  });

  it('compiles when it is pure', () => {
    expect(compile(folder, { [`${folder}/pure.ts`]: pure })).toEqual({ status: 0, errors: new Map() });
  });
});
