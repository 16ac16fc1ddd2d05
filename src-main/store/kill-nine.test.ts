import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { StationJournal } from './journal.ts';

// Saved means saved: a process that says "saved n" and is killed without a chance to do anything has left 1 to n behind.

const dir = mkdtempSync(join(tmpdir(), 'dockline-kill-'));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const WRITER = `
import { StationJournal } from ${JSON.stringify(import.meta.resolve('./journal.ts'))};
const journal = new StationJournal(process.argv[1], () => Date.now());
const owner = { key: 'o', userId: 'u', userName: 'U', role: 'receiver', server: 's' };
await journal.setOwner(owner, 'client-0001');
for (;;) {
  const { mutation } = await journal.append('o', {
    type: 'addNote', args: { text: 'x'.repeat(200) }, occurredAt: new Date().toISOString(), shipmentId: null, shipmentNumber: null,
  }, 'h');
  process.stdout.write(mutation.n + '\\n');
  await new Promise((resolve) => setImmediate(resolve));
}
`;

/** The last number the writer has said is saved when it is killed. */
const writeAndKill = (file: string, afterSaved: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', WRITER, file], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    let said = '';
    let complaint = '';
    child.stderr?.on('data', (text) => {
      complaint += text;
    });
    child.stdout?.on('data', (text) => {
      said += text;
      if (said.split('\n').length > afterSaved) child.kill('SIGKILL');
    });
    child.once('exit', () => {
      const saved = Number(said.split('\n').at(-2) ?? 0);
      if (saved > 0) resolve(saved);
      else reject(new Error(complaint));
    });
  });

it('has all that was saved after kill -9, round after round', async () => {
  const file = join(dir, 'journal.db');
  let before = 0;
  for (const afterSaved of [5, 1, 40]) {
    const saved = await writeAndKill(file, afterSaved);
    const journal = new StationJournal(file, () => 0);
    const numbers = (await journal.openWork()).map(({ mutation }) => mutation.n);
    journal.close();
    expect(saved).toBeGreaterThan(before);
    expect(numbers.length).toBeGreaterThanOrEqual(saved);
    expect(numbers).toEqual(Array.from({ length: numbers.length }, (_, index) => index + 1));
    before = saved;
  }
}, 30_000);
