import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openJournal } from './open-journal.ts';

let dir: string;
let file: string;
const logged: string[] = [];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'dockline-begin-'));
  file = join(dir, 'journal.db');
  logged.length = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = () => {
  const { journal, problem } = openJournal(
    file,
    () => 0,
    (event) => logged.push(event),
  );
  journal.close();
  return problem;
};

it('begins anew, without a word, where an earlier beginning was cut short', () => {
  writeFileSync(`${file}.unnamed`, 'half a journal');
  expect([open(), logged, readdirSync(dir)]).toEqual([null, [], ['journal.db']]);
});

it('takes a file without contents for what is left of a journal, not for a beginning', () => {
  writeFileSync(file, '');
  expect(open()).toBeNull();
  expect(logged).toEqual(['journal.not_opened', 'journal.damaged']);
});
