import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { removeFolders } from '../support/dock.ts';
import { checkPatch, patched, root } from '../support/patches.ts';
import { PLANTED } from './planted.ts';
import { CRASH_POINTS } from './points.ts';
import { runPoint } from './run-point.ts';
import { forgetSituations } from './situations.ts';

afterAll(() => {
  forgetSituations();
  removeFolders();
});

// A slice: `npm run faults -- --part crash` dies at every place, several times over.
const SLICE: readonly (readonly [label: string, pass: number])[] = [
  ['before COMMIT of a group', 2],
  ['after COMMIT of a group', 3],
  ['after a frame is emitted', 2],
  ['after a document is renamed into place', 1],
  ['after the outbox commits an append', 2],
  ['before verdicts are taken', 2],
  ['after verdicts are committed', 1],
  ['before a cache transaction commits', 2],
  ['after inbox rows are committed', 2],
  ['before the pointer file is renamed', 2],
  ['after rows of a snapshot can be read', 1],
];

describe('places to die at', () => {
  it('stand in the source exactly once, each under a name of its own', () => {
    for (const { patch, also = [] } of [...CRASH_POINTS, ...PLANTED.map(({ point }) => point)]) {
      for (const each of [patch, ...also]) checkPatch(each);
    }
    expect(new Set(CRASH_POINTS.map(({ label }) => label)).size).toBe(CRASH_POINTS.length);
  });

  it('leave source behind that can be run', () => {
    for (const { label, patch } of [...CRASH_POINTS, ...PLANTED.map(({ point }) => point)]) {
      const source = readFileSync(join(root, ...patch.file.split('/')), 'utf8');
      expect(() => stripTypeScriptTypes(patched(source, patch)), label).not.toThrow();
    }
  });

  it('that are not there are told', () => {
    expect(() => checkPatch({ file: 'server/index.ts', find: 'no such place', replace: '' })).toThrow('0 times');
  });
});

describe('after a process was killed', () => {
  it.each(SLICE)('%s (pass %i), nothing is lost or doubled', async (label, pass) => {
    const point = CRASH_POINTS.find((each) => each.label === label);
    if (point === undefined) throw new Error(`no such place: ${label}`);
    expect(await runPoint(point, pass)).toBe('died');
  });
});

describe('a planted bug is found', () => {
  it.each(PLANTED.filter((_, at) => at % 2 === 0))('$bug', async ({ point, shows }) => {
    await expect(runPoint(point, 2)).rejects.toThrow(shows);
  });
});
