import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BUGS } from './planted/bugs.ts';
import { withEdit } from './planted/plant.ts';
import type { Result } from './try-one.ts';

const root = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);
const PATIENCE = 120_000;

/** The last line of a run, and what came before it. */
const sim = async (...args: string[]): Promise<{ code: number; last: string; text: string }> => {
  const ended = await run(process.execPath, [join(import.meta.dirname, 'run.ts'), ...args]).then(
    ({ stdout }) => ({ code: 0, text: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({
      code: error.code,
      text: `${error.stdout}${error.stderr}`,
    }),
  );
  return { ...ended, last: ended.text.trim().split('\n').at(-1) ?? '' };
};

describe('schedules', () => {
  const none = { lost: 0, duplicated: 0, diverged: 0, leaked: 0, illegal: 0 };

  it.each([
    ['that are always the same', 1],
    ['that are new every time', Math.floor(Math.random() * 1e9)],
  ])(
    '%s keep every promise (seed %i)',
    async (_which, seed) => {
      const { code, last, text } = await sim('--schedules', '8', '--operations', '150', '--seed', `${seed}`);
      expect({ code, ...JSON.parse(last) }, text).toEqual({ code: 0, schedules: 8, operations: 1200, ...none });
    },
    PATIENCE,
  );

  it(
    'of the same seed happen in the same order, twice',
    async () => {
      const traces = async (): Promise<string[]> => {
        const args = ['--schedules', '3', '--operations', '120', '--seed', '77', '--jobs', '1'];
        const { stdout } = await run(process.execPath, [join(import.meta.dirname, 'worker.ts'), ...args]);
        const lines = stdout.trim().split('\n');
        return lines.map((line) => (JSON.parse(line) as Result).trace);
      };
      const [once, again] = await Promise.all([traces(), traces()]);
      expect(new Set(once).size).toBe(3);
      expect(again).toEqual(once);
    },
    PATIENCE,
  );
});

describe('planted bugs', () => {
  it.each(BUGS.map((bug) => [bug.name, bug] as const))('%s is in what the product says today', (_name, { edits }) => {
    for (const edit of edits) {
      const source = readFileSync(join(root, edit.file), 'utf8');
      expect(withEdit(source, edit)).not.toBe(source);
    }
  });

  // Those that show within a few schedules; `npm run sim -- --bugs` plants them all.
  it.each([
    'ack-before-commit',
    'cursor-in-another-transaction',
    'no-warehouse-from',
    'replay-without-hash',
    'rejected-keeps-its-number',
    'numbers-not-given-back',
    'half-a-transaction',
    'done-at-ack',
    'stays-in-old-room',
    'snapshot-not-cut-off',
    'parts-stay-behind',
    'applied-without-effect',
    'late-facts-not-told',
    'anybody-may',
    'quality-without-holds',
  ])(
    '%s is caught',
    async (name) => {
      const { code, text } = await sim('--bug', name, '--operations', '150');
      expect(text).toContain(`${name}: caught after`);
      expect(code, text).toBe(0);
    },
    PATIENCE,
  );
});
