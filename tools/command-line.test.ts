import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { readOptions as readSimulationOptions } from '../tests/simulation/options.ts';
import { numbers } from './bench/options.ts';
import { readOptions } from './start/options.ts';

const root = join(import.meta.dirname, '..');

it.each([
  ['an option that there is not', 'tools/start/index.ts', ['--foo'], "Unknown option '--foo'."],
  ['no port', 'tools/start/index.ts', ['--port', 'abc'], '--port takes a whole number from 1 to 65535, not "abc".'],
  ['too high a port', 'tools/start/index.ts', ['--port', '99999'], '--port takes a whole number from 1 to 65535,'],
  ['too many stations', 'tools/start/index.ts', ['--stations', '9'], '--stations takes a whole number from 1 to 8,'],
  ['a word', 'tools/start/index.ts', ['now'], "Unexpected argument 'now'."],
  ['no number of schedules', 'tests/simulation/run.ts', ['--schedules', 'x'], '--schedules takes a whole number,'],
  ['no value', 'tests/simulation/run.ts', ['--seed'], "Option '--seed <value>' argument missing."],
  ['no number in a bench', 'tools/bench/index.ts', ['fanout', '--stations', 'x'], '--stations takes a number above'],
])('%s is answered with one sentence and code 2', (_what, file, args, sentence) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, file), ...args], { encoding: 'utf8' });
  expect([status, stdout, stderr.trim().split('\n')]).toEqual([2, '', [expect.stringContaining(sentence)]]);
});

it('takes what is right', () => {
  expect(readOptions([])).toEqual({ stations: 1, live: false, fresh: false, port: null });
  expect(readOptions(['--stations', '8', '--port', '65535', '--live'])).toMatchObject({
    stations: 8,
    port: 65_535,
    live: true,
  });
  expect(readSimulationOptions(['--schedules', '7'])).toMatchObject({ schedules: 7, seed: 1 });
  expect(numbers(['--rate', '0.5'], { rate: 1, seconds: 2 })).toEqual({ rate: 0.5, seconds: 2 });
});
