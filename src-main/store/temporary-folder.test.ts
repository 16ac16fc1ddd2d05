import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StationCache } from './cache.ts';

let dir: string;
/** The temporary folder of everybody in these tests. */
let place: string;
const running: (() => Promise<unknown>)[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-temporary-'));
  place = join(dir, 'temporary');
  mkdirSync(place);
  writeFileSync(join(dir, 'no-folder'), '');
  vi.stubEnv('TMPDIR', place);
});
afterEach(async () => {
  for (const kill of running.splice(0)) await kill();
  vi.unstubAllEnvs();
  rmSync(dir, { recursive: true, force: true });
});

/** A station, as a process of its own, whose own folder cannot be used. Returns what kills it. */
const startElsewhere = async (): Promise<() => Promise<unknown>> => {
  const script = `
    const { StationCache } = await import(${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'cache.ts')).href)});
    const cache = new StationCache({ dir: ${JSON.stringify(join(dir, 'no-folder', 'station'))}, now: Date.now, log: () => undefined });
    await cache.reset('mine');
    setInterval(() => undefined, 1000);
    console.log('ready');`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const kill = async (): Promise<unknown> => {
    child.kill('SIGKILL');
    return exited;
  };
  running.push(kill);
  await once(child.stdout, 'data');
  return kill;
};

const startHere = async (): Promise<void> => {
  const cache = new StationCache({ dir: join(dir, 'station'), now: Date.now, log: () => undefined });
  await cache.close();
};
const left = () => readdirSync(place);

it('what a killed station left in the temporary folder is gone with the next start, and what a live one uses is not', async () => {
  const kill = await startElsewhere();
  const [killed = ''] = left();
  expect(readdirSync(join(place, killed)).length).toBeGreaterThan(0);
  await startElsewhere();
  const live = left().filter((name) => name !== killed);
  expect(live).toHaveLength(1);

  await startHere();
  expect(left().sort()).toEqual([killed, ...live].sort());
  await kill();
  await startHere();
  expect(left()).toEqual(live);
});

it('what a version left there that did not say for which process is gone after a day in which nothing was written', async () => {
  const old = (name: string, days: number, isInUse = false): void => {
    const at = new Date(Date.now() - days * 86_400_000);
    mkdirSync(join(place, name));
    writeFileSync(join(place, name, 'cache-1.db-wal'), '');
    if (!isInUse) utimesSync(join(place, name, 'cache-1.db-wal'), at, at);
    utimesSync(join(place, name), at, at);
  };
  old('dockline-cache-aB3xYz', 1.1);
  old('dockline-cache-Young1', 0.9);
  old('dockline-cache-inUse1', 3, true);
  old('dockline-cache-longer1', 3);
  symlinkSync(join(dir, 'no-folder'), join(place, 'dockline-cache-aLink1'));
  await startHere();
  expect(left().sort()).toEqual([
    'dockline-cache-Young1',
    'dockline-cache-aLink1',
    'dockline-cache-inUse1',
    'dockline-cache-longer1',
  ]);
});

it('leaves alone what is not its own, and starts where nothing can be read', async () => {
  const outside = join(dir, 'outside');
  mkdirSync(outside);
  writeFileSync(join(outside, 'kept'), '');
  // Of a process that is long gone, by the number; but a link, and other names.
  symlinkSync(outside, join(place, 'dockline-cache-999999999-link'));
  mkdirSync(join(place, 'dockline-cache-of-mine'));
  mkdirSync(join(place, 'other-999999999-x'));
  await startHere();
  expect(left().sort()).toEqual(['dockline-cache-999999999-link', 'dockline-cache-of-mine', 'other-999999999-x']);
  expect(readdirSync(outside)).toEqual(['kept']);
  vi.stubEnv('TMPDIR', join(dir, 'no-folder'));
  await startHere();
});
