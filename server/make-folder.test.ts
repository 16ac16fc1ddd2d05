import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

const dir = mkdtempSync(join(tmpdir(), 'dockline-make-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

it('makes all that is missing, and leaves what is there', () => {
  const folder = join(dir, 'a', 'b', 'c');
  makeFolder(folder);
  makeFolder(folder);
  expect(statSync(folder).isDirectory()).toBe(true);
});

it('says so where there can be no folder, rather than try for ever', () => {
  writeFileSync(join(dir, 'file'), '');
  expect(() => makeFolder(join(dir, 'file', 'x'))).toThrow(/ENOTDIR/);
  if (process.platform === 'linux') expect(() => makeFolder('/proc/dockline/x')).toThrow(/ENOENT/);
});
